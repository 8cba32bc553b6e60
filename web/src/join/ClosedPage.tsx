import { type ReactNode, useEffect, useState } from 'react'
import { Button } from '../ui/Button'
import { Page } from '../ui/Page'
import type { Invitation } from './documents'
import { ConfirmedButton, findRequestsToPeople, RequestState } from './Rights'
import { getRightsTexts } from './rightsTexts'
import { withdrawConsent } from './session'

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

const TEXTS: Record<Exclude<ClosedReason, 'early' | 'optedOut'>, (organization: string) => [title: string, text: string]> = {
  expired: (organization) => ['This invitation has expired', `Please ask ${organization} for a new link.`],
  cancelled: (organization) => ['This interview was cancelled', `Please contact ${organization} if you have any questions.`],
  failed: (organization) => [
    'We are sorry: the interview had to stop',
    `Something went wrong on our side. Everything you said before that is saved. ${organization} will contact you about the next step.`,
  ],
  over: (organization) => [
    'Thank you for your interview',
    `Your answers are saved. People at ${organization} will read them together with an assessment by the AI, make the decision, and get in touch with you. You can close this page now.`,
  ],
}

interface ClosedPageProps {
  invitation: Invitation
  reason: ClosedReason
  invite: string
  /** What the candidate can request before the interview opens. */
  rights?: ReactNode
}

/** Page of an interview that cannot be joined, with the reason and the next step. */
export function ClosedPage({ invitation, reason, invite, rights }: ClosedPageProps) {
  const eyebrow = `${invitation.positionTitle} · ${invitation.organization}`
  if (reason === 'early') return <EarlyPage eyebrow={eyebrow} invitation={invitation} rights={rights} />
  if (reason === 'optedOut') return <OptedOutPage eyebrow={eyebrow} invitation={invitation} invite={invite} />
  const [title, text] = TEXTS[reason](invitation.organization)
  return (
    <Page title={title} eyebrow={eyebrow}>
      <p>{text}</p>
    </Page>
  )
}

/** Says goodbye to a candidate who has opted out, and offers to erase everything. */
function OptedOutPage({ eyebrow, invitation, invite }: { eyebrow: string; invitation: Invitation; invite: string }) {
  const [isErased, setErased] = useState(false)
  const { organization, consentText, endReason } = invitation
  const texts = getRightsTexts(consentText.language)
  const { title, text } = texts.closed[endReason === 'ALTERNATIVE_REQUESTED' ? endReason : 'CONSENT_WITHDRAWN']
  if (isErased) {
    return (
      <Page key="erased" title={texts.erasure.done.title} eyebrow={eyebrow} lang={consentText.language}>
        <p>{texts.erasure.done.text}</p>
      </Page>
    )
  }
  return (
    <Page title={title} eyebrow={eyebrow} lang={consentText.language}>
      <p>{text(organization)}</p>
      {findRequestsToPeople(invitation)
        .filter(({ status }) => status !== 'OPEN')
        .map((request) => (
          <p key={request.id}>
            <RequestState request={request} invitation={invitation} texts={texts} />
          </p>
        ))}
      <section className="space-y-3 border-t border-line pt-5">
        <p>{texts.erasure.offer}</p>
        <ConfirmedButton
          texts={texts.erasure}
          keep={texts.erasure.keep}
          organization={organization}
          onConfirm={() => withdrawConsent(invite, true).then(() => setErased(true))}
        />
      </section>
    </Page>
  )
}

function EarlyPage({ eyebrow, invitation, rights }: { eyebrow: string; invitation: Invitation; rights: ReactNode }) {
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
      {rights}
    </Page>
  )
}
