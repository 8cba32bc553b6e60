import { Check, ChevronDown, ChevronRight, EyeOff } from 'lucide-react'
import { useState } from 'react'
import { useSession } from '../desk/session'
import { useKeys } from '../desk/shell/shortcuts'
import { useToast } from '../desk/Toast'
import { RATE, type Rubric } from './documents'
import type { DraftEditor } from './draft'
import { formatShare } from './evaluationText'
import { Anchors, LevelPicker } from './Levels'
import { useSubmit } from './useSubmit'

interface BlindReviewProps {
  evaluationId: string
  rubric: Rubric
  editor: DraftEditor
}

/** The reviewer's own levels, which the position asks for before it shows the evaluation. */
export function BlindReview({ evaluationId, rubric, editor }: BlindReviewProps) {
  const { connection } = useSession()
  const toast = useToast()
  const { draft, setLevel, clear } = editor
  const { isBusy, problem, run } = useSubmit()
  const [openKey, setOpenKey] = useState(() => rubric.find(({ key }) => !(key in draft.levels))?.key ?? rubric[0]?.key)
  const missing = rubric.filter(({ key }) => !(key in draft.levels))
  const give = (key: string | undefined, level: number | null) => {
    if (key) setLevel(key, { level, reason: draft.levels[key]?.reason ?? '' })
  }
  const openNext = () => setOpenKey(rubric[(rubric.findIndex(({ key }) => key === openKey) + 1) % rubric.length]?.key)
  const save = async () => {
    if (missing.length > 0) return
    const ratings = rubric.map(({ key }) => {
      const { level, reason } = draft.levels[key] ?? { level: null, reason: '' }
      return { criterionKey: key, level, reason: reason.trim() || null }
    })
    if (await run(() => connection.mutate(RATE, { input: { evaluationId, ratings, idempotencyKey: draft.key } }))) {
      clear()
      toast('Your levels are saved.')
    }
  }
  const giveByKey = (level: number | null) => {
    give(openKey, level)
    // the focus goes where Enter leads to the next criterion, away from a button that Enter would press
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[data-open] input:checked')?.focus())
  }
  useKeys({
    ...Object.fromEntries([1, 2, 3, 4, 5].map((level) => [String(level), () => giveByKey(level)])),
    '-': () => giveByKey(null),
    // in the transcript, Enter plays a line
    Enter: () => (document.activeElement?.closest('[data-seq]') ? false : openNext()),
    'Mod+Enter': () => void save(),
  })
  return (
    <>
      <div className="review-cards">
        <div className="note note-info">
          <EyeOff className="icon text-accent" aria-hidden />
          <div>
            <h2 className="font-semibold">Blind review</h2>
            <p>You give your levels first. Viva’s levels, score, words and quotes, and your colleagues’ notes stay hidden from you until you save, in lists and exports, too.</p>
          </div>
        </div>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Enter does nothing else in a radio button */}
        <section
          className="card"
          aria-label="Criteria"
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLInputElement) || event.target.type !== 'radio') return
            event.preventDefault()
            openNext()
          }}
        >
          {rubric.map((criterion) => {
            const { key, name, weight, levels } = criterion
            const given = draft.levels[key]
            const isOpen = key === openKey
            const Icon = isOpen ? ChevronDown : given ? Check : ChevronRight
            return (
              <section key={key} className="criterion" data-open={isOpen || undefined}>
                <div className="criterion-head">
                  <h3>
                    <button type="button" aria-expanded={isOpen} onClick={() => setOpenKey(isOpen ? undefined : key)} className="line w-full text-left">
                      <Icon className="icon" aria-hidden />
                      <span className="font-semibold">{name}</span> <span className="quiet whitespace-nowrap">{formatShare(weight, rubric)}</span>
                    </button>
                  </h3>
                  <LevelPicker name={`Your level for ${name}`} value={given?.level} onChange={(level) => give(key, level)} />
                </div>
                {isOpen && (
                  <div className="grid gap-3 px-4 pb-4">
                    <Anchors levels={levels} level={given?.level} />
                    {given && (
                      <div className="field">
                        <label htmlFor={`why-${key}`}>Why, in a sentence (optional)</label>
                        <input
                          id={`why-${key}`}
                          className="input"
                          maxLength={2000}
                          placeholder="What you heard that fits the anchor"
                          value={given.reason}
                          onChange={(event) => setLevel(key, { ...given, reason: event.target.value })}
                        />
                      </div>
                    )}
                  </div>
                )}
              </section>
            )
          })}
        </section>
        <p className="small quiet wide-only">
          Keys <kbd>1</kbd> to <kbd>5</kbd> set a level, <kbd>-</kbd> is not assessed, <kbd>Enter</kbd> goes to the next criterion.
        </p>
      </div>
      <section className="decision-bar" aria-label="Your levels">
        <p role="status">
          <b className="font-semibold">
            {rubric.length - missing.length} of {rubric.length} given
          </b>{' '}
          {missing.length > 0 && <span className="quiet">Open: {missing.map(({ name }) => name).join(', ')}</span>}
        </p>
        <button type="button" className="btn btn-primary" aria-disabled={missing.length > 0 || isBusy} onClick={() => void save()}>
          Save and show the evaluation <kbd className="wide-only">Ctrl ↵</kbd>
        </button>
        {problem && (
          <p role="alert" className="small text-bad">
            {problem.message}
          </p>
        )}
        <p className="small quiet">Once saved, your levels stay in the history and cannot be changed. The decision comes after.</p>
      </section>
    </>
  )
}
