import { ChevronDown, ChevronRight, Flag, Play } from 'lucide-react'
import { useState } from 'react'
import { DECISIONS, formatMoment, RECOMMENDATIONS } from '../desk/interviews/interviewText'
import type { QuotedEvidence, ReviewedCriterion, ReviewedEvaluation, ReviewedInterview, Rubric } from './documents'
import type { DraftEditor } from './draft'
import { countQuestions, EVIDENCE_FLAGS, formatShare, groupQuestions, listFlags, type QuestionState, REASONS, splitSentence } from './evaluationText'
import { Anchors, AssessedLevel, LevelPicker } from './Levels'

/** The quote that the reviewer plays, and how to play one. */
export interface QuotePlayer {
  /** Returns what the button of a quote says: its time, or its turn if nothing can be played. */
  describe: (quote: QuotedEvidence) => string
  isCurrent: (quote: QuotedEvidence) => boolean
  choose: (quote: QuotedEvidence) => void
  isPlayable: boolean
}

interface ScorecardProps {
  evaluation: ReviewedEvaluation
  rubric: Rubric | null
  /** The keys of the position's questions, in their order. */
  questionKeys: readonly string[]
  quotes: QuotePlayer
  /** Null for callers who may not review. */
  editor: DraftEditor | null
}

/** The AI's evaluation: the score or why there is none, and each level with the quotes that support it. */
export function Scorecard({ evaluation, rubric, questionKeys, quotes, editor }: ScorecardProps) {
  const { criteria } = evaluation
  const [open, setOpen] = useState<ReadonlySet<string>>(() => new Set(criteria.slice(0, 1).map(({ key }) => key)))
  const toggle = (key: string) => {
    const next = new Set(open)
    if (!next.delete(key)) next.add(key)
    setOpen(next)
  }
  return (
    <>
      <h2 id="evaluation" className="sr-only">
        Evaluation
      </h2>
      {evaluation.sandbox && <p className="note">This evaluation was made by the sandbox. Do not use it for decisions.</p>}
      <Summary evaluation={evaluation} questionKeys={questionKeys} />
      <section className="card" aria-label="Criteria">
        <div className="criterion-head small quiet wide-only" aria-hidden>
          <span className="flex-1">Criterion and weight</span>
          <span className="w-[121px]">Level</span>
          <span className="w-14 text-right">Passes</span>
        </div>
        {criteria.map((criterion) => (
          <Criterion
            key={criterion.key}
            criterion={criterion}
            criteria={criteria}
            levels={rubric?.find(({ key }) => key === criterion.key)?.levels ?? []}
            evaluation={evaluation}
            quotes={quotes}
            editor={editor}
            isOpen={open.has(criterion.key)}
            onToggle={() => toggle(criterion.key)}
          />
        ))}
      </section>
    </>
  )
}

