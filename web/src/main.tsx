import './app.css'
import { Component, lazy, type ReactNode, StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { Route, Switch } from 'wouter'
import { Button } from './ui/Button'
import { Page } from './ui/Page'
import { guardAgainstTranslation } from './ui/translationGuard'

const JoinPage = lazy(() => import('./join/JoinPage').then((module) => ({ default: module.JoinPage })))
const DeskApp = lazy(() => import('./desk/DeskApp'))

/** Error boundary: offers a reload when part of the page fails to load or to render. */
class ErrorBoundary extends Component<{ children: ReactNode }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    if (!this.state.isBroken) return this.props.children
    return (
      <Page title="Something went wrong">
        <p>Everything saved so far is safe. Reload the page to continue where you left off.</p>
        <Button variant="action" className="self-start" onClick={() => location.reload()}>
          Reload the page
        </Button>
      </Page>
    )
  }
}

guardAgainstTranslation()
const root = document.getElementById('root')
// oldBrowsers.js has replaced it in a browser that is too old
if (root) createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
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
