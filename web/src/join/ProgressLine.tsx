import { useEffect, useState } from 'react'
import type { InterviewState } from './documents'

const TICK_MS = 5_000

/** The current question and the approximate time left. Not a countdown, which would put candidates under pressure. */
export function ProgressLine({ interview, receivedAt, isRecorded }: { interview: InterviewState | null; receivedAt: number; isRecorded: boolean }) {
  const now = useNow()
  if (!interview) return null
  const { question, questions, elapsedSeconds, limitSeconds } = interview.progress
  const isRunning = interview.status === 'IN_PROGRESS' && interview.pausedAt === null
  const secondsSince = isRunning ? Math.max(0, now - receivedAt) / 1_000 : 0
  const minutes = Math.max(0, Math.ceil((limitSeconds - elapsedSeconds - secondsSince) / 60))
  return (
    <p className="text-quiet">
      {question > 0 ? `Question ${question} of ${questions}` : `${questions} questions`}
      {' · '}
      {interview.startedAt ? `about ${minutes} min left` : `up to ${minutes} min`}
      {interview.pausedAt && ' · the clock is stopped until you go on'}
      {isRecorded && ' · recorded with your consent'}
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
