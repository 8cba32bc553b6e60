import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { anonymous, Connection } from '../api/connection'
import { backOff } from '../api/backoff'
import { type Problem, toProblem } from '../api/problem'
import type { Channel } from '../gql/graphql'
import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import { canReturn, ClosedPage, findClosedReason } from './ClosedPage'
import { type Agreement, ConsentForm } from './ConsentForm'
import { DeviceCheck } from './DeviceCheck'
import { INVITATION, type Invitation } from './documents'
import { InterviewPage } from './InterviewPage'
import { ProblemText } from './ProblemText'
import { Rights } from './Rights'
import { type CandidateSession, join } from './session'
import { Localized, useTexts } from './texts'

const publicConnection = new Connection(anonymous)

/** Page of an invite: introduction and consent, device check, then the interview. */
export function JoinPage({ invite }: { invite: string }) {
  const state = useInvitation(invite)
  return (
    // the consent text is in the language of the interview if there is a translation
    <Localized language={state.invitation?.consentText.language ?? navigator.language}>
      <JoinContents invite={invite} {...state} />
    </Localized>
  )
}

function JoinContents({ invite, invitation, problem, reload }: { invite: string } & InvitationState) {
  const { link } = useTexts()
  const [prefersMicrophone, setPrefersMicrophone] = useState(false)
  const [wantsReturn, setWantsReturn] = useState(false)
  const [joined, setJoined] = useState<{ session: CandidateSession; deviceId: string | null } | null>(null)

  if (!invite) return <LinkProblem {...link.incomplete} />
  if (joined && invitation) {
    const onTyping = async () => setJoined({ session: await join(invite, 'TEXT', null), deviceId: null })
    const onReturn = () => {
      setJoined(null)
      setWantsReturn(true)
    }
    return <InterviewPage invitation={invitation} invite={invite} {...joined} onChange={reload} onTyping={onTyping} onReturn={onReturn} />
  }
  if (problem?.code === 'NOT_FOUND') return <LinkProblem {...link.invalid} />
  if (!invitation) {
    return (
      <Page title={link.opening.title}>
        {problem ? (
          <Notice tone="warn">
            <ProblemText problem={problem} />
          </Notice>
        ) : (
          <p className="text-quiet">{link.opening.text}</p>
        )}
      </Page>
    )
  }
  const reason = findClosedReason(invitation)
  const mayUseMicrophone = isByVoice(invitation)
  const isVoice = mayUseMicrophone && (prefersMicrophone || !invitation.accommodations.typing)
  const rights = <Rights invitation={invitation} invite={invite} isVoice={isVoice} onChange={reload} />
  const isReopening = wantsReturn && canReturn(invitation)
  if (reason && !isReopening) {
    const onReturn = () => setWantsReturn(true)
    return <ClosedPage invitation={invitation} reason={reason} invite={invite} rights={rights} onChange={reload} onReturn={onReturn} />
  }
  return (
    <JoinSteps
      invite={invite}
      invitation={invitation}
      isVoice={isVoice}
      onMicrophone={mayUseMicrophone ? () => setPrefersMicrophone(true) : null}
      rights={rights}
      isReopening={isReopening}
      onJoin={(session, deviceId) => {
        setWantsReturn(false)
        setJoined({ session, deviceId })
      }}
      onStale={reload}
    />
  )
}

function LinkProblem({ title, text }: { title: string; text: string }) {
  return (
    <Page title={title}>
      <p>{text}</p>
    </Page>
  )
}

interface JoinStepsProps {
  invite: string
  invitation: Invitation
  /** Whether the candidate is to speak. */
  isVoice: boolean
  /** Called if a candidate who was granted typing prefers to speak; null if the interview is not by voice. */
  onMicrophone: (() => void) | null
  rights: ReactNode
  /** Whether joining reopens an interview that has ended early. */
  isReopening: boolean
  onJoin: (session: CandidateSession, deviceId: string | null) => void
  /** Called when the interview has ended, the invite has expired, or the consent text has changed since the page was opened. */
  onStale: () => Promise<void>
}

function JoinSteps({ invite, invitation, isVoice, onMicrophone, rights, isReopening, onJoin, onStale }: JoinStepsProps) {
  const { start } = useTexts()
  const [agreement, setAgreement] = useState<Agreement | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isJoining, setJoining] = useState(false)
  const isReturning = invitation.consent !== null

  const joinInterview = async (channel: Channel, deviceId: string | null) => {
    setJoining(true)
    setProblem(null)
    try {
      const { version, language, digest } = invitation.consentText
      // with the digest, the server refuses consent to a text that has changed since the candidate read it
      const consent = isReturning ? null : { textVersion: version, language, textDigest: digest, recording: agreement?.recording ?? false }
      onJoin(await join(invite, channel, consent, isReopening), deviceId)
    } catch (error) {
      const joinProblem = toProblem(error)
      setProblem(joinProblem)
      if (joinProblem.code === 'CONFLICT') {
        setAgreement(null)
        void onStale()
      }
    } finally {
      setJoining(false)
    }
  }
  const notice = problem && (
    <Notice tone="bad">
      <ProblemText problem={problem} />
    </Notice>
  )

  if (!isReturning && !agreement) return <ConsentForm invitation={invitation} notice={notice} rights={rights} onAgree={setAgreement} />
  if (isVoice) {
    return (
      <DeviceCheck
        invitation={invitation}
        isReturning={isReturning}
        isJoining={isJoining}
        notice={notice}
        rights={rights}
        onReady={joinInterview}
      />
    )
  }
  return (
    <Page title={isReturning ? start.welcomeBack : start.ready} eyebrow={`${invitation.positionTitle} · ${invitation.organization}`}>
      <p>{isReturning ? start.saved : start.firstWords}</p>
      {notice}
      <div className="flex flex-wrap gap-3">
        <Button variant="action" disabled={isJoining} onClick={() => void joinInterview('TEXT', null)}>
          {isReturning ? start.resume : start.start}
        </Button>
        {onMicrophone && <Button onClick={onMicrophone}>{start.useMicrophone}</Button>}
      </div>
      {rights}
    </Page>
  )
}

/** Whether the interview began by voice: a candidate who switched to typing may use the microphone again. */
function isByVoice({ interviewId, channel }: Invitation): boolean {
  const storageKey = `viva.voice.${interviewId}`
  if (channel === 'VOICE') localStorage.setItem(storageKey, 'yes')
  return localStorage.getItem(storageKey) !== null
}

interface InvitationState {
  invitation: Invitation | null
  problem: Problem | null
  reload: () => Promise<void>
}

/** Loads the invitation, retrying while the server cannot be reached. */
function useInvitation(token: string): InvitationState {
  const [result, setResult] = useState<{ invitation: Invitation | null; problem: Problem | null }>({ invitation: null, problem: null })
  const load = useCallback(
    async (signal: AbortSignal) => {
      for (let tries = 1; !signal.aborted; tries++) {
        try {
          const { invitation } = await publicConnection.query(INVITATION, { token })
          if (invitation && !signal.aborted) setResult({ invitation, problem: null })
          return
        } catch (error) {
          const problem = toProblem(error)
          if (!signal.aborted) setResult((previous) => ({ ...previous, problem }))
          if (!problem.isTransient) return
          await backOff(tries, signal)
        }
      }
    },
    [token],
  )
  useEffect(() => {
    const stop = new AbortController()
    // oxlint-disable-next-line react/set-state-in-effect -- state is set only after the response arrives
    if (token) void load(stop.signal)
    return () => stop.abort()
  }, [token, load])
  const reload = useCallback(() => load(new AbortController().signal), [load])
  return { ...result, reload }
}
