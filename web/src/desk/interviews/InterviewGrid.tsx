import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp, Check, Copy, EyeOff, Flag, Pause, TriangleAlert, X } from 'lucide-react'
import { type MouseEvent, memo, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Link, useLocation } from 'wouter'
import type { Decision, InterviewOrder, InterviewOrderField } from '../../gql/graphql'
import { useSession } from '../session'
import type { ListedInterview } from './documents'
import { DECISIONS, describeStatus, describeTime, isOpen, nameOf, RECOMMENDATIONS } from './interviewText'

const COMPACT = '(max-width: 899px)'

interface InterviewGridProps {
  rows: readonly ListedInterview[]
  total: number
  order: InterviewOrder
  onOrder: (field: InterviewOrderField) => void
  cursor: number
  onCursor: (index: number) => void
  /** Whether there is anything that the caller may do with selected rows. */
  maySelect: boolean
  selected: ReadonlySet<string>
  onToggle: (index: number, isRange: boolean) => void
  onToggleAll: (isOn: boolean) => void
  /** Why an action failed for an interview. */
  failures: ReadonlyMap<string, string>
  onCopyLink: (interview: ListedInterview) => Promise<void>
  /** Called when the last rows come into view. */
  onEnd: () => void
}

/** The rows of the list. Only those in view are in the document; the row at the cursor takes the focus. */
export function InterviewGrid(props: InterviewGridProps) {
  const { rows, total, order, onOrder, cursor, onCursor, maySelect, selected, onToggle, onToggleAll, failures, onCopyLink, onEnd } = props
  const { may } = useSession()
  const isCompact = useMediaQuery(COMPACT)
  const grid = useRef<HTMLDivElement>(null)
  const body = useRef<HTMLDivElement>(null)
  const [offset, setOffset] = useState(0)
  useLayoutEffect(() => {
    // the notes above the list come and go
    const scroller = grid.current?.closest('main')
    if (body.current && scroller) setOffset(body.current.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop)
  }, [rows.length])
  // oxlint-disable-next-line react/incompatible-library -- the virtualizer is used in this component only
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => grid.current?.closest('main') ?? null,
    estimateSize: () => (isCompact ? 60 : 36),
    overscan: 12,
    scrollMargin: offset,
    // the sticky heading, and the hints below
    scrollPaddingStart: 40,
    scrollPaddingEnd: 96,
    getItemKey: (index) => rows[index]?.id ?? index,
  })
  useEffect(() => virtualizer.measure(), [virtualizer, isCompact])
  const items = virtualizer.getVirtualItems()
  const lastIndex = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (lastIndex >= rows.length - 5) onEnd()
  }, [lastIndex, rows.length, onEnd])

  const isFirst = useRef(true)
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false
      return
    }
    virtualizer.scrollToIndex(cursor)
    // the row is in the document after the virtualizer has rendered
    const frame = requestAnimationFrame(() => grid.current?.querySelector<HTMLElement>(`[data-index="${cursor}"]`)?.focus({ preventScroll: true }))
    return () => cancelAnimationFrame(frame)
  }, [cursor, virtualizer])

  const mayReadResults = may('READ_EVALUATION')
  const mayCopy = may('RENEW_INVITE')
  const areAllSelected = rows.length > 0 && rows.every(({ id }) => selected.has(id))
  const isSomeSelected = selected.size > 0 && !areAllSelected
  const heading = (label: string, field: InterviewOrderField) => (
    <Heading key={field} label={label} direction={order.field === field ? (order.direction ?? 'DESC') : null} onClick={() => onOrder(field)} />
  )
  const timeField = order.field === 'SCHEDULED_FOR' || order.field === 'STARTED_AT' || order.field === 'UPDATED_AT' ? order.field : 'CREATED_AT'
  return (
    <div ref={grid} role="grid" aria-label="Interviews" aria-rowcount={total + 1} className="min-w-0">
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className="list-row list-head">
          <span role="columnheader">
            {!maySelect && <span className="sr-only">Selection</span>}
            {maySelect && (
              <input
                type="checkbox"
                className="check block"
                aria-label="Select all that are loaded"
                checked={areAllSelected}
                ref={(input) => {
                  if (input) input.indeterminate = isSomeSelected
                }}
                onChange={() => onToggleAll(!areAllSelected)}
              />
            )}
          </span>
          {heading('Candidate', 'CANDIDATE')}
          <span role="columnheader">Position</span>
          <span role="columnheader">Status</span>
          {heading({ CREATED_AT: 'Time', SCHEDULED_FOR: 'Scheduled for', STARTED_AT: 'Started', UPDATED_AT: 'Changed' }[timeField], timeField)}
          {mayReadResults ? (
            heading('Score and band', 'SCORE')
          ) : (
            <span role="columnheader">
              <span className="sr-only">Score</span>
            </span>
          )}
          <span role="columnheader">{mayReadResults ? 'Decision' : <span className="sr-only">Decision</span>}</span>
          <span role="columnheader">
            <span className="sr-only">Link</span>
          </span>
        </div>
      </div>
      <div ref={body} role="rowgroup" className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, key, start }) => {
          const row = rows[index]
          return (
            row && (
              <div key={key} className="absolute inset-x-0 top-0" style={{ transform: `translateY(${start - offset}px)` }}>
                <Row
                  interview={row}
                  index={index}
                  isCursor={index === cursor}
                  isSelected={selected.has(row.id)}
                  failure={failures.get(row.id) ?? null}
                  maySelect={maySelect}
                  mayCopy={mayCopy}
                  onCursor={onCursor}
                  onToggle={onToggle}
                  onCopyLink={onCopyLink}
                />
              </div>
            )
          )
        })}
      </div>
    </div>
  )
}

