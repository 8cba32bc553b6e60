import { useState } from 'react'
import { type Problem, toProblem } from '../api/problem'
import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import type { InterviewState } from './documents'
import { ProblemText } from './ProblemText'
import { useTexts } from './texts'

interface SpeechNoticeProps {
  outage: NonNullable<InterviewState['speechOutage']>
  /** Returns to voice. Rejects with a Problem. */
  onSpeak: () => Promise<void>
}

/** Says that speech has failed, and offers the way back to voice once it works again. */
export function SpeechNotice({ outage, onSpeak }: SpeechNoticeProps) {
  const { voice } = useTexts()
  const [isJoining, setJoining] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  if (!outage.endedAt) return <Notice tone="warn">{voice.hasFailed}</Notice>
  const speak = async () => {
    setJoining(true)
    setProblem(null)
    try {
      await onSpeak()
    } catch (error) {
      setProblem(toProblem(error))
    } finally {
      setJoining(false)
    }
  }
  return (
    <>
      <Notice>
        {voice.isBack}{' '}
        <Button disabled={isJoining} onClick={() => void speak()}>
          {voice.speakAgain}
        </Button>
      </Notice>
      {problem && (
        <Notice tone="bad">
          <ProblemText problem={problem} />
        </Notice>
      )}
    </>
  )
}
