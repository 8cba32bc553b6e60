import { Check, Pause, X } from 'lucide-react'
import { useRef, useState } from 'react'
import { DECISIONS, formatMoment } from '../desk/interviews/interviewText'
import { useSession } from '../desk/session'
import { useKeys } from '../desk/shell/shortcuts'
import { useToast } from '../desk/Toast'
import type { Decision } from '../gql/graphql'
import { REVIEW, type ReviewedEvaluation } from './documents'
import { type DraftEditor, findMissingPart } from './draft'
import { useSubmit } from './useSubmit'

const CHOICES: { decision: Decision; name: string; key: string; Icon: typeof Check }[] = [
  { decision: 'ADVANCE', name: 'Advance', key: 'A', Icon: Check },
  { decision: 'HOLD', name: 'Hold', key: 'H', Icon: Pause },
  { decision: 'REJECT', name: 'Reject', key: 'R', Icon: X },
]

interface DecisionBarProps {
  evaluation: ReviewedEvaluation
  editor: DraftEditor
}

/** A person's decision with its reason, always in view. */
export function DecisionBar({ evaluation, editor }: DecisionBarProps) {
  const { connection } = useSession()
  const toast = useToast()
  const { draft, change, clear } = editor
  const { isBusy, problem, run } = useSubmit()
  const [warning, setWarning] = useState<string | null>(null)
  const field = useRef<HTMLInputElement>(null)
  const latest = evaluation.reviews.at(-1)
  const isEmpty = !draft.decision && Object.keys(draft.levels).length === 0
  const missing = findMissingPart(draft, (key) => evaluation.criteria.find((criterion) => criterion.key === key)?.name ?? key)
  const choose = (decision: Decision) => {
    setWarning(null)
    change({ decision: draft.decision === decision ? null : decision })
  }
  const save = async () => {
    setWarning(missing)
    if (missing || !draft.decision) return
    const { decision, reason, levels, key } = draft
    const overrides = Object.entries(levels).map(([criterionKey, given]) => ({ criterionKey, level: given.level, reason: given.reason.trim() }))
    const input = { evaluationId: evaluation.id, decision, reason: reason.trim(), overrides, idempotencyKey: key }
    if (await run(() => connection.mutate(REVIEW, { input }))) {
      clear()
      toast('Your decision is saved.')
    }
  }
  const chooseByKey = (decision: Decision) => {
    choose(decision)
    requestAnimationFrame(() => field.current?.focus())
  }
  useKeys({
    a: () => chooseByKey('ADVANCE'),
    h: () => chooseByKey('HOLD'),
    r: () => chooseByKey('REJECT'),
    'Mod+Enter': () => (isEmpty ? false : void save()),
  })
  return (
    <section className="decision-bar" aria-label="Decision">
      {latest && isEmpty && (
        <p className="line">
          <b className="font-semibold">{DECISIONS[latest.decision] ?? latest.decision}</b>
          <span className="quiet cut">
            <bdi>{latest.reviewer}</bdi>, {formatMoment(latest.createdAt)}: {latest.reason}
          </span>
        </p>
      )}
      <div className="line">
        {CHOICES.map(({ decision, name, key, Icon }) => (
          <button key={decision} type="button" className="btn flex-1" aria-pressed={draft.decision === decision} onClick={() => choose(decision)}>
            <Icon className="icon" aria-hidden /> {name} <kbd className="wide-only">{key}</kbd>
          </button>
        ))}
      </div>
      {!isEmpty && (
        <div className="line flex-wrap">
          <input
            ref={field}
            className="input min-w-40 flex-1"
            aria-label="Reason for the decision"
            placeholder="Why, in a sentence"
            maxLength={2000}
            value={draft.reason}
            onChange={(event) => {
              setWarning(null)
              change({ reason: event.target.value })
            }}
          />
          <button type="button" className="btn btn-primary" aria-disabled={missing !== null || isBusy} onClick={() => void save()}>
            Save decision <kbd className="wide-only">Ctrl ↵</kbd>
          </button>
          <button type="button" className="btn btn-bare wide-only" onClick={clear}>
            Discard
          </button>
        </div>
      )}
      {(problem ?? warning) && (
        <p role="alert" className="small text-bad">
          {problem?.message ?? warning}
        </p>
      )}
    </section>
  )
}
