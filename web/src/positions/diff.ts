import type { Content } from './content'
import { toShares } from './shares'

export interface Change {
  /** The part of the editor. */
  part: 'Settings' | 'Questions' | 'Rubric' | 'For candidates' | 'Job analysis'
  /** What has changed, such as "Question 3". */
  label: string
  kind: 'added' | 'removed' | 'changed'
  before: string
  after: string
}

export interface Piece {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** Share of common words below which two texts are shown one after the other: mixed, nobody could read them. */
const MIN_COMMON = 0.4

/** Returns the pieces of both texts, word by word, with those that only one of them has marked. */
export function compareTexts(before: string, after: string): Piece[] {
  const [a, b] = [splitWords(before), splitWords(after)]
  const common = findCommon(a, b)
  const commonWords = common.filter(([index]) => isWord(a[index] ?? '')).length
  const isOther = commonWords < MIN_COMMON * Math.max(a.filter(isWord).length, b.filter(isWord).length)
  const pieces: Piece[] = []
  const add = (kind: Piece['kind'], text: string) => {
    const last = pieces.at(-1)
    if (text && last?.kind === kind) last.text += text
    else if (text) pieces.push({ kind, text })
  }
  let [i, j] = [0, 0]
  // the end of both texts closes the last change
  const stops = isOther ? [] : joinChanges(common, a)
  for (const [nextA, nextB] of [...stops, [a.length, b.length] as const]) {
    add('removed', a.slice(i, nextA).join(''))
    add('added', b.slice(j, nextB).join(''))
    add('same', a[nextA] ?? '')
    ;[i, j] = [nextA + 1, nextB + 1]
  }
  return pieces
}

/** Leaves out spaces between two changes, which are then one. */
function joinChanges(common: readonly (readonly [number, number])[], a: readonly string[]): (readonly [number, number])[] {
  return common.filter(([i, j], index) => {
    const [previous, next] = [common[index - 1], common[index + 1]]
    const followsChange = previous?.[0] !== i - 1 || previous?.[1] !== j - 1
    const precedesChange = next?.[0] !== i + 1 || next?.[1] !== j + 1
    return isWord(a[i] ?? '') || !followsChange || !precedesChange
  })
}

const isWord = (text: string) => text.trim() !== ''

const splitWords = (text: string): string[] => text.match(/\s+|[^\s]+/gu) ?? []

/** Returns the index pairs of a longest common subsequence. */
function findCommon(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const width = b.length + 1
  // lengths of the common subsequences of all suffixes
  const lengths = new Uint16Array((a.length + 1) * width)
  const lengthAt = (i: number, j: number) => lengths[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      lengths[i * width + j] = a[i] === b[j] ? lengthAt(i + 1, j + 1) + 1 : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1))
    }
  }
  const pairs: (readonly [number, number])[] = []
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) pairs.push([i++, j++])
    else if (lengthAt(i + 1, j) >= lengthAt(i, j + 1)) i++
    else j++
  }
  return pairs
}

const yesOrNo = (value: boolean) => (value ? 'Yes' : 'No')

interface Fields {
  part: Change['part']
  values: Record<string, string>
}

/** Returns the fields that occur once, by their labels. */
function listFields(content: Content): Fields[] {
  const { jobAnalysis } = content
  return [
    {
      part: 'Settings',
      values: {
        Title: content.title,
        Language: content.language,
        'Minutes at most': String(content.limitMinutes),
        'Exchanges before the closing': String(content.wrapUpAfterExchanges),
        'Reviewed blind first': yesOrNo(content.blindReview),
        Archived: yesOrNo(content.archived),
      },
    },
    {
      part: 'For candidates',
      values: {
        Description: content.description,
        'Hours for corrections': String(content.correctionHours),
        'Minutes to come back': String(content.reopenMinutes),
        'Factor of extra time': String(content.extraTimeFactor),
        'Terms that candidates say': content.keyTerms.join('\n'),
      },
    },
    { part: 'Job analysis', values: { 'Tasks of the job': jobAnalysis?.tasks.join('\n') ?? '', 'How they were found': jobAnalysis?.method ?? '' } },
  ]
}

interface Item {
  id: string
  label: string
  /** The texts of the item, by their labels. */
  values: Record<string, string>
}

function listQuestions({ questions, criteria }: Content): Item[] {
  const nameOf = (key: string) => criteria.find((criterion) => criterion.key === key)?.name ?? key
  return questions.map(({ key, text, listenFor, maxProbes, criterionKeys }, index) => ({
    id: key,
    label: `Question ${index + 1}`,
    values: { '': text, 'listen for': listenFor.join('\n'), 'follow-ups at most': String(maxProbes), 'counts for': criterionKeys.map(nameOf).join(', ') },
  }))
}

