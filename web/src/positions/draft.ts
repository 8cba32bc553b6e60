import { browserStorage } from '../api/storage'
import { DRAFT_PREFIX } from '../desk/signOut'
import type { Content, JobAnalysis } from './content'
import { parseNumber, scaleShares, toShares } from './shares'

export interface DraftQuestion {
  id: string
  /** Null until the question is published. */
  key: string | null
  text: string
  /** One a line. */
  listenFor: string
  maxProbes: number
  /** Ids of the criteria that its answers count for. */
  criterionIds: string[]
}

export interface DraftCriterion {
  id: string
  /** Null until the criterion is published. */
  key: string | null
  name: string
  description: string
  /** Percentage of the weights, as it is entered. */
  share: string
  /** Of the levels 1 to 5. */
  anchors: string[]
  reason: string
  weightReason: string
}

export interface DraftFact {
  id: string
  question: string
  answer: string
}

/** What is being edited. Numbers and lists of lines are texts, as people type them. */
export interface Draft {
  /** Empty for a new position, until its key differs from the one that its title gives. */
  key: string
  title: string
  description: string
  language: string
  limitMinutes: string
  wrapUpAfterExchanges: string
  blindReview: boolean
  archived: boolean
  correctionHours: string
  reopenMinutes: string
  extraTimeFactor: string
  keyTerms: string
  tasks: string
  method: string
  questions: DraftQuestion[]
  criteria: DraftCriterion[]
  facts: DraftFact[]
  /** The published weights by id of the criterion, while nobody has changed a share: rounding must not move scores. */
  weights: Record<string, number> | null
}

interface Lists {
  questions: DraftQuestion
  criteria: DraftCriterion
  facts: DraftFact
}
export type ListName = keyof Lists

export type DraftAction =
  | { type: 'set'; values: Partial<Omit<Draft, ListName | 'weights'>> }
  | { [Name in ListName]: { type: 'change'; list: Name; id: string; values: Partial<Omit<Lists[Name], 'id' | 'key'>> } }[ListName]
  | { type: 'add'; list: ListName; id: string }
  | { type: 'remove'; list: ListName; id: string }
  | { type: 'move'; list: ListName; id: string; to: number }
  | { type: 'spreadShares' }
  | { type: 'scaleShares' }
  | { type: 'replace'; draft: Draft }

export const NEW_DRAFT: Draft = {
  key: '',
  title: '',
  description: '',
  language: 'en',
  limitMinutes: '30',
  wrapUpAfterExchanges: '15',
  blindReview: false,
  archived: false,
  correctionHours: '72',
  reopenMinutes: '60',
  extraTimeFactor: '1.5',
  keyTerms: '',
  tasks: '',
  method: '',
  questions: [{ id: 'new1', key: null, text: '', listenFor: '', maxProbes: 2, criterionIds: ['new2'] }],
  criteria: [{ id: 'new2', key: null, name: '', description: '', share: '100', anchors: ['', '', '', '', ''], reason: '', weightReason: '' }],
  facts: [],
  weights: null,
}

/** Returns the list with the item at another place; places beyond the ends are the ends. */
export function moveItem<Item>(items: readonly Item[], from: number, to: number): Item[] {
  const item = items[from]
  const others = items.filter((_, index) => index !== from)
  return item === undefined ? others : others.toSpliced(Math.max(0, to), 0, item)
}

/** Returns an id for a new item of any list. */
export function createId({ questions, criteria, facts }: Draft): string {
  const numbers = [...questions, ...criteria, ...facts].map(({ id }) => Number(/^new(\d+)$/.exec(id)?.[1] ?? 0))
  return `new${Math.max(0, ...numbers) + 1}`
}

function addItem(draft: Draft, list: ListName, id: string): Draft {
  if (list === 'questions') return { ...draft, questions: [...draft.questions, { id, key: null, text: '', listenFor: '', maxProbes: 2, criterionIds: [] }] }
  if (list === 'facts') return { ...draft, facts: [...draft.facts, { id, question: '', answer: '' }] }
  const criterion = { id, key: null, name: '', description: '', share: '', anchors: ['', '', '', '', ''], reason: '', weightReason: '' }
  return { ...draft, weights: null, criteria: [...draft.criteria, criterion] }
}

