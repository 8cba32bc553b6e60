import './room.css'
import { lazy, Suspense, useEffect, useRef, useState } from 'react'
import { toProblem } from '../api/problem'
import { tabStorage } from '../api/storage'
import { useTranscript } from '../api/transcript'
import { useLatestEvent } from '../api/useLatestEvent'
import { ClosedPage, ErasedPage, findClosedReason, ReplacedPage } from './ClosedPage'
import { type InterviewState, type Invitation, SIGNAL, STATE } from './documents'
import type { ChosenDevices } from './microphone'
import { useOutbox } from './outbox'
import { type Draft, Room, type RoomDialog } from './Room'
import type { CandidateSession } from './session'
import { useTexts } from './texts'
import type { VoiceRoomView } from './VoiceRoom'

const VoiceRoom = lazy(() => import('./VoiceRoom'))

/** Milliseconds between typing marks while the text changes, and after one that has failed. */
const TYPING_INTERVAL_MS = 5_000
const FAILED_MARK_INTERVAL_MS = 10_000

interface InterviewPageProps {
  invitation: Invitation
  invite: string
  session: CandidateSession
  devices: ChosenDevices
  /** Reloads the invitation. */
  onChange: () => Promise<void>
  /** Continues the interview in writing. */
  onTyping: () => Promise<void>
  /** Returns to the device check, to speak in an interview that was joined to type; null if the interview is typed. */
  onMicrophone: (() => void) | null
  /** Called if the candidate wants to continue after the interview has ended early. */
  onReturn: () => void
}

/** The page of an interview in progress, spoken or typed. */
export function InterviewPage({ invitation, invite, session, devices, onChange, onTyping, onMicrophone, onReturn }: InterviewPageProps) {
  const { connection, interviewId } = session
  const { transcript, state } = useTranscript(connection, interviewId)
  const { data, receivedAt, problem } = useLatestEvent(connection, STATE, { id: interviewId })
  const { outbox, state: outboxState } = useOutbox(connection, interviewId, transcript.lastSeq)
  const draft = useDraft(session, outboxState.messages.length > 0)
  const [dialog, setDialog] = useState<RoomDialog | null>(null)
  const interview = data?.interviewChanged ?? null

  // the invitation may have been loaded before the candidate consented
  const current = { ...applyState(invitation, interview), consent: invitation.consent ?? session.consent ?? null }
  const reason = interview && findClosedReason(current)
  const isClosed = reason !== null && interview?.status !== 'ENDING'
  useEffect(() => {
    // only the invitation says until when the candidate can come back
    if (isClosed) void onChange()
  }, [isClosed, onChange])
  if (problem?.code === 'NOT_FOUND') return <ErasedPage invitation={current} />
  if (isClosed) return <ClosedPage invitation={current} reason={reason} invite={invite} onChange={onChange} onReturn={onReturn} />

  const renderRoom = (voice: VoiceRoomView | null) =>
    voice?.isReplaced ? (
      <ReplacedPage invitation={current} onTakeOver={voice.rejoin} />
    ) : (
      <Room
        invitation={current}
        invite={invite}
        session={session}
        interview={interview}
        receivedAt={receivedAt}
        transcript={transcript}
        state={state}
        problem={problem ?? state.problem}
        outboxState={outboxState}
        onSend={(text) => outbox.enqueue(text)}
        draft={draft}
        voice={voice}
        onChange={onChange}
        onTyping={onTyping}
        onMicrophone={onMicrophone}
        dialog={dialog}
        onDialog={setDialog}
      />
    )
  if (!session.room) return renderRoom(null)
  return (
    // the fallback must not contain the composer: unmounting it would lose the focus
    <Suspense fallback={<Connecting />}>
      <VoiceRoom session={session} devices={devices} hasSpeechFailed={Boolean(interview?.speechOutage)} transcript={transcript}>
        {renderRoom}
      </VoiceRoom>
    </Suspense>
  )
}

function Connecting() {
  const { room } = useTexts()
  return (
    <main className="candidate grid min-h-dvh place-content-center">
      <p role="status" className="quiet">
        {room.connecting}
      </p>
    </main>
  )
}

/** Saves the draft in this tab, tells the interviewer that the candidate is typing, and asks before the page is left with unsent text. */
function useDraft({ connection, interviewId }: CandidateSession, hasUnsent: boolean): Draft {
  const key = `viva.draft.${interviewId}`
  const [text, setText] = useState(() => tabStorage.get(key) ?? '')
  const [isSaved, setSaved] = useState(true)
  /** When the next typing mark may be sent. */
  const nextMarkAt = useRef(0)
  const mustAsk = hasUnsent || text.trim() !== ''
  useEffect(() => {
    if (!mustAsk) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', ask)
    return () => removeEventListener('beforeunload', ask)
  }, [mustAsk])
  const change = (changed: string) => {
    setText(changed)
    setSaved(tabStorage.set(key, changed || null))
    const now = performance.now()
    if (!changed || now < nextMarkAt.current) return
    nextMarkAt.current = now + TYPING_INTERVAL_MS
    connection.mutate(SIGNAL, { input: { interviewId, signal: 'TYPING' } }).catch((error: unknown) => {
      // a later mark replaces one that was lost
      nextMarkAt.current = performance.now() + Math.max(FAILED_MARK_INTERVAL_MS, toProblem(error).retryAfterSeconds * 1_000)
    })
  }
  return { text, isSaved, change }
}

/** Returns the invitation with the newest state of the interview. */
function applyState(invitation: Invitation, interview: InterviewState | null): Invitation {
  if (!interview) return invitation
  const { status, endReason, requests } = interview
  const accommodations = interview.accommodations ?? invitation.accommodations
  return {
    ...invitation,
    status,
    state: findState(status),
    endReason,
    requests: requests ?? invitation.requests,
    accommodations,
    // not Progress.limitSeconds, which also grows while the clock is stopped
    limitMinutes: Math.round((invitation.limitMinutes / invitation.accommodations.timeFactor) * accommodations.timeFactor),
  }
}

/** Returns whether an interview that the candidate has joined can go on: who came in time is not expired. */
function findState(status: InterviewState['status']): Invitation['state'] {
  switch (status) {
    case 'SCHEDULED':
    case 'WAITING':
    case 'IN_PROGRESS':
      return 'OPEN'
    case 'EXPIRED':
    case 'CANCELLED':
    case 'FAILED':
      return status
    default:
      return 'OVER'
  }
}