function listCriteria({ criteria, jobAnalysis }: Content): Item[] {
  return criteria.map(({ key, name, description, levels }, index) => {
    const analysis = jobAnalysis?.criteria.find((each) => each.key === key)
    return {
      id: key,
      label: name || `Criterion ${index + 1}`,
      values: {
        name,
        description,
        ...Object.fromEntries(levels.map(({ value, anchor }) => [`level ${value}`, anchor])),
        'why it is in the rubric': analysis?.reason ?? '',
        'why this share': analysis?.weightReason ?? '',
      },
    }
  })
}

/** Lists the shares of the criteria by name, in the order of these keys. */
function listShares({ criteria }: Content, keys: readonly string[]): string {
  const shares = toShares(criteria.map(({ weight }) => weight))
  const lines = new Map(criteria.map(({ key, name }, index) => [key, `${name}: ${shares[index] ?? ''} %`]))
  return keys.flatMap((key) => lines.get(key) ?? []).join('\n')
}

function compareShares(before: Content, after: Content): Change[] {
  const keys = [...new Set([...after.criteria, ...before.criteria].map(({ key }) => key))]
  const renamed = { ...before, criteria: before.criteria.map(({ key, name, ...rest }) => ({ ...rest, key, name: after.criteria.find((each) => each.key === key)?.name ?? name })) }
  return compareValues('Rubric', 'Shares of the score', { '': listShares(renamed, keys) }, { '': listShares(after, keys) })
}

function listFacts({ facts }: Content): Item[] {
  return facts.map(({ question, answer }) => ({ id: question, label: question || 'A question of candidates', values: { answer } }))
}

function compareValues(part: Change['part'], label: string, before: Record<string, string>, after: Record<string, string>): Change[] {
  return Object.keys(after).flatMap((name): Change[] => {
    const [was, is] = [before[name] ?? '', after[name] ?? '']
    return was === is ? [] : [{ part, label: [label, name].filter(Boolean).join(', '), kind: 'changed', before: was, after: is }]
  })
}

/** Characters by which an item is known in a list of all. */
const MAX_NAME = 64

function compareItems(part: Change['part'], noun: string, before: readonly Item[], after: readonly Item[]): Change[] {
  const old = new Map(before.map((item) => [item.id, item]))
  const present = new Set(after.map(({ id }) => id))
  const summarize = ({ values }: Item) => Object.values(values).filter(Boolean).join('\n')
  const orderOf = (items: readonly Item[], others: ReadonlySet<string>) => items.filter(({ id }) => others.has(id)).map(({ id }) => id)
  const [orderBefore, orderAfter] = [orderOf(before, present), orderOf(after, new Set(old.keys()))]
  const nameIn = (items: readonly Item[]) => (id: string) => {
    const item = items.find((each) => each.id === id)
    const text = item?.values[''] ?? item?.label ?? id
    return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text
  }
  return [
    ...before.filter(({ id }) => !present.has(id)).map((item): Change => ({ part, label: item.label, kind: 'removed', before: summarize(item), after: '' })),
    ...after.flatMap((item): Change[] => {
      const previous = old.get(item.id)
      if (!previous) return [{ part, label: item.label, kind: 'added', before: '', after: summarize(item) }]
      return compareValues(part, item.label, previous.values, item.values)
    }),
    ...(orderBefore.join('\n') === orderAfter.join('\n')
      ? []
      : [{ part, label: `Order of the ${noun}`, kind: 'changed', before: orderBefore.map(nameIn(after)).join('\n'), after: orderAfter.map(nameIn(after)).join('\n') } as const]),
  ]
}

/** Returns what one version changes in another, in the order of the editor. */
export function compareContents(before: Content, after: Content): Change[] {
  const fields = new Map(listFields(before).map(({ part, values }) => [part, values]))
  const changes = [
    ...listFields(after).flatMap(({ part, values }) => compareValues(part, '', fields.get(part) ?? {}, values)),
    ...compareItems('Questions', 'questions', listQuestions(before), listQuestions(after)),
    ...compareShares(before, after),
    ...compareItems('Rubric', 'criteria', listCriteria(before), listCriteria(after)),
    ...compareItems('For candidates', 'answers', listFacts(before), listFacts(after)),
  ]
  const parts: Change['part'][] = ['Settings', 'Questions', 'Rubric', 'For candidates', 'Job analysis']
  return changes.toSorted((a, b) => parts.indexOf(a.part) - parts.indexOf(b.part))
}
