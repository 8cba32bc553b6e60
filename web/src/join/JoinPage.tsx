import { CircleAlert, Keyboard, Link2Off } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useId, useRef, useState } from 'react'
import { retryTransient } from '../api/backoff'
import { anonymous, Connection } from '../api/connection'
import { type Problem, toProblem } from '../api/problem'
import { browserStorage } from '../api/storage'
import type { Channel } from '../gql/graphql'
import { Button } from '../ui/Button'
import { ErrorBoundary } from '../ui/ErrorBoundary'
import { Notice } from '../ui/Notice'
import { canReturn, ClosedPage, findClosedReason } from './ClosedPage'
import { INVITATION, type Invitation } from './documents'
import type { ChosenDevices } from './microphone'
import { ProblemText } from './ProblemText'
import { Requests, Rights, RightsPage } from './Rights'
import { type CandidateSession, join } from './session'
import { Shell, Steps, Title, TroubleFooter } from './Shell'
import { Localized, useTexts } from './texts'
import { type Agreement, Welcome } from './Welcome'

// neither the check nor the room is needed for the consent page
const DeviceCheck = lazy(() => import('./DeviceCheck').then((module) => ({ default: module.DeviceCheck })))
const InterviewPage = lazy(() => import('./InterviewPage').then((module) => ({ default: module.InterviewPage })))

const publicConnection = new Connection(anonymous)
const NO_DEVICES: ChosenDevices = { microphone: null, speaker: null, camera: null }

/** Page of an invite: introduction and consent, device check, then the interview. */
export function JoinPage() {
  const invite = useInvite()
  const state = useInvitation(invite)
  return (
    // the consent text is in the language of the interview if there is a translation
    <Localized language={state.invitation?.consentText.language ?? navigator.language}>
      <ErrorBoundary fallback={<BrokenPage />}>
        <JoinContents key={invite} invite={invite} {...state} />
      </ErrorBoundary>
    </Localized>
  )
}

/** Replaces the page when it fails to load or to render. The answers are on the server, and what was typed is in the tab's storage. */
function BrokenPage() {
  const { pageError } = useTexts()
  return (
    <Shell invitation={null}>
      <div className="seal warn">
        <CircleAlert aria-hidden />
      </div>
      <Title>{pageError.title}</Title>
      <p className="lead mb-6">{pageError.text}</p>
      <Button variant="action" onClick={() => location.reload()}>
        {pageError.reload}
      </Button>
    </Shell>
  )
}

/** Returns the invite in the fragment of the URL, which changes when another link is pasted. */
function useInvite(): string {
  const [invite, setInvite] = useState(() => location.hash.slice(1))
  useEffect(() => {
    const update = () => setInvite(location.hash.slice(1))
    addEventListener('hashchange', update)
    return () => removeEventListener('hashchange', update)
  }, [])
  return invite
}

interface Joined {
  session: CandidateSession
  devices: ChosenDevices
}

function JoinContents({ invite, invitation, problem, reload }: { invite: string } & InvitationState) {
  const texts = useTexts()
  const { link } = texts
  const [prefersMicrophone, setPrefersMicrophone] = useState(false)
  const [wantsReturn, setWantsReturn] = useState(false)
  const [joined, setJoined] = useState<Joined | null>(null)

  if (!invite) return <IncompleteLink />
  const mayUseMicrophone = invitation !== null && isByVoice(invitation)
  const onMicrophone = mayUseMicrophone
    ? () => {
        setPrefersMicrophone(true)
        setJoined(null)
      }
    : null
  if (joined && invitation) {
    return (
      <Suspense>
        <InterviewPage
          invitation={invitation}
          invite={invite}
          {...joined}
          onChange={reload}
          onTyping={async () => {
            await joined.session.continueInWriting()
            setJoined({ ...joined })
          }}
          onMicrophone={onMicrophone}
          onReturn={() => {
            setJoined(null)
            setWantsReturn(true)
          }}
        />
      </Suspense>
    )
  }
  if (problem?.code === 'NOT_FOUND') return <LinkProblem {...link.invalid} />
  if (!invitation) {
    return (
      <Shell invitation={null}>
        <Title>{link.opening.title}</Title>
        <div className="lead">{problem ? <Notice tone="warn">{problem.isTransient ? texts.isRetrying : <ProblemText problem={problem} />}</Notice> : <p>{link.opening.text}</p>}</div>
      </Shell>
    )
  }
  const reason = findClosedReason(invitation)
  const isVoice = mayUseMicrophone && (prefersMicrophone || !invitation.accommodations.typing)
  const isReopening = wantsReturn && canReturn(invitation)
  if (reason && !isReopening) {
    const onReturn = () => setWantsReturn(true)
    const rights = (
      <section className="mt-8">
        <h2 className="mb-4">{texts.rights.title}</h2>
        <Rights invitation={invitation} invite={invite} isVoice={isVoice} onChange={reload} />
      </section>
    )
    return <ClosedPage invitation={invitation} reason={reason} invite={invite} rights={rights} onChange={reload} onReturn={onReturn} />
  }
  return (
    <JoinSteps
      invite={invite}
      invitation={invitation}
      isVoice={isVoice}
      onMicrophone={onMicrophone}
      isReopening={isReopening}
      onJoin={(session, devices) => {
        setWantsReturn(false)
        setJoined({ session, devices })
      }}
      onChange={reload}
    />
  )
}

