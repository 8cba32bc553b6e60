import { expect, test } from 'vitest'
import type { ReviewedEvaluation } from './documents'
import { countQuestions, describeState, formatShare, groupQuestions, listFlags, splitSentence } from './evaluationText'

test('R3: a quote is shown inside its sentence, by code points', () => {
  const evidence = { quote: 'write the front end', sentence: '🎻 I did not write the front end.', start: 22, sentenceStart: 10 }
  expect(splitSentence(evidence)).toEqual(['🎻 I did not ', 'write the front end', '.'])
})

test('R3: an evaluation without sentences shows the quote alone', () => {
  expect(splitSentence({ quote: 'a quote', sentence: '', start: 3, sentenceStart: 0 })).toEqual(['', 'a quote', ''])
})

test('R3: the share of a weight is a percentage of all weights', () => {
  expect([3, 1].map((weight) => formatShare(weight, [{ weight: 3 }, { weight: 1 }]))).toEqual(['75 %', '25 %'])
})

test('R3: a question that serves two criteria counts once', () => {
  const criteria = [
    { questions: [{ questionKey: 'a', asked: true, answered: true }] },
    {
      questions: [
        { questionKey: 'a', asked: true, answered: true },
        { questionKey: 'b', asked: true, answered: false },
        { questionKey: 'c', asked: false, answered: false },
      ],
    },
  ] as unknown as ReviewedEvaluation['criteria']
  expect(countQuestions(criteria)).toEqual({ answered: 1, asked: 1, all: 3 })
})

test('R3: flags name their criterion, and the evaluation does not repeat them', () => {
  const evaluation = { flags: ['LEVELS_DIFFER', 'PROSE_REMOVED'], criteria: [{ name: 'Depth', flags: ['LEVELS_DIFFER'] }] }
  expect(listFlags(evaluation as unknown as ReviewedEvaluation)).toEqual([
    'Depth: The passes of the AI differ by two levels or more.',
    'Sentences of the AI were removed by a check.',
  ])
})

test('R3: an interview that ended says how, and one that broke off does not read as completed', () => {
  expect(describeState({ status: 'IN_PROGRESS', endReason: null, isPartial: false })).toBe('Live')
  expect(describeState({ status: 'COMPLETED', endReason: 'WRAPPED_UP', isPartial: false })).toBe('Completed')
  expect(describeState({ status: 'COMPLETED', endReason: 'WRAPPED_UP', isPartial: true })).toBe('Broken off')
  expect(describeState({ status: 'COMPLETED', endReason: 'CANDIDATE_ENDED', isPartial: true })).toBe('Ended by the candidate')
  expect(describeState({ status: 'FAILED', endReason: 'FAILED', isPartial: true })).toBe('Failed')
})

const question = (questionKey: string, asked: boolean, answered: boolean) => ({ questionKey, asked, answered })

test('R3: the numbers of the questions that serve the rubric are grouped by how far the interview came', () => {
  const criteria = [{ questions: [question('a', true, true), question('c', true, false)] }, { questions: [question('c', true, false), question('d', false, false)] }]
  expect(groupQuestions(criteria, ['a', 'b', 'c', 'd'])).toEqual({ answered: [1], asked: [3], open: [4] })
})
