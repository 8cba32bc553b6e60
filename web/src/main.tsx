import './app.css'
import { Component, type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Route, Switch } from 'wouter'
import { JoinPage } from './join/JoinPage'
import { ReviewPage } from './review/ReviewPage'
import { Button } from './ui/Button'
import { Page } from './ui/Page'

/** What is shown when a part of the page could not be loaded, or broke. */
class Fallback extends Component<{ children: ReactNode }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override render() {
    if (!this.state.isBroken) return this.props.children
    return (
      <Page title="This page has stopped working">
        <p>Nothing that was stored is lost. Load the page again to go on where you were.</p>
        <Button kind="action" className="self-start" onClick={() => location.reload()}>
          Load again
        </Button>
      </Page>
    )
  }
}

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <Fallback>
      <Switch>
        <Route path="/join">
          <JoinPage invite={location.hash.slice(1)} />
        </Route>
        <Route path="/interviews/:id">{({ id }) => <ReviewPage id={id} />}</Route>
        <Route>
          <Page title="There is no such page">
            <p>Open the link that you were given.</p>
          </Page>
        </Route>
      </Switch>
    </Fallback>
  </StrictMode>,
)
