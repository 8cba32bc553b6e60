import { expect, test } from 'vitest'
import { findTurns } from './TranscriptSearch'

test('R2: findTurns finds words in any case, and nothing for an empty search', () => {
  const turns = ['I wrote COBOL.', 'And Fortran.'].map((text, index) => ({ seq: index + 1, text }))
  expect(findTurns(turns, ' cobol ')).toEqual([1])
  expect(findTurns(turns, '  ')).toEqual([])
})
