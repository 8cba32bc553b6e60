import { useState } from 'react'
import { type Problem, problemOf } from '../api/problem'
import { Button } from '../ui/Button'
import { Confirm } from '../ui/Confirm'
import { Notice } from '../ui/Notice'
import { END } from './documents'
import type { Seat } from './seat'
import type { Voice } from './VoiceRoom'

/** In the languages that the interviewer speaks. */
const REPEAT: Record<string, string> = {
  en: 'Could you repeat the question, please?',
  de: 'Können Sie die Frage bitte wiederholen?',
  es: '¿Podría repetir la pregunta, por favor?',
  fr: 'Pourriez-vous répéter la question, s’il vous plaît ?',
}

interface ControlsProps {
  seat: Seat
  language: string
  voice: Voice | null
  isOver: boolean
  canRepeat: boolean
  onSay: (text: string) => void
}

/** Microphone, repeating the question, ending early. */
export function Controls({ seat, language, voice, isOver, canRepeat, onSay }: ControlsProps) {
  const [isAsking, setAsking] = useState(false)
  const [isEnding, setEnding] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  const answer = async (isYes: boolean) => {
    setAsking(false)
    if (!isYes) return
    setEnding(true)
    setProblem(null)
    try {
      await seat.connection.mutate(END, { input: { interviewId: seat.interviewId } })
    } catch (error) {
      setProblem(problemOf(error))
      setEnding(false)
    }
  }
  return (
    <div className="flex flex-wrap items-center gap-2">
      {voice?.controls}
      <Button disabled={isOver || !canRepeat} onClick={() => onSay(REPEAT[language.slice(0, 2)] ?? REPEAT.en ?? '')}>
        Repeat the question
      </Button>
      <Button kind="danger" disabled={isOver || isEnding} onClick={() => setAsking(true)}>
        End the interview
      </Button>
      {problem && <Notice tone="bad">{problem.message}</Notice>}
      {isAsking && (
        <Confirm
          title="End the interview now?"
          text="What you have said so far is stored and will be looked at. You cannot come back to this interview afterwards."
          yes="End it"
          no="Go on"
          onAnswer={(isYes) => void answer(isYes)}
        />
      )}
    </div>
  )
}
