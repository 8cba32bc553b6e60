import { describe, expect, it } from 'vitest'
import { compareContents, compareTexts } from './diff'
import { makeContent } from './testContent'

const mark = (before: string, after: string) =>
  compareTexts(before, after)
    .map(({ kind, text }) => ({ same: text, added: `{+${text}+}`, removed: `[-${text}-]` })[kind])
    .join('')

describe('P1: compareTexts', () => {
  it.each([
    ['a b c', 'a b c', 'a b c'],
    ['a b c', 'a x c', 'a [-b-]{+x+} c'],
    ['', 'new', '{+new+}'],
    ['old', '', '[-old-]'],
    ['What is soil?', 'What is good soil?', 'What is {+good +}soil?'],
    ['a b', 'a b c', 'a b{+ c+}'],
    ['one two three four five six', 'one 2 3 four five six', 'one [-two three-]{+2 3+} four five six'],
    ['To start, tell me of an analysis', 'Say what you took into production', '[-To start, tell me of an analysis-]{+Say what you took into production+}'],
  ])('%s to %s', (before, after, marked) => {
    expect(mark(before, after)).toBe(marked)
  })
})

describe('P1: compareContents', () => {
  const before = makeContent()
  const [soil, frost] = before.questions
  const [plants, care] = before.criteria
  if (!soil || !frost || !plants || !care) throw new Error('the sample has two of each')
  const describeChanges = (values: Parameters<typeof makeContent>[0]) => compareContents(before, makeContent(values)).map(({ part, label, kind }) => `${part}: ${label} ${kind}`)

  it('of equal contents is empty', () => {
    expect(compareContents(before, makeContent())).toEqual([])
  })

  it.each([
    ['settings', { limitMinutes: 45, archived: true }, ['Settings: Minutes at most changed', 'Settings: Archived changed']],
    ['a question', { questions: [{ ...soil, text: 'Good soil?', listenFor: ['worms'] }, frost] }, ['Questions: Question 1 changed', 'Questions: Question 1, listen for changed']],
    ['the order', { questions: [frost, soil] }, ['Questions: Order of the questions changed']],
    ['a removed question', { questions: [frost] }, ['Questions: Question 1 removed']],
    ['an added question', { questions: [soil, { ...soil, key: 'more' }, frost] }, ['Questions: Question 2 added']],
    ['a weight', { criteria: [plants, { ...care, weight: 2 }] }, ['Rubric: Shares of the score changed']],
    ['weights in the same proportions', { criteria: [{ ...plants, weight: 4 }, { ...care, weight: 2 }] }, []],
    ['an anchor', { criteria: [plants, { ...care, levels: care.levels.with(1, { value: 2, anchor: 'x' }) }] }, ['Rubric: Care, level 2 changed']],
    ['an answer', { facts: [{ question: 'Is it outdoors?', answer: 'No.' }] }, ['For candidates: Is it outdoors?, answer changed']],
    ['the job analysis', { jobAnalysis: null }, ['Rubric: Care, why it is in the rubric changed', 'Rubric: Care, why this share changed', 'Job analysis: Tasks of the job changed', 'Job analysis: How they were found changed']],
  ])('finds %s', (_, values, changes) => {
    expect(describeChanges(values)).toEqual(changes)
  })
})
