import { RefreshCw, TriangleAlert } from 'lucide-react'
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { Link } from 'wouter'
import { newKey } from '../../api/idempotencyKey'
import { toProblem } from '../../api/problem'
import { ConfirmDialog } from '../ConfirmDialog'
import { CANCEL } from '../interviews/documents'
import { nameOf } from '../interviews/interviewText'
import { useCopyLink } from '../interviews/useCopyLink'
import { Bars, Loading } from '../Loading'
import { PageHeading } from '../PageHeading'
import { useSession } from '../session'
import { useKeys } from '../shell/shortcuts'
import { StaleNote, useStaleSince } from '../StaleNote'
import { useToast } from '../Toast'
import { END, type TileInterview } from './documents'
import { LiveTile } from './LiveTile'
import { LiveTranscript } from './LiveTranscript'
import { LiveWall } from './liveWall'

type Tab = 'all' | 'trouble' | 'away'

/** A tile for each open interview, as they are now. */
export default function LivePage() {
  const { connection } = useSession()
  const wall = useMemo(() => new LiveWall(), [])
  const { ids, isLoading, problem } = useSyncExternalStore(wall.subscribe, wall.getSnapshot)
  useEffect(() => {
    const stop = new AbortController()
    void wall.run(connection, stop.signal)
    return () => stop.abort()
  }, [wall, connection])
  const staleSince = useStaleSince(connection)
  const [tab, setTab] = useState<Tab>('all')
  const [cursor, setCursor] = useState(0)
  const [openedId, setOpenedId] = useState<string | null>(null)
  const [ending, setEnding] = useState<TileInterview | null>(null)
  const grid = useRef<HTMLDivElement>(null)
  const copy = useCopyLink()
  const toast = useToast()
  const onOpen = useCallback(({ id }: TileInterview) => setOpenedId(id), [])
  const onCopyLink = useCallback((interview: TileInterview) => void copy(interview), [copy])

  const inTrouble = ids.filter((id) => wall.describeState(id) === 'trouble')
  const away = ids.filter((id) => wall.describeState(id) === 'away')
  const visible = { all: ids, trouble: inTrouble, away }[tab]
  const moveTo = (index: number) => {
    const next = Math.max(0, Math.min(index, visible.length - 1))
    setCursor(next)
    grid.current?.querySelector<HTMLElement>(`[data-index="${next}"]`)?.focus()
  }
  const currentTile = () => wall.getTile(visible[cursor] ?? '')?.interview
  useKeys({
    j: () => moveTo(cursor + 1),
    k: () => moveTo(cursor - 1),
    t: () => {
      const next = visible.findIndex((id, index) => index > cursor && inTrouble.includes(id))
      const index = next >= 0 ? next : visible.findIndex((id) => inTrouble.includes(id))
      if (index >= 0) moveTo(index)
    },
    c: () => {
      const interview = currentTile()
      if (interview) void copy(interview)
    },
  })
  const end = async (interview: TileInterview) => {
    setEnding(null)
    const input = { interviewId: interview.id, idempotencyKey: newKey() }
    try {
      await (interview.status === 'WAITING' ? connection.mutate(CANCEL, { input }) : connection.mutate(END, { input }))
      toast(interview.status === 'WAITING' ? 'The interview is cancelled.' : 'The interviewer says goodbye, and the interview ends.')
    } catch (error) {
      toast(toProblem(error).message)
    }
  }
  const tabs: [Tab, string, number][] = [
    ['all', 'All', ids.length],
    ['trouble', 'In trouble', inTrouble.length],
    ['away', 'Not there', away.length],
  ]
  const isWaiting = ending?.status === 'WAITING'
  return (
    <main>
      <header className="top-bar">
        <PageHeading title="Live" />
        {!isLoading && !problem && <span className="quiet">{ids.length} open</span>}
        <span className="flex-1" />
        {!isLoading && !staleSince && !problem && (
          <span className="small quiet line">
            <span className="dot" /> Up to date
          </span>
        )}
      </header>
      {ids.length > 0 && (
        <div className="tool-bar border-b border-line">
          <div className="tabs" role="group" aria-label="Which interviews">
            {tabs.map(([value, label, count]) => (
              <button
                key={value}
                type="button"
                className={`tab ${value === 'trouble' && count > 0 ? 'text-bad' : ''}`}
                aria-pressed={tab === value}
                onClick={() => {
                  setTab(value)
                  setCursor(0)
                }}
              >
                {value === 'trouble' && count > 0 && <TriangleAlert className="icon" aria-hidden />}
                {label} <span className="count">{count}</span>
              </button>
            ))}
          </div>
          <span className="wide-only flex-1" />
          <span className="small quiet wide-only">In the order they began; tiles keep their place.</span>
        </div>
      )}
      <StaleNote since={staleSince} />
      {problem && (
        <div className="page-state" role="alert">
          <h2>The open interviews could not be read</h2>
          <p className="quiet">{problem.message}</p>
          <div className="line">
            <button type="button" className="btn" onClick={() => location.reload()}>
              <RefreshCw className="icon" aria-hidden /> Load the page again
            </button>
          </div>
        </div>
      )}
      {!problem && !isLoading && visible.length === 0 && (
        <div className="page-state">
          <h2>{tab === 'trouble' ? 'Nothing is in trouble' : tab === 'away' ? 'Everybody is there' : 'No interview is open'}</h2>
          {tab === 'all' && (
            <>
              <p className="quiet">A tile appears here as soon as a candidate opens the link.</p>
              <div className="line">
                <Link href="/interviews?tab=scheduled" className="btn">
                  Scheduled interviews
                </Link>
              </div>
            </>
          )}
        </div>
      )}
      {isLoading && !problem && (
        <Loading label="Loading the open interviews">
          <div className="wall" aria-hidden>
            {[58, 72].map((width) => (
              <div key={width} className="tile content-start">
                <Bars widths={[width, 40, 90, 100, width]} />
              </div>
            ))}
          </div>
        </Loading>
      )}
      <div ref={grid} className="wall">
        {visible.map((id, index) => (
          <LiveTile
            key={id}
            wall={wall}
            id={id}
            index={index}
            isCursor={index === cursor}
            onCursor={setCursor}
            onOpen={onOpen}
            onEnd={setEnding}
            onCopyLink={onCopyLink}
          />
        ))}
      </div>
      <footer className="key-hints">
        <span>
          <kbd>j</kbd> <kbd>k</kbd> move
        </span>
        <span>
          <kbd>Enter</kbd> open transcript
        </span>
        <span>
          <kbd>t</kbd> next in trouble
        </span>
        <span>
          <kbd>?</kbd> all keys
        </span>
      </footer>
      {openedId && <LiveTranscript wall={wall} id={openedId} onEnd={setEnding} onClose={() => setOpenedId(null)} />}
      {ending && (
        <ConfirmDialog
          title={isWaiting ? 'Cancel this interview?' : 'End this interview?'}
          action={isWaiting ? 'Cancel it now' : 'End it now'}
          onConfirm={() => void end(ending)}
          onClose={() => setEnding(null)}
        >
          <p>
            {isWaiting ? (
              <>
                <bdi className="font-semibold">{nameOf({ candidate: ending.candidate ?? null, erasedAt: null })}</bdi> can no longer join.
              </>
            ) : (
              <>
                <bdi className="font-semibold">{nameOf({ candidate: ending.candidate ?? null, erasedAt: null })}</bdi> is in the middle of it. What was said is
                kept, and evaluated as far as it goes.
              </>
            )}
          </p>
        </ConfirmDialog>
      )}
    </main>
  )
}