function LinkProblem({ title, text, children }: { title: string; text: string; children?: ReactNode }) {
  return (
    <Shell invitation={null}>
      <div className="seal warn">
        <Link2Off aria-hidden />
      </div>
      <Title>{title}</Title>
      <p className="lead">{text}</p>
      {children}
    </Shell>
  )
}

/** Page of a link that has lost the part with the invite, which can be pasted here. */
function IncompleteLink() {
  const { incomplete } = useTexts().link
  const [link, setLink] = useState('')
  const [isUnusable, setUnusable] = useState(false)
  const id = useId()
  return (
    <LinkProblem title={incomplete.title} text={incomplete.text}>
      <form
        className="panel form mt-8"
        onSubmit={(event) => {
          event.preventDefault()
          const invite = findInvite(link)
          setUnusable(invite === null)
          if (invite !== null) location.hash = invite
        }}
      >
        <div className="field">
          <label htmlFor={id}>{incomplete.label}</label>
          <input id={id} className="input" autoComplete="off" spellCheck={false} value={link} onChange={({ target }) => setLink(target.value)} />
          {isUnusable && (
            <p role="alert" className="missing">
              <CircleAlert aria-hidden className="mt-px size-4.5 shrink-0" /> {incomplete.isUnusable}
            </p>
          )}
        </div>
        <Button type="submit" variant="action" className="justify-self-start">
          {incomplete.open}
        </Button>
      </form>
    </LinkProblem>
  )
}

/** Returns the invite of a pasted link; null if it is not whole. */
export function findInvite(link: string): string | null {
  return /\/join#([\w.~-]{16,})\s*$/u.exec(link.trim())?.[1] ?? null
}

interface JoinStepsProps {
  invite: string
  invitation: Invitation
  /** Whether the candidate is to speak. */
  isVoice: boolean
  /** Called if a candidate who was granted typing prefers to speak; null if the interview is not by voice. */
  onMicrophone: (() => void) | null
  /** Whether joining reopens an interview that has ended early. */
  isReopening: boolean
  onJoin: (session: CandidateSession, devices: ChosenDevices) => void
  /**
   * Reloads the invitation: after a request, or when the interview has ended, the invite has expired, or the consent text has
   * changed since the page was opened.
   */
  onChange: () => Promise<void>
}

