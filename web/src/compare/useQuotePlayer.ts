import { useRef, useState } from 'react'
import { Problem, toProblem } from '../api/problem'
import { useSession } from '../desk/session'
import { RECORDINGS } from '../review/documents'
import { computeOffset } from '../review/playback'
import { pickRecording } from '../review/Player'
import type { ComparedInterview, ComparedQuote } from './documents'

/** When a quote begins and its turn ends in the recording, in seconds. */
interface Span {
  begin: number
  end: number
}

/** Returns where the quote is in the recording; null if it cannot be played. */
export function findSpan(interview: ComparedInterview, quote: ComparedQuote): Span | null {
  const recording = pickRecording(interview.recordings ?? [])
  if (!recording?.url || !recording.startedAt) return null
  const origin = Date.parse(recording.startedAt) / 1_000
  const begin = Math.max(0, computeOffset(quote.turn, quote.sentenceStart) - origin)
  return { begin, end: Math.max(begin + 1, Date.parse(quote.turn.endedAt) / 1_000 - origin) }
}

interface Playing {
  interviewId: string
  /** Identifies the cell whose quote plays. */
  cell: string
  end: number
}

/** Plays one quote at a time, until its turn ends, in one media element. */
export function useQuotePlayer() {
  const { connection } = useSession()
  const media = useRef<HTMLAudioElement>(null)
  const loadedId = useRef<string | null>(null)
  const wanted = useRef<{ interviewId: string; begin: number; isRenewed: boolean } | null>(null)
  const [playing, setPlaying] = useState<Playing | null>(null)
  const [error, setError] = useState<string | null>(null)

  const start = (interviewId: string, url: string | null, begin: number) => {
    const { current } = media
    if (!current) return
    if (url !== null && loadedId.current !== interviewId) {
      loadedId.current = interviewId
      current.src = url
    }
    current.currentTime = begin
    current.play().catch((failure: unknown) => {
      // an unreadable recording raises the element's error event, and another quote aborts this one
      if (failure instanceof DOMException && failure.name === 'NotAllowedError') setPlaying(null)
    })
  }
  const toggle = (interview: ComparedInterview, cell: string, quote: ComparedQuote) => {
    const span = findSpan(interview, quote)
    const url = pickRecording(interview.recordings ?? [])?.url
    if (!span || !url) return
    if (playing?.cell === cell) {
      media.current?.pause()
      return
    }
    setError(null)
    setPlaying({ interviewId: interview.id, cell, end: span.end })
    wanted.current = { interviewId: interview.id, begin: span.begin, isRenewed: false }
    start(interview.id, url, span.begin)
  }
  /** Links are short-lived: an expired one is replaced once. */
  const renew = async () => {
    const target = wanted.current
    if (!target) return
    loadedId.current = null
    if (target.isRenewed) {
      setPlaying(null)
      setError('This browser could not play the recording.')
      return
    }
    target.isRenewed = true
    try {
      const { interview } = await connection.query(RECORDINGS, { id: target.interviewId })
      const url = pickRecording(interview?.recordings ?? [])?.url
      if (!url) throw new Problem('NOT_FOUND', 'The recording is no longer available.')
      if (wanted.current === target) start(target.interviewId, url, target.begin)
    } catch (failure) {
      setPlaying(null)
      setError(toProblem(failure).message)
    }
  }
  const element = {
    ref: media,
    onError: () => void renew(),
    onPause: () => setPlaying(null),
    onTimeUpdate: () => {
      if (playing && media.current && media.current.currentTime >= playing.end) media.current.pause()
    },
  }
  return { playing, error, toggle, element }
}
