import { Download, Plus, RefreshCw } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { toProblem } from '../../api/problem'
import { buildComparePath } from '../../compare/comparison'
import { Bars, Loading } from '../Loading'
import { PageHeading } from '../PageHeading'
import { useSession } from '../session'
import { useShell } from '../shell/shellContext'
import { useKeys } from '../shell/shortcuts'
import { StaleNote, useStaleSince } from '../StaleNote'
import { useToast } from '../Toast'
import { type BulkAction, performBulk } from './bulk'
import { BulkDialog } from './BulkDialog'
import { download, formatCsv, MAX_ROWS, readAll } from './csv'
import type { ListedInterview } from './documents'
import { FilterBar } from './FilterBar'
import { InterviewGrid } from './InterviewGrid'
import { InterviewList, type ListRequest } from './interviewList'
import { buildFilter, formatListState, getOrder, type ListState, parseListState, type Tab, toggleOrder } from './listState'
import { SelectionBar } from './SelectionBar'
import { rememberList } from './openedList'
import { useCopyLink } from './useCopyLink'
import { useTabCounts } from './useTabCounts'

const TABS: [Tab, string][] = [
  ['review', 'Needs review'],
  ['live', 'Live'],
  ['scheduled', 'Scheduled'],
  ['all', 'All'],
]

function buildPath(state: ListState): string {
  const query = formatListState(state)
  return `/interviews${query && `?${query}`}`
}

const NUMBER = new Intl.NumberFormat('en')

