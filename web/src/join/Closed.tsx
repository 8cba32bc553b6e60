import { useEffect, useState } from 'react'
import { Button } from '../ui/Button'
import { Page } from '../ui/Page'
import type { Invitation } from './JoinPage'

/** Candidates are let in this long before the time, as the API does it. */
const EARLY_MS = 15 * 60_000

export type Closing = 'early' | 'expired' | 'cancelled' | 'failed' | 'over'

/** Why the interview cannot be joined now; null when it can. */
export function closingOf({ status, scheduledFor, expiresAt }: Invitation, now = Date.now()): Closing | null {
  switch (status) {
    case 'IN_PROGRESS':
      return null
    case 'SCHEDULED':
    case 'WAITING':
      if (Date.parse(expiresAt) <= now) return 'expired'
      return status === 'SCHEDULED' && scheduledFor && Date.parse(scheduledFor) - EARLY_MS > now ? 'early' : null
    case 'EXPIRED':
      return 'expired'
    case 'CANCELLED':
      return 'cancelled'
    case 'FAILED':
      return 'failed'
    default:
      return 'over'
  }
}

const TEXTS: Record<Exclude<Closing, 'early'>, (organization: string) => [title: string, text: string]> = {
  expired: (organization) => ['This invitation has expired', `Ask ${organization} for a new link.`],
  cancelled: (organization) => ['This interview was cancelled', `${organization} can tell you more.`],
  failed: (organization) => [
    'The interview had to stop',
    `Something went wrong on our side. What you said until then is stored. ${organization} will tell you how it goes on.`,
  ],
  over: (organization) => [
    'The interview is over. Thank you',
    `Your answers are stored. People at ${organization} read them, with the AI's assessment beside them, and decide: they will get in touch with you. You can close this page.`,
  ],
}

/** What there is to say about an interview that cannot be joined. */
export function Closed({ invitation, closing }: { invitation: Invitation; closing: Closing }) {
  const above = `${invitation.positionTitle} · ${invitation.organization}`
  if (closing === 'early') return <Early above={above} scheduledFor={invitation.scheduledFor ?? ''} />
  const [title, text] = TEXTS[closing](invitation.organization)
  return (
    <Page title={title} above={above}>
      <p>{text}</p>
    </Page>
  )
}

function Early({ above, scheduledFor }: { above: string; scheduledFor: string }) {
  const opensAt = Date.parse(scheduledFor) - EARLY_MS
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const timer = setInterval(() => setOpen(Date.now() >= opensAt), 1_000)
    return () => clearInterval(timer)
  }, [opensAt])
  const time = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })
  return (
    <Page title="You are early" above={above}>
      <p>Your interview is on {time.format(Date.parse(scheduledFor))}. This page opens a quarter of an hour before: come back then.</p>
      <Button kind="action" className="self-start" disabled={!isOpen} onClick={() => location.reload()}>
        Go on
      </Button>
    </Page>
  )
}
