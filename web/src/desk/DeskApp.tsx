import './desk.css'
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { Link, Redirect, Route, Switch, useLocation } from 'wouter'
import { type Problem, toProblem } from '../api/problem'
import { ErrorBoundary } from '../ui/ErrorBoundary'
import { InterviewsPage } from './interviews/InterviewsPage'
import { getOneTimeSecrets } from './oneTimeSecrets'
import { PageHeading } from './PageHeading'
import { connectWithCookie, SessionContext, type Session, SIGN_OUT, type Viewer, VIEWER } from './session'
import { Shell } from './shell/Shell'
import { useShell } from './shell/shellContext'
import { InvitationPage, SignInPage } from './SignInPage'
import { readTarget } from './signInTarget'
import { forgetPerson, SIGNED_OUT_KEY } from './signOut'
import { ToastProvider } from './Toast'

const ComparePage = lazy(() => import('../compare/ComparePage'))
const ImportPage = lazy(() => import('./import/ImportPage'))
const LivePage = lazy(() => import('./live/LivePage'))
const PositionsApp = lazy(() => import('../positions/PositionsApp'))
const ReviewPage = lazy(() => import('../review/ReviewPage'))
const SettingsPage = lazy(() => import('../settings/SettingsPage'))

/** The addresses of the desk. */
const ADDRESSES = /^\/(sign-in|live|compare|interviews(\/[^/]+)?|positions(\/[^/]+(\/versions)?)?|settings(\/[^/]+)?)?$/

/** Returns the token of an invitation to the organization that the address has; null if it has none. */
function readInvitation(): string | null {
  const { pathname, hash } = window.location
  return pathname === '/sign-in' && hash.startsWith(INVITATION) ? hash.slice(INVITATION.length) : null
}

const INVITATION = '#invitation='

/** Who uses the page: unknown until the first answer, then a viewer, or nobody with the reason. */
type Caller = { state: 'unknown' } | { state: 'nobody'; reason: string | null } | { state: 'known'; viewer: Viewer }

