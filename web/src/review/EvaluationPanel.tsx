import { Notice } from '../ui/Notice'
import type { ReviewedInterview } from './documents'

type Evaluation = NonNullable<ReviewedInterview['evaluation']>

/** The AI's evaluation: each level with the quotes that support it. */
export function EvaluationPanel({ evaluation }: { evaluation: Evaluation }) {
  const { isBlind, status, failure, overallScore, recommendation, summary, coverage, sandbox, criteria } = evaluation
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
          <p>
            <strong>{overallScore == null ? 'No score' : `${Math.round(overallScore)} of 100`}</strong>
            {recommendation && ` · ${recommendation.toLowerCase().replaceAll('_', ' ')}`}
            {coverage != null && ` · ${Math.round(coverage * 100)} % of the rubric assessed`}
          </p>
          {summary && <p>{summary}</p>}
          <ul className="divide-y divide-line rounded-lg border border-line bg-panel">
            {criteria.map(({ key, name, assessed, level, rationale, evidence }) => (
              <li key={key} className="space-y-1 px-4 py-3">
                <h3 className="flex justify-between gap-3 font-medium">
                  {name} <span>{assessed ? `${level} of 5` : 'not assessed'}</span>
                </h3>
                {rationale && <p className="text-quiet">{rationale}</p>}
                {evidence.map(({ quote, seq }) => (
                  <blockquote key={`${seq} ${quote}`} className="border-l-2 border-line pl-3">
                    <a href={`#turn-${seq}`} className="text-accent underline-offset-2 hover:underline">
                      “{quote}”
                    </a>
                  </blockquote>
                ))}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
