import { ArrowRight, Mic } from 'lucide-react'
import { type FormEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Connection } from '../api/connection'
import { Problem, toProblem } from '../api/problem'
import type { MemberLinkQuery, Role, SignInOptionsQuery } from '../gql/graphql'
import { newKey } from '../api/idempotencyKey'
import { POSITIONS, SCHEDULE } from './interviews/documents'
import { formatMoment } from './interviews/interviewText'
import { PageHeading } from './PageHeading'
import { ACCEPT_INVITATION, MEMBER_LINK, SIGN_IN, SIGN_IN_OPTIONS, type Viewer } from './session'
import { readTarget } from './signInTarget'

type Options = SignInOptionsQuery['signInOptions']
type MemberLink = MemberLinkQuery['memberLink']

const ROLES: Partial<Record<Role, string>> = { ADMIN: 'administrator', RECRUITER: 'recruiter', VIEWER: 'viewer', INTEGRATION: 'integration' }

interface SignInPageProps {
  connection: Connection
  /** Why the caller has to sign in, if it is not the first time. */
  reason: string | null
  onSignedIn: (viewer: Viewer) => void
}

/** Signs in with what the deployment offers: an organization's identity provider, an API key, or a role of the sandbox. */
export function SignInPage({ connection, reason, onSignedIn }: SignInPageProps) {
  const [options, setOptions] = useState<Options | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [hasKeyForm, setHasKeyForm] = useState(false)
  useEffect(() => {
    let isCurrent = true
    connection
      .query(SIGN_IN_OPTIONS, {})
      .then(({ signInOptions }) => isCurrent && setOptions(signInOptions))
      .catch((error: unknown) => isCurrent && setProblem(toProblem(error).message))
    return () => {
      isCurrent = false
    }
  }, [connection])

  const attempt = async (action: () => Promise<void>) => {
    if (isBusy) return
    setBusy(true)
    setProblem(null)
    try {
      await action()
    } catch (error) {
      setProblem(toProblem(error).message)
    } finally {
      setBusy(false)
    }
  }
  const signIn = async (input: { key: string } | { sandboxRole: Role }) => {
    const { signIn: payload } = await connection.mutate(SIGN_IN, { input }).catch((error: unknown) => {
      const failure = toProblem(error)
      throw failure.code === 'UNAUTHENTICATED' ? new Problem(failure.code, 'This API key is not valid: it may be mistyped, expired or revoked.') : failure
    })
    if (!payload) throw new Problem('INTERNAL', 'The server did not answer. Please try again.')
    return payload.viewer
  }
  const enter = (role: Role) => attempt(async () => onSignedIn(await signIn({ sandboxRole: role })))
  const takeInterview = (role: Role) =>
    attempt(async () => {
      await signIn({ sandboxRole: role })
      location.href = await createOwnInterview(connection)
    })

  const sandboxRole = options?.sandboxRoles.includes('RECRUITER') ? 'RECRUITER' : options?.sandboxRoles[0]
  const messages = (
    <>
      {reason && !problem && <p className="note">{reason}</p>}
      {problem && (
        <p role="alert" className="note note-bad">
          {problem}
        </p>
      )}
    </>
  )
  if (sandboxRole) {
    return (
      <Frame isWide>
        <div className="grid gap-1">
          <PageHeading title="Welcome to Viva" />
          <p className="quiet">This is a sandbox: everything runs on this computer, with no account and no key. Everybody who opens this page sees the same interviews.</p>
        </div>
        {messages}
        <div className="grid grid-cols-2 gap-4 max-[719px]:grid-cols-1">
          <section className="sheet grid-rows-[1fr_auto] content-stretch">
            <div className="grid content-start gap-1">
              <h2 className="font-semibold">See it as a recruiter</h2>
              <p className="quiet">Make interviews, watch them live, read and review what was said.</p>
            </div>
            <button type="button" className="btn btn-primary" aria-disabled={isBusy} onClick={() => void enter(sandboxRole)}>
              Enter as {ROLES[sandboxRole] ?? 'user'} <ArrowRight className="icon" aria-hidden />
            </button>
          </section>
          <section className="sheet grid-rows-[1fr_auto] content-stretch">
            <div className="grid content-start gap-1">
              <h2 className="font-semibold">See it as a candidate</h2>
              <p className="quiet">Talk or type with the interviewer. The interview appears on the recruiter’s pages as you go.</p>
            </div>
            <button type="button" className="btn" aria-disabled={isBusy} onClick={() => void takeInterview(sandboxRole)}>
              <Mic className="icon" aria-hidden /> Take the interview
            </button>
          </section>
        </div>
        {options?.apiKey && !hasKeyForm && (
          <button type="button" className="btn btn-bare -ml-2 justify-self-start" onClick={() => setHasKeyForm(true)}>
            Sign in with an API key
          </button>
        )}
        {hasKeyForm && (
          <div className="sheet">
            <KeyForm isBusy={isBusy} isFocused onKey={(key) => attempt(async () => onSignedIn(await signIn({ key })))} />
          </div>
        )}
      </Frame>
    )
  }
  return (
    <Frame>
      <PageHeading title="Sign in" />
      {messages}
      {options && (
        <div className="sheet">
          {options.organizationSignIn && <OrganizationForm />}
          {options.organizationSignIn && options.apiKey && <div className="or">or</div>}
          {options.apiKey && <KeyForm isBusy={isBusy} onKey={(key) => attempt(async () => onSignedIn(await signIn({ key })))} />}
        </div>
      )}
    </Frame>
  )
}

