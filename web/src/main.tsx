import './app.css'
import { lazy, StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { Route, Switch } from 'wouter'
import { Button } from './ui/Button'
import { ErrorBoundary } from './ui/ErrorBoundary'
import { Page } from './ui/Page'
import { guardAgainstTranslation } from './ui/translationGuard'

const JoinPage = lazy(() => import('./join/JoinPage').then((module) => ({ default: module.JoinPage })))
const DeskApp = lazy(() => import('./desk/DeskApp'))

/** Replaces pages that fail outside of their own error boundaries. */
function BrokenPage() {
  return (
    <Page title="Something went wrong">
      <p>Everything saved so far is safe. Reload the page to continue where you left off.</p>
      <Button variant="action" className="self-start" onClick={() => location.reload()}>
        Reload the page
      </Button>
    </Page>
  )
}

guardAgainstTranslation()
const root = document.getElementById('root')
// oldBrowsers.js has replaced it in a browser that is too old
if (root) createRoot(root).render(
  <StrictMode>
    <ErrorBoundary fallback={<BrokenPage />}>
      <Suspense>
        <Switch>
          <Route path="/join">
            <JoinPage />
          </Route>
          <Route>
            <DeskApp />
          </Route>
        </Switch>
      </Suspense>
    </ErrorBoundary>
  </StrictMode>,
)
