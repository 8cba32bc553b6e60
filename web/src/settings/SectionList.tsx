import type { ReactNode } from 'react'
import type { Problem } from '../api/problem'
import { Bars, Loading } from '../desk/Loading'
import { LoadProblem } from '../desk/LoadProblem'

interface SectionListProps {
  title: string
  /** What stands beside the title, such as a count. */
  count?: ReactNode
  /** The button at the right. */
  action?: ReactNode
  columns: readonly string[]
  /** The rows of the table; null while the list is loading. */
  rows: readonly ReactNode[] | null
  empty: string
  problem: Problem | null
  hasMore: boolean
  readMore: () => void
  reload: () => void
  children?: ReactNode
}

/** A titled table of the settings, with its loading, empty and failed states. */
export function SectionList({ title, count, action, columns, rows, empty, problem, hasMore, readMore, reload, children }: SectionListProps) {
  return (
    <section className="wide grid grid-cols-[minmax(0,1fr)] gap-3 pb-4">
      <div className="line">
        <h2>{title}</h2>
        <span className="quiet">{count}</span>
        <span className="flex-1" />
        {action}
      </div>
      {children}
      {problem && <LoadProblem problem={problem} onRetry={reload} />}
      {rows?.length === 0 && <p className="quiet">{empty}</p>}
      {!rows && !problem && (
        <Loading label={`Loading: ${title}`}>
          <div className="grid gap-4 py-4" aria-hidden>
            <Bars widths={[100, 100, 100]} />
          </div>
        </Loading>
      )}
      {rows && rows.length > 0 && (
        <table className="settings-table stacked-table">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
              <th scope="col">
                <span className="sr-only">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>{rows}</tbody>
        </table>
      )}
      {hasMore && (
        <button type="button" className="btn justify-self-start" onClick={readMore}>
          Show more
        </button>
      )}
    </section>
  )
}
