import { FileText, Keyboard, List, Plus, Radio, Search, SlidersHorizontal, UserRound } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { NewInterviewDialog } from '../interviews/NewInterviewDialog'
import { hasSettings, useSession } from '../session'
import { CommandPalette } from './CommandPalette'
import { KeysDialog } from './KeysDialog'
import { useKeys } from './shortcuts'
import { UserDialog } from './UserDialog'
import { type OpenDialog, ShellContext } from './shellContext'

/** The frame of all pages of the desk: the rail, the shortcuts that work everywhere, and the dialogs that they open. */
export function Shell({ children }: { children: ReactNode }) {
  const { viewer, may } = useSession()
  const [dialog, setDialog] = useState<OpenDialog | null>(null)
  const [location] = useLocation()
  const mayCreate = may('SCHEDULE_INTERVIEW')
  const close = () => setDialog(null)
  useKeys(
    {
      'Mod+k': () => setDialog((open) => (open === 'palette' ? null : 'palette')),
      '?': () => setDialog('keys'),
      ...(mayCreate && { n: () => setDialog('new') }),
    },
    'shell',
  )
  const current = (path: string) => (location === path || location.startsWith(`${path}/`) ? { 'aria-current': 'page' as const } : {})
  return (
    <ShellContext value={setDialog}>
      <div className="desk">
        <nav className="rail" aria-label="Main">
          <Link href="/interviews" className="rail-item rail-home">
            <span className="logo" aria-hidden>
              V
            </span>
            <bdi className="name cut">{viewer.organization.name}</bdi>
          </Link>
          {mayCreate && (
            <button type="button" className="rail-item rail-new" onClick={() => setDialog('new')}>
              <Plus className="icon" aria-hidden />
              <span>
                New<span className="wide-only"> interview</span>
              </span>
              <kbd>N</kbd>
            </button>
          )}
          <Link href="/interviews" className="rail-item" {...current(location === '/compare' ? '/compare' : '/interviews')}>
            <List className="icon" aria-hidden /> Interviews
          </Link>
          <Link href="/live" className="rail-item" {...current('/live')}>
            <Radio className="icon" aria-hidden /> Live
          </Link>
          {may('READ_POSITION') && (
            <Link href="/positions" className="rail-item" {...current('/positions')}>
              <FileText className="icon" aria-hidden /> Positions
            </Link>
          )}
          {hasSettings(may) && (
            <Link href="/settings" className="rail-item" {...current('/settings')}>
              <SlidersHorizontal className="icon" aria-hidden /> Settings
            </Link>
          )}
          <span className="tall-only flex-1" />
          <button type="button" className="rail-item" onClick={() => setDialog('palette')}>
            <Search className="icon" aria-hidden /> Search <kbd>Ctrl K</kbd>
          </button>
          <button type="button" className="rail-item tall-only" onClick={() => setDialog('keys')}>
            <Keyboard className="icon" aria-hidden /> Keys <kbd>?</kbd>
          </button>
          <button type="button" className="rail-item" aria-label={`Account: ${viewer.name}`} onClick={() => setDialog('user')}>
            <UserRound className="icon" aria-hidden />
            {/* a narrow rail has no room for a name */}
            <span className="min-[1200px]:hidden">Account</span>
            <bdi className="cut max-[1199px]:hidden">{viewer.name}</bdi>
          </button>
        </nav>
        {children}
      </div>
      {dialog === 'new' && <NewInterviewDialog onClose={close} />}
      {dialog === 'palette' && <CommandPalette onClose={close} onOpen={setDialog} />}
      {dialog === 'keys' && <KeysDialog onClose={close} />}
      {dialog === 'user' && <UserDialog onClose={close} />}
    </ShellContext>
  )
}
