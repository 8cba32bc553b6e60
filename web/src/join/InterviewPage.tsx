import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { useTranscript } from '../api/transcript'
import { useLatestEvent } from '../api/useLatestEvent'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import { Captions } from './Captions'
import { ClosedPage, findClosedReason } from './ClosedPage'
import { Composer } from './Composer'
import { Controls } from './Controls'
import { type InterviewState, type Invitation, SIGNAL, STATE } from './documents'
import { useOutbox } from './outbox'
import { PhaseIndicator } from './PhaseIndicator'
import { ProgressLine } from './ProgressLine'
import { Rights } from './Rights'
import { ProblemText } from './ProblemText'
import type { CandidateSession } from './session'
import { useTexts } from './texts'
import { SpeechNotice } from './SpeechNotice'
import type { VoiceRoomView } from './VoiceRoom'

const VoiceRoom = lazy(() => import('./VoiceRoom'))

/** Milliseconds between typing marks while the text changes. */
const TYPING_INTERVAL = 5_000

interface InterviewPageProps {
  invitation: Invitation
  invite: string
  session: CandidateSession
  deviceId: string | null
  /** Reloads the invitation. */
  onChange: () => Promise<void>
  /** Joins again to type. */
  onTyping: () => Promise<void>
  /** Called if the candidate wants to continue after the interview has ended early. */
  onReturn: () => void
}

/** The page of an interview in progress, spoken or typed. */
export function InterviewPage({ invitation, invite, session, deviceId, onChange, onTyping, onReturn }: InterviewPageProps) {
  const { room } = useTexts()
  const { connection, interviewId } = session
  const { transcript, state } = useTranscript(connection, interviewId)
  const { data, receivedAt, problem } = useLatestEvent(connection, STATE, { id: interviewId })
  const { outbox, state: outboxState } = useOutbox(connection, interviewId, transcript.lastSeq)
  const [draft, setDraft] = useState('')
  const typedAt = useRef(0)
  const onDraft = (text: string) => {
    setDraft(text)
    if (!text || Date.now() - typedAt.current < TYPING_INTERVAL) return
    typedAt.current = Date.now()
    // the next mark replaces one that was lost
    connection.mutate(SIGNAL, { input: { interviewId, signal: 'TYPING' } }).catch(() => {})
  }
  const interview = data?.interviewChanged ?? null

  // the invitation may have been loaded before the candidate consented
  const current = { ...applyState(invitation, interview), consent: invitation.consent ?? session.consent ?? null }
  const reason = interview && findClosedReason(current)
  const isClosed = reason !== null && interview?.status !== 'ENDING'
  useEffect(() => {
    // only the invitation says until when the candidate can come back
    if (isClosed) void onChange()
  }, [isClosed, onChange])
  if (isClosed) return <ClosedPage invitation={current} reason={reason} invite={invite} onChange={onChange} onReturn={onReturn} />

  const shownProblem = problem ?? state.problem
  const isOver = interview?.status === 'ENDING'
  // a page that joined to type has no microphone yet: it is chosen before joining
  const speakAgain = async () => (session.room ? session.renew() : window.location.reload())
  const renderInterview = (voice: VoiceRoomView | null) => (
    <Page title={invitation.positionTitle} eyebrow={invitation.organization}>
      <ProgressLine interview={interview} receivedAt={receivedAt} isRecorded={session.isRecorded && session.room !== null} />
      <PhaseIndicator state={state} voice={voice} channel={interview?.channel ?? null} isOver={isOver} />
      {interview?.speechOutage && !isOver && <SpeechNotice outage={interview.speechOutage} onSpeak={speakAgain} />}
      {voice?.notice}
      {state.streamStatus === 'reconnecting' && <Notice tone="warn">{room.reconnecting}</Notice>}
      {shownProblem && (
        <Notice tone="bad">
          <ProblemText problem={shownProblem} />
        </Notice>
      )}
      <Captions state={state} pending={outboxState.messages} speech={voice?.speech ?? null} />
      <Composer draft={draft} onDraft={onDraft} outboxState={outboxState} isOver={isOver} onSend={(text) => outbox.enqueue(text)} />
      <Controls
        session={session}
        voice={voice}
        isOver={isOver}
        canRepeat={state.turns.some(({ speaker }) => speaker === 'INTERVIEWER')}
      />
      {!isOver && <Rights invitation={current} invite={invite} isVoice={voice !== null} onChange={onChange} onTyping={onTyping} />}
    </Page>
  )
  if (!session.room) return renderInterview(null)
  return (
    // the fallback must not contain the composer: unmounting it would lose the draft
    <Suspense fallback={<Page title={invitation.positionTitle}>{room.connecting}</Page>}>
      <VoiceRoom session={session} deviceId={deviceId} hasSpeechFailed={Boolean(interview?.speechOutage)} transcript={transcript}>
        {renderInterview}
      </VoiceRoom>
    </Suspense>
  )
}

/** Returns the invitation with the newest state of the interview. */
function applyState(invitation: Invitation, interview: InterviewState | null): Invitation {
  if (!interview) return invitation
  const { status, endReason, requests } = interview
  const accommodations = interview.accommodations ?? invitation.accommodations
  return {
    ...invitation,
    status,
    endReason,
    requests: requests ?? invitation.requests,
    accommodations,
    // not Progress.limitSeconds, which also grows while the clock is stopped
    limitMinutes: Math.round((invitation.limitMinutes / invitation.accommodations.timeFactor) * accommodations.timeFactor),
  }
}