/** Shows for whom an invitation is, and accepts it. The token is the fragment of the URL, so that servers and their logs never see it. */
export function InvitationPage({ connection, token, onSignedIn }: { connection: Connection; token: string; onSignedIn: (viewer: Viewer) => void }) {
  const [link, setLink] = useState<MemberLink | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  useEffect(() => {
    let isCurrent = true
    connection
      .query(MEMBER_LINK, { token })
      .then(({ memberLink }) => isCurrent && setLink(memberLink))
      .catch((error: unknown) => isCurrent && setProblem(toProblem(error)))
    return () => {
      isCurrent = false
    }
  }, [connection, token])
  const accept = async () => {
    if (isBusy || !link) return
    if (link.hasIdentityProvider) {
      openIdentityProvider(link.organization, '/')
      return
    }
    setBusy(true)
    setProblem(null)
    try {
      const { acceptMemberInvitation: payload } = await connection.mutate(ACCEPT_INVITATION, { token })
      if (payload) onSignedIn(payload.viewer)
    } catch (error) {
      setProblem(toProblem(error))
    } finally {
      setBusy(false)
    }
  }
  const isOver = problem !== null && !problem.isTransient
  if (!link && !problem) return null
  return (
    <Frame>
      <div className="grid gap-1">
        <PageHeading title={isOver ? 'This link cannot be used' : 'You are invited'} />
        {link && !isOver && (
          <p className="quiet">
            This link signs you in to the interviews of <bdi className="font-medium">{link.organization}</bdi>. The link is yours alone and works once, until{' '}
            {formatMoment(link.expiresAt)}.
          </p>
        )}
      </div>
      {problem && (
        <p role="alert" className="note note-bad">
          {problem.message}
        </p>
      )}
      {isOver ? (
        <a href="/" className="btn justify-self-start">
          Sign in
        </a>
      ) : link ? (
        <div className="sheet">
          <dl className="grid grid-cols-[112px_1fr] gap-x-3 gap-y-2">
            <dt className="quiet">Name</dt>
            <dd>
              <bdi>{link.name}</bdi>
            </dd>
            <dt className="quiet">Address</dt>
            <dd>{link.email}</dd>
            <dt className="quiet">Role</dt>
            <dd>{ROLES[link.role] ?? link.role}</dd>
          </dl>
          <button type="button" className="btn btn-primary" aria-disabled={isBusy} onClick={() => void accept()}>
            {link.hasIdentityProvider ? 'Continue with your organization' : isBusy ? 'Signing in…' : 'Accept and sign in'}
          </button>
          <p className="small quiet">
            {link.hasIdentityProvider
              ? 'You sign in where your organization keeps its accounts, with the address above.'
              : 'This signs you in for 12 hours in this browser.'}
          </p>
        </div>
      ) : (
        <button type="button" className="btn justify-self-start" onClick={() => location.reload()}>
          Try again
        </button>
      )}
    </Frame>
  )
}

/** Makes an interview for a visitor of the sandbox, and returns its link. */
async function createOwnInterview(connection: Connection): Promise<string> {
  const { positions } = await connection.query(POSITIONS, {})
  const positionKey = positions.nodes.find(({ language }) => language.startsWith('en'))?.key ?? positions.nodes[0]?.key
  if (!positionKey) throw new Problem('NOT_FOUND', 'There is no position yet: create one first.')
  const { scheduleInterview } = await connection.mutate(SCHEDULE, { input: { candidateName: 'Visitor', positionKey, idempotencyKey: newKey() } })
  if (!scheduleInterview) throw new Problem('INTERNAL', 'The server did not answer. Please try again.')
  return scheduleInterview.invite.url
}

function Frame({ isWide = false, children }: { isWide?: boolean; children: ReactNode }) {
  return (
    <div className="desk-alone">
      <main className={isWide ? 'wide-page' : ''}>
        <div className="line text-base font-semibold">
          <span className="logo" aria-hidden>
            V
          </span>
          Viva
        </div>
        {children}
      </main>
    </div>
  )
}

function KeyForm({ isBusy, isFocused = false, onKey }: { isBusy: boolean; isFocused?: boolean; onKey: (key: string) => Promise<void> }) {
  const field = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    if (isFocused) field.current?.focus()
  }, [isFocused])
  const [key, setKey] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (key.trim()) void onKey(key.trim())
  }
  return (
    <form className="grid gap-3" onSubmit={submit}>
      <div className="field">
        <label htmlFor="sign-in-key">API key</label>
        <input
          id="sign-in-key"
          ref={field}
          type="password"
          className="input"
          autoComplete="off"
          spellCheck={false}
          placeholder="viva_…"
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
        <span className="small quiet">The page exchanges it for a session of 12 hours, and does not keep it.</span>
      </div>
      <button type="submit" className="btn btn-primary" aria-disabled={isBusy || !key.trim()}>
        {isBusy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  )
}

function openIdentityProvider(organization: string, to: string): void {
  location.href = `/sign-in/oidc?${new URLSearchParams({ organization, to }).toString()}`
}

/** Leads to the identity provider of an organization, and back to the address that the person came for. */
function OrganizationForm() {
  const [name, setName] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!name.trim()) return
    openIdentityProvider(name.trim(), readTarget())
  }
  return (
    <form className="grid gap-3" onSubmit={submit}>
      <div className="field">
        <label htmlFor="sign-in-organization">Organization</label>
        <input id="sign-in-organization" className="input" autoComplete="organization" dir="auto" value={name} onChange={(event) => setName(event.target.value)} />
      </div>
      <button type="submit" className="btn btn-primary" aria-disabled={!name.trim()}>
        Continue with your organization <ArrowRight className="icon" aria-hidden />
      </button>
    </form>
  )
}
