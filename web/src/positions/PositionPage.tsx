import { useCallback, useEffect, useState } from 'react'
import { Link, useLocation } from 'wouter'
import type { Connection } from '../api/connection'
import { Problem, toProblem } from '../api/problem'
import { Bars, Loading } from '../desk/Loading'
import { PageHeading } from '../desk/PageHeading'
import { useSession } from '../desk/session'
import { ConflictPage } from './ConflictPage'
import { POSITION, type PositionVersion } from './documents'
import { type Draft, readStoredDraft, storeDraft } from './draft'
import { Editor } from './Editor'

interface Loaded {
  newest: PositionVersion
  draft: Draft | null
  /** The version that the draft edits, if that is not the newest. */
  outdated: PositionVersion | null
  /** Increases when the editor has to begin again with what is here. */
  round: number
}

async function load(connection: Connection, key: string, organizationId: string, own?: { draft: Draft; basedOn: number }): Promise<Loaded> {
  const read = async (version: number | null) => {
    const { position } = await connection.query(POSITION, { key, version })
    if (!position) throw new Problem('INTERNAL', 'The server did not answer. Please try again.')
    return position
  }
  const newest = await read(null)
  const stored = own ?? readStoredDraft(organizationId, key)
  const basedOn = stored?.basedOn ?? newest.version
  const outdated = stored && basedOn !== newest.version ? await read(basedOn) : null
  return { newest, draft: stored?.draft ?? null, outdated, round: 0 }
}

/** The newest version of a position with the draft of it, or a page that settles a conflict of both. */
export function PositionPage({ positionKey }: { positionKey: string }) {
  const { connection, viewer, may } = useSession()
  const organizationId = viewer.organization.id
  const [loaded, setLoaded] = useState<Loaded | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const read = useCallback(
    async (own?: { draft: Draft; basedOn: number }) => {
      try {
        const found = await load(connection, positionKey, organizationId, own)
        setProblem(null)
        setLoaded((previous) => ({ ...found, round: (previous?.round ?? 0) + 1 }))
      } catch (error) {
        setProblem(toProblem(error))
      }
    },
    [connection, positionKey, organizationId],
  )
  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- it sets the state once the answer has arrived
    void read()
  }, [read])
  if (problem) return <Failure problem={problem} onRetry={() => void read()} />
  if (!loaded) {
    return (
      <main>
        <Loading label="Loading the position">
          <div className="grid gap-8 p-6 max-[1199px]:px-4" aria-hidden>
            <Bars widths={[30, 50, 100, 100, 80]} />
          </div>
        </Loading>
      </main>
    )
  }
  const { newest, draft, outdated, round } = loaded
  if (outdated && draft && may('SAVE_POSITION')) {
    const goOn = (chosen: Draft | null) => {
      storeDraft(organizationId, positionKey, chosen && { basedOn: newest.version, savedAt: new Date().toISOString(), draft: chosen })
      setLoaded({ newest, draft: chosen, outdated: null, round: round + 1 })
    }
    return <ConflictPage base={outdated} newest={newest} draft={draft} onTakeTheirs={() => goOn(null)} onTakeOwn={() => goOn(draft)} />
  }
  return (
    <Editor
      key={round}
      base={newest}
      stored={may('SAVE_POSITION') ? draft : null}
      onSaved={(version) => setLoaded({ newest: version, draft: null, outdated: null, round })}
      onConflict={(own) => void read({ draft: own, basedOn: newest.version })}
    />
  )
}

/** A position that does not exist yet. */
export function NewPositionPage() {
  const { viewer, may } = useSession()
  const [, navigate] = useLocation()
  const [stored] = useState(() => readStoredDraft(viewer.organization.id, null)?.draft ?? null)
  if (!may('SAVE_POSITION')) return <Failure problem={new Problem('FORBIDDEN', 'Your role saves no positions. A recruiter or administrator does.')} />
  return <Editor base={null} stored={stored} onSaved={({ key }) => navigate(`/positions/${key}`, { replace: true })} onConflict={() => {}} />
}

export function Failure({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  const isUnknown = problem.code === 'NOT_FOUND'
  return (
    <main>
      <div className="page-state">
        <PageHeading title={isUnknown ? 'There is no such position' : 'This position could not be read'} />
        <p className="quiet">{isUnknown ? 'The address may be incomplete, or belong to another organization.' : problem.message}</p>
        <div className="line">
          <Link href="/positions" className="btn">
            Positions
          </Link>
          {!isUnknown && onRetry && (
            <button type="button" className="btn" onClick={onRetry}>
              Try again
            </button>
          )}
        </div>
      </div>
    </main>
  )
}
