import { ExternalLink } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Link, Redirect } from 'wouter'
import { request } from '../api/request'
import { PageHeading } from '../desk/PageHeading'
import { useSession } from '../desk/session'
import type { Action } from '../gql/graphql'
import { KeysSection } from './KeysSection'
import { MembersSection } from './MembersSection'
import { OrganizationSection } from './OrganizationSection'
import { WebhooksSection } from './WebhooksSection'

const SECTIONS: readonly { name: string; title: string; action: Action; Section: () => React.ReactNode }[] = [
  { name: 'organization', title: 'Organization', action: 'UPDATE_ORGANIZATION', Section: OrganizationSection },
  { name: 'members', title: 'Members', action: 'MANAGE_MEMBERS', Section: MembersSection },
  { name: 'keys', title: 'API keys', action: 'MANAGE_KEYS', Section: KeysSection },
  { name: 'webhooks', title: 'Webhooks', action: 'MANAGE_WEBHOOKS', Section: WebhooksSection },
]

/** The settings of the organization: the sections that the caller may use. */
export default function SettingsPage({ section }: { section: string | undefined }) {
  const { may } = useSession()
  const hasExplorer = useExplorer()
  const sections = SECTIONS.filter(({ action }) => may(action))
  const current = sections.find(({ name }) => name === section)
  if (!current && sections[0]) return <Redirect to={`/settings/${sections[0].name}`} replace />
  if (!current) {
    return (
      <main>
        <div className="page-state">
          <PageHeading title="Settings" />
          <p className="quiet">Your role changes no settings. An administrator of your organization does.</p>
        </div>
      </main>
    )
  }
  const { Section } = current
  return (
    <main>
      <header className="top-bar">
        <PageHeading title="Settings" />
      </header>
      <div className="tool-bar border-b border-line">
        <nav className="tabs" aria-label="Settings">
          {sections.map(({ name, title }) => (
            <Link key={name} href={`/settings/${name}`} className="tab" {...(name === current.name && { 'aria-current': 'page' as const })}>
              {title}
            </Link>
          ))}
          {hasExplorer && (
            <a href="/graphql" target="_blank" rel="noreferrer" className="tab max-[719px]:hidden">
              API explorer <ExternalLink className="icon" aria-label="opens in a new tab" />
            </a>
          )}
        </nav>
      </div>
      <div className="wall form-grid">
        <Section key={current.name} />
      </div>
    </main>
  )
}

/** Whether the server answers browsers with an explorer of its API, which is a setting of the deployment. */
function useExplorer(): boolean {
  const [hasExplorer, setExplorer] = useState(false)
  useEffect(() => {
    const controller = new AbortController()
    request('/graphql', { headers: { accept: 'text/html' }, signal: controller.signal })
      .then(({ ok, headers }) => setExplorer(ok && (headers.get('content-type') ?? '').startsWith('text/html')))
      // without an answer there is no link
      .catch(() => {})
    return () => controller.abort()
  }, [])
  return hasExplorer
}
