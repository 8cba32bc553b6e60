import { ListFilter, X } from 'lucide-react'
import { type RefObject, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from 'react'
import { useSession } from '../session'
import type { ListedInterview } from './documents'
import { CHANNELS, DECISIONS } from './interviewText'
import { DAYS, type ListState } from './listState'
import { usePositions } from './usePositions'

const SEARCH_DELAY_MS = 250

interface FilterBarProps {
  state: ListState
  setState: (part: Partial<ListState>, isReplacement?: boolean) => void
  searchRef: RefObject<HTMLInputElement | null>
  rows: readonly ListedInterview[]
}

/** Search, the panel of filters, and a chip for each filter that is set. */
export function FilterBar({ state, setState, searchRef, rows }: FilterBarProps) {
  const [isOpen, setOpen] = useState(false)
  const [text, setText] = useState(state.search)
  const [knownSearch, setKnownSearch] = useState(state.search)
  if (knownSearch !== state.search) {
    setKnownSearch(state.search)
    setText(state.search)
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => () => clearTimeout(timer.current), [])
  const search = (value: string, delay: number) => {
    setText(value)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      setKnownSearch(value.trim())
      setState({ search: value.trim() }, true)
    }, delay)
  }
  const { positions } = usePositions()
  const titleOf = (key: string) => positions.find((position) => position.key === key)?.title ?? key
  const chips: [string, Partial<ListState>][] = [
    ...state.positions.map((key): [string, Partial<ListState>] => [titleOf(key), { positions: state.positions.filter((other) => other !== key) }]),
    ...(state.channel ? [[CHANNELS[state.channel], { channel: null }] as [string, Partial<ListState>]] : []),
    ...(state.decision ? [[DECISIONS[state.decision], { decision: null }] as [string, Partial<ListState>]] : []),
    ...(state.days ? [[`Last ${state.days} days`, { days: null }] as [string, Partial<ListState>]] : []),
  ]
  const versions = describeVersions(rows)
  return (
    <div className="tool-bar">
      <input
        ref={searchRef}
        type="search"
        className="input max-w-60 flex-1 basis-48"
        placeholder="Search name or reference   /"
        aria-label="Search name or reference"
        maxLength={200}
        dir="auto"
        value={text}
        onChange={(event) => search(event.target.value, SEARCH_DELAY_MS)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') search(text, 0)
          if (event.key === 'Escape') event.currentTarget.blur()
        }}
      />
      <div className="contents">
        <button type="button" className="btn" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <ListFilter className="icon" aria-hidden /> Filter
        </button>
        {isOpen && <FilterPanel state={state} setState={setState} onClose={() => setOpen(false)} />}
      </div>
      {chips.map(([label, removal]) => (
        <button key={label} type="button" className="chip" aria-label={`Remove the filter ${label}`} onClick={() => setState(removal)}>
          <bdi className="cut">{label}</bdi> <X className="icon" aria-hidden />
        </button>
      ))}
      {versions && (
        <>
          <span className="wide-only flex-1" />
          <span className="small quiet wide-only">{versions}</span>
        </>
      )}
    </div>
  )
}

/** Names the positions whose scores in the list come from different versions of the rubric. */
export function describeVersions(rows: readonly ListedInterview[]): string | null {
  const versions = new Map<string, { title: string; numbers: Set<number> }>()
  for (const { evaluation, position } of rows) {
    if (evaluation?.overallScore == null) continue
    const found = versions.get(position.key) ?? { title: position.title, numbers: new Set<number>() }
    found.numbers.add(position.version)
    versions.set(position.key, found)
  }
  const mixed = [...versions.values()].filter(({ numbers }) => numbers.size > 1)
  if (mixed.length === 0) return null
  const texts = mixed.map(({ title, numbers }) => `${title} ${[...numbers].toSorted((a, b) => a - b).join(', ')}`)
  return `Rubric versions differ in this list: ${texts.join('; ')}`
}

function FilterPanel({ state, setState, onClose }: { state: ListState; setState: (part: Partial<ListState>) => void; onClose: () => void }) {
  const { may } = useSession()
  const { positions } = usePositions()
  const panel = useRef<HTMLDivElement>(null)
  const close = useEffectEvent(onClose)
  useLayoutEffect(() => {
    const opener = document.activeElement
    panel.current?.querySelector('select')?.focus()
    const onPointerDown = (event: PointerEvent) => {
      if (event.target instanceof Node && !panel.current?.parentElement?.contains(event.target)) close()
    }
    document.addEventListener('pointerdown', onPointerDown)
    return () => {
      document.removeEventListener('pointerdown', onPointerDown)
      if (opener instanceof HTMLElement) opener.focus()
    }
  }, [])
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape closes it from each of its controls
    <div
      ref={panel}
      className="filter-panel"
      role="group"
      aria-label="Filters"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <div className="field">
        <label htmlFor="filter-position">Position</label>
        <select
          id="filter-position"
          className="input"
          value={state.positions[0] ?? ''}
          onChange={(event) => setState({ positions: event.target.value ? [event.target.value] : [] })}
        >
          <option value="">All positions</option>
          {positions.map(({ key, title }) => (
            <option key={key} value={key}>
              {title}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="filter-channel">How</label>
        <select
          id="filter-channel"
          className="input"
          value={state.channel ?? ''}
          onChange={(event) => setState({ channel: event.target.value === 'VOICE' || event.target.value === 'TEXT' ? event.target.value : null })}
        >
          <option value="">Voice and typed</option>
          <option value="VOICE">Voice</option>
          <option value="TEXT">Typed</option>
        </select>
      </div>
      {may('READ_EVALUATION') && (
        <div className="field">
          <label htmlFor="filter-decision">Decision</label>
          <select
            id="filter-decision"
            className="input"
            value={state.decision ?? ''}
            onChange={(event) => setState({ decision: (event.target.value || null) as ListState['decision'] })}
          >
            <option value="">Any decision, or none</option>
            {Object.entries(DECISIONS).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </div>
      )}
      <div className="field">
        <label htmlFor="filter-days">Created</label>
        <select id="filter-days" className="input" value={state.days ?? ''} onChange={(event) => setState({ days: Number(event.target.value) || null })}>
          <option value="">At any time</option>
          {DAYS.map((days) => (
            <option key={days} value={days}>
              In the last {days} days
            </option>
          ))}
        </select>
      </div>
    </div>
  )
}
