import { ChevronLeft, RotateCcw } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { type Problem, toProblem } from '../api/problem'
import { PageHeading } from '../desk/PageHeading'
import { formatMoment } from '../desk/interviews/interviewText'
import { useSession } from '../desk/session'
import { useToast } from '../desk/Toast'
import { FormDialog } from '../settings/form'
import { useMutation } from '../settings/useMutation'
import { usePages } from '../settings/usePages'
import { ChangeList } from './ChangeList'
import { contentOf } from './content'
import { compareContents } from './diff'
import { POSITION, POSITION_VERSIONS, type PositionVersion, SAVE_POSITION } from './documents'
import { Failure } from './PositionPage'

/** The versions of a position: who published each, what differs between two, and taking an earlier one back. */
export function VersionsPage({ positionKey }: { positionKey: string }) {
  const { items, hasMore, problem, readMore, reload } = usePages(POSITION_VERSIONS, { key: positionKey })
  const params = new URLSearchParams(useSearch())
  const newest = items?.[0]
  const page = useRef<HTMLElement>(null)
  const [restorations, setRestorations] = useState(0)
  useLayoutEffect(() => {
    // the button that opened the dialog is gone
    if (restorations > 0) page.current?.querySelector('h1')?.focus()
  }, [restorations])
  if (problem && !items) return <Failure problem={problem} onRetry={reload} />
  if (!items || !newest) return <main aria-busy="true" />
  const current = items.find(({ version }) => String(version) === params.get('version')) ?? newest
  const wanted = Number(params.get('with') ?? current.version - 1)
  const onSaved = () => {
    reload()
    setRestorations((count) => count + 1)
  }
  return (
    <main ref={page}>
      <header className="top-bar">
        <Link href={`/positions/${positionKey}`} className="btn btn-bare">
          <ChevronLeft className="icon" aria-hidden /> Editor
        </Link>
        <PageHeading title={`Versions of ${newest.title}`}>
          Versions of <bdi>{newest.title}</bdi>
        </PageHeading>
      </header>
      <div className="versions border-t border-line">
        <nav aria-label="Versions">
          {items.map((version) => (
            <VersionLink key={version.id} version={version} isNewest={version === newest} isCurrent={version === current} />
          ))}
          {hasMore && (
            <button type="button" className="btn m-2" onClick={readMore}>
              Show more
            </button>
          )}
        </nav>
        <Comparison key={current.id} current={current} newest={newest} known={items} wanted={wanted} onSaved={onSaved} />
      </div>
    </main>
  )
}

function VersionLink({ version, isNewest, isCurrent }: { version: PositionVersion; isNewest: boolean; isCurrent: boolean }) {
  return (
    <Link href={`/positions/${version.key}/versions?version=${version.version}`} className="version-link" {...(isCurrent && { 'aria-current': 'true' as const })}>
      <span className="line">
        <span className="font-semibold">Version {version.version}</span>
        <span className="flex-1" />
        <span className="small quiet">{[isNewest && 'in use', version.archived && 'archived'].filter(Boolean).join(', ')}</span>
      </span>
      <span className="small quiet cut">
        <SavedBy version={version} />
      </span>
    </Link>
  )
}

function SavedBy({ version: { createdAt, createdBy } }: { version: PositionVersion }) {
  return (
    <>
      {createdAt && formatMoment(createdAt)}
      {createdBy && (
        <>
          {' '}
          by <bdi>{createdBy}</bdi>
        </>
      )}
    </>
  )
}

interface ComparisonProps {
  current: PositionVersion
  newest: PositionVersion
  known: readonly PositionVersion[]
  /** The number of the version to compare with; 0 for none. */
  wanted: number
  onSaved: () => void
}

