import '../review/review.css'
import './compare.css'
import { ChevronLeft, ChevronRight, Download, EyeOff, Flag, Pause, Play, TriangleAlert, X } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { type Problem, toProblem } from '../api/problem'
import { DECISIONS, formatMoment, nameOf, RECOMMENDATIONS } from '../desk/interviews/interviewText'
import { Bars, Loading } from '../desk/Loading'
import { PageHeading } from '../desk/PageHeading'
import { useSession } from '../desk/session'
import { focusSoon, useKeys } from '../desk/shell/shortcuts'
import { useToast } from '../desk/Toast'
import { downloadFile } from '../review/download'
import { countQuestions, EVIDENCE_FLAGS, REASONS, splitSentence } from '../review/evaluationText'
import { AssessedLevel } from '../review/Levels'
import { formatOffset } from '../review/turnText'
import { buildComparePath, buildRows, type Cell, describeMissing, MAX_COMPARED, MIN_COMPARED, parseIds, refuseCount, type Row } from './comparison'
import { COMPARED, type ComparedInterview } from './documents'
import { findSpan, useQuotePlayer } from './useQuotePlayer'

/** Two to five interviews of one position side by side, criterion by criterion, in the order of the address. Nobody is ranked. */
export default function ComparePage() {
  const ids = parseIds(useSearch())
  const { may } = useSession()
  const [tries, setTries] = useState(0)
  const refusal = refuseCount(ids.length)
  if (!may('READ_EVALUATION')) return <Refusal>Your role may not read evaluations.</Refusal>
  if (refusal) return <Refusal>{ids.length === 0 ? 'The address names no interviews.' : refusal}</Refusal>
  return <LoadedComparison key={`${ids.join()} ${tries}`} ids={ids} onRetry={() => setTries(tries + 1)} />
}

/** What is wrong with the selection, and the way back to make another. */
function Refusal({ children }: { children: ReactNode }) {
  return (
    <main>
      <div className="page-state">
        <PageHeading title="These interviews cannot be compared" />
        <div className="grid gap-2">{children}</div>
        <p className="quiet">
          In the list, select {MIN_COMPARED} to {MAX_COMPARED} interviews of one position by their boxes or <kbd>x</kbd>, then choose Compare.
        </p>
        <div className="line">
          <Link href="/interviews?tab=all" className="btn btn-primary">
            Interviews
          </Link>
        </div>
      </div>
    </main>
  )
}

function LoadedComparison({ ids, onRetry }: { ids: readonly string[]; onRetry: () => void }) {
  const { connection, may } = useSession()
  const [interviews, setInterviews] = useState<readonly (ComparedInterview | null)[] | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const recording = may('READ_RECORDING')
  const key = ids.join()
  useEffect(() => {
    let isCurrent = true
    const read = async (id: string) => {
      try {
        return (await connection.query(COMPARED, { id, recording })).interview ?? null
      } catch (error) {
        const found = toProblem(error)
        // of an erased or unknown interview, the others are still worth a word
        if (found.code === 'NOT_FOUND') return null
        throw found
      }
    }
    Promise.all(key.split(',').map(read)).then(
      (found) => isCurrent && setInterviews(found),
      (error: unknown) => isCurrent && setProblem(toProblem(error)),
    )
    return () => {
      isCurrent = false
    }
  }, [connection, key, recording])
  if (problem) {
    return (
      <main>
        <div className="page-state" role="alert">
          <PageHeading title="The comparison could not be read" />
          <p className="quiet">{problem.message}</p>
          <div className="line">
            <button type="button" className="btn" onClick={onRetry}>
              Try again
            </button>
          </div>
        </div>
      </main>
    )
  }
  if (!interviews) {
    return (
      <main>
        <Loading label="Loading the comparison">
          <div className="grid gap-8 p-6 max-[1199px]:px-4" aria-hidden>
            <Bars widths={[30, 100, 100, 80]} />
          </div>
        </Loading>
      </main>
    )
  }
  const found = interviews.filter((interview) => interview !== null && !interview.erasedAt) as ComparedInterview[]
  const missing = interviews.length - found.length
  if (missing > 0) {
    return (
      <Refusal>
        <p>
          {missing === 1 ? 'One of these interviews' : `${missing} of these interviews`} does not exist any more, or the address is incomplete.
        </p>
        {found.length >= MIN_COMPARED && (
          <p>
            <Link href={buildComparePath(found.map(({ id }) => id))} className="text-accent underline">
              Compare the others
            </Link>
          </p>
        )}
      </Refusal>
    )
  }
  if (new Set(found.map(({ position }) => position.key)).size > 1) {
    return (
      <Refusal>
        <p>They are for different positions, with questions and criteria of their own:</p>
        <ul className="grid gap-1">
          {found.map((interview) => (
            <li key={interview.id}>
              <bdi className="font-medium">{nameOf(interview)}</bdi>: <bdi>{interview.position.title}</bdi>
            </li>
          ))}
        </ul>
      </Refusal>
    )
  }
  return <Comparison interviews={found} />
}

