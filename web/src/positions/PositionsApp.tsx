import './positions.css'
import { Route, Switch } from 'wouter'
import { NewPositionPage, PositionPage } from './PositionPage'
import { PositionsPage } from './PositionsPage'
import { VersionsPage } from './VersionsPage'

/** The pages of positions. A key has no hyphen, so that no position has the address of the new one. */
export default function PositionsApp() {
  return (
    <Switch>
      <Route path="/positions">
        <PositionsPage />
      </Route>
      <Route path="/positions/new-position">
        <NewPositionPage />
      </Route>
      <Route path="/positions/:key/versions">{({ key }) => <VersionsPage key={key} positionKey={key} />}</Route>
      <Route path="/positions/:key">{({ key }) => <PositionPage key={key} positionKey={key} />}</Route>
    </Switch>
  )
}
