import { type RefObject, useCallback, useEffect, useMemo, useState } from 'react'
import type { Turn } from '../api/transcript'

export interface Playback {
  /** seq of the turn that is playing; null before the first. */
  playingSeq: number | null
  /** Returns a turn's offset in the recording, in seconds. */
  offsetOf: (turn: Turn) => number
  /** Starts playback at a turn. */
  play: (turn: Turn) => void
}

/** Synchronizes a recording with a transcript. */
export function usePlayback(media: RefObject<HTMLMediaElement | null>, startedAt: string | null, turns: readonly Turn[]): Playback {
  const [playingSeq, setPlayingSeq] = useState<number | null>(null)
  const origin = startedAt ? Date.parse(startedAt) : 0
  const offsetOf = useCallback((turn: Turn) => Math.max(0, (Date.parse(turn.startedAt) - origin) / 1_000), [origin])

  useEffect(() => {
    if (!startedAt) return
    let frame = 0
    const update = () => {
      const { current } = media
      // highlight no line before playback has started
      if (current && (current.currentTime > 0 || !current.paused)) setPlayingSeq(turnAt(turns, current.currentTime, offsetOf))
      frame = requestAnimationFrame(update)
    }
    update()
    return () => cancelAnimationFrame(frame)
  }, [media, startedAt, turns, offsetOf])

  const play = useCallback((turn: Turn) => playFrom(media.current, offsetOf(turn)), [media, offsetOf])
  return useMemo(() => ({ playingSeq, offsetOf, play }), [playingSeq, offsetOf, play])
}

function playFrom(media: HTMLMediaElement | null, seconds: number): void {
  if (!media) return
  media.currentTime = seconds
  // the player's own controls show that playback was refused or interrupted
  media.play().catch(() => {})
}

/** Returns the seq of the last turn that began before `seconds`; null before the first. */
export function turnAt(turns: readonly Turn[], seconds: number, offsetOf: (turn: Turn) => number): number | null {
  // after a seek, currentTime may be slightly before the requested time
  return turns.findLast((turn) => offsetOf(turn) <= seconds + 0.05)?.seq ?? null
}
