import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { retryTransient } from '../api/backoff'
import { newKey } from '../api/idempotencyKey'
import { type Problem, toProblem } from '../api/problem'
import { type Transcript, type TranscriptState, useHasInterims } from '../api/transcript'
import { Button } from '../ui/Button'
import { Confirm } from '../ui/Confirm'
import { Notice } from '../ui/Notice'
import { usePageTitle } from '../ui/Page'
import { Captions } from './Captions'
import { Composer } from './Composer'
import { END, type InterviewState, type Invitation, SIGNAL } from './documents'
import type { OutboxState } from './outbox'
import { findPhase } from './phase'
import { Presence, TurnLine } from './Presence'
import { ProblemText } from './ProblemText'
import { Progress } from './Progress'
import { findOpenQuestion } from './question'
import { RightsDialog } from './Rights'
import type { CandidateSession } from './session'
import { Organization, TryOutNote } from './Shell'
import { type SpokenWords, useHasSpokenWords, useSpokenWords } from './spokenWords'
import { useTexts } from './texts'
import { Toolbar } from './Toolbar'
import { describeTrouble, isAboutMicrophone, TroublePanel } from './Trouble'
import type { VoiceRoomView } from './VoiceRoom'

/** How long the page confirms a signal to the interviewer, in milliseconds. */
const CONFIRMATION_MS = 4_000
/** Length of a question from which it is shown in smaller letters, in characters. */
const LONG_QUESTION = 170

/** What the candidate has typed and not sent. */
export interface Draft {
  text: string
  /** Whether the text survives a reload. */
  isSaved: boolean
  change: (text: string) => void
}

export type RoomDialog = 'devices' | 'rights' | 'end'

interface RoomProps {
  /** With the present state of the interview. */
  invitation: Invitation
  invite: string
  session: CandidateSession
  interview: InterviewState | null
  /** When `interview` arrived, by performance.now(). */
  receivedAt: number
  transcript: Transcript
  state: TranscriptState
  /** Why the page cannot follow the interview any more. */
  problem: Problem | null
  outboxState: OutboxState
  onSend: (text: string) => void
  draft: Draft
  voice: VoiceRoomView | null
  onChange: () => Promise<void>
  onTyping: () => Promise<void>
  onMicrophone: (() => void) | null
  /** The open dialog, which stays open when the room changes between voice and typing. */
  dialog: RoomDialog | null
  onDialog: (dialog: RoomDialog | null) => void
}

