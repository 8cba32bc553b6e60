import { expect, test } from 'vitest'
import { type Draft, findMissingPart } from './draft'

const DRAFT: Draft = { levels: {}, decision: 'HOLD', reason: 'Ask again.', key: '1' }
const check = (part: Partial<Draft>) => findMissingPart({ ...DRAFT, ...part }, (key) => key.toUpperCase())

test('R3: a review needs a decision, its reason, and a reason for each changed level', () => {
  expect(check({ decision: null })).toBe('Choose a decision.')
  expect(check({ reason: '  ' })).toBe('Give a reason for the decision.')
  expect(check({ levels: { depth: { level: 3, reason: '' } } })).toBe('Say why you changed the level of DEPTH.')
  expect(check({ levels: { depth: { level: null, reason: 'Not intelligible.' } } })).toBeNull()
  expect(check({})).toBeNull()
})