function removeItem(draft: Draft, list: ListName, id: string): Draft {
  const without = { ...draft, [list]: draft[list].filter((item) => item.id !== id) }
  if (list !== 'criteria') return without
  const questions = draft.questions.map((question) => ({ ...question, criterionIds: question.criterionIds.filter((criterionId) => criterionId !== id) }))
  return { ...without, weights: null, questions }
}

function setShares(draft: Draft, shares: readonly string[]): Draft {
  return { ...draft, weights: null, criteria: draft.criteria.map((criterion, index) => ({ ...criterion, share: shares[index] ?? '' })) }
}

export function reduceDraft(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case 'set':
      return { ...draft, ...action.values }
    case 'change': {
      const { list, id, values } = action
      const isOfShare = list === 'criteria' && 'share' in values
      return { ...draft, ...(isOfShare && { weights: null }), [list]: draft[list].map((item) => (item.id === id ? { ...item, ...values } : item)) }
    }
    case 'add':
      return addItem(draft, action.list, action.id)
    case 'remove':
      return removeItem(draft, action.list, action.id)
    case 'move': {
      const items: readonly Lists[ListName][] = draft[action.list]
      const from = items.findIndex(({ id }) => id === action.id)
      return from < 0 ? draft : { ...draft, [action.list]: moveItem(items, from, action.to) }
    }
    case 'spreadShares':
      return setShares(draft, toShares(draft.criteria.map(() => 1)))
    case 'scaleShares':
      return setShares(draft, scaleShares(draft.criteria.map(({ share }) => share)))
    case 'replace':
      return action.draft
  }
}

const splitLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)

const joinLines = (lines: readonly string[]): string => lines.map((line) => line.replaceAll(/\s*\n\s*/g, ' ')).join('\n')

export function toDraft(content: Content): Draft {
  const analyses = new Map((content.jobAnalysis?.criteria ?? []).map((analysis) => [analysis.key, analysis]))
  const shares = toShares(content.criteria.map(({ weight }) => weight))
  return {
    key: content.key,
    title: content.title,
    description: content.description,
    language: content.language,
    limitMinutes: String(content.limitMinutes),
    wrapUpAfterExchanges: String(content.wrapUpAfterExchanges),
    blindReview: content.blindReview,
    archived: content.archived,
    correctionHours: String(content.correctionHours),
    reopenMinutes: String(content.reopenMinutes),
    extraTimeFactor: String(content.extraTimeFactor),
    keyTerms: joinLines(content.keyTerms),
    tasks: joinLines(content.jobAnalysis?.tasks ?? []),
    method: content.jobAnalysis?.method ?? '',
    questions: content.questions.map(({ key, text, listenFor, maxProbes, criterionKeys }) => ({
      id: key,
      key,
      text,
      listenFor: joinLines(listenFor),
      maxProbes,
      criterionIds: [...criterionKeys],
    })),
    criteria: content.criteria.map(({ key, name, description, levels }, index) => ({
      id: key,
      key,
      name,
      description,
      share: shares[index] ?? '',
      anchors: levels.map(({ anchor }) => anchor),
      reason: analyses.get(key)?.reason ?? '',
      weightReason: analyses.get(key)?.weightReason ?? '',
    })),
    facts: content.facts.map(({ question, answer }, index) => ({ id: `fact${index}`, question, answer })),
    weights: Object.fromEntries(content.criteria.map(({ key, weight }) => [key, weight])),
  }
}

const MAX_KEY_LENGTH = 64
const MAX_INTEGER = 2_147_483_647

/** Returns a key of the API for a name: "Kenntnisse & Tiefe" is kenntnisse_tiefe. Empty if the name has no letter of its alphabet. */
export function toKey(name: string): string {
  const ascii = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return ascii
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+/, '')
    .slice(0, MAX_KEY_LENGTH)
    .replace(/_+$/, '')
}

function findUnused(wanted: string, used: ReadonlySet<string>): string {
  let found = wanted
  for (let number = 2; used.has(found); number++) found = `${wanted}_${number}`
  return found
}

