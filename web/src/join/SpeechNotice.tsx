import { useState } from 'react'
import { toProblem } from '../api/problem'
import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import type { InterviewState } from './documents'

interface SpeechNoticeProps {
  outage: NonNullable<InterviewState['speechOutage']>
  /** Returns to voice. Rejects with a Problem. */
  onSpeak: () => Promise<void>
}

/** Says that speech has failed, and offers the way back to voice once it works again. */
export function SpeechNotice({ outage, onSpeak }: SpeechNoticeProps) {
  const [isJoining, setJoining] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  if (!outage.endedAt) {
    return <Notice tone="warn">Speech is not available at the moment. We cannot hear you: please type your answers.</Notice>
  }
  const speak = async () => {
    setJoining(true)
    setProblem(null)
    try {
      await onSpeak()
    } catch (error) {
      setProblem(toProblem(error).message)
    } finally {
      setJoining(false)
    }
  }
  return (
    <>
      <Notice>
        You can speak again, or go on typing.{' '}
        <Button disabled={isJoining} onClick={() => void speak()}>
          Speak again
        </Button>
      </Notice>
      {problem && <Notice tone="bad">{problem}</Notice>}
    </>
  )
}
