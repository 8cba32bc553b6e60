import './join.css'
import type { ReactNode } from 'react'
import { usePageTitle } from '../ui/Page'
import type { Invitation } from './documents'
import { useTexts } from './texts'

interface ShellProps {
  /** Null before the invitation is loaded, and if the link is unusable. */
  invitation: Invitation | null
  /** Whether the page has two columns. */
  isSplit?: boolean
  /** At the end of the head. */
  action?: ReactNode
  footer?: ReactNode
  children: ReactNode
}

/** Frame of the candidate's pages outside the room: who invites, and whom to ask. */
export function Shell({ invitation, isSplit = false, action, footer, children }: ShellProps) {
  const narrow = isSplit ? '' : 'narrow'
  return (
    <div className="candidate">
      <header>
        {invitation && <TryOutNote invitation={invitation} />}
        <div className="top">
          {invitation && <Organization invitation={invitation} />}
          <div className="end">{action}</div>
        </div>
      </header>
      <main className={`page ${isSplit ? 'split' : narrow}`}>{children}</main>
      {footer && <footer className={`foot ${narrow}`}>{footer}</footer>}
    </div>
  )
}

/** Says on every page of a try-out that it is one. */
export function TryOutNote({ invitation: { isTryOut } }: { invitation: Invitation }) {
  const { page } = useTexts()
  return isTryOut && <p className="try-out">{page.tryOut}</p>
}

/** The inviting organization's name and logo, and the position. */
export function Organization({ invitation: { organization, positionTitle, logoUrl } }: { invitation: Invitation }) {
  return (
    <div className="org">
      {logoUrl && <img src={logoUrl} alt="" />}
      <div>
        <bdi>{organization}</bdi>
        <small>
          <bdi>{positionTitle}</bdi>
        </small>
      </div>
    </div>
  )
}

/** Title of a page, which takes the focus when the page replaces another one. */
export function Title({ children }: { children: string }) {
  const heading = usePageTitle(children)
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  )
}

/** The person to write to, or the organization if it names none. */
export function Contact({ invitation: { contact, organization } }: { invitation: Invitation }) {
  const { page } = useTexts()
  if (!contact) return <span>{page.asksOrganization(organization)}</span>
  return (
    <>
      <bdi className="font-semibold text-ink">{contact.name}</bdi>
      <br />
      <a className="text-link" href={`mailto:${contact.email}`}>
        {contact.email}
      </a>
    </>
  )
}

/** Which step before the interview this is. */
export function Steps({ step, steps }: { step: number; steps: number }) {
  const { page } = useTexts()
  return (
    <p className="steps">
      {Array.from({ length: steps }, (_, index) => (
        <i key={index} aria-hidden className={index < step ? 'on' : ''} />
      ))}
      <span className="ml-1">{page.step(step, steps)}</span>
    </p>
  )
}

/** Footer that says whom to ask when something does not work. */
export function TroubleFooter({ invitation }: { invitation: Invitation }) {
  const { page } = useTexts()
  const { contact, organization } = invitation
  return (
    <span>
      {page.trouble}{' '}
      {contact ? (
        <>
          <bdi>{contact.name}</bdi>:{' '}
          <a className="text-link" href={`mailto:${contact.email}`}>
            {contact.email}
          </a>
        </>
      ) : (
        page.asksOrganization(organization)
      )}
    </span>
  )
}
