import { type RefObject, useCallback, useEffect, useMemo, useState } from 'react'
import type { Turn } from '../api/transcript'

export interface Playback {
  /** seq of the turn that is playing; null before the first. */
  playingSeq: number | null
  /** Returns a turn's offset in the recording, in seconds. */
  getOffset: (turn: Turn) => number
  /** Starts playback at a turn. */
  play: (turn: Turn) => void
}

/** Synchronizes a recording with a transcript. */
export function usePlayback(media: RefObject<HTMLMediaElement | null>, startedAt: string | null, turns: readonly Turn[]): Playback {
  const [playingSeq, setPlayingSeq] = useState<number | null>(null)
  const origin = startedAt ? Date.parse(startedAt) : 0
  const getOffset = useCallback((turn: Turn) => Math.max(0, (Date.parse(turn.startedAt) - origin) / 1_000), [origin])

  useEffect(() => {
    if (!startedAt) return
    let frame = 0
    const update = () => {
      const { current } = media
      // highlight no line before playback has started
      if (current && (current.currentTime > 0 || !current.paused)) setPlayingSeq(findSeqAt(turns, current.currentTime, getOffset))
      frame = requestAnimationFrame(update)
    }
    update()
    return () => cancelAnimationFrame(frame)
  }, [media, startedAt, turns, getOffset])

  const play = useCallback((turn: Turn) => playFrom(media.current, getOffset(turn)), [media, getOffset])
  return useMemo(() => ({ playingSeq, getOffset, play }), [playingSeq, getOffset, play])
}

function playFrom(media: HTMLMediaElement | null, seconds: number): void {
  if (!media) return
  media.currentTime = seconds
  // the player's own controls show that playback was refused or interrupted
  media.play().catch(() => {})
}

/** Returns the seq of the last turn that began before `seconds`; null before the first. */
export function findSeqAt(turns: readonly Turn[], seconds: number, getOffset: (turn: Turn) => number): number | null {
  // after a seek, currentTime may be slightly before the requested time
  return turns.findLast((turn) => getOffset(turn) <= seconds + 0.05)?.seq ?? null
}