/** The room: the open question, the interviewer's presence and the tools, with one slot for captions, typing or trouble. */
export function Room(props: RoomProps) {
  const { invitation, invite, session, interview, transcript, state, outboxState, draft, voice, onChange, dialog, onDialog } = props
  const texts = useTexts()
  const { room } = texts
  const isOver = interview?.status === 'ENDING'
  // an interviewer who writes is not in the room, where the candidate may still be
  const isWritten = voice !== null && interview?.channel === 'TEXT'
  const isTyped = voice === null || isWritten
  const [wantsToType, setWantsToType] = useState(draft.text !== '')
  const [showsCaptions, setShowsCaptions] = useState(true)
  const actions = useActions(session)
  const answer = useRef<HTMLTextAreaElement>(null)
  const typeTool = useRef<HTMLButtonElement>(null)

  const isTyping = isTyped || wantsToType
  const isWriting = useHasInterims(transcript, 'INTERVIEWER')
  const hasWords = useHasSpokenWords(voice?.words ?? null)
  const phase = findPhase({ state, isWriting, voice, hasWords, channel: interview?.channel ?? null, isOver })
  const question = findOpenQuestion(state.turns)
  const heading = usePageTitle(`${room.phases[phase].title} · ${invitation.positionTitle}`)
  useLayoutEffect(() => heading.current?.focus(), [heading])

  const type = (wants: boolean) => {
    setWantsToType(wants)
    void voice?.setMuted(wants)
    // the field appears with the next rendering
    setTimeout(() => (wants ? answer : typeTool).current?.focus())
  }
  const speakAgain = () => actions.run(async () => {
    // a page that joined to type has no microphone yet: it is chosen before joining
    if (session.room) await session.renew()
    else props.onMicrophone?.()
    setWantsToType(false)
    await voice?.setMuted(false)
  })
  const voiceTrouble = voice?.trouble ?? null
  const isNotHeard = voiceTrouble !== null && isAboutMicrophone(voiceTrouble)
  const slotTrouble = isTyping || isOver ? null : voiceTrouble
  const hasSpeechFailed = Boolean(interview?.speechOutage && !interview.speechOutage.endedAt)
  const composerTrouble = (): string | null => {
    if (hasSpeechFailed) return texts.voice.hasFailed.title
    if (voice && voiceTrouble && !isNotHeard) return describeTrouble(texts, voiceTrouble).title
    return state.streamStatus === 'reconnecting' ? texts.voice.isReconnecting.title : null
  }
  const shownProblem = actions.problem ?? props.problem
  const note = () => {
    if (actions.isConfirmed) return <span>{room.isNoted}</span>
    if (voice?.isMuted && !isTyping && phase === 'listening') return <span className="warn">{room.isMuted}</span>
    // while the candidate types, the interviewer's words have no captions
    if (voice && isTyping && hasWords) return <SpokenNote words={voice.words} />
    return null
  }
  const notices = (
    <>
      {interview?.speechOutage?.endedAt && !isOver && (
        <Notice>
          {texts.voice.isBack}{' '}
          <Button size="compact" aria-disabled={actions.isRunning} onClick={speakAgain}>
            {texts.voice.speakAgain}
          </Button>
        </Notice>
      )}
      {hasSpeechFailed && !isOver && <Notice tone="warn">{texts.voice.hasFailed.text}</Notice>}
      {actions.isRetrying && <Notice tone="warn">{texts.isRetrying}</Notice>}
      {shownProblem && (
        <Notice tone="bad">
          <ProblemText problem={shownProblem} />
        </Notice>
      )}
    </>
  )
  const captions = <Captions transcript={transcript} state={state} pending={outboxState.messages} words={voice?.words ?? null} isTyped={isTyped} />
  return (
    <div className={`candidate room ${isTyped ? 'typed' : ''}`}>
      <header className="head">
        <TryOutNote invitation={invitation} />
        <div className="top">
          <Organization invitation={invitation} />
          <Progress interview={interview} receivedAt={props.receivedAt} />
          <div className="end">
            {session.isRecorded && session.room && <span className="rec">{room.isRecorded}</span>}
            {!isOver && (
              <Button variant="link" className="-my-1 px-2" onClick={() => onDialog('rights')}>
                {texts.page.help}
              </Button>
            )}
          </div>
        </div>
      </header>
      <main className="stage">
        <div className="turn">
          <Presence phase={phase} track={isTyped ? null : voice.interviewerTrack} />
          <TurnLine phase={phase} note={note()} isAnnounced={isTyped} />
        </div>
        <div className="question">
          <h1 ref={heading} tabIndex={-1} className={(question?.length ?? 0) > LONG_QUESTION ? 'long' : ''}>
            {question ?? (phase === 'connecting' || phase === 'away' ? room.greeting : room.hello)(invitation.candidateName)}
          </h1>
          {question === null && state.streamStatus !== 'loading' && <p>{texts.welcome.length.text}</p>}
        </div>
        <div className="slot">
          {notices}
          {slotTrouble && voice ? (
            <TroublePanel trouble={slotTrouble} voice={voice} onDevices={() => onDialog('devices')} onType={() => type(true)} />
          ) : (
            (isTyped || (!isTyping && showsCaptions)) && captions
          )}
          {isTyping && (
            <Composer
              ref={answer}
              draft={draft.text}
              isDraftSaved={draft.isSaved}
              onDraft={draft.change}
              outboxState={outboxState}
              isOver={isOver}
              onSend={props.onSend}
              onSpeak={isTyped ? null : () => type(false)}
              trouble={composerTrouble()}
            />
          )}
        </div>
      </main>
      {voice?.picture && <aside className="self">{voice.picture}</aside>}
      <Toolbar
        voice={isTyped ? null : voice}
        canUseCamera={session.isRecorded}
        isNotHeard={isNotHeard && !isTyping}
        showsCaptions={showsCaptions}
        onCaptions={setShowsCaptions}
        isTyping={isTyping}
        onTyping={type}
        typeTool={typeTool}
        onDevices={() => onDialog('devices')}
        canSignal={question !== null}
        onSignal={actions.signal}
        onMicrophone={isWritten && !hasSpeechFailed ? speakAgain : voice === null ? props.onMicrophone : null}
        isOver={isOver}
        onEnd={() => onDialog('end')}
      />
      {dialog === 'devices' && voice?.renderDevices(() => onDialog(null))}
      {dialog === 'rights' && (
        <RightsDialog
          invitation={invitation}
          invite={invite}
          isVoice={voice !== null}
          onChange={onChange}
          onTyping={props.onTyping}
          onClose={() => onDialog(null)}
        />
      )}
      {dialog === 'end' && (
        <Confirm
          title={room.ending.title}
          text={room.ending.text}
          yes={room.ending.confirm}
          no={room.ending.keep}
          onAnswer={(isYes) => {
            onDialog(null)
            if (isYes) actions.end()
          }}
        />
      )}
    </div>
  )
}

