import { ChevronDown, ChevronRight, Plus } from 'lucide-react'
import type { Dispatch } from 'react'
import { createId, type Draft, type DraftAction, type DraftQuestion } from './draft'
import { isWithin, ListProblem, SelectField, TextField, useEditing, Warnings } from './editing'
import { SortableList } from './SortableList'
import { useOpenItems } from './useOpenItems'

const FOLLOW_UPS = [0, 1, 2, 3, 4, 5].map((count) => [String(count), count === 0 ? 'None' : `At most ${count}`] as const)

/** The core questions: each in its words, with what to listen for and the criteria that its answers count for. */
export function QuestionList({ draft, dispatch }: { draft: Draft; dispatch: Dispatch<DraftAction> }) {
  const { isReadOnly, problem } = useEditing()
  const { questions, criteria } = draft
  const { ref, isOpen, toggle, open } = useOpenItems(questions)
  const add = () => {
    const id = createId(draft)
    dispatch({ type: 'add', list: 'questions', id })
    open(id)
  }
  const isQuestionOpen = ({ id }: DraftQuestion, index: number) => isOpen(id) || isWithin(problem?.field, `questions[${index}]`)
  return (
    <section ref={ref} aria-label="Questions" className="editor-column">
      <div className="line min-h-8">
        <h2>Questions</h2>
        <span className="small quiet">
          {questions.length}
          {!isReadOnly && (
            <span className="wide-only">
              , drag or <kbd>Alt ↑</kbd> <kbd>Alt ↓</kbd>
            </span>
          )}
        </span>
        <span className="flex-1" />
        {!isReadOnly && (
          <button type="button" className="btn btn-bare" onClick={add}>
            <Plus className="icon" aria-hidden /> Add a question
          </button>
        )}
      </div>
      <ListProblem path="questions" />
      <SortableList
        items={questions}
        noun="Question"
        isOpen={isQuestionOpen}
        onMove={(id, to) => dispatch({ type: 'move', list: 'questions', id, to })}
        onRemove={(id) => dispatch({ type: 'remove', list: 'questions', id })}
      >
        {(question, index, handle, buttons) => {
          const path = `questions[${index}]`
          const isShown = isQuestionOpen(question, index)
          const change = (values: Partial<Omit<DraftQuestion, 'id' | 'key'>>) => dispatch({ type: 'change', list: 'questions', id: question.id, values })
          const names = criteria.filter(({ id }) => question.criterionIds.includes(id)).map(({ name }) => name || 'Unnamed')
          const followUps = question.maxProbes === 1 ? '1 follow-up' : `${question.maxProbes} follow-ups`
          return (
            <div data-item={question.id} className="grid gap-2">
              <div className="flex items-start gap-2">
                {handle}
                <span className="quiet w-5 flex-none text-right">{index + 1}</span>
                <button type="button" data-toggle className="card-toggle" aria-expanded={isShown} aria-label={isShown ? `Question ${index + 1}` : undefined} onClick={() => toggle(question.id)}>
                  {isShown ? <span className="font-semibold">Question {index + 1}</span> : <bdi>{question.text || <span className="quiet">No text yet</span>}</bdi>}
                  <span className="small quiet block">
                    {names.length > 0 ? <bdi>{names.join(', ')}</bdi> : 'No criterion'} · {followUps}
                  </span>
                </button>
                {isShown ? <ChevronDown className="icon quiet mt-0.5" aria-hidden /> : <ChevronRight className="icon quiet mt-0.5" aria-hidden />}
              </div>
              {!isShown && <Warnings of={(warned) => isWithin(warned, path)} />}
              {isShown && (
                <div className="card-body">
                  <TextField path={`${path}.text`} label="Question" hint="Spoken in these words. Ask one thing." rows={2} isFirst value={question.text} onChange={(text) => change({ text })} />
                  <TextField
                    path={`${path}.listenFor`}
                    label="Listen for"
                    hint="What a good answer mentions, one a line. Candidates never see it."
                    rows={2}
                    value={question.listenFor}
                    onChange={(listenFor) => change({ listenFor })}
                  />
                  <fieldset className="field" disabled={isReadOnly}>
                    <legend className="small mb-1 font-medium">Answers count for</legend>
                    <div className="flex flex-wrap gap-x-4 gap-y-1">
                      {criteria.map(({ id, name }) => (
                        <label key={id} className="line">
                          <input
                            type="checkbox"
                            className="check"
                            checked={question.criterionIds.includes(id)}
                            onChange={(event) =>
                              change({ criterionIds: event.target.checked ? [...question.criterionIds, id] : question.criterionIds.filter((other) => other !== id) })
                            }
                          />
                          <bdi>{name || 'Unnamed criterion'}</bdi>
                        </label>
                      ))}
                    </div>
                  </fieldset>
                  <div className="flex flex-wrap items-end gap-2">
                    <div className="w-40">
                      <SelectField path={`${path}.maxProbes`} label="Follow-up questions" value={String(question.maxProbes)} options={FOLLOW_UPS} onChange={(count) => change({ maxProbes: Number(count) })} />
                    </div>
                    <span className="flex-1" />
                    {buttons}
                  </div>
                </div>
              )}
            </div>
          )
        }}
      </SortableList>
    </section>
  )
}