/** The list of interviews: tabs, search, filters and order in the URL, and changes as they happen. */
export function InterviewsPage() {
  const session = useSession()
  const { connection, may } = session
  const mayReadResults = may('READ_EVALUATION')
  const query = useSearch()
  const [, navigate] = useLocation()
  const openDialog = useShell()
  const state = useMemo(() => parseListState(new URLSearchParams(query), mayReadResults), [query, mayReadResults])
  const setState = useCallback(
    (part: Partial<ListState>, isReplacement = false) => {
      navigate(buildPath({ ...state, ...part }), { replace: isReplacement })
    },
    [navigate, state],
  )

  // a period begins with a day, which stays the same while the page is open
  const [today] = useState(() => new Date())
  const [request, list] = useMemo(() => {
    const described: ListRequest = { filter: buildFilter(state, today), orderBy: getOrder(state), search: state.search, mayReadResults }
    return [described, new InterviewList(connection, described)] as const
  }, [connection, state, today, mayReadResults])
  const { rows, total, hasMore, isLoading, problem, changes } = useSyncExternalStore(list.subscribe, list.getSnapshot)
  useEffect(() => {
    const stop = new AbortController()
    void list.run(stop.signal)
    return () => stop.abort()
  }, [list])
  useEffect(() => rememberList(session, rows.map(({ id }) => id)), [session, rows])
  const staleSince = useStaleSince(connection)
  const counts = useTabCounts(connection, mayReadResults, changes)

  const [cursor, setCursor] = useState(0)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [failures, setFailures] = useState<ReadonlyMap<string, string>>(new Map())
  const anchor = useRef(0)
  const [shownState, setShownState] = useState(state)
  if (shownState !== state) {
    setShownState(state)
    setCursor(0)
    setSelected(new Set())
    setFailures(new Map())
  }
  const [bulk, setBulk] = useState<BulkAction | null>(null)
  const [progress, setProgress] = useState<string | null>(null)
  const search = useRef<HTMLInputElement>(null)
  const copyLink = useCopyLink()
  const toast = useToast()
  const maySelect = may('RENEW_INVITE') || may('CANCEL_INTERVIEW') || may('READ_EVALUATION')
  const current: ListedInterview | undefined = rows[Math.min(cursor, rows.length - 1)]

  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(index, rows.length - 1))
    setCursor(next)
    if (next > rows.length - 10 && hasMore) void list.loadMore()
  }
  const toggle = (index: number, isRange: boolean) => {
    const row = rows[index]
    if (!row || !maySelect) return
    const next = new Set(selected)
    if (isRange) {
      const [from, to] = [Math.min(anchor.current, index), Math.max(anchor.current, index)]
      for (const { id } of rows.slice(from, to + 1)) next.add(id)
    } else if (!next.delete(row.id)) next.add(row.id)
    anchor.current = index
    setSelected(next)
  }
  useKeys({
    j: () => moveTo(cursor + 1),
    k: () => moveTo(cursor - 1),
    ArrowDown: () => moveTo(cursor + 1),
    ArrowUp: () => moveTo(cursor - 1),
    Home: () => moveTo(0),
    End: () => moveTo(rows.length - 1),
    Enter: () => {
      if (current) navigate(`/interviews/${current.id}`)
    },
    x: () => toggle(cursor, false),
    'Shift+x': () => toggle(cursor, true),
    c: () => {
      if (current && may('RENEW_INVITE')) void copyLink(current)
    },
    '/': () => search.current?.focus(),
    Escape: () => {
      if (selected.size === 0) return false
      setSelected(new Set())
      return true
    },
  })

  const runBulk = async (action: BulkAction) => {
    setBulk(null)
    const ids = [...selected]
    const verb = action === 'renew' ? 'Renewing' : 'Cancelling'
    setProgress(`${verb} 0 of ${ids.length}`)
    const failed = await performBulk(connection, action, ids, (done) => setProgress(`${verb} ${done} of ${ids.length}`))
    setProgress(null)
    setFailures(failed)
    setSelected(new Set(failed.keys()))
    const done = action === 'renew' ? 'Renewed' : 'Cancelled'
    const succeeded = ids.length - failed.size
    toast(`${done} ${succeeded} of ${ids.length}${failed.size > 0 ? '. The others say why in their rows.' : '.'}`)
  }
  const exportCsv = async () => {
    setProgress('Reading interviews for the CSV file')
    try {
      const interviews = await readAll(connection, request, (count) => setProgress(`CSV: ${NUMBER.format(count)} interviews`), new AbortController().signal)
      download(`interviews-${new Date().toISOString().slice(0, 10)}.csv`, formatCsv(interviews, mayReadResults))
    } catch (error) {
      toast(`The file could not be made. ${toProblem(error).message}`)
    } finally {
      setProgress(null)
    }
  }

  const visibleTabs = TABS.filter(([tab]) => tab !== 'review' || mayReadResults)
  const selectedRows = rows.filter(({ id }) => selected.has(id))
  const hasFilters = Boolean(state.search || state.positions.length > 0 || state.channel || state.decision || state.days)
  return (
    <main>
      <header className="top-bar">
        <PageHeading title="Interviews" />
        <span className="flex-1" />
        {progress && (
          <span role="status" className="quiet">
            {progress}
          </span>
        )}
        {total !== null && total > 0 && !progress && (
          <button type="button" className="btn btn-bare wide-only" onClick={() => void exportCsv()}>
            <Download className="icon" aria-hidden /> CSV of {total > MAX_ROWS ? `the first ${NUMBER.format(MAX_ROWS)}` : `these ${NUMBER.format(total)}`}
          </button>
        )}
        {may('SCHEDULE_INTERVIEW') && (
          <button type="button" className="btn btn-primary phone-only" onClick={() => openDialog('new')}>
            <Plus className="icon" aria-hidden /> New
          </button>
        )}
      </header>
      <div className="tool-bar">
        <nav className="tabs" aria-label="Which interviews">
          {visibleTabs.map(([tab, label]) => (
            <Link
              key={tab}
              href={buildPath({ ...state, tab, order: null })}
              className="tab"
              {...(tab === state.tab && { 'aria-current': 'true' as const })}
            >
              {label} {counts?.[tab] != null && <span className="count">{NUMBER.format(counts[tab])}</span>}
            </Link>
          ))}
        </nav>
      </div>
      <FilterBar key={state.tab} state={state} setState={setState} searchRef={search} rows={rows} />
      <StaleNote since={staleSince} />
      {problem && rows.length > 0 && (
        <p role="alert" className="note note-bad mx-6 mb-3">
          <span>{problem.message}</span>
        </p>
      )}
      {rows.length > 0 ? (
        <InterviewGrid
          rows={rows}
          total={total ?? rows.length}
          order={getOrder(state)}
          onOrder={(field) => setState({ order: toggleOrder(getOrder(state), field) })}
          cursor={cursor}
          onCursor={setCursor}
          maySelect={maySelect}
          selected={selected}
          onToggle={toggle}
          onToggleAll={(isOn) => setSelected(new Set(isOn ? rows.map(({ id }) => id) : []))}
          failures={failures}
          onCopyLink={copyLink}
          onEnd={() => void list.loadMore()}
        />
      ) : (
        <EmptyList
          isLoading={isLoading}
          problem={problem?.message ?? null}
          tab={state.tab}
          search={state.search}
          hasFilters={hasFilters}
          onClear={() => setState({ search: '', positions: [], channel: null, decision: null, days: null })}
        />
      )}
      {selected.size > 0 && maySelect && (
        <SelectionBar
          rows={selectedRows}
          onRenew={() => setBulk('renew')}
          onCancel={() => setBulk('cancel')}
          // in the order in which they were selected
          onCompare={() => navigate(buildComparePath([...selected]))}
          onClear={() => setSelected(new Set())}
        />
      )}
      <footer className="key-hints">
        <span>
          <kbd>j</kbd> <kbd>k</kbd> move
        </span>
        <span>
          <kbd>Enter</kbd> open
        </span>
        {maySelect && (
          <>
            <span>
              <kbd>x</kbd> select
            </span>
            <span>
              <kbd>Shift x</kbd> up to here
            </span>
            <span>
              <kbd>c</kbd> copy link
            </span>
          </>
        )}
        <span>
          <kbd>/</kbd> search
        </span>
        <span>
          <kbd>?</kbd> all keys
        </span>
        <span className="flex-1" />
        {total !== null && total > 0 && (
          <span>
            {NUMBER.format(rows.length)} of {NUMBER.format(total)} {hasMore ? 'loaded, more while you scroll' : 'loaded'}
          </span>
        )}
      </footer>
      {bulk && <BulkDialog action={bulk} rows={selectedRows} onConfirm={() => void runBulk(bulk)} onClose={() => setBulk(null)} />}
    </main>
  )
}