function Comparison({ current, newest, known, wanted, onSaved }: ComparisonProps) {
  const { may } = useSession()
  const [, navigate] = useLocation()
  const [isRestoring, setRestoring] = useState(false)
  const { version: other, problem } = useVersion(current.key, wanted, known)
  const numbers = Array.from({ length: newest.version }, (_, index) => newest.version - index).filter((number) => number !== current.version)
  const open = (version: string) => navigate(`/positions/${current.key}/versions?version=${current.version}&with=${version}`, { replace: true })
  return (
    <section aria-labelledby="version" className="editor-column">
      <div className="flex flex-wrap items-center gap-2">
        <h2 id="version">{wanted > 0 ? `What version ${current.version} changed` : `Version ${current.version}, the first one`}</h2>
        <span className="flex-1" />
        {numbers.length > 0 && (
          <label className="line">
            <span className="small quiet">Compared with</span>
            <select className="input w-auto" value={wanted > 0 ? wanted : ''} onChange={(event) => open(event.target.value)}>
              {wanted > 0 ? null : <option value="">nothing</option>}
              {numbers.map((number) => (
                <option key={number} value={number}>
                  version {number}
                </option>
              ))}
            </select>
          </label>
        )}
        {current !== newest && may('SAVE_POSITION') && (
          <button type="button" className="btn" onClick={() => setRestoring(true)}>
            <RotateCcw className="icon" aria-hidden /> Take version {current.version} back
          </button>
        )}
      </div>
      <p className="saved-by small quiet">
        <SavedBy version={current} />
      </p>
      {wanted > 0 && (
        <div className="grid max-w-3xl gap-4" aria-busy={!other && !problem}>
          {problem && (
            <p role="alert" className="note note-bad">
              {problem.message}
            </p>
          )}
          {other && <ChangeList changes={compareContents(contentOf(other), contentOf(current))} empty="Nothing: both have the same content." />}
        </div>
      )}
      {wanted <= 0 && <p className="quiet">There is nothing before it. Choose a version to compare it with.</p>}
      {isRestoring && <RestoreDialog current={current} newest={newest} onClose={() => setRestoring(false)} onSaved={onSaved} />}
    </section>
  )
}

interface FoundVersion {
  version: PositionVersion | null
  /** Why it cannot be read. */
  problem: Problem | null
}

/** Returns the version with this number, which may be on a page that has not been read. */
function useVersion(key: string, number: number, known: readonly PositionVersion[]): FoundVersion {
  const { connection } = useSession()
  const [failure, setFailure] = useState<{ number: number; problem: Problem } | null>(null)
  const [read, setRead] = useState<PositionVersion | null>(null)
  const found = known.find(({ version }) => version === number) ?? (read?.version === number ? read : null)
  const isMissing = !found && number > 0
  useEffect(() => {
    if (!isMissing) return undefined
    let isCurrent = true
    connection
      .query(POSITION, { key, version: number })
      .then(({ position }) => isCurrent && setRead(position ?? null))
      .catch((error: unknown) => isCurrent && setFailure({ number, problem: toProblem(error) }))
    return () => {
      isCurrent = false
    }
  }, [connection, key, number, isMissing])
  return { version: found, problem: !found && failure?.number === number ? failure.problem : null }
}

function RestoreDialog({ current, newest, onClose, onSaved }: { current: PositionVersion; newest: PositionVersion; onClose: () => void; onSaved: () => void }) {
  const toast = useToast()
  const [, navigate] = useLocation()
  const { isBusy, problem, run } = useMutation(SAVE_POSITION)
  const restore = async () => {
    // whether the position is archived is not a matter of its content
    const data = await run({ ...contentOf(current), archived: newest.archived, basedOnVersion: newest.version })
    const version = data?.savePosition?.position
    if (!version) return
    toast(`Version ${version.version} is published, with the content of version ${current.version}.`)
    onClose()
    onSaved()
    navigate(`/positions/${current.key}/versions`, { replace: true })
  }
  return (
    <FormDialog title={`Take version ${current.version} back?`} action="Publish it again" isBusy={isBusy} problem={problem} fields={[]} onSubmit={() => void restore()} onClose={onClose}>
      <p>
        Its content becomes version {newest.version + 1}, which new interviews use. Interviews that exist keep their versions, and version {newest.version} stays in the history.
      </p>
    </FormDialog>
  )
}