/** A place in the grid. Row 0 has the candidates. */
interface Place {
  row: number
  column: number
}

const idOf = ({ row, column }: Place) => `cell-${row}-${column}`

function Comparison({ interviews }: { interviews: readonly ComparedInterview[] }) {
  const [, navigate] = useLocation()
  const player = useQuotePlayer()
  const rows = useMemo(() => buildRows(interviews), [interviews])
  const [place, setPlace] = useState<Place>({ row: 1, column: 0 })
  const grid = useRef<HTMLDivElement>(null)
  const versions = new Set(interviews.map(({ position }) => position.version))
  const differing = rows.filter(({ differs }) => differs)
  const ids = interviews.map(({ id }) => id)
  const shown = interviews[place.column] as ComparedInterview

  const focus = ({ row, column }: Place) => {
    const next = { row: Math.max(0, Math.min(row, rows.length)), column: Math.max(0, Math.min(column, interviews.length - 1)) }
    setPlace(next)
    focusSoon(idOf(next))
  }
  const move = (rowStep: number, columnStep: number) => {
    // the first key enters the grid where it was left
    const isInside = grid.current?.contains(document.activeElement)
    focus(isInside ? { row: place.row + rowStep, column: place.column + columnStep } : place)
  }
  /** Plays the quote of a cell; a cell without one, and that of a candidate, leads to the review. */
  const activate = ({ row, column }: Place) => {
    const interview = interviews[column]
    if (!interview) return
    const cell = row > 0 ? rows[row - 1]?.cells[column] : undefined
    const quote = cell?.state === 'result' ? cell.result.evidence[0] : undefined
    if (quote && findSpan(interview, quote)) player.toggle(interview, idOf({ row, column }), quote)
    else navigate(`/interviews/${interview.id}${quote ? `#turn-${quote.seq}` : ''}`)
  }
  const activateFocused = () => {
    if (!grid.current?.contains(document.activeElement)) return false
    activate(place)
    return true
  }
  useKeys({
    ArrowLeft: () => move(0, -1),
    ArrowRight: () => move(0, 1),
    ArrowUp: () => move(-1, 0),
    ArrowDown: () => move(1, 0),
    k: () => move(-1, 0),
    j: () => move(1, 0),
    Enter: activateFocused,
    ' ': activateFocused,
  })
  const cellProps = (at: Place) => ({
    id: idOf(at),
    tabIndex: at.row === place.row && at.column === place.column ? 0 : -1,
    onFocus: () => setPlace(at),
    'data-shown': at.column === place.column || undefined,
  })
  return (
    <main className="review">
      <header className="top-bar">
        <PageHeading title="Compare" />
        <span className="quiet cut max-[719px]:order-last max-[719px]:w-full">
          <bdi>{interviews[0]?.position.title}</bdi>, {interviews.length} candidates
        </span>
        <span className="flex-1" />
        {versions.size === 1 && <CsvButton interviews={interviews} />}
        <Link href="/interviews?tab=all" className="btn">
          Choose others
        </Link>
      </header>
      {versions.size > 1 && (
        <p className="note mx-6 mb-3 max-[719px]:mx-4">
          <TriangleAlert className="icon" aria-hidden />
          <span>
            <b className="font-semibold">{versions.size} versions of the position.</b>{' '}
            {differing.length > 0
              ? `They define ${differing.map(({ name }) => name).join(', ')} differently, so that levels there do not mean the same.`
              : 'Their criteria have the same anchors; questions and weights may differ.'}
          </span>
        </p>
      )}
      {interviews.some(({ evaluation }) => evaluation?.sandbox) && (
        <p className="note mx-6 mb-3 max-[719px]:mx-4">Evaluations here were made by the sandbox. Do not use them for decisions.</p>
      )}
      {player.error && (
        <p role="alert" className="note note-bad mx-6 mb-3">
          {player.error}
        </p>
      )}
      {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- the quote that plays stands beside its button */}
      <audio {...player.element} preload="none" hidden />
      <nav className="compare-switch phone-only" aria-label="Candidate">
        <button type="button" className="btn btn-bare" aria-disabled={place.column === 0} onClick={() => setPlace({ ...place, column: Math.max(0, place.column - 1) })}>
          <ChevronLeft className="icon" aria-hidden />
          <span className="sr-only">Previous candidate</span>
        </button>
        <span role="status" className="cut text-center">
          <Link href={`/interviews/${shown.id}`} className="font-semibold underline decoration-control underline-offset-4">
            <bdi>{nameOf(shown)}</bdi>
          </Link>{' '}
          <span className="quiet">{`${place.column + 1} of ${interviews.length}`}</span>
        </span>
        <button
          type="button"
          className="btn btn-bare"
          aria-disabled={place.column === interviews.length - 1}
          onClick={() => setPlace({ ...place, column: Math.min(interviews.length - 1, place.column + 1) })}
        >
          <ChevronRight className="icon" aria-hidden />
          <span className="sr-only">Next candidate</span>
        </button>
      </nav>
      <div
        ref={grid}
        role="grid"
        aria-label="Results by criterion and candidate"
        className="compare-grid"
        style={{ gridTemplateColumns: `176px repeat(${interviews.length}, minmax(240px, 1fr))` }}
      >
        <div role="row" className="compare-row">
          <div role="columnheader" className="compare-corner small quiet">
            In the order in which you selected them. Viva ranks nobody.
          </div>
          {interviews.map((interview, column) => (
            <div key={interview.id} role="columnheader" className="compare-candidate" {...cellProps({ row: 0, column })}>
              <div className="line justify-between self-stretch">
                <Link href={`/interviews/${interview.id}`} tabIndex={-1} className="cut font-semibold hover:underline max-[719px]:hidden" title={nameOf(interview)}>
                  <bdi>{nameOf(interview)}</bdi>
                </Link>
                {interviews.length > MIN_COMPARED && (
                  <Link href={buildComparePath(ids.filter((id) => id !== interview.id))} className="btn btn-bare btn-small wide-only" title="Remove from the comparison">
                    <X className="icon" aria-hidden />
                    <span className="sr-only">Remove {nameOf(interview)}</span>
                  </Link>
                )}
              </div>
              <CandidateFacts interview={interview} hasVersion={versions.size > 1} />
            </div>
          ))}
        </div>
        {rows.map((row, index) => (
          <div key={row.key} role="row" className="compare-row">
            <div role="rowheader" className="compare-criterion">
              <h2>{row.name}</h2>
              <span className="small quiet">
                {Math.round(row.share * 100)} %{row.questions > 0 && ` · ${row.questions} ${row.questions === 1 ? 'question' : 'questions'}`}
              </span>
            </div>
            {row.cells.map((cell, column) => {
              const at = { row: index + 1, column }
              const interview = interviews[column] as ComparedInterview
              return (
                <div
                  key={interview.id}
                  role="gridcell"
                  className="compare-cell"
                  aria-current={player.playing?.cell === idOf(at) || undefined}
                  {...cellProps(at)}
                >
                  <CellContent
                    row={row}
                    cell={cell}
                    interview={interview}
                    hasVersion={row.differs}
                    isPlaying={player.playing?.cell === idOf(at)}
                    onActivate={() => activate(at)}
                  />
                </div>
              )
            })}
          </div>
        ))}
      </div>
      <footer className="key-hints">
        <span>
          <kbd>
            ←<span className="sr-only"> left arrow</span>
          </kbd>{' '}
          <kbd>
            →<span className="sr-only"> right arrow</span>
          </kbd>{' '}
          candidate
        </span>
        <span>
          <kbd>j</kbd> <kbd>k</kbd> criterion
        </span>
        <span>
          <kbd>Enter</kbd> play the quote, open a candidate’s review
        </span>
      </footer>
    </main>
  )
}

function CsvButton({ interviews }: { interviews: readonly ComparedInterview[] }) {
  const toast = useToast()
  const save = async () => {
    const { key, version } = interviews[0]?.position ?? {}
    const query = new URLSearchParams([['positionKey', String(key)], ['positionVersion', String(version)], ...interviews.map(({ id }) => ['interviewId', id])])
    await downloadFile(`/comparison.csv?${query}`).catch((error: unknown) => toast(`The file could not be made. ${toProblem(error).message}`))
  }
  return (
    <button type="button" className="btn btn-bare wide-only" onClick={() => void save()}>
      <Download className="icon" aria-hidden /> CSV
    </button>
  )
}

const MISSING = {
  evaluating: 'The evaluation is in progress',
  failed: 'The evaluation failed',
  none: 'There is no evaluation',
  absent: 'Not in this version of the position',
}

/** Who it is, and the facts of the interview and its evaluation. */
function CandidateFacts({ interview, hasVersion }: { interview: ComparedInterview; hasVersion: boolean }) {
  const { channel, position, startedAt, scheduledFor, createdAt, decision, decidedBy } = interview
  const evaluation = interview.evaluation ?? null
  const missing = describeMissing(evaluation)
  return (
    <>
      <span className="small quiet">
        {formatMoment(startedAt ?? scheduledFor ?? createdAt)} · {channel === 'VOICE' ? 'by voice' : 'in writing'}
        {hasVersion && <b className="font-semibold text-warn"> · version {position.version}</b>}
      </span>
      {missing === 'hidden' && (
        <>
          <span className="line quiet">
            <EyeOff className="icon" aria-hidden /> Hidden until you give your levels
          </span>
          <Link href={`/interviews/${interview.id}`} tabIndex={-1} className="text-accent underline">
            Give your levels
          </Link>
        </>
      )}
      {missing !== null && missing !== 'hidden' && <span className="quiet">{MISSING[missing]}.</span>}
      {evaluation && missing === null && <EvaluationFacts evaluation={evaluation} />}
      {missing !== 'hidden' && (
        <span className="small">{decision ? `${DECISIONS[decision] ?? decision}${decidedBy ? `, ${decidedBy}` : ''}` : <span className="quiet">To decide</span>}</span>
      )}
    </>
  )
}

function EvaluationFacts({ evaluation }: { evaluation: NonNullable<ComparedInterview['evaluation']> }) {
  const { overallScore, lowestScore, highestScore, recommendation, inconclusiveReason, coverage, criteria, flags } = evaluation
  const { answered, all } = countQuestions(criteria)
  return (
    <>
      {overallScore == null ? (
        <span className="font-medium">No score{inconclusiveReason && `: ${REASONS[inconclusiveReason] ?? inconclusiveReason}`}</span>
      ) : (
        <span className="line flex-wrap items-baseline">
          <span className="text-xl font-semibold">{overallScore}</span>
          <b className="font-semibold">{recommendation && (RECOMMENDATIONS[recommendation] ?? recommendation)}</b>
        </span>
      )}
      <span className="small quiet">
        {overallScore != null && lowestScore != null && lowestScore !== highestScore && `Passes ${lowestScore}–${highestScore} · `}
        {coverage != null && `${Math.floor(coverage * 100)} % of the weight`}
        {all > 0 && `, ${answered} of ${all} questions`}
      </span>
      {flags.length > 0 && (
        <span className="small line text-warn">
          <Flag className="icon" aria-hidden /> {flags.length} {flags.length === 1 ? 'flag' : 'flags'}
        </span>
      )}
    </>
  )
}

interface CellContentProps {
  row: Row
  cell: Cell
  interview: ComparedInterview
  /** Whether to name the version of the position, because the versions define the criterion differently. */
  hasVersion: boolean
  isPlaying: boolean
  onActivate: () => void
}

/** A candidate's result for a criterion: the level on its anchors, and the first quote. */
function CellContent({ row, cell, interview, hasVersion, isPlaying, onActivate }: CellContentProps) {
  if (cell.state === 'hidden') {
    return (
      <span className="line quiet">
        <EyeOff className="icon" aria-hidden /> Hidden
      </span>
    )
  }
  if (cell.state !== 'result') return <span className="quiet">{MISSING[cell.state]}</span>
  const { result, anchor, override } = cell
  const [quote] = result.evidence
  const span = quote ? findSpan(interview, quote) : null
  const [before, words, after] = quote ? splitSentence(quote) : ['', '', '']
  return (
    <>
      <span className="line flex-wrap">
        <AssessedLevel criterion={result} />
        {override && (
          <span className="small font-medium text-accent">
            <bdi>{override.reviewer}</bdi>: {override.level ?? 'not assessed'}
          </span>
        )}
        <span className="small quiet">
          {result.passLevels.some((each) => each != null) ? (
            <>
              <span className="sr-only">Passes: </span>
              {result.passLevels.map((each) => each ?? '–').join(' ')}
            </>
          ) : (
            describeQuestions(result.questions)
          )}
          {hasVersion && <b className="font-semibold text-warn"> · version {interview.position.version}</b>}
        </span>
      </span>
      {anchor && <p className="small quiet compare-anchor">{anchor}</p>}
      {result.rationale && <p>{result.rationale}</p>}
      {quote && (
        <>
          <p className="quiet">
            {before}
            <mark>{words}</mark>
            {after}
            {quote.flags.length > 0 && <b className="font-semibold text-warn"> Check the turn: {quote.flags.map((flag) => EVIDENCE_FLAGS[flag] ?? flag).join(', ')}.</b>}
          </p>
          <button type="button" tabIndex={-1} className="btn btn-small" aria-pressed={span ? isPlaying : undefined} onClick={onActivate}>
            {span && (isPlaying ? <Pause className="icon" aria-hidden /> : <Play className="icon" aria-hidden />)}
            <span className="sr-only">{span ? `Play the quote for ${row.name} at` : `Show the quote for ${row.name} in`} </span>
            {span ? formatOffset(span.begin) : `Turn ${quote.seq}`}
          </button>
        </>
      )}
    </>
  )
}

function describeQuestions(questions: { asked: boolean; answered: boolean }[]): string {
  if (questions.length === 0) return ''
  return questions.some(({ asked }) => asked) ? 'asked' : 'not asked'
}