function JoinSteps({ invite, invitation, isVoice, onMicrophone, isReopening, onJoin, onChange }: JoinStepsProps) {
  const texts = useTexts()
  const [agreement, setAgreement] = useState<Agreement | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isJoining, setJoining] = useState(false)
  const [isRetrying, setRetrying] = useState(false)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const opener = useRef<Element | null>(null)
  const isReturning = invitation.consent !== null
  const leaving = useRef(new AbortController())
  useEffect(() => {
    const controller = new AbortController()
    leaving.current = controller
    // another link in the same page must not be answered by joining this interview
    return () => controller.abort()
  }, [])

  const joinInterview = async (channel: Channel, devices: ChosenDevices) => {
    setJoining(true)
    setProblem(null)
    const { version, language, digest } = invitation.consentText
    // with the digest, the server refuses consent to a text that has changed since the candidate read it
    const consent = isReturning ? null : { textVersion: version, language, textDigest: digest, recording: agreement?.recording ?? false }
    try {
      // joining twice is joining once
      const call = () => join(invite, channel, consent, isReopening)
      onJoin(await retryTransient(call, leaving.current.signal, () => setRetrying(true)), devices)
    } catch (error) {
      const joinProblem = toProblem(error)
      setProblem(joinProblem)
      if (joinProblem.code === 'CONFLICT') {
        setAgreement(null)
        void onChange()
      }
    } finally {
      setJoining(false)
      setRetrying(false)
    }
  }
  const notice = isRetrying ? (
    <Notice tone="warn">{texts.isRetrying}</Notice>
  ) : (
    problem && (
      <Notice tone="bad">
        <ProblemText problem={problem} />
      </Notice>
    )
  )
  const onHelp = () => {
    opener.current = document.activeElement
    setHelpOpen(true)
  }
  const onBack = () => {
    setHelpOpen(false)
    // the button is visible after the next rendering
    setTimeout(() => opener.current instanceof HTMLElement && opener.current.focus())
  }
  const requests = <Requests invitation={invitation} onChange={onChange} />
  // the other pages stay mounted, so that nothing chosen on them is lost
  return (
    <>
      {isHelpOpen && <RightsPage invitation={invitation} invite={invite} isVoice={isVoice} onChange={onChange} onBack={onBack} />}
      <div hidden={isHelpOpen}>
        <Suspense>{renderStep()}</Suspense>
      </div>
    </>
  )

  function renderStep(): ReactNode {
    if (!isReturning && !agreement) {
      return <Welcome invitation={invitation} isVoice={isVoice} notice={notice} requests={requests} onHelp={onHelp} onAgree={setAgreement} />
    }
    if (isVoice) {
      return (
        <DeviceCheck
          invitation={invitation}
          isReturning={isReturning}
          canUseCamera={invitation.consent?.recording ?? agreement?.recording ?? false}
          isJoining={isJoining}
          notice={notice}
          onHelp={onHelp}
          onReady={(channel, devices) => void joinInterview(channel, devices)}
        />
      )
    }
    const { start, page } = texts
    return (
      <Shell
        invitation={invitation}
        action={
          <Button variant="link" onClick={onHelp}>
            {page.help}
          </Button>
        }
        footer={<TroubleFooter invitation={invitation} />}
      >
        {isReturning ? (
          <div className="seal wait">
            <Keyboard aria-hidden />
          </div>
        ) : (
          <Steps step={2} steps={2} />
        )}
        <Title>{isReturning ? start.welcomeBack : start.ready}</Title>
        <p className="lead mb-6">{isReturning ? start.saved : start.firstWords}</p>
        {notice}
        <div className="act mt-4">
          <Button variant="action" aria-disabled={isJoining} onClick={() => isJoining || void joinInterview('TEXT', NO_DEVICES)}>
            {isJoining ? start.isStarting : isReturning ? start.resume : start.start}
          </Button>
          {onMicrophone && <Button onClick={onMicrophone}>{start.useMicrophone}</Button>}
        </div>
        {requests}
      </Shell>
    )
  }
}

/** Whether the interview began by voice: a candidate who switched to typing may use the microphone again. */
function isByVoice({ interviewId, channel }: Invitation): boolean {
  const storageKey = `viva.voice.${interviewId}`
  if (channel === 'VOICE') browserStorage.set(storageKey, 'yes')
  return browserStorage.get(storageKey) !== null
}

interface InvitationState {
  invitation: Invitation | null
  problem: Problem | null
  reload: () => Promise<void>
}

/** Loads the invitation, retrying while the server cannot be reached. */
function useInvitation(token: string): InvitationState {
  const [result, setResult] = useState<{ invitation: Invitation | null; problem: Problem | null }>({ invitation: null, problem: null })
  const current = useRef(new AbortController())
  const load = useCallback(
    async () => {
      // one read at a time: in an outage, those that began earlier would all be repeated
      current.current.abort()
      current.current = new AbortController()
      const { signal } = current.current
      const tell = (problem: Problem) => {
        if (!signal.aborted) setResult((previous) => ({ ...previous, problem }))
      }
      const ask = async () => {
        try {
          return await publicConnection.query(INVITATION, { token })
        } catch (error) {
          const problem = toProblem(error)
          tell(problem)
          throw problem
        }
      }
      try {
        const { invitation } = await retryTransient(ask, signal)
        if (invitation && !signal.aborted) setResult({ invitation, problem: null })
      } catch {
        // the problem is shown
      }
    },
    [token],
  )
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- state is set only after the response arrives
    if (token) void load()
    return () => current.current.abort()
  }, [token, load])
  return { ...result, reload: load }
}
