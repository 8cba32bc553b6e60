import { type RefObject, useCallback, useEffect, useMemo, useState } from 'react'
import type { Turn } from '../api/transcript'

export interface Playback {
  /** seq of the turn that is playing; null before the first. */
  playing: number | null
  /** A turn's place in the recording, in seconds. */
  placeOf: (turn: Turn) => number
  /** Play from a turn on. */
  play: (turn: Turn) => void
}

/** A recording and a transcript on one time line. */
export function usePlayback(media: RefObject<HTMLMediaElement | null>, startedAt: string | null, turns: readonly Turn[]): Playback {
  const [playing, setPlaying] = useState<number | null>(null)
  const origin = startedAt ? Date.parse(startedAt) : 0
  const placeOf = useCallback((turn: Turn) => Math.max(0, (Date.parse(turn.startedAt) - origin) / 1_000), [origin])

  useEffect(() => {
    if (!startedAt) return
    let frame = 0
    const look = () => {
      const { current } = media
      // where nothing has been played yet, no line is
      if (current && (current.currentTime > 0 || !current.paused)) setPlaying(turnAt(turns, current.currentTime, placeOf))
      frame = requestAnimationFrame(look)
    }
    look()
    return () => cancelAnimationFrame(frame)
  }, [media, startedAt, turns, placeOf])

  const play = useCallback((turn: Turn) => playFrom(media.current, placeOf(turn)), [media, placeOf])
  return useMemo(() => ({ playing, placeOf, play }), [playing, placeOf, play])
}

function playFrom(media: HTMLMediaElement | null, seconds: number): void {
  if (!media) return
  media.currentTime = seconds
  // refused, or cut off by the next click: the controls show it
  media.play().catch(() => {})
}

/** seq of the turn that began last before `seconds`; null before the first. */
export function turnAt(turns: readonly Turn[], seconds: number, placeOf: (turn: Turn) => number): number | null {
  // a player may stop a little before the place that it was sent to
  return turns.findLast((turn) => placeOf(turn) <= seconds + 0.05)?.seq ?? null
}