function Heading({ label, direction, onClick }: { label: string; direction: 'ASC' | 'DESC' | null; onClick: () => void }) {
  const Arrow = direction === 'ASC' ? ArrowUp : ArrowDown
  return (
    <span role="columnheader" aria-sort={direction === null ? 'none' : direction === 'ASC' ? 'ascending' : 'descending'}>
      <button type="button" onClick={onClick}>
        {label} {direction && <Arrow className="icon" aria-hidden />}
      </button>
    </span>
  )
}

interface RowProps {
  interview: ListedInterview
  index: number
  isCursor: boolean
  isSelected: boolean
  failure: string | null
  maySelect: boolean
  mayCopy: boolean
  onCursor: (index: number) => void
  onToggle: (index: number, isRange: boolean) => void
  onCopyLink: (interview: ListedInterview) => Promise<void>
}

function RowContent({ interview, index, isCursor, isSelected, failure, maySelect, mayCopy, onCursor, onToggle, onCopyLink }: RowProps) {
  const [, navigate] = useLocation()
  const name = nameOf(interview)
  const open = (event: MouseEvent<HTMLElement>) => {
    // controls in the row do what they say, and a drag selects text
    if (event.target instanceof HTMLElement && event.target.closest('a, button, input, label')) return
    if (getSelection()?.toString()) return
    onCursor(index)
    navigate(`/interviews/${interview.id}`)
  }
  const hasLink = interview.status === 'SCHEDULED' || isOpen(interview.status)
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- the page handles Enter for the row at the cursor
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-index={index}
      data-cursor={isCursor || undefined}
      tabIndex={isCursor ? 0 : -1}
      className="list-row"
      onClick={open}
      onFocus={(event) => {
        if (event.target === event.currentTarget) onCursor(index)
      }}
    >
      <span role="gridcell">
        {maySelect && (
          <label className="select-row">
            <span className="sr-only">Select {name}</span>
            <input
              type="checkbox"
              tabIndex={-1}
              className="check block"
              checked={isSelected}
              onClick={(event) => onToggle(index, event.shiftKey)}
              readOnly
            />
          </label>
        )}
      </span>
      <span role="gridcell" className="cut" aria-label={name}>
        <Link href={`/interviews/${interview.id}`} tabIndex={-1} className="font-medium" title={name}>
          <bdi>{name}</bdi>
        </Link>
      </span>
      <span role="gridcell" className="cut quiet" title={interview.position.title}>
        <bdi>{interview.position.title}</bdi>
      </span>
      <span role="gridcell" className="line cut">
        {failure ? (
          <span className="line cut text-bad" title={failure}>
            <TriangleAlert className="icon" aria-hidden /> <span className="cut">{failure}</span>
          </span>
        ) : (
          <>
            {isOpen(interview.status) && <span className={interview.candidatePresent === false ? 'dot dot-away' : 'dot'} />}
            <span className="cut">{describeStatus(interview)}</span>
          </>
        )}
      </span>
      <span role="gridcell" className="quiet cut">
        {describeTime(interview)}
      </span>
      <span role="gridcell">
        <ScoreCell interview={interview} />
      </span>
      <span role="gridcell" className="quiet">
        <DecisionCell interview={interview} />
      </span>
      <span role="gridcell" className="row-action">
        {mayCopy && hasLink && (
          <button type="button" tabIndex={-1} className="btn btn-bare btn-small" onClick={() => void onCopyLink(interview)}>
            <Copy className="icon" aria-hidden /> Copy link
          </button>
        )}
      </span>
    </div>
  )
}

const Row = memo(RowContent)

/** The score with its band, or why there is none. */
function ScoreCell({ interview }: { interview: ListedInterview }) {
  const { evaluation } = interview
  if (!evaluation) return null
  if (evaluation.isBlind) {
    return (
      <span className="score quiet">
        <EyeOff className="icon" aria-hidden /> Hidden until you rate
      </span>
    )
  }
  if (evaluation.status === 'FAILED') {
    return (
      <span className="score text-bad">
        <TriangleAlert className="icon" aria-hidden /> Evaluation failed
      </span>
    )
  }
  if (evaluation.status !== 'COMPLETED') return <span className="quiet">Evaluating</span>
  if (evaluation.overallScore == null) return <span className="pill">Inconclusive</span>
  return (
    <span className="score">
      <b>{Math.round(evaluation.overallScore)}</b>
      {evaluation.recommendation && <span className="cut">{RECOMMENDATIONS[evaluation.recommendation]}</span>}
      {evaluation.flags.length > 0 && (
        <span className="small inline-flex items-center gap-1 text-warn">
          <Flag className="icon" aria-hidden /> {evaluation.flags.length}
          <span className="sr-only">{evaluation.flags.length === 1 ? ' flag' : ' flags'}</span>
        </span>
      )}
    </span>
  )
}

const DECISION_ICONS: Record<Decision, typeof Check> = { ADVANCE: Check, HOLD: Pause, REJECT: X }

function DecisionCell({ interview: { decision, evaluation } }: { interview: ListedInterview }) {
  if (decision) {
    const Icon = DECISION_ICONS[decision]
    return (
      <span className="line">
        <Icon className="icon" aria-hidden /> {DECISIONS[decision]}
      </span>
    )
  }
  return evaluation?.status === 'COMPLETED' ? <>To decide</> : null
}

function useMediaQuery(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query)
      list.addEventListener('change', listener)
      return () => list.removeEventListener('change', listener)
    },
    () => matchMedia(query).matches,
  )
}
