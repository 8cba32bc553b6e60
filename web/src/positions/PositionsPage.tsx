import { Plus } from 'lucide-react'
import { Link, useSearch } from 'wouter'
import { Bars, Loading } from '../desk/Loading'
import { LoadProblem } from '../desk/LoadProblem'
import { PageHeading } from '../desk/PageHeading'
import { formatMoment } from '../desk/interviews/interviewText'
import { useSession } from '../desk/session'
import { usePages } from '../settings/usePages'
import { type ListedPosition, POSITION_LIST } from './documents'
import { readStoredDraft } from './draft'
import { nameLanguage } from './EditorTabs'

const NUMBER = new Intl.NumberFormat('en')

/** The organization's positions, by title: those in use and, in a tab of their own, archived ones. */
export function PositionsPage() {
  const { may, viewer } = useSession()
  const { items, hasMore, problem, readMore, reload } = usePages(POSITION_LIST)
  const isArchive = new URLSearchParams(useSearch()).get('tab') === 'archived'
  const shown = items?.filter(({ archived }) => archived === isArchive)
  const count = (archived: boolean) => (items && !hasMore ? items.filter((position) => position.archived === archived).length : null)
  const mayEdit = may('SAVE_POSITION')
  return (
    <main>
      <header className="top-bar">
        <PageHeading title="Positions" />
        <span className="flex-1" />
        {mayEdit && items && items.length > 0 && (
          <Link href="/positions/new-position" className="btn btn-primary">
            <Plus className="icon" aria-hidden /> New position
          </Link>
        )}
      </header>
      <div className="tool-bar">
        <nav className="tabs" aria-label="Positions">
          <Link href="/positions" className="tab" {...(!isArchive && { 'aria-current': 'page' as const })}>
            In use <span className="count">{count(false)}</span>
          </Link>
          <Link href="/positions?tab=archived" className="tab" {...(isArchive && { 'aria-current': 'page' as const })}>
            Archived <span className="count">{count(true)}</span>
          </Link>
        </nav>
      </div>
      {problem && <LoadProblem problem={problem} onRetry={reload} className="mx-6 mb-3 max-[1199px]:mx-4" />}
      {!items && !problem && (
        <Loading label="Loading the positions">
          <div className="grid gap-7 border-t border-line px-6 py-10 max-[1199px]:px-4" aria-hidden>
            <Bars widths={[64, 48, 72, 56, 60]} />
          </div>
        </Loading>
      )}
      {items?.length === 0 && (
        <div className="page-state">
          <h2>No positions yet</h2>
          <p className="quiet">A position holds the questions of an interview and the rubric by which answers are judged. {mayEdit ? 'Interviews begin with one.' : 'A recruiter makes them.'}</p>
          {mayEdit && (
            <div className="line">
              <Link href="/positions/new-position" className="btn btn-primary">
                <Plus className="icon" aria-hidden /> New position
              </Link>
            </div>
          )}
        </div>
      )}
      {items && items.length > 0 && shown?.length === 0 && (
        <div className="page-state">
          <p className="quiet">{isArchive ? 'No position is archived.' : 'All positions are archived.'}</p>
        </div>
      )}
      {shown && shown.length > 0 && (
        <table className="position-table stacked-table">
          <thead>
            <tr>
              <th scope="col">Position</th>
              <th scope="col">Key</th>
              <th scope="col">Language</th>
              <th scope="col" className="number">
                Version
              </th>
              <th scope="col" className="number">
                Questions
              </th>
              <th scope="col" className="number">
                Minutes
              </th>
              <th scope="col" className="number">
                Interviews
              </th>
              <th scope="col">Last change</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((position) => (
              <PositionRow key={position.id} position={position} hasDraft={mayEdit && readStoredDraft(viewer.organization.id, position.key) !== null} />
            ))}
          </tbody>
        </table>
      )}
      {hasMore && (
        <button type="button" className="btn mx-6 my-4 self-start" onClick={readMore}>
          Show more
        </button>
      )}
    </main>
  )
}

function PositionRow({ position, hasDraft }: { position: ListedPosition; hasDraft: boolean }) {
  const { key, title, version, language, questions, limitMinutes, interviewCount, createdAt, createdBy } = position
  return (
    <tr>
      <th scope="row">
        <span className="line">
          <Link href={`/positions/${key}`} className="row-link cut">
            <bdi>{title}</bdi>
          </Link>
          {hasDraft && <span className="chip px-2">Draft</span>}
        </span>
      </th>
      <td className="quiet">
        <span className="cut">{key}</span>
      </td>
      <td data-label="Language">{nameLanguage(language)}</td>
      <td data-label="Version" className="number">
        <Link href={`/positions/${key}/versions`} aria-label={`Version ${version} of ${title}`}>
          {version}
        </Link>
      </td>
      <td data-label="Questions" className="number">
        {questions?.length}
      </td>
      <td data-label="Minutes" className="number">
        {limitMinutes}
      </td>
      <td data-label="Interviews" className="number">
        {interviewCount ? (
          <Link href={`/interviews?position=${key}`} aria-label={`${NUMBER.format(interviewCount)} interviews for ${title}`}>
            {NUMBER.format(interviewCount)}
          </Link>
        ) : (
          <span className="quiet">0</span>
        )}
      </td>
      <td data-label="Last change">
        <span className="cut">
          {createdAt && formatMoment(createdAt)}
          {createdBy && (
            <span className="quiet">
              {' '}
              by <bdi>{createdBy}</bdi>
            </span>
          )}
        </span>
      </td>
    </tr>
  )
}
