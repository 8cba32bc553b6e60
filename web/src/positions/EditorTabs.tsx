import { Plus } from 'lucide-react'
import type { Dispatch } from 'react'
import { createId, type Draft, type DraftAction, type DraftFact, listAnalyzed, toKey } from './draft'
import { ListProblem, SelectField, TextField, useEditing, Warnings } from './editing'
import { SortableList } from './SortableList'
import { useOpenItems } from './useOpenItems'

export type Tab = 'questions' | 'candidates' | 'analysis'

const TABS_BY_FIELD: Readonly<Record<string, Tab>> = {
  description: 'candidates',
  facts: 'candidates',
  keyTerms: 'candidates',
  correctionHours: 'candidates',
  reopenMinutes: 'candidates',
  extraTimeFactor: 'candidates',
  jobAnalysis: 'analysis',
}

/** Returns the tab that has the value with this path. */
export function findTab(path: string): Tab {
  return TABS_BY_FIELD[path.split(/[.[]/, 1)[0] ?? ''] ?? 'questions'
}

interface TabProps {
  draft: Draft
  dispatch: Dispatch<DraftAction>
}

const LANGUAGES: readonly (readonly [string, string])[] = [
  ['en', 'English'],
  ['de', 'German'],
  ['es', 'Spanish'],
  ['fr', 'French'],
]

/** Names the language of a position, which may be that of a region. */
export function nameLanguage(tag: string): string {
  const name = LANGUAGES.find(([primary]) => tag === primary || tag.startsWith(`${primary}-`))?.[1] ?? tag
  return tag.includes('-') ? `${name} (${tag})` : name
}

/** Title, language and limits, and how results are reviewed. */
export function SettingsFields({ draft, dispatch, isNew }: TabProps & { isNew: boolean }) {
  const set = (values: Parameters<typeof createSetAction>[0]) => dispatch(createSetAction(values))
  const languages = LANGUAGES.some(([tag]) => tag === draft.language) ? LANGUAGES : [...LANGUAGES, [draft.language, nameLanguage(draft.language)] as const]
  return (
    <div className="editor-settings">
      <div className="grow-2">
        <TextField path="title" label="Title" isFirst value={draft.title} onChange={(title) => set({ title })} />
      </div>
      {isNew && (
        <div>
          <TextField path="key" label="Key" hint="For links and the API. It never changes." value={draft.key || toKey(draft.title)} onChange={(key) => set({ key })} />
        </div>
      )}
      <div>
        <SelectField path="language" label="Language" value={draft.language} options={languages} onChange={(language) => set({ language })} />
      </div>
      <div className="narrow">
        <TextField path="limitMinutes" label="Minutes at most" isNumber value={draft.limitMinutes} onChange={(limitMinutes) => set({ limitMinutes })} />
      </div>
      <div className="narrow">
        <TextField path="wrapUpAfterExchanges" label="Exchanges at most" isNumber value={draft.wrapUpAfterExchanges} onChange={(wrapUpAfterExchanges) => set({ wrapUpAfterExchanges })} />
      </div>
      <div>
        <SelectField
          path="blindReview"
          label="Reviews"
          value={draft.blindReview ? 'blind' : 'open'}
          options={[
            ['open', 'With the evaluation'],
            ['blind', 'Blind first'],
          ]}
          onChange={(mode) => set({ blindReview: mode === 'blind' })}
        />
      </div>
    </div>
  )
}

function createSetAction(values: Extract<DraftAction, { type: 'set' }>['values']): DraftAction {
  return { type: 'set', values }
}

/** What candidates read, what the interviewer may answer, and what candidates can do after the interview. */
export function CandidateTab({ draft, dispatch }: TabProps) {
  const { isReadOnly } = useEditing()
  const set = (values: Parameters<typeof createSetAction>[0]) => dispatch(createSetAction(values))
  return (
    <div className="editor">
      <section aria-label="What candidates read" className="editor-column">
        <div className="line min-h-8">
          <h2>What candidates read</h2>
        </div>
        <TextField
          path="description"
          label="About the job and the interview"
          hint="On the candidate’s page. The interviewer knows it, too."
          rows={6}
          value={draft.description}
          onChange={(description) => set({ description })}
        />
        <div className="form-grid">
          <TextField path="correctionHours" label="Hours for corrections" hint="After the end. 0 allows none." isNumber value={draft.correctionHours} onChange={(correctionHours) => set({ correctionHours })} />
          <TextField
            path="reopenMinutes"
            label="Minutes to come back"
            hint="By the same link, after an early end. 0 leaves it to you."
            isNumber
            value={draft.reopenMinutes}
            onChange={(reopenMinutes) => set({ reopenMinutes })}
          />
          <TextField
            path="extraTimeFactor"
            label="Factor of extra time"
            hint="For who asks for more time, 1 to 3. With 1, you decide on each request."
            isNumber
            value={draft.extraTimeFactor}
            onChange={(extraTimeFactor) => set({ extraTimeFactor })}
          />
        </div>
        <TextField
          path="keyTerms"
          label="Terms that candidates are likely to say"
          hint="Products, technologies and names, one a line, so that speech recognition spells them right."
          rows={4}
          value={draft.keyTerms}
          onChange={(keyTerms) => set({ keyTerms })}
        />
      </section>
      <FactList draft={draft} dispatch={dispatch} isReadOnly={isReadOnly} />
    </div>
  )
}

function FactList({ draft, dispatch, isReadOnly }: TabProps & { isReadOnly: boolean }) {
  const { facts } = draft
  const { ref, open } = useOpenItems(facts)
  const add = () => {
    const id = createId(draft)
    dispatch({ type: 'add', list: 'facts', id })
    open(id)
  }
  return (
    <section ref={ref} aria-label="Answers to candidates" className="editor-column bg-ground">
      <div className="line min-h-8">
        <h2>Answers to candidates</h2>
        <span className="small quiet">{facts.length}</span>
        <span className="flex-1" />
        {!isReadOnly && (
          <button type="button" className="btn btn-bare" onClick={add}>
            <Plus className="icon" aria-hidden /> Add an answer
          </button>
        )}
      </div>
      <p className="quiet">The interviewer answers with these words only. Other questions about the job are noted for you.</p>
      <ListProblem path="facts" />
      <SortableList
        items={facts}
        noun="Answer"
        isOpen={() => true}
        onMove={(id, to) => dispatch({ type: 'move', list: 'facts', id, to })}
        onRemove={(id) => dispatch({ type: 'remove', list: 'facts', id })}
      >
        {(fact, index, handle, buttons) => {
          const change = (values: Partial<Omit<DraftFact, 'id'>>) => dispatch({ type: 'change', list: 'facts', id: fact.id, values })
          return (
            <div data-item={fact.id} className="flex items-start gap-2">
              {handle}
              <div className="card-body flex-1">
                <TextField path={`facts[${index}].question`} label="Candidates ask" isFirst value={fact.question} onChange={(question) => change({ question })} />
                <TextField path={`facts[${index}].answer`} label="The interviewer answers" rows={1} value={fact.answer} onChange={(answer) => change({ answer })} />
                <div className="flex flex-wrap justify-end gap-2">{buttons}</div>
              </div>
            </div>
          )
        }}
      </SortableList>
    </section>
  )
}

/** The tasks of the job, and why the rubric has these criteria and shares. */
export function AnalysisTab({ draft, dispatch }: TabProps) {
  const set = (values: Parameters<typeof createSetAction>[0]) => dispatch(createSetAction(values))
  const analyzed = listAnalyzed(draft)
  return (
    <div className="editor">
      <section aria-label="The job" className="editor-column">
        <div className="line min-h-8">
          <h2>The job</h2>
        </div>
        <p className="quiet">Reports name it as the basis of the rubric. Candidates cannot read it.</p>
        <TextField path="jobAnalysis.tasks" label="Main tasks" hint="One a line." rows={6} value={draft.tasks} onChange={(tasks) => set({ tasks })} />
        <TextField
          path="jobAnalysis.method"
          label="How they were found"
          hint="Who was asked or watched, and what was not examined."
          rows={3}
          value={draft.method}
          onChange={(method) => set({ method })}
        />
        <Warnings of={(path) => path === 'jobAnalysis'} />
      </section>
      <section aria-label="Reasons for the criteria" className="editor-column bg-ground">
        <div className="line min-h-8">
          <h2>Reasons for the criteria</h2>
        </div>
        <ListProblem path="jobAnalysis.criteria" />
        {draft.criteria.map((criterion) => {
          const change = (values: { reason?: string; weightReason?: string }) => dispatch({ type: 'change', list: 'criteria', id: criterion.id, values })
          const position = analyzed.indexOf(criterion)
          const path = `jobAnalysis.criteria[${position < 0 ? analyzed.length : position}]`
          return (
            <div key={criterion.id} className="edit-card grid gap-2">
              <h3 className="font-semibold">
                <bdi>{criterion.name || 'Unnamed criterion'}</bdi> <span className="small quiet font-normal">{criterion.share} %</span>
              </h3>
              <TextField path={`${path}.reason`} label="Why it is in the rubric" rows={1} value={criterion.reason} onChange={(reason) => change({ reason })} />
              <TextField path={`${path}.weightReason`} label="Why it has this share" rows={1} value={criterion.weightReason} onChange={(weightReason) => change({ weightReason })} />
            </div>
          )
        })}
      </section>
    </div>
  )
}