/** The recruiter's desk. Without a session, every address shows the sign-in page and stays as it is. */
export default function DeskApp() {
  const [caller, setCaller] = useState<Caller>({ state: 'unknown' })
  const [problem, setProblem] = useState<Problem | null>(null)
  const [location] = useLocation()
  const connection = useMemo(
    () =>
      connectWithCookie(() =>
        setCaller((previous) => (previous.state === 'known' ? { state: 'nobody', reason: 'Your session has ended. Please sign in again.' } : previous)),
      ),
    [],
  )
  useEffect(() => {
    document.documentElement.dataset.area = 'desk'
    return () => {
      delete document.documentElement.dataset.area
    }
  }, [])
  useEffect(() => {
    let isCurrent = true
    connection
      .query(VIEWER, {})
      .then(({ viewer }) => isCurrent && setCaller({ state: 'known', viewer }))
      .catch((error: unknown) => {
        if (!isCurrent) return
        const found = toProblem(error)
        if (found.code === 'UNAUTHENTICATED') setCaller({ state: 'nobody', reason: null })
        else setProblem(found)
      })
    return () => {
      isCurrent = false
    }
  }, [connection])
  useEffect(() => {
    // signing out in another tab has ended the session, and deleted the drafts that this one would store again
    const onStorage = ({ key }: StorageEvent) => {
      if (key === SIGNED_OUT_KEY) setCaller((previous) => (previous.state === 'known' ? { state: 'nobody', reason: 'You have signed out.' } : previous))
    }
    addEventListener('storage', onStorage)
    return () => removeEventListener('storage', onStorage)
  }, [])
  const hasEnded = caller.state === 'nobody'
  useEffect(() => {
    // the next person who signs in must not see the secrets of another
    if (hasEnded) getOneTimeSecrets(connection).clear()
  }, [connection, hasEnded])
  const viewer = caller.state === 'known' ? caller.viewer : null
  const session = useMemo<Session | null>(() => {
    if (!viewer) return null
    const allowed = new Set(viewer.may)
    return {
      connection,
      viewer,
      may: (action) => allowed.has(action),
      signOut: async () => {
        await connection.mutate(SIGN_OUT, {})
        forgetPerson(connection)
        setCaller({ state: 'nobody', reason: null })
      },
      refresh: async () => {
        const { viewer: changed } = await connection.query(VIEWER, {})
        setCaller({ state: 'known', viewer: changed })
      },
    }
  }, [connection, viewer])
  const onSignedIn = useCallback((signedIn: Viewer) => setCaller({ state: 'known', viewer: signedIn }), [])
  const [invitation, setInvitation] = useState(readInvitation)

  // an invitation is for another person than the one who may be signed in
  if (invitation !== null) {
    const accept = (signedIn: Viewer) => {
      window.history.replaceState(null, '', '/sign-in')
      setInvitation(null)
      onSignedIn(signedIn)
    }
    return <InvitationPage connection={connection} token={invitation} onSignedIn={accept} />
  }
  if (problem) return <Unreachable problem={problem} />
  if (caller.state === 'unknown') return null
  if (!session) {
    if (!ADDRESSES.test(location)) return <UnknownAddress />
    const reason = caller.state === 'nobody' ? caller.reason : null
    return <SignInPage connection={connection} reason={reason} onSignedIn={onSignedIn} />
  }
  return (
    <SessionContext value={session}>
      <ToastProvider>
        <Shell>
          <ErrorBoundary fallback={<BrokenPage />} address={location}>
            <Suspense fallback={<main aria-busy="true" />}>
              <Switch>
                <Route path="/">
                  <Redirect to="/interviews" replace />
                </Route>
                <Route path="/sign-in">
                  <Redirect to={readTarget()} replace />
                </Route>
                <Route path="/interviews">
                  <InterviewsPage />
                </Route>
                <Route path="/live">
                  <LivePage />
                </Route>
                <Route path="/compare">
                  <ComparePage />
                </Route>
                <Route path="/interviews/import">
                  <ImportPage />
                </Route>
                <Route path="/interviews/:id">{({ id }) => <ReviewPage id={id} />}</Route>
                <Route path={/^\/positions(?:\/[^/]+(?:\/versions)?)?\/?$/}>
                  <PositionsApp />
                </Route>
                <Route path="/settings/:section?">{({ section }) => <SettingsPage section={section} />}</Route>
                <Route>
                  <UnknownDeskAddress />
                </Route>
              </Switch>
            </Suspense>
          </ErrorBoundary>
        </Shell>
      </ToastProvider>
    </SessionContext>
  )
}

function Unreachable({ problem }: { problem: Problem }) {
  return (
    <div className="desk-alone">
      <main>
        <PageHeading title="The desk could not be opened" />
        <p className="quiet">{problem.message}</p>
        <button type="button" className="btn justify-self-start" onClick={() => window.location.reload()}>
          Try again
        </button>
      </main>
    </div>
  )
}

/** Replaces a page that fails to load or to render. The rail beside it leads to the others. */
function BrokenPage() {
  return (
    <main>
      <div className="page-state" role="alert">
        <PageHeading title="Something went wrong on this page" />
        <p className="quiet">Everything that was saved is safe, and drafts of positions stay in this browser. Reload the page to continue.</p>
        <div className="line">
          <button type="button" className="btn" onClick={() => window.location.reload()}>
            Reload the page
          </button>
        </div>
      </div>
    </main>
  )
}

/** Says that the address is wrong, to candidates, too: it does not ask anybody to sign in. */
function UnknownAddress() {
  return (
    <div className="desk-alone">
      <main>
        <PageHeading title="There is no such page" />
        <p className="quiet">The address may be incomplete, or out of date. For an interview, open the link that you received.</p>
        <Link href="/" className="btn justify-self-start">
          Home
        </Link>
      </main>
    </div>
  )
}

function UnknownDeskAddress() {
  const openDialog = useShell()
  return (
    <main>
      <div className="page-state">
        <PageHeading title="There is no such page" />
        <p className="quiet">The address may be incomplete, or out of date.</p>
        <div className="line">
          <Link href="/interviews" className="btn">
            Interviews
          </Link>
          <button type="button" className="btn" onClick={() => openDialog('palette')}>
            Search <kbd>Ctrl K</kbd>
          </button>
        </div>
      </div>
    </main>
  )
}
