import './app.css'
import { Component, type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Route, Switch } from 'wouter'
import { JoinPage } from './join/JoinPage'
import { ReviewPage } from './review/ReviewPage'
import { Button } from './ui/Button'
import { Page } from './ui/Page'

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

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <Switch>
        <Route path="/join">
          <JoinPage invite={location.hash.slice(1)} />
        </Route>
        <Route path="/interviews/:id">{({ id }) => <ReviewPage id={id} />}</Route>
        <Route>
          <Page title="Page not found">
            <p>Please open the link that you received.</p>
          </Page>
        </Route>
      </Switch>
    </ErrorBoundary>
  </StrictMode>,
)
