import { Notice } from '../ui/Notice'
import type { ReviewedInterview } from './documents'
import { EVIDENCE_FLAGS, FLAGS, REASONS, STATES, splitSentence } from './evaluationText'

type Evaluation = NonNullable<ReviewedInterview['evaluation']>
type Criterion = Evaluation['criteria'][number]
type Evidence = Criterion['evidence'][number]

/** The AI's evaluation: the score or why there is none, and each level with the quotes that support it. */
export function EvaluationPanel({ evaluation }: { evaluation: Evaluation }) {
  const { isBlind, status, failure, summary, sandbox, criteria, flags } = evaluation
  const isDone = status === 'COMPLETED'
  return (
    <section aria-labelledby="evaluation" className="space-y-3">
      <h2 id="evaluation" className="font-semibold">
        Evaluation
      </h2>
      {sandbox && <Notice tone="warn">This evaluation was made by the sandbox. Do not use it for decisions.</Notice>}
      {failure && <Notice tone="warn">{failure}</Notice>}
      {!isDone && !failure && <p className="text-quiet">The evaluation is in progress…</p>}
      {isDone && isBlind && (
        <Notice>This interview is reviewed blind. The evaluation appears here once you have given your own levels (rateEvaluation).</Notice>
      )}
      {isDone && !isBlind && (
        <>
          <Total evaluation={evaluation} />
          {flags.map((flag) => (
            <Notice key={flag} tone="warn">
              {FLAGS[flag]}
            </Notice>
          ))}
          {summary && <p>{summary}</p>}
          <ul className="divide-y divide-line rounded-lg border border-line bg-panel">
            {criteria.map((criterion) => (
              <CriterionItem key={criterion.key} criterion={criterion} />
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

function Total({ evaluation }: { evaluation: Evaluation }) {
  const { overallScore, lowestScore, highestScore, recommendation, inconclusiveReason, coverage } = evaluation
  return (
    <p>
      <strong>{overallScore == null ? 'No score' : `${overallScore} of 100`}</strong>
      {inconclusiveReason && `: ${REASONS[inconclusiveReason]}`}
      {lowestScore != null && lowestScore !== highestScore && ` (passes: ${lowestScore} to ${highestScore})`}
      {recommendation && ` · ${recommendation.toLowerCase().replaceAll('_', ' ')}`}
      {coverage != null && ` · ${Math.floor(coverage * 100)} % of the rubric assessed`}
    </p>
  )
}

function CriterionItem({ criterion }: { criterion: Criterion }) {
  const { name, state, level, rationale, evidence, questions, passLevels, spread, flags } = criterion
  const answered = questions.filter((question) => question.answered).length
  return (
    <li className="space-y-1 px-4 py-3">
      <h3 className="flex justify-between gap-3 font-medium">
        {name} <span>{level == null ? STATES[state] : `${level} of 5`}</span>
      </h3>
      <p className="text-sm text-quiet">
        {questions.length > 0 && `${answered} of ${questions.length} ${questions.length === 1 ? 'question' : 'questions'} answered`}
        {!!spread && ` · levels of the passes: ${passLevels.map((it) => it ?? '–').join(', ')}`}
      </p>
      {flags.map((flag) => (
        <p key={flag} className="text-sm font-medium">
          {FLAGS[flag]}
        </p>
      ))}
      {rationale && <p className="text-quiet">{rationale}</p>}
      {evidence.map((quoted) => (
        <Quote key={`${quoted.seq} ${quoted.start}`} evidence={quoted} />
      ))}
    </li>
  )
}

function Quote({ evidence }: { evidence: Evidence }) {
  const [before, quote, after] = splitSentence(evidence)
  return (
    <blockquote className="border-l-2 border-line pl-3">
      <a href={`#turn-${evidence.seq}`} className="text-accent underline-offset-2 hover:underline">
        “{before}
        <mark>{quote}</mark>
        {after}”
      </a>
      {evidence.flags.length > 0 && (
        <span className="text-sm text-quiet"> Check the turn: {evidence.flags.map((flag) => EVIDENCE_FLAGS[flag]).join(', ')}.</span>
      )}
    </blockquote>
  )
}
