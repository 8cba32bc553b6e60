import { lazy, Suspense, useState } from 'react'
import { type TranscriptState, useTranscript } from '../api/transcript'
import { useLatest } from '../api/useLatest'
import type { StateSubscription } from '../gql/graphql'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import { Captions } from './Captions'
import { Closed, closingOf } from './Closed'
import { Composer } from './Composer'
import { Controls } from './Controls'
import { STATE } from './documents'
import type { Invitation } from './JoinPage'
import { useOutbox } from './outbox'
import { ProgressLine } from './ProgressLine'
import type { Seat } from './seat'
import type { Voice } from './VoiceRoom'

const VoiceRoom = lazy(() => import('./VoiceRoom'))

export type Progressing = StateSubscription['interviewChanged']

/** The interview itself, spoken or typed: the same page, with a room or without. */
export function InterviewPage({ invitation, seat, deviceId }: { invitation: Invitation; seat: Seat; deviceId: string | null }) {
  const { connection, interviewId } = seat
  const { transcript, state } = useTranscript(connection, interviewId)
  const { data, at, problem } = useLatest(connection, STATE, { id: interviewId })
  const { outbox, state: sent } = useOutbox(connection, interviewId, transcript.lastSeq)
  const [draft, setDraft] = useState('')
  const interview = data?.interviewChanged ?? null

  const closing = interview && closingOf({ ...invitation, status: interview.status })
  if (interview && closing && interview.status !== 'ENDING') return <Closed invitation={invitation} closing={closing} />

  const isOver = interview?.status === 'ENDING'
  const stage = (voice: Voice | null) => (
    <Page title={invitation.positionTitle} above={invitation.organization}>
      <ProgressLine interview={interview} at={at} isRecorded={seat.isRecorded && seat.room !== null} />
      <TurnIndicator state={state} voice={voice} isOver={isOver} />
      {voice?.notice}
      {state.liveness === 'reconnecting' && <Notice tone="warn">Reconnecting to the server… What you type is kept and sent.</Notice>}
      {(problem ?? state.problem) && <Notice tone="bad">{(problem ?? state.problem)?.message}</Notice>}
      <Captions state={state} waiting={sent.messages} spoken={voice?.speech ?? null} />
      <Composer draft={draft} onDraft={setDraft} sent={sent} isOver={isOver} onSend={(text) => outbox.put(text)} />
      <Controls
        seat={seat}
        language={invitation.language}
        voice={voice}
        isOver={isOver}
        canRepeat={state.turns.some(({ speaker }) => speaker === 'INTERVIEWER')}
        onSay={(text) => outbox.put(text)}
      />
    </Page>
  )
  if (!seat.room) return stage(null)
  return (
    // not the stage: what was typed into it would be gone with it
    <Suspense fallback={<Page title={invitation.positionTitle}>Opening the room…</Page>}>
      <VoiceRoom seat={seat} deviceId={deviceId} transcript={transcript}>
        {stage}
      </VoiceRoom>
    </Suspense>
  )
}

function TurnIndicator({ state, voice, isOver }: { state: TranscriptState; voice: Voice | null; isOver: boolean }) {
  const turn = isOver ? 'closing' : (voice?.turn ?? typedTurn(state))
  const words = {
    closing: 'The interview is ending: your last words are being stored.',
    connecting: 'The interviewer is joining…',
    thinking: 'The interviewer is thinking…',
    speaking: voice ? 'The interviewer is speaking.' : 'The interviewer is writing…',
    listening: 'Your turn. Take the time you need.',
  }
  return (
    <p role="status" className="flex items-center gap-2 font-medium">
      <span aria-hidden className={`size-2.5 rounded-full ${turn === 'listening' ? 'bg-good' : 'bg-accent'} ${turn === 'thinking' ? 'animate-pulse' : ''}`} />
      {words[turn]}
    </p>
  )
}

function typedTurn({ turns, interims }: TranscriptState): 'connecting' | 'speaking' | 'thinking' | 'listening' {
  if (interims.INTERVIEWER) return 'speaking'
  const last = turns.at(-1)
  if (!last) return 'connecting'
  return last.speaker === 'CANDIDATE' ? 'thinking' : 'listening'
}
