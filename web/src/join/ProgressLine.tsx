import { useEffect, useState } from 'react'
import type { Progressing } from './InterviewPage'

const TICK_MS = 5_000

/** How far it has come: the question, and about how much time is left. No countdown, which would only hurry. */
export function ProgressLine({ interview, at, isRecorded }: { interview: Progressing | null; at: number; isRecorded: boolean }) {
  const now = useNow()
  if (!interview) return null
  const { question, questions, elapsedSeconds, limitSeconds } = interview.progress
  const since = interview.status === 'IN_PROGRESS' ? Math.max(0, now - at) / 1_000 : 0
  const minutes = Math.max(0, Math.ceil((limitSeconds - elapsedSeconds - since) / 60))
  return (
    <p className="text-quiet">
      {question > 0 ? `Question ${question} of ${questions}` : `${questions} questions`}
      {' · '}
      {interview.startedAt ? `about ${minutes} min left` : `${minutes} min at most`}
      {isRecorded && ' · recorded, as you agreed'}
    </p>
  )
}

function useNow(): number {
  const [now, setNow] = useState(() => performance.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return now
}