/** The interviewer's words in the line that says whose turn it is. */
function SpokenNote({ words }: { words: SpokenWords }) {
  return <span>{useSpokenWords(words)}</span>
}

interface Actions {
  signal: (signal: 'REPEAT' | 'MORE_TIME') => void
  end: () => void
  /** Runs another action, and shows why it failed. */
  run: (action: () => Promise<void>) => void
  isRunning: boolean
  /** Whether an action is repeated because the server cannot be reached. */
  isRetrying: boolean
  /** Whether a signal has just been received. */
  isConfirmed: boolean
  problem: Problem | null
}

/** What the candidate does with the tools. An action is repeated until it succeeds or cannot, with the same key. */
function useActions({ connection, interviewId }: CandidateSession): Actions {
  const [isRunning, setRunning] = useState(false)
  const [isRetrying, setRetrying] = useState(false)
  const [isConfirmed, setConfirmed] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const stop = useRef(new AbortController())
  useEffect(() => {
    const leaving = new AbortController()
    stop.current = leaving
    return () => leaving.abort()
  }, [])
  useEffect(() => {
    if (!isConfirmed) return
    const timer = setTimeout(() => setConfirmed(false), CONFIRMATION_MS)
    return () => clearTimeout(timer)
  }, [isConfirmed])
  const run = (action: () => Promise<void>) => {
    // a second press while the first is under way changes nothing
    if (isRunning) return
    setRunning(true)
    setProblem(null)
    action()
      .catch((error: unknown) => setProblem(toProblem(error)))
      .finally(() => {
        setRunning(false)
        setRetrying(false)
      })
  }
  const repeat = <Value,>(call: () => Promise<Value>) => retryTransient(call, stop.current.signal, () => setRetrying(true))
  return {
    run,
    signal: (signal) => {
      const input = { interviewId, signal, idempotencyKey: newKey() }
      run(async () => {
        await repeat(() => connection.mutate(SIGNAL, { input }))
        setConfirmed(true)
      })
    },
    end: () => {
      const input = { interviewId, idempotencyKey: newKey() }
      run(async () => void (await repeat(() => connection.mutate(END, { input }))))
    },
    isRunning,
    isRetrying,
    isConfirmed,
    problem,
  }
}