/** Returns the key of each item by its id: its own, or a new one that no other item has. */
function assignKeys(items: readonly { id: string; key: string | null; name: string }[], noun: string): Map<string, string> {
  const used = new Set(items.flatMap(({ key }) => key ?? []))
  const keys = new Map<string, string>()
  for (const { id, key, name } of items) {
    const found = key ?? findUnused(toKey(name).slice(0, MAX_KEY_LENGTH - 4) || noun, used)
    used.add(found)
    keys.set(id, found)
  }
  return keys
}

/** Returns a number that the API refuses, with a sentence for the field, if the text is none. */
function toInteger(text: string): number {
  const number = parseNumber(text)
  return Number.isNaN(number) ? -1 : Math.min(Math.round(number), MAX_INTEGER)
}

/** The criteria that have a reason, which are those of the job analysis. */
export function listAnalyzed(draft: Draft): DraftCriterion[] {
  return draft.criteria.filter(({ reason, weightReason }) => reason.trim() || weightReason.trim())
}

function toJobAnalysis(draft: Draft, keys: ReadonlyMap<string, string>): JobAnalysis | null {
  const criteria = listAnalyzed(draft).map(({ id, reason, weightReason }) => ({ key: keys.get(id) ?? '', reason: reason.trim(), weightReason: weightReason.trim() }))
  const tasks = splitLines(draft.tasks)
  const method = draft.method.trim()
  return tasks.length > 0 || method || criteria.length > 0 ? { tasks, method, criteria } : null
}

/** Returns what publishing the draft stores. Texts are trimmed, as the API does. */
export function toContent(draft: Draft): Content {
  const criterionKeys = assignKeys(draft.criteria, 'criterion')
  const questionKeys = assignKeys(
    draft.questions.map(({ id, key }) => ({ id, key, name: '' })),
    'question',
  )
  return {
    key: draft.key || toKey(draft.title),
    title: draft.title.trim(),
    description: draft.description.trim(),
    language: draft.language,
    limitMinutes: toInteger(draft.limitMinutes),
    wrapUpAfterExchanges: toInteger(draft.wrapUpAfterExchanges),
    blindReview: draft.blindReview,
    archived: draft.archived,
    correctionHours: toInteger(draft.correctionHours),
    reopenMinutes: toInteger(draft.reopenMinutes),
    extraTimeFactor: parseNumber(draft.extraTimeFactor) || 0,
    keyTerms: splitLines(draft.keyTerms),
    facts: draft.facts.map(({ question, answer }) => ({ question: question.trim(), answer: answer.trim() })),
    questions: draft.questions.map(({ id, text, listenFor, maxProbes, criterionIds }) => ({
      key: questionKeys.get(id) ?? '',
      text: text.trim(),
      listenFor: splitLines(listenFor),
      maxProbes,
      criterionKeys: criterionIds.flatMap((criterionId) => criterionKeys.get(criterionId) ?? []),
    })),
    criteria: draft.criteria.map(({ id, name, description, share, anchors }) => ({
      key: criterionKeys.get(id) ?? '',
      name: name.trim(),
      description: description.trim(),
      weight: draft.weights?.[id] ?? (parseNumber(share) || 0),
      levels: anchors.map((anchor, index) => ({ value: index + 1, anchor: anchor.trim() })),
    })),
    jobAnalysis: toJobAnalysis(draft, criterionKeys),
  }
}

/** Whether publishing both would store the same. */
export function isSameContent(one: Content, other: Content): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

export interface StoredDraft {
  /** The version that was edited; null for a new position. */
  basedOn: number | null
  savedAt: string
  draft: Draft
}

/** Drafts of another form than this are ignored. */
const FORM = `${DRAFT_PREFIX}1`

const nameDraft = (organizationId: string, key: string | null) => `${FORM}.${organizationId}.${key ?? ''}`

/** Stores a draft of the position, or with null, deletes it. Returns whether the draft outlives the page. */
export function storeDraft(organizationId: string, key: string | null, stored: StoredDraft | null): boolean {
  return browserStorage.set(nameDraft(organizationId, key), stored && JSON.stringify(stored))
}

/** Returns the draft of the position in this browser; null if there is none. */
export function readStoredDraft(organizationId: string, key: string | null): StoredDraft | null {
  const text = browserStorage.get(nameDraft(organizationId, key))
  if (!text) return null
  try {
    return JSON.parse(text) as StoredDraft
  } catch {
    return null
  }
}
