import { useState } from 'react'
import { type Problem, toProblem } from '../api/problem'
import { Button } from '../ui/Button'
import { Confirm } from '../ui/Confirm'
import { Notice } from '../ui/Notice'
import { END, SIGNAL } from './documents'
import { ProblemText } from './ProblemText'
import type { CandidateSession } from './session'
import { useTexts } from './texts'
import type { VoiceRoomView } from './VoiceRoom'

interface ControlsProps {
  session: CandidateSession
  voice: VoiceRoomView | null
  isOver: boolean
  canRepeat: boolean
}

/** Microphone and camera, repeating the question, asking for time, ending the interview. */
export function Controls({ session, voice, isOver, canRepeat }: ControlsProps) {
  const { room } = useTexts()
  const [isConfirming, setConfirming] = useState(false)
  const [isEnding, setEnding] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  const signal = async (name: 'REPEAT' | 'MORE_TIME') => {
    setProblem(null)
    try {
      await session.connection.mutate(SIGNAL, { input: { interviewId: session.interviewId, signal: name } })
    } catch (error) {
      setProblem(toProblem(error))
    }
  }
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
      <Button disabled={isOver || !canRepeat} onClick={() => void signal('REPEAT')}>
        {room.repeat}
      </Button>
      <Button disabled={isOver || !canRepeat} onClick={() => void signal('MORE_TIME')}>
        {room.moreTime}
      </Button>
      <Button variant="danger" disabled={isOver || isEnding} onClick={() => setConfirming(true)}>
        {room.end}
      </Button>
      {problem && (
        <Notice tone="bad">
          <ProblemText problem={problem} />
        </Notice>
      )}
      {isConfirming && (
        <Confirm
          title={room.ending.title}
          text={room.ending.text}
          yes={room.ending.confirm}
          no={room.ending.keep}
          onAnswer={(isYes) => void onAnswer(isYes)}
        />
      )}
    </div>
  )
}
