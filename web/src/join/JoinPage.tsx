import { useCallback, useEffect, useState } from 'react'
import { anonymous, Connection } from '../api/connection'
import { pause } from '../api/pause'
import { type Problem, problemOf } from '../api/problem'
import type { Channel, InvitationQuery } from '../gql/graphql'
import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import { Closed, closingOf } from './Closed'
import { type Agreement, ConsentForm } from './ConsentForm'
import { DeviceCheck } from './DeviceCheck'
import { INVITATION } from './documents'
import { InterviewPage } from './InterviewPage'
import { join, type Seat } from './seat'

export type Invitation = NonNullable<InvitationQuery['invitation']>

const door = new Connection(anonymous)

/** The page behind an invite: what this is, consent, devices, then the interview. */
export function JoinPage({ invite }: { invite: string }) {
  const { invitation, problem, reload } = useInvitation(invite)
  const [seat, setSeat] = useState<{ seat: Seat; deviceId: string | null } | null>(null)

  if (!invite) return <Stopped title="This link is not complete">Open the link from your invitation once more, or copy all of it.</Stopped>
  if (seat && invitation) return <InterviewPage invitation={invitation} {...seat} />
  if (problem?.code === 'NOT_FOUND') {
    return (
      <Stopped title="This link does not work (any more)">
        A newer invitation may have taken its place: look for it in your mail, or ask whoever invited you for a new link.
      </Stopped>
    )
  }
  if (!invitation) {
    return (
      <Page title="Your interview">
        {problem ? <Notice tone="warn">{problem.message}</Notice> : <p className="text-quiet">Opening your invitation…</p>}
      </Page>
    )
  }
  const closing = closingOf(invitation)
  if (closing) return <Closed invitation={invitation} closing={closing} />
  return <Door invite={invite} invitation={invitation} onSeat={(taken, deviceId) => setSeat({ seat: taken, deviceId })} onLate={reload} />
}

function Stopped({ title, children }: { title: string; children: string }) {
  return (
    <Page title={title}>
      <p>{children}</p>
    </Page>
  )
}

interface DoorProps {
  invite: string
  invitation: Invitation
  onSeat: (seat: Seat, deviceId: string | null) => void
  /** The interview has ended, or the invite has expired, since the page was opened. */
  onLate: () => void
}

function Door({ invite, invitation, onSeat, onLate }: DoorProps) {
  const [agreement, setAgreement] = useState<Agreement | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isJoining, setJoining] = useState(false)
  const isBack = invitation.consent !== null

  const enter = async (channel: Channel, deviceId: string | null) => {
    setJoining(true)
    setProblem(null)
    try {
      const version = invitation.consentText.version
      const consent = isBack ? null : { textVersion: version, recording: agreement?.recording ?? false }
      onSeat(await join(invite, channel, consent), deviceId)
    } catch (error) {
      const met = problemOf(error)
      setProblem(met)
      if (met.code === 'CONFLICT') onLate()
    } finally {
      setJoining(false)
    }
  }
  const notice = problem && <Notice tone="bad">{problem.message}</Notice>

  if (!isBack && !agreement) return <ConsentForm invitation={invitation} onAgree={setAgreement} />
  if (isByVoice(invitation)) {
    return <DeviceCheck invitation={invitation} isBack={isBack} isJoining={isJoining} notice={notice} onReady={enter} />
  }
  return (
    <Page title={isBack ? 'Welcome back' : 'Ready when you are'} above={`${invitation.positionTitle} · ${invitation.organization}`}>
      <p>{isBack ? 'Everything you have written is still there.' : 'The interviewer writes first. Your time begins with your first answer.'}</p>
      {notice}
      <Button kind="action" className="self-start" disabled={isJoining} onClick={() => void enter('TEXT', null)}>
        {isBack ? 'Go on with the interview' : 'Begin the interview'}
      </Button>
    </Page>
  )
}

/** Whether the interview is held by voice, even if it has gone on in writing since: the microphone is offered again. */
function isByVoice({ interviewId, channel }: Invitation): boolean {
  const place = `viva.voice.${interviewId}`
  if (channel === 'VOICE') localStorage.setItem(place, 'yes')
  return localStorage.getItem(place) !== null
}

/** What the invite is for; asked again for as long as the server cannot be reached. */
function useInvitation(token: string): { invitation: Invitation | null; problem: Problem | null; reload: () => void } {
  const [found, setFound] = useState<{ invitation: Invitation | null; problem: Problem | null }>({ invitation: null, problem: null })
  const load = useCallback(
    async (signal: AbortSignal) => {
      for (let tries = 1; !signal.aborted; tries++) {
        try {
          const { invitation } = await door.query(INVITATION, { token })
          if (invitation && !signal.aborted) setFound({ invitation, problem: null })
          return
        } catch (error) {
          const problem = problemOf(error)
          if (!signal.aborted) setFound((held) => ({ ...held, problem }))
          if (!problem.isPassing) return
          await pause(tries, signal)
        }
      }
    },
    [token],
  )
  useEffect(() => {
    const stop = new AbortController()
    // oxlint-disable-next-line react/set-state-in-effect -- it sets state once it has been answered
    if (token) void load(stop.signal)
    return () => stop.abort()
  }, [token, load])
  return { ...found, reload: () => void load(new AbortController().signal) }
}
