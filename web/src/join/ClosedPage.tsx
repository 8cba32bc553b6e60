import { useEffect, useState } from 'react'
import { type Problem, toProblem } from '../api/problem'
import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import type { Invitation } from './documents'
import { eraseData } from './session'

export type ClosedReason = 'early' | 'expired' | 'cancelled' | 'failed' | 'optedOut' | 'over'

/** Returns why the interview cannot be joined now, or null if it can. */
export function findClosedReason({ status, opensAt, expiresAt }: Invitation, now = Date.now()): ClosedReason | null {
  switch (status) {
    case 'IN_PROGRESS':
    case 'WAITING': // joined in time: the API makes it EXPIRED if nobody was there
      return null
    case 'SCHEDULED':
      if (Date.parse(expiresAt) <= now) return 'expired'
      return opensAt && Date.parse(opensAt) > now ? 'early' : null
    case 'EXPIRED':
      return 'expired'
    case 'CANCELLED':
      return 'cancelled'
    case 'FAILED':
      return 'failed'
    case 'OPTED_OUT':
      return 'optedOut'
    default:
      return 'over'
  }
}

const TEXTS: Record<Exclude<ClosedReason, 'early'>, (organization: string) => [title: string, text: string]> = {
  expired: (organization) => ['This invitation has expired', `Please ask ${organization} for a new link.`],
  cancelled: (organization) => ['This interview was cancelled', `Please contact ${organization} if you have any questions.`],
  failed: (organization) => [
    'We are sorry: the interview had to stop',
    `Something went wrong on our side. Everything you said before that is saved. ${organization} will contact you about the next step.`,
  ],
  optedOut: (organization) => [
    'You have opted out of this interview',
    `Nothing that you said will be evaluated. If you asked for a conversation with a person, ${organization} will get in touch with you.`,
  ],
  over: (organization) => [
    'Thank you for your interview',
    `Your answers are saved. People at ${organization} will read them together with an assessment by the AI, make the decision, and get in touch with you. You can close this page now.`,
  ],
}

/** Page of an interview that cannot be joined, with the reason and the next step. */
export function ClosedPage({ invitation, reason, invite }: { invitation: Invitation; reason: ClosedReason; invite?: string }) {
  const eyebrow = `${invitation.positionTitle} · ${invitation.organization}`
  if (reason === 'early') return <EarlyPage eyebrow={eyebrow} invitation={invitation} />
  const [title, text] = TEXTS[reason](invitation.organization)
  return (
    <Page title={title} eyebrow={eyebrow}>
      <p>{text}</p>
      {reason === 'optedOut' && invite && <Erasure invite={invite} organization={invitation.organization} />}
    </Page>
  )
}

/** Lets a candidate who has opted out have everything erased. */
function Erasure({ invite, organization }: { invite: string; organization: string }) {
  const [state, setState] = useState<'offered' | 'confirming' | 'erasing' | 'erased'>('offered')
  const [problem, setProblem] = useState<Problem | null>(null)
  const erase = async () => {
    setState('erasing')
    setProblem(null)
    try {
      await eraseData(invite)
      setState('erased')
    } catch (error) {
      setProblem(toProblem(error))
      setState('offered')
    }
  }
  if (state === 'erased') return <p>Your data are erased. You can close this page now.</p>
  return (
    <>
      {problem && <Notice tone="bad">{problem.message}</Notice>}
      <p>
        {state === 'offered'
          ? 'You can have everything that was stored about this interview erased now.'
          : `This cannot be undone, and this link will no longer work. A request that you made to ${organization} is erased as well.`}
      </p>
      {state === 'offered' ? (
        <Button className="self-start" onClick={() => setState('confirming')}>
          Erase my data
        </Button>
      ) : (
        <Button variant="danger" className="self-start" disabled={state === 'erasing'} onClick={erase}>
          Erase everything permanently
        </Button>
      )}
    </>
  )
}

function EarlyPage({ eyebrow, invitation }: { eyebrow: string; invitation: Invitation }) {
  const opensAt = Date.parse(invitation.opensAt ?? '')
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const timer = setInterval(() => setOpen(Date.now() >= opensAt), 1_000)
    return () => clearInterval(timer)
  }, [opensAt])
  const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })
  return (
    <Page title="You are early" eyebrow={eyebrow}>
      <p>Your interview starts on {time.format(Date.parse(invitation.scheduledFor ?? ''))}. You can join from {time.format(opensAt)}; please come back then.</p>
      <Button variant="action" className="self-start" disabled={!isOpen} onClick={() => location.reload()}>
        Continue
      </Button>
    </Page>
  )
}
