import { type ReactNode, useEffect, useState } from 'react'
import { Button } from '../ui/Button'
import { Page } from '../ui/Page'
import type { Invitation } from './documents'
import { ConfirmedButton, findRequestsToPeople, RequestState } from './Rights'
import { withdrawConsent } from './session'
import { formatTime, useTexts } from './texts'

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

interface ClosedPageProps {
  invitation: Invitation
  reason: ClosedReason
  invite: string
  /** What the candidate can request before the interview opens. */
  rights?: ReactNode
  /** Reloads the invitation. */
  onChange: () => Promise<void>
  /** Called if the candidate wants to continue an interview that has ended early. */
  onReturn: () => void
}

/** Page of an interview that cannot be joined, with the reason and the next step. */
export function ClosedPage({ invitation, reason, invite, rights, onChange, onReturn }: ClosedPageProps) {
  const texts = useTexts()
  const eyebrow = `${invitation.positionTitle} · ${invitation.organization}`
  if (reason === 'early') return <EarlyPage eyebrow={eyebrow} invitation={invitation} rights={rights} />
  if (reason === 'optedOut' || invitation.consent?.withdrawnAt) return <OptedOutPage eyebrow={eyebrow} invitation={invitation} invite={invite} />
  const { title, text } = texts.closed[reason]
  return (
    <Page title={title} eyebrow={eyebrow}>
      <p>{text(invitation.organization)}</p>
      {canReturn(invitation) && (
        <section className="space-y-3 border-t border-line pt-5">
          <p>{texts.closed.comeBack.text(formatTime(texts, Date.parse(invitation.canReopenUntil ?? '')))}</p>
          <Button variant="action" onClick={onReturn}>
            {texts.closed.comeBack.label}
          </Button>
        </section>
      )}
      {reason === 'over' && invitation.consent && (
        <section className="space-y-3 border-t border-line pt-5">
          <p>{texts.rights.lateWithdrawal.offer}</p>
          <ConfirmedButton
            texts={texts.rights.lateWithdrawal}
            keep={texts.rights.lateWithdrawal.keep}
            organization={invitation.organization}
            onConfirm={() => withdrawConsent(invite, false).then(onChange)}
          />
        </section>
      )}
    </Page>
  )
}

/** Returns whether the candidate may continue an interview that has ended early. */
export function canReturn({ canReopenUntil }: Invitation, now = Date.now()): boolean {
  return canReopenUntil != null && Date.parse(canReopenUntil) > now
}

/** Says goodbye to a candidate who has opted out, and offers to erase everything. */
function OptedOutPage({ eyebrow, invitation, invite }: { eyebrow: string; invitation: Invitation; invite: string }) {
  const [isErased, setErased] = useState(false)
  const { rights: texts } = useTexts()
  const { organization, endReason } = invitation
  const { title, text } = texts.closed[endReason === 'ALTERNATIVE_REQUESTED' ? endReason : 'CONSENT_WITHDRAWN']
  if (isErased) {
    return (
      <Page key="erased" title={texts.erasure.done.title} eyebrow={eyebrow}>
        <p>{texts.erasure.done.text}</p>
      </Page>
    )
  }
  return (
    <Page title={title} eyebrow={eyebrow}>
      <p>{text(organization)}</p>
      {findRequestsToPeople(invitation)
        .filter(({ status }) => status !== 'OPEN')
        .map((request) => (
          <p key={request.id}>
            <RequestState request={request} invitation={invitation} />
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
  const texts = useTexts()
  const opensAt = Date.parse(invitation.opensAt ?? '')
  const [isOpen, setOpen] = useState(false)
  useEffect(() => {
    const timer = setInterval(() => setOpen(Date.now() >= opensAt), 1_000)
    return () => clearInterval(timer)
  }, [opensAt])
  return (
    <Page title={texts.closed.early.title} eyebrow={eyebrow}>
      <p>{texts.closed.early.text(formatTime(texts, Date.parse(invitation.scheduledFor ?? '')), formatTime(texts, opensAt))}</p>
      <Button variant="action" className="self-start" disabled={!isOpen} onClick={() => location.reload()}>
        {texts.start.next}
      </Button>
      {rights}
    </Page>
  )
}
