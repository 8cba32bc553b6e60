import { Check, ChevronDown, ChevronRight, Plus, TriangleAlert } from 'lucide-react'
import type { Dispatch } from 'react'
import { findFieldError } from '../settings/form'
import { createId, type Draft, type DraftAction, type DraftCriterion } from './draft'
import { isWithin, ListProblem, TextField, useEditing, Warnings } from './editing'
import { addUp, parseNumber, sumShares } from './shares'
import { SortableList } from './SortableList'
import { useOpenItems } from './useOpenItems'

/** Describes how far a criterion is: its anchors, and the questions that serve it. */
function describeCriterion({ id, anchors }: DraftCriterion, { questions }: Draft): string {
  const written = anchors.filter((anchor) => anchor.trim()).length
  const serving = questions.flatMap(({ criterionIds }, index) => (criterionIds.includes(id) ? [index + 1] : []))
  const numbers = serving.length === 0 ? 'no question' : `${serving.length === 1 ? 'question' : 'questions'} ${serving.join(', ')}`
  return `${written === anchors.length ? written : `${written} of ${anchors.length}`} anchors · ${numbers}`
}

/** The rubric: each criterion with its share of the score and its five anchors. */
export function CriterionList({ draft, dispatch }: { draft: Draft; dispatch: Dispatch<DraftAction> }) {
  const { isReadOnly, problem } = useEditing()
  const { criteria } = draft
  const { ref, isOpen, toggle, open } = useOpenItems(criteria)
  const shares = criteria.map(({ share }) => share)
  const isComplete = addUp(shares)
  const add = () => {
    const id = createId(draft)
    dispatch({ type: 'add', list: 'criteria', id })
    open(id)
  }
  const isCriterionOpen = ({ id }: DraftCriterion, index: number) =>
    isOpen(id) || (isWithin(problem?.field, `criteria[${index}]`) && problem?.field !== `criteria[${index}].weight`)
  return (
    <section ref={ref} aria-label="Rubric" className="editor-column bg-ground">
      <div className="line min-h-8">
        <h2>Rubric</h2>
        <span className="flex-1" />
        <span className={`small line gap-1 ${isComplete ? 'text-good' : 'text-warn'}`}>
          {isComplete ? <Check className="icon" aria-hidden /> : <TriangleAlert className="icon" aria-hidden />}
          {isComplete ? 'Shares add up to 100 %' : `Shares add up to ${sumShares(shares)} %`}
        </span>
      </div>
      <div className="flex h-2 gap-0.5" aria-hidden>
        {criteria.map(({ id, share }) => (
          <span key={id} className="rounded-xs bg-control" style={{ flexGrow: parseNumber(share) || 0 }} />
        ))}
      </div>
      <ListProblem path="criteria" />
      <SortableList
        items={criteria}
        noun="Criterion"
        isOpen={isCriterionOpen}
        onMove={(id, to) => dispatch({ type: 'move', list: 'criteria', id, to })}
        onRemove={(id) => dispatch({ type: 'remove', list: 'criteria', id })}
      >
        {(criterion, index, handle, buttons) => {
          const path = `criteria[${index}]`
          const isShown = isCriterionOpen(criterion, index)
          const change = (values: Partial<Omit<DraftCriterion, 'id' | 'key'>>) => dispatch({ type: 'change', list: 'criteria', id: criterion.id, values })
          const shareError = findFieldError(problem, `${path}.weight`)
          return (
            <div data-item={criterion.id} className="grid gap-2">
              <div className="flex items-start gap-2">
                {handle}
                <button type="button" data-toggle className="card-toggle" aria-expanded={isShown} onClick={() => toggle(criterion.id)}>
                  <bdi className="font-semibold">{criterion.name || 'Unnamed criterion'}</bdi>
                  <span className="small quiet block">{describeCriterion(criterion, draft)}</span>
                </button>
                <span className="line gap-1">
                  <input
                    className="input w-16 text-right"
                    inputMode="decimal"
                    autoComplete="off"
                    aria-label={`Share of ${criterion.name || 'the unnamed criterion'} in percent`}
                    aria-invalid={shareError ? true : undefined}
                    aria-describedby={shareError ? `share-${criterion.id}` : undefined}
                    readOnly={isReadOnly}
                    value={criterion.share}
                    onChange={(event) => change({ share: event.target.value })}
                  />
                  <span className="quiet">%</span>
                </span>
                {isShown ? <ChevronDown className="icon quiet mt-2" aria-hidden /> : <ChevronRight className="icon quiet mt-2" aria-hidden />}
              </div>
              {shareError && (
                <p id={`share-${criterion.id}`} className="small text-bad">
                  {shareError}
                </p>
              )}
              <Warnings of={(warned) => isWithin(warned, path)} />
              {isShown && (
                <div className="card-body">
                  <TextField path={`${path}.name`} label="Name" isFirst value={criterion.name} onChange={(name) => change({ name })} />
                  <TextField path={`${path}.description`} label="What it means" rows={1} value={criterion.description} onChange={(description) => change({ description })} />
                  {criterion.anchors.map((anchor, level) => (
                    <TextField
                      // oxlint-disable-next-line react/no-array-index-key -- there are always five, in this order
                      key={level}
                      path={`${path}.levels[${level}].anchor`}
                      label={`Level ${level + 1}${level === 0 ? ', lowest' : level === 4 ? ', highest' : ''}`}
                      hint={level === 0 ? 'Describe what answers show, not what they lack.' : undefined}
                      rows={1}
                      value={anchor}
                      onChange={(text) => change({ anchors: criterion.anchors.with(level, text) })}
                    />
                  ))}
                  <div className="flex flex-wrap items-center gap-2">
                    {criterion.key && (
                      <span className="small quiet cut">
                        In exports and the API: <code>{criterion.key}</code>
                      </span>
                    )}
                    <span className="flex-1" />
                    {buttons}
                  </div>
                </div>
              )}
            </div>
          )
        }}
      </SortableList>
      {!isReadOnly && (
        <div className="flex flex-wrap items-center gap-2">
          <button type="button" className="btn btn-bare" onClick={add}>
            <Plus className="icon" aria-hidden /> Add a criterion
          </button>
          <span className="flex-1" />
          {!isComplete && (
            <button type="button" className="btn btn-small" onClick={() => dispatch({ type: 'scaleShares' })}>
              Scale to 100 %
            </button>
          )}
          <button type="button" className="btn btn-bare btn-small" onClick={() => dispatch({ type: 'spreadShares' })}>
            Spread the shares evenly
          </button>
        </div>
      )}
    </section>
  )
}
