import { useEffect, useState } from 'react'
import type { InterviewState } from './documents'
import { useTexts } from './texts'

const TICK_MS = 5_000

/** The current question and the approximate time left. Not a countdown, which would put candidates under pressure. */
export function Progress({ interview, receivedAt }: { interview: InterviewState | null; receivedAt: number }) {
  const { room } = useTexts()
  const now = useNow()
  if (!interview) return <div className="progress" />
  const { question, questions, elapsedSeconds, limitSeconds } = interview.progress
  const isRunning = interview.status === 'IN_PROGRESS' && interview.pausedAt === null
  const secondsSince = isRunning ? Math.max(0, now - receivedAt) / 1_000 : 0
  const minutes = Math.max(0, Math.ceil((limitSeconds - elapsedSeconds - secondsSince) / 60))
  return (
    <div className="progress">
      <span>{room.question(question, questions)}</span>
      <ol aria-hidden>
        {Array.from({ length: questions }, (_, index) => (
          <li key={index} className={index + 1 < question ? 'done' : index + 1 === question ? 'now' : ''} />
        ))}
      </ol>
      <span className="left">
        {interview.startedAt ? room.timeLeft(minutes) : room.timeLimit(minutes)}
        {interview.pausedAt && `, ${room.isPaused}`}
      </span>
    </div>
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
