import { expect, it } from 'vitest'
import { describeVersions } from './FilterBar'
import { describeStatus, formatMoment } from './interviewText'
import { makeInterview } from './testInterviews'

function scored(version: number, overallScore: number | null = 50) {
  return makeInterview({
    position: { key: 'se', version, title: 'Engineer' },
    evaluation: { isBlind: false, status: 'COMPLETED', overallScore, recommendation: null, flags: [] },
  })
}

it.each([
  [{ status: 'WAITING', candidatePresent: false }, 'Waiting, not there'],
  [{ status: 'WAITING', candidatePresent: true }, 'Waiting, in the room'],
  [{ status: 'IN_PROGRESS' }, 'Live, 3 of 7'],
  [{ status: 'IN_PROGRESS', candidatePresent: false }, 'Live, 3 of 7, away'],
  [{ status: 'COMPLETED', isPartial: true }, 'Broken off, 3 of 7'],
  [{ status: 'CANCELLED', erasedAt: '2026-11-28T10:00:00Z' }, 'Erased'],
] as const)('describes %j as %s', (values, text) => {
  expect(describeStatus(makeInterview(values))).toBe(text)
})

it.each([
  [new Date(2026, 10, 30, 9, 5), /^Today 09:05/],
  [new Date(2026, 10, 29, 23, 59), /^Yesterday/],
  [new Date(2026, 11, 1, 0, 0), /^Tomorrow/],
  [new Date(2026, 10, 27, 16, 45), /^27 Nov 0?4:45|^27 Nov 16:45/],
  [new Date(2025, 10, 27, 16, 45), /^27 Nov 2025$/],
])('L1: formats %s relative to today', (moment, text) => {
  expect(formatMoment(moment.toISOString(), new Date(2026, 10, 30, 14, 0))).toMatch(text)
})

it('L1: says which rubric versions differ in a list, among interviews that have a score', () => {
  expect(describeVersions([scored(4), scored(4), scored(3, null)])).toBeNull()
  expect(describeVersions([scored(4), scored(3)])).toBe('Rubric versions differ in this list: Engineer 3, 4')
})
