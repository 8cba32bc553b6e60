import { useState } from 'react'
import { type Problem, toProblem } from '../api/problem'
import { Button } from '../ui/Button'
import { Confirm } from '../ui/Confirm'
import { Notice } from '../ui/Notice'
import { END } from './documents'
import type { CandidateSession } from './session'
import type { VoiceRoomView } from './VoiceRoom'

/** Message that asks for a repeat, in each language of the interviewer. */
const REPEAT_REQUEST: Record<string, string> = {
  en: 'Could you repeat the question, please?',
  de: 'Können Sie die Frage bitte wiederholen?',
  es: '¿Podría repetir la pregunta, por favor?',
  fr: 'Pourriez-vous répéter la question, s’il vous plaît ?',
}

interface ControlsProps {
  session: CandidateSession
  language: string
  voice: VoiceRoomView | null
  isOver: boolean
  canRepeat: boolean
  onSay: (text: string) => void
}

/** Microphone and camera, repeating the question, ending the interview. */
export function Controls({ session, language, voice, isOver, canRepeat, onSay }: ControlsProps) {
  const [isConfirming, setConfirming] = useState(false)
  const [isEnding, setEnding] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  const onAnswer = async (isYes: boolean) => {
    setConfirming(false)
    if (!isYes) return
    setEnding(true)
    setProblem(null)
    try {
      await session.connection.mutate(END, { input: { interviewId: session.interviewId } })
    } catch (error) {
      setProblem(toProblem(error))
      setEnding(false)
    }
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      {voice?.controls}
      <Button disabled={isOver || !canRepeat} onClick={() => onSay(REPEAT_REQUEST[language.slice(0, 2)] ?? REPEAT_REQUEST.en ?? '')}>
        Repeat the question
      </Button>
      <Button variant="danger" disabled={isOver || isEnding} onClick={() => setConfirming(true)}>
        End the interview
      </Button>
      {problem && <Notice tone="bad">{problem.message}</Notice>}
      {isConfirming && (
        <Confirm
          title="End the interview now?"
          text="Everything you have said so far is saved and will be reviewed. You will not be able to return to this interview."
          yes="End now"
          no="Keep going"
          onAnswer={(isYes) => void onAnswer(isYes)}
        />
      )}
    </div>
  )
}
