import { FileText, Keyboard, List, LogOut, Plus, Radio, SlidersHorizontal, Upload, User } from 'lucide-react'
import { type KeyboardEvent, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { Dialog } from '../../ui/Dialog'
import { describeStatus, nameOf } from '../interviews/interviewText'
import type { ListedInterview } from '../interviews/documents'
import { INTERVIEWS } from '../interviews/documents'
import { usePositions } from '../interviews/usePositions'
import { hasSettings, useSession } from '../session'
import type { OpenDialog } from './shellContext'

const SEARCH_DELAY_MS = 200

interface Command {
  id: string
  label: string
  detail: string
  icon: typeof List
  run: () => void
}

/** Search over the pages, the commands, the positions and the candidates' names. */
export function CommandPalette({ onClose, onOpen }: { onClose: () => void; onOpen: (dialog: OpenDialog) => void }) {
  const { may } = useSession()
  const [, navigate] = useLocation()
  const [text, setText] = useState('')
  const [index, setIndex] = useState(0)
  const found = useCandidates(text.trim())
  const { positions } = usePositions()

  const go = (path: string) => () => {
    onClose()
    navigate(path)
  }
  const pages: Command[] = [
    { id: 'interviews', label: 'Interviews', detail: 'Page', icon: List, run: go('/interviews') },
    ...(may('READ_EVALUATION') ? [{ id: 'review', label: 'Needs review', detail: 'Page', icon: List, run: go('/interviews?tab=review') }] : []),
    { id: 'live', label: 'Live', detail: 'Page', icon: Radio, run: go('/live') },
    ...(may('READ_POSITION') ? [{ id: 'positions', label: 'Positions', detail: 'Page', icon: FileText, run: go('/positions') }] : []),
    ...(hasSettings(may) ? [{ id: 'settings', label: 'Settings', detail: 'Page', icon: SlidersHorizontal, run: go('/settings') }] : []),
    ...(may('SCHEDULE_INTERVIEW') ? [{ id: 'new', label: 'New interview', detail: 'N', icon: Plus, run: () => onOpen('new') }] : []),
    ...(may('SCHEDULE_INTERVIEW') ? [{ id: 'import', label: 'Import candidates', detail: 'CSV', icon: Upload, run: go('/interviews/import') }] : []),
    ...(may('SAVE_POSITION') ? [{ id: 'new-position', label: 'New position', detail: '', icon: Plus, run: go('/positions/new-position') }] : []),
    { id: 'keys', label: 'Keys', detail: '?', icon: Keyboard, run: () => onOpen('keys') },
    { id: 'user', label: 'Account, sign out', detail: '', icon: LogOut, run: () => onOpen('user') },
  ]
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const commands: Command[] = [
    ...pages.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word))),
    ...(words.length > 0 ? positions : [])
      .filter(({ title }) => words.every((word) => title.toLowerCase().includes(word)))
      .map(({ key, title }) => ({ id: `position-${key}`, label: title, detail: 'Position', icon: FileText, run: go(`/positions/${key}`) })),
    ...found.map((interview) => ({
      id: interview.id,
      label: nameOf(interview),
      detail: `${interview.position.title}, ${describeStatus(interview)}`,
      icon: User,
      run: go(`/interviews/${interview.id}`),
    })),
  ]
  const current = Math.min(index, commands.length - 1)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      event.preventDefault()
      setIndex((current + step + commands.length) % commands.length)
    } else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
      event.preventDefault()
      commands[current]?.run()
    }
  }
  return (
    <Dialog title="Search" hasHiddenTitle onClose={onClose}>
      <input
        className="w-full border-b border-line bg-transparent px-4 py-3 text-base outline-none"
        role="combobox"
        aria-label="Search pages, commands, positions and candidates"
        aria-expanded
        aria-controls="palette-options"
        aria-activedescendant={commands[current] ? `palette-${commands[current].id}` : undefined}
        aria-autocomplete="list"
        placeholder="Go to a page, a position or a candidate"
        dir="auto"
        data-first-focus
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setIndex(0)
        }}
        onKeyDown={onKeyDown}
      />
      <div role="listbox" id="palette-options" aria-label="Results" className="max-h-80 overflow-auto py-2">
        {commands.map(({ id, label, detail, icon: Icon, run }, position) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the text field has the focus
          <div
            key={id}
            role="option"
            id={`palette-${id}`}
            aria-selected={position === current}
            className="option"
            onClick={run}
            onPointerMove={() => setIndex(position)}
          >
            <Icon className="icon quiet" aria-hidden />
            <bdi className="cut max-w-3/5 shrink-0">{label}</bdi>
            <span className="flex-1" />
            <bdi className="small quiet cut">{detail}</bdi>
          </div>
        ))}
      </div>
      {commands.length === 0 && (
        <p className="quiet px-4 pb-4" role="status">
          Nothing matches. Names match by the beginnings of their words.
        </p>
      )}
    </Dialog>
  )
}

function useCandidates(text: string): readonly ListedInterview[] {
  const { connection, may } = useSession()
  const [found, setFound] = useState<{ text: string; interviews: readonly ListedInterview[] }>({ text: '', interviews: [] })
  const results = may('READ_EVALUATION')
  useEffect(() => {
    if (!text) return undefined
    const timer = setTimeout(async () => {
      try {
        const { interviews } = await connection.query(INTERVIEWS, { filter: { candidate: text }, orderBy: { field: 'CREATED_AT' }, first: 8, after: null, results, counted: false })
        setFound({ text, interviews: interviews.nodes })
      } catch {
        // the palette still goes to pages
      }
    }, SEARCH_DELAY_MS)
    return () => clearTimeout(timer)
  }, [connection, results, text])
  return found.text && text.startsWith(found.text.slice(0, text.length)) && text ? found.interviews : []
}