interface EmptyListProps {
  isLoading: boolean
  problem: string | null
  tab: Tab
  search: string
  hasFilters: boolean
  onClear: () => void
}

function EmptyList({ isLoading, problem, tab, search, hasFilters, onClear }: EmptyListProps) {
  const { may } = useSession()
  const openDialog = useShell()
  if (problem) {
    return (
      <div className="page-state" role="alert">
        <h2>This list could not be read</h2>
        <p className="quiet">{problem}</p>
        <div className="line">
          <button type="button" className="btn" onClick={() => location.reload()}>
            <RefreshCw className="icon" aria-hidden /> Load the page again
          </button>
        </div>
      </div>
    )
  }
  if (isLoading) return <Skeleton />
  if (hasFilters) {
    return (
      <div className="page-state">
        <h2>{search ? <>Nobody matches “<bdi>{search}</bdi>”</> : 'No interview matches'}</h2>
        <p className="quiet">Names match by the beginnings of their words, references as a whole.</p>
        <div className="line">
          <button type="button" className="btn" onClick={onClear}>
            Clear search and filters
          </button>
        </div>
      </div>
    )
  }
  if (tab === 'review') {
    return (
      <div className="page-state">
        <h2>Nothing waits for you</h2>
        <p className="quiet">Interviews appear here once they are evaluated, until somebody decides.</p>
        <div className="line">
          <Link href="/interviews" className="btn">
            See all interviews
          </Link>
        </div>
      </div>
    )
  }
  if (tab !== 'all') {
    return (
      <div className="page-state">
        <h2>{tab === 'live' ? 'No interview is open' : 'Nothing is scheduled'}</h2>
        <p className="quiet">{tab === 'live' ? 'An interview appears here as soon as its candidate opens the link.' : 'Interviews wait here until their candidates come.'}</p>
      </div>
    )
  }
  return (
    <div className="page-state">
      <h2>No interviews yet</h2>
      <p className="quiet">A name is enough: Viva makes a link that you send yourself.</p>
      {may('SCHEDULE_INTERVIEW') && (
        <div className="line">
          <button type="button" className="btn btn-primary" onClick={() => openDialog('new')}>
            <Plus className="icon" aria-hidden /> New interview <kbd className="wide-only">N</kbd>
          </button>
        </div>
      )}
    </div>
  )
}

function Skeleton() {
  return (
    <Loading label="Loading interviews">
      {[62, 48, 70, 55, 66, 40, 58, 64].map((width) => (
        <div key={width} className="list-row" aria-hidden>
          <Bars widths={[100, width, width, 60, 70, 50]} />
        </div>
      ))}
    </Loading>
  )
}
