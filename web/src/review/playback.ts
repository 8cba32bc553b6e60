import { type RefObject, useCallback, useEffect, useMemo, useState } from 'react'
import type { Turn } from '../api/transcript'

export interface Playback {
  /** seq of the turn that is playing; null before the first. */
  playingSeq: number | null
  /** Returns the offset of a turn, or of a code point in it, in the recording, in seconds. */
  getOffset: (turn: Turn, point?: number) => number
  /** Starts playback at a turn, or at a code point in it. */
  play: (turn: Turn, point?: number) => void
  /** Starts or pauses playback. */
  toggle: () => void
  /** Moves by so many seconds. */
  skip: (seconds: number) => void
  /** Starts playback at this offset, in seconds. */
  playAt: (seconds: number) => void
  pause: () => void
  /** Returns the position in seconds; null if playback has not begun. */
  getPosition: () => number | null
  isPlaying: () => boolean
}

/** Synchronizes a recording with a transcript. */
export function usePlayback(media: RefObject<HTMLMediaElement | null>, startedAt: string | null, turns: readonly Turn[]): Playback {
  const [playingSeq, setPlayingSeq] = useState<number | null>(null)
  const origin = startedAt ? Date.parse(startedAt) : 0
  const getOffset = useCallback((turn: Turn, point = 0) => Math.max(0, computeOffset(turn, point) - origin / 1_000), [origin])

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

  const play = useCallback((turn: Turn, point?: number) => playFrom(media.current, getOffset(turn, point)), [media, getOffset])
  const toggle = useCallback(() => {
    if (media.current?.paused) playFrom(media.current)
    else media.current?.pause()
  }, [media])
  const skip = useCallback(
    (seconds: number) => {
      if (media.current) seekTo(media.current, media.current.currentTime + seconds)
    },
    [media],
  )
  const playAt = useCallback((seconds: number) => playFrom(media.current, seconds), [media])
  const pause = useCallback(() => media.current?.pause(), [media])
  const getPosition = useCallback(() => media.current?.currentTime || null, [media])
  const isPlaying = useCallback(() => media.current?.paused === false, [media])
  return useMemo(
    () => ({ playingSeq, getOffset, play, toggle, skip, playAt, pause, getPosition, isPlaying }),
    [playingSeq, getOffset, play, toggle, skip, playAt, pause, getPosition, isPlaying],
  )
}

function playFrom(media: HTMLMediaElement | null, seconds?: number): void {
  if (!media) return
  if (seconds !== undefined) seekTo(media, seconds)
  // the player shows that playback was refused or interrupted: its button still says Play
  media.play().catch(() => {})
}

export function seekTo(media: HTMLMediaElement, seconds: number): void {
  media.currentTime = seconds
}

/** Seconds before the estimated time of a word: the estimate must not cut off the beginning of the sentence. */
const LEAD_SECONDS = 1

/**
 * Returns the time of a code point of a turn, in seconds since the epoch. Recordings have no times of words, so it is estimated from
 * the word's place in the turn, and never before the turn begins.
 */
export function computeOffset({ startedAt, endedAt, text }: Pick<Turn, 'startedAt' | 'endedAt' | 'text'>, point: number): number {
  const start = Date.parse(startedAt) / 1_000
  if (point === 0) return start
  const share = point / Math.max(1, Array.from(text).length)
  return Math.max(start, start + share * (Date.parse(endedAt) / 1_000 - start) - LEAD_SECONDS)
}

/** Returns the seq of the last turn that began before `seconds`; null before the first. */
export function findSeqAt(turns: readonly Turn[], seconds: number, getOffset: (turn: Turn) => number): number | null {
  // after a seek, currentTime may be slightly before the requested time
  return turns.findLast((turn) => getOffset(turn) <= seconds + 0.05)?.seq ?? null
}
