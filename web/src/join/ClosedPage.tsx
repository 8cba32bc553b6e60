import { CalendarPlus, Check, Clock, Lock, type LucideIcon, MonitorSmartphone, TriangleAlert, X } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { Button } from '../ui/Button'
import { saveCalendarFile } from '../ui/saveText'
import type { Invitation } from './documents'
import { ConfirmedButton, findRequestsToPeople, RequestState } from './Rights'
import { withdrawConsent } from './session'
import { Contact, Shell, Title } from './Shell'
import { formatTime, useTexts } from './texts'

export type ClosedReason = 'early' | 'expired' | 'cancelled' | 'closed' | 'failed' | 'optedOut' | 'over'

/** Returns why the interview cannot be joined now, or null if it can: the server's word, because the browser's clock may be wrong. */
export function findClosedReason({ state, status, endReason }: Pick<Invitation, 'state' | 'status' | 'endReason'>): ClosedReason | null {
  if (status === 'OPTED_OUT' || endReason === 'CONSENT_WITHDRAWN' || endReason === 'ALTERNATIVE_REQUESTED') return 'optedOut'
  switch (state) {
    case 'OPEN':
      return null
    case 'EARLY':
      return 'early'
    case 'EXPIRED':
      return 'expired'
    case 'CANCELLED':
      return 'cancelled'
    case 'FAILED':
      return 'failed'
    case 'CLOSED':
      return 'closed'
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
  const { organization, candidateName } = invitation
  if (reason === 'early') return <EarlyPage invitation={invitation} rights={rights} onChange={onChange} />
  if (reason === 'optedOut' || invitation.consent?.withdrawnAt) return <OptedOutPage invitation={invitation} invite={invite} />
  const wayBack = canReturn(invitation) && (
    <section className="panel next flex flex-wrap items-center justify-between gap-4">
      <p className="min-w-0 flex-1 basis-64">{texts.closed.comeBack.text(formatTime(texts, Date.parse(invitation.canReopenUntil ?? '')))}</p>
      <Button variant={reason === 'over' ? 'plain' : 'action'} onClick={onReturn}>
        {texts.closed.comeBack.label}
      </Button>
    </section>
  )
  const yourData = invitation.consent && (
    <section>
      <h2>{texts.closed.yourData}</h2>
      <p className="mb-3">{texts.rights.lateWithdrawal.offer}</p>
      <ConfirmedButton
        texts={texts.rights.lateWithdrawal}
        keep={texts.rights.lateWithdrawal.keep}
        organization={organization}
        onConfirm={() => withdrawConsent(invite, false).then(onChange)}
      />
    </section>
  )
  if (reason !== 'over') {
    const { title, text } = texts.closed[reason]
    return (
      <EndPage invitation={invitation} seal={SEALS[reason]} title={title} lead={text(organization)} data={yourData}>
        {wayBack}
      </EndPage>
    )
  }
  const { over } = texts.closed
  return (
    <EndPage
      invitation={invitation}
      seal={SEALS.over}
      title={over.title(candidateName)}
      lead={over.text}
      data={yourData}
    >
      {!invitation.isTryOut && (
        <section className="panel next">
          <h2>{over.heading}</h2>
          <ol>
            {over.steps.map(({ title, text }) => (
              <li key={title}>
                <b>{title}</b>
                <span>{text(organization)}</span>
              </li>
            ))}
          </ol>
        </section>
      )}
      {wayBack}
    </EndPage>
  )
}

/** Returns whether the candidate may continue an interview that has ended early. */
export function canReturn({ canReopenUntil }: Invitation, now = Date.now()): boolean {
  return canReopenUntil != null && Date.parse(canReopenUntil) > now
}

interface Seal {
  icon: LucideIcon
  tone: '' | 'wait' | 'warn'
}

const SEALS: Record<ClosedReason | 'replaced', Seal> = {
  over: { icon: Check, tone: '' },
  optedOut: { icon: Check, tone: '' },
  early: { icon: Clock, tone: 'wait' },
  replaced: { icon: MonitorSmartphone, tone: 'wait' },
  expired: { icon: Clock, tone: 'warn' },
  cancelled: { icon: X, tone: 'warn' },
  closed: { icon: Lock, tone: 'warn' },
  failed: { icon: TriangleAlert, tone: 'warn' },
}

interface EndPageProps {
  invitation: Invitation
  seal: Seal
  title: string
  lead: string
  /** What the candidate can do about the stored data. */
  data?: ReactNode
  children?: ReactNode
}

/** A page with nothing left to do but to read it, and a person to ask. */
function EndPage({ invitation, seal: { icon: Icon, tone }, title, lead, data, children }: EndPageProps) {
  const { page } = useTexts()
  return (
    <Shell invitation={invitation} footer={<span>{page.byViva(invitation.organization)}</span>}>
      <div className={`seal ${tone}`}>
        <Icon aria-hidden />
      </div>
      <Title>{title}</Title>
      <p className="lead">{lead}</p>
      {children}
      <div className="two">
        <section>
          <h2>{page.somebodyToAsk}</h2>
          <p>
            <Contact invitation={invitation} />
          </p>
        </section>
        {data}
      </div>
    </Shell>
  )
}

/** Says goodbye to a candidate who has opted out, and offers to erase everything. */
function OptedOutPage({ invitation, invite }: { invitation: Invitation; invite: string }) {
  const [isErased, setErased] = useState(false)
  const { rights: texts, closed } = useTexts()
  const { organization, endReason } = invitation
  const { title, text } = texts.closed[endReason === 'ALTERNATIVE_REQUESTED' ? endReason : 'CONSENT_WITHDRAWN']
  const { done } = texts.erasure
  if (isErased) return <EndPage key="erased" invitation={invitation} seal={SEALS.optedOut} title={done.title} lead={done.text} />
  return (
    <EndPage
      invitation={invitation}
      seal={SEALS.optedOut}
      title={title}
      lead={text(organization)}
      data={
        <section>
          <h2>{closed.yourData}</h2>
          <p className="mb-3">{texts.erasure.offer}</p>
          <ConfirmedButton
            texts={texts.erasure}
            keep={texts.erasure.keep}
            organization={organization}
            onConfirm={() => withdrawConsent(invite, true).then(() => setErased(true))}
          />
        </section>
      }
    >
      {findRequestsToPeople(invitation)
        .filter(({ status }) => status !== 'OPEN')
        .map((request) => (
          <p key={request.id} className="mt-4">
            <RequestState request={request} invitation={invitation} />
          </p>
        ))}
    </EndPage>
  )
}

/** Page of an interview that was opened elsewhere, with the way to take it over. */
export function ReplacedPage({ invitation, onTakeOver }: { invitation: Invitation; onTakeOver: () => void }) {
  const { replaced } = useTexts().closed
  return (
    <EndPage invitation={invitation} seal={SEALS.replaced} title={replaced.title} lead={replaced.text}>
      <Button variant="action" className="mt-6" onClick={onTakeOver}>
        {replaced.label}
      </Button>
    </EndPage>
  )
}

/** Page of an interview that was erased while the candidate had it open. */
export function ErasedPage({ invitation }: { invitation: Invitation }) {
  const { title, text } = useTexts().rights.erasure.done
  return <EndPage invitation={invitation} seal={SEALS.optedOut} title={title} lead={text} />
}

/** How often an early page asks the server whether the interview is open, in milliseconds. */
const OPENING_CHECK_MS = 15_000

function EarlyPage({ invitation, rights, onChange }: { invitation: Invitation; rights: ReactNode; onChange: () => Promise<void> }) {
  const texts = useTexts()
  const opensAt = formatTime(texts, Date.parse(invitation.opensAt ?? ''))
  useEffect(() => {
    // the server says when the interview opens, because the browser's clock may be wrong
    let isReading = false
    const check = async () => {
      // a read that fails is repeated until it succeeds
      if (document.hidden || isReading) return
      isReading = true
      await onChange()
      isReading = false
    }
    const timer = setInterval(() => void check(), OPENING_CHECK_MS)
    return () => clearInterval(timer)
  }, [onChange])
  return (
    <EndPage
      invitation={invitation}
      seal={SEALS.early}
      title={texts.closed.early.title}
      lead={texts.closed.early.text(formatTime(texts, Date.parse(invitation.scheduledFor ?? '')), opensAt)}
    >
      {invitation.calendarFile && (
        <Button className="mt-6" onClick={() => saveCalendarFile(invitation.calendarFile ?? '')}>
          <CalendarPlus aria-hidden className="size-4.5" /> {texts.closed.early.calendar}
        </Button>
      )}
      {rights}
    </EndPage>
  )
}
