import { expect, test } from 'vitest'
import { findQuestionStarts, formatOffset, splitText } from './turnText'

const describeSegments = (...input: Parameters<typeof splitText>) =>
  splitText(...input).map(({ text, isQuoted, isUnsure }) => `${isQuoted ? 'quote ' : ''}${isUnsure ? 'unsure ' : ''}${text}`)

test('R2: splitText marks quotes by code points, not by UTF-16 units', () => {
  expect(describeSegments('🎻 I play 🙃 well', [{ start: 2, end: 10 }], [])).toEqual(['🎻 ', 'quote I play 🙃', ' well'])
})

test('R2: splitText joins overlapping quotes and splits an uncertain word that a quote cuts', () => {
  const quotes = [
    { start: 0, end: 4 },
    { start: 2, end: 6 },
  ]
  expect(describeSegments('abcdefgh', quotes, [{ start: 5, end: 7 }])).toEqual(['quote abcde', 'quote unsure f', 'unsure g', 'h'])
})

test('R2: splitText accepts empty texts, no ranges, and ranges that go beyond the end', () => {
  expect(describeSegments('abc', [], [])).toEqual(['abc'])
  expect(describeSegments('abc', [{ start: 1, end: 9 }], [])).toEqual(['a', 'quote bc'])
  expect(describeSegments('', [], [])).toEqual([''])
})

test('R2: formatOffset writes minutes and two digits of seconds', () => {
  expect([0, 8.9, 61, 3_605].map(formatOffset)).toEqual(['0:00', '0:08', '1:01', '60:05'])
})

test('R2: findQuestionStarts returns the first turn of each question', () => {
  const turns = [{ questionKey: null }, { questionKey: 'a' }, { questionKey: 'a' }, { questionKey: 'b' }, { questionKey: 'a' }]
  expect(findQuestionStarts(turns).map(({ turn, key }) => [turns.indexOf(turn), key])).toEqual([
    [1, 'a'],
    [3, 'b'],
  ])
})
