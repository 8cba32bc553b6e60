import type { ComparedEvaluation, ComparedInterview, ComparedResult } from './documents'

export const MIN_COMPARED = 2
export const MAX_COMPARED = 5

type Criterion = NonNullable<ComparedInterview['position']['criteria']>[number]

/** Returns the ids that the address names, each once, in their order. */
export function parseIds(search: string): string[] {
  const named = new URLSearchParams(search).get('ids') ?? ''
  return [...new Set(named.split(',').map((id) => id.trim()))].filter(Boolean)
}

export function buildComparePath(ids: readonly string[]): string {
  return `/compare?ids=${ids.join(',')}`
}

/** Why so many interviews cannot be compared; null if they can. */
export function refuseCount(count: number): string | null {
  if (count < MIN_COMPARED) return `Select at least ${MIN_COMPARED} interviews.`
  return count > MAX_COMPARED ? `At most ${MAX_COMPARED} interviews fit side by side, and ${count} are selected.` : null
}

/** What a cell shows: a result, or why there is none. */
export type Cell =
  | { state: 'result'; result: ComparedResult; anchor: string | null; override: { reviewer: string; level: number | null } | null }
  | { state: 'hidden' | 'evaluating' | 'failed' | 'none' | 'absent' }

export interface Row {
  key: string
  name: string
  /** The criterion's share of the weight, from 0 to 1, in the first rubric that has it. */
  share: number
  questions: number
  /** Whether the rubrics of the interviews define the criterion differently. */
  differs: boolean
  cells: Cell[]
}

/** Puts the results of each criterion side by side, in the order of the first rubric; criteria of other versions only come last. */
export function buildRows(interviews: readonly ComparedInterview[]): Row[] {
  const keys = new Set(interviews.flatMap(({ position }) => position.criteria?.map(({ key }) => key) ?? []))
  return [...keys].map((key) => {
    const definitions = interviews.map(({ position }) => position.criteria?.find((criterion) => criterion.key === key) ?? null)
    const first = definitions.findIndex((definition) => definition !== null)
    const definition = definitions[first]
    const cells = interviews.map((interview, index) => buildCell(interview, key, definitions[index] ?? null))
    const counts = cells.map((cell) => (cell.state === 'result' ? cell.result.questions.length : 0))
    return {
      key,
      name: definition?.name ?? key,
      share: definition ? computeShare(definition, interviews[first]?.position.criteria ?? []) : 0,
      questions: Math.max(...counts),
      differs: new Set(definitions.map(describeDefinition)).size > 1,
      cells,
    }
  })
}

function describeDefinition(definition: Criterion | null): string {
  return definition ? JSON.stringify([definition.name, definition.levels.map(({ value, anchor }) => [value, anchor])]) : ''
}

function computeShare(definition: Criterion, criteria: readonly Criterion[]): number {
  return definition.weight / criteria.reduce((sum, { weight }) => sum + weight, 0)
}

function buildCell({ evaluation }: ComparedInterview, key: string, definition: Criterion | null): Cell {
  if (!definition) return { state: 'absent' }
  const state = describeMissing(evaluation ?? null)
  if (state) return { state }
  const result = evaluation?.criteria.find((criterion) => criterion.key === key)
  if (!result) return { state: 'absent' }
  const override = evaluation?.reviews.flatMap(({ reviewer, overrides }) => overrides.filter((each) => each.criterionKey === key).map(({ level }) => ({ reviewer, level: level ?? null }))).at(-1)
  return { state: 'result', result, anchor: definition.levels.find(({ value }) => value === result.level)?.anchor ?? null, override: override ?? null }
}

/** Why an evaluation has no results to compare; null if it has. */
export function describeMissing(evaluation: ComparedEvaluation | null): 'hidden' | 'evaluating' | 'failed' | 'none' | null {
  if (!evaluation) return 'none'
  if (evaluation.status === 'FAILED') return 'failed'
  if (evaluation.status !== 'COMPLETED') return 'evaluating'
  return evaluation.isBlind ? 'hidden' : null
}
