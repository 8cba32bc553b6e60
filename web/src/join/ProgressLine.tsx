import { useEffect, useState } from 'react'
import type { InterviewState } from './documents'
import { useTexts } from './texts'

const TICK_MS = 5_000

/** The current question and the approximate time left. Not a countdown, which would put candidates under pressure. */
export function ProgressLine({ interview, receivedAt, isRecorded }: { interview: InterviewState | null; receivedAt: number; isRecorded: boolean }) {
  const { room } = useTexts()
  const now = useNow()
  if (!interview) return null
  const { question, questions, elapsedSeconds, limitSeconds } = interview.progress
  const isRunning = interview.status === 'IN_PROGRESS' && interview.pausedAt === null
  const secondsSince = isRunning ? Math.max(0, now - receivedAt) / 1_000 : 0
  const minutes = Math.max(0, Math.ceil((limitSeconds - elapsedSeconds - secondsSince) / 60))
  return (
    <p className="text-quiet">
      {room.question(question, questions)}
      {' · '}
      {interview.startedAt ? room.timeLeft(minutes) : room.timeLimit(minutes)}
      {interview.pausedAt && ` · ${room.isPaused}`}
      {isRecorded && ` · ${room.isRecorded}`}
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