function Summary({ evaluation, questionKeys }: Pick<ScorecardProps, 'evaluation' | 'questionKeys'>) {
  const { overallScore, lowestScore, highestScore, recommendation, inconclusiveReason, coverage, summary, passes, criteria, reviews } = evaluation
  const flags = listFlags(evaluation)
  const { answered, asked, all } = countQuestions(criteria)
  const changed = reviews.findLast(({ overrides }) => overrides.length > 0)
  const range = lowestScore != null && highestScore != null && lowestScore !== highestScore ? `, ${lowestScore} to ${highestScore}` : ''
  return (
    <section className="card grid gap-3 p-4" aria-label="Result">
      <div className="line flex-wrap">
        <h3 className="font-semibold">
          {passes.length} {passes.length === 1 ? 'pass' : 'passes'}
          {range}
        </h3>
        <span className="flex-1" />
        {changed?.overallScore != null && (
          <span className="quiet">
            With the levels of <bdi>{changed.reviewer}</bdi>: <b className="font-semibold text-ink">{changed.overallScore}</b>
          </span>
        )}
      </div>
      {overallScore == null ? (
        <p className="font-medium">No score{inconclusiveReason && `: ${REASONS[inconclusiveReason]}`}.</p>
      ) : (
        <Bands score={overallScore} lowest={lowestScore ?? overallScore} highest={highestScore ?? overallScore} recommendation={recommendation ?? null} />
      )}
      {summary && <p>{summary}</p>}
      <QuestionNumbers groups={groupQuestions(criteria, questionKeys)} />
      <p className="small quiet">
        {questionKeys.length === 0 && all > 0 && `${answered} of ${all} questions answered${asked > 0 ? `, ${asked} asked and not answered` : ''}. `}
        {coverage != null && `From ${Math.floor(coverage * 100)} % of the weight. `}
        Criteria that are not assessed or not demonstrated do not count towards the score: they are not low.
      </p>
      {flags.length > 0 && (
        <ul className="grid gap-1 border-t border-line pt-2 text-warn" aria-label="Flags">
          {flags.map((flag) => (
            <li key={flag} className="line items-start">
              <Flag className="icon mt-0.5" aria-hidden /> {flag}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const QUESTION_STATES: [QuestionState, string][] = [
  ['answered', 'answered'],
  ['asked', 'asked'],
  ['open', 'not reached'],
]

/** The numbers of the questions, in groups that say in words how far the interview came with them. */
function QuestionNumbers({ groups }: { groups: Record<QuestionState, number[]> }) {
  if (QUESTION_STATES.every(([state]) => groups[state].length === 0)) return null
  return (
    <p className="small quiet line flex-wrap">
      <span>Questions</span>
      {QUESTION_STATES.map(
        ([state, words]) =>
          groups[state].length > 0 && (
            <span key={state} className="line gap-1">
              {groups[state].map((number) => (
                <span key={number} className="question-number" data-state={state}>
                  {number}
                </span>
              ))}
              {words}
            </span>
          ),
      )}
    </p>
  )
}

const BANDS = ['STRONG_NO_HIRE', 'NO_HIRE', 'HIRE', 'STRONG_HIRE'] as const

/** The score on a line of the four bands, with the span of the passes. The bands have the same width: they begin at 25, 50 and 75. */
function Bands({ score, lowest, highest, recommendation }: { score: number; lowest: number; highest: number; recommendation: ReviewedEvaluation['recommendation'] | null }) {
  const band = recommendation ? RECOMMENDATIONS[recommendation] : ''
  return (
    <div className="bands" role="img" aria-label={`${score} of 100, ${band}; passes from ${lowest} to ${highest}`}>
      {BANDS.map((each) => (
        <span key={each} aria-current={each === recommendation || undefined}>
          {RECOMMENDATIONS[each]}
        </span>
      ))}
      <i style={{ left: `${lowest}%`, width: `${highest - lowest}%` }} />
      <b style={{ left: `${score}%` }} />
    </div>
  )
}

interface CriterionProps extends Pick<ScorecardProps, 'quotes' | 'editor' | 'evaluation'> {
  criterion: ReviewedCriterion
  criteria: ReviewedEvaluation['criteria']
  levels: Rubric[number]['levels']
  isOpen: boolean
  onToggle: () => void
}

function Criterion({ criterion, criteria, levels, evaluation, quotes, editor, isOpen, onToggle }: CriterionProps) {
  const { key, name, weight, level, rationale, evidence, questions, passLevels } = criterion
  const Chevron = isOpen ? ChevronDown : ChevronRight
  const own = editor?.draft.levels[key]
  const answered = questions.filter((question) => question.answered).length
  const rated = evaluation.ratings.map((rating) => ({ reviewer: rating.reviewer, level: rating.levels.find((each) => each.criterionKey === key)?.level }))
  const overridden = evaluation.reviews.flatMap(({ reviewer, overrides }) => {
    const override = overrides.find((each) => each.criterionKey === key)
    return override ? [{ reviewer, ...override }] : []
  })
  return (
    <section className="criterion">
      <div className="criterion-head">
        <h3>
          <button type="button" aria-expanded={isOpen} onClick={onToggle} className="line w-full text-left">
            <Chevron className="icon" aria-hidden />
            <span className="font-semibold">{name}</span> <span className="quiet whitespace-nowrap">{formatShare(weight, criteria)}</span>
          </button>
        </h3>
        {own && <span className="small font-medium text-accent">Yours: {own.level ?? 'not assessed'}</span>}
        <AssessedLevel criterion={criterion} />
        <span className="small quiet w-14 text-right">
          <span className="sr-only">Passes: </span>
          {passLevels.some((each) => each != null) ? passLevels.map((each) => each ?? '–').join(' ') : describeQuestions(questions)}
        </span>
      </div>
      {isOpen && (
        <div className="grid gap-3 px-4 pb-4">
          {editor && (
            <div className="grid gap-2">
              <div className="line flex-wrap justify-between">
                <span className="small font-medium">Your level, if another</span>
                <LevelPicker name={`Your level for ${name}`} value={own?.level} onChange={(given) => editor.setLevel(key, { level: given, reason: own?.reason ?? '' })} />
                {own && (
                  <button type="button" className="btn btn-bare btn-small" onClick={() => editor.setLevel(key, undefined)}>
                    Undo
                  </button>
                )}
              </div>
              {own && (
                <input
                  className="input"
                  aria-label={`Why your level for ${name}`}
                  placeholder={`Why ${own.level ?? 'not assessed'} and not ${level ?? 'as evaluated'}`}
                  maxLength={2000}
                  value={own.reason}
                  onChange={(event) => editor.setLevel(key, { ...own, reason: event.target.value })}
                />
              )}
            </div>
          )}
          {overridden.map((override) => (
            <p key={`${override.reviewer} ${override.reason}`} className="text-accent">
              <bdi className="font-medium">{override.reviewer}</bdi>: {override.level ?? 'not assessed'}. {override.reason}
            </p>
          ))}
          {rated.map((rating) => (
            <p key={rating.reviewer} className="small quiet">
              Given blind by <bdi>{rating.reviewer}</bdi>: {rating.level ?? 'not assessed'}
            </p>
          ))}
          {rationale && <p>{rationale}</p>}
          {evidence.length > 0 && (
            <ul className="grid gap-1" aria-label={`Quotes for ${name}`}>
              {evidence.map((quoted) => (
                <Quote key={`${quoted.seq} ${quoted.start}`} quote={quoted} quotes={quotes} />
              ))}
            </ul>
          )}
          {questions.length > 0 && (
            <p className="small quiet">
              {answered} of {questions.length} {questions.length === 1 ? 'question' : 'questions'} answered.
            </p>
          )}
          {levels.length > 0 && <Anchors levels={levels} level={level} />}
        </div>
      )}
    </section>
  )
}

function describeQuestions(questions: ReviewedCriterion['questions']): string {
  if (questions.length === 0) return ''
  return questions.some(({ asked }) => asked) ? 'asked' : 'not asked'
}

function Quote({ quote, quotes }: { quote: QuotedEvidence; quotes: QuotePlayer }) {
  const [before, words, after] = splitSentence(quote)
  const label = quotes.describe(quote)
  return (
    <li className="quote" aria-current={quotes.isCurrent(quote) || undefined}>
      <button type="button" className="btn btn-small" onClick={() => quotes.choose(quote)}>
        {quotes.isPlayable && <Play className="icon" aria-hidden />}
        <span className="sr-only">{quotes.isPlayable ? 'Play the quote at ' : 'Show the quote in '}</span>
        {label}
      </button>
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- a shortcut for mouse users: keyboard users have the button */}
      <p className="quiet cursor-pointer" onClick={() => quotes.choose(quote)}>
        {before}
        <mark>{words}</mark>
        {after}
        {quote.flags.length > 0 && <b className="font-semibold text-warn"> Check the turn: {quote.flags.map((flag) => EVIDENCE_FLAGS[flag] ?? flag).join(', ')}.</b>}
      </p>
    </li>
  )
}

/** What people did with the evaluation, newest first. */
export function History({ evaluation, adoptions }: { evaluation: ReviewedEvaluation; adoptions: NonNullable<ReviewedInterview['adoptions']> }) {
  const nameOf = (key: string) => evaluation.criteria.find((criterion) => criterion.key === key)?.name ?? key
  const entries = [
    ...evaluation.reviews.map(({ createdAt, reviewer, decision, reason, overrides }) => ({
      at: createdAt,
      who: reviewer,
      what: DECISIONS[decision] ?? decision,
      reason: [reason, ...overrides.map((override) => `${nameOf(override.criterionKey)}: ${override.level ?? 'not assessed'}. ${override.reason}`)].join(' '),
    })),
    ...evaluation.ratings.map(({ createdAt, reviewer }) => ({ at: createdAt, who: reviewer, what: 'Gave levels blind', reason: '' })),
    ...adoptions.map(({ adoptedAt, adoptedBy, version, reason }) => ({ at: adoptedAt, who: adoptedBy, what: `Let version ${version} count`, reason })),
  ].toSorted((one, other) => other.at.localeCompare(one.at))
  if (entries.length === 0) return null
  return (
    <section className="card grid gap-3 p-4" aria-labelledby="history">
      <h3 id="history" className="font-semibold">
        History
      </h3>
      <ol className="grid gap-2">
        {entries.map(({ at, who, what, reason }) => (
          <li key={`${at} ${what}`}>
            <p className="line">
              <span className="font-medium">{what}</span>
              <span className="small quiet cut">
                <bdi>{who}</bdi> · {formatMoment(at)}
              </span>
            </p>
            {reason && <p className="quiet">{reason}</p>}
          </li>
        ))}
      </ol>
    </section>
  )
}
