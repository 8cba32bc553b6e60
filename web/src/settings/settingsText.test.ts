import { describe, expect, it } from 'vitest'
import type { Action } from '../gql/graphql'
import { describeExpiry, endOfDay, listGrantable, nameAction } from './settingsText'

const NOW = new Date(2026, 10, 29, 12)
const after = (hours: number) => new Date(NOW.getTime() + hours * 3_600_000).toISOString()

describe('K1: describeExpiry', () => {
  it.each([
    [{ expiresAt: null }, 'Never', false],
    [{ expiresAt: after(0.5) }, 'Ends within the hour', true],
    [{ expiresAt: after(23.5) }, 'Ends in 23 h', true],
    [{ expiresAt: after(30) }, '30 Nov, in 1 day', true],
    [{ expiresAt: after(6.1 * 24) }, '5 Dec, in 6 days', true],
    [{ expiresAt: after(94 * 24) }, '3 Mar 2027', false],
    [{ expiresAt: after(-24), isActive: false }, 'Expired 28 Nov', false],
    [{ expiresAt: after(24), revokedAt: after(-48), isActive: false }, 'Revoked 27 Nov', false],
  ])('%j is %s', (key, text, isSoon) => {
    expect(describeExpiry({ revokedAt: null, isActive: true, ...key }, NOW)).toEqual({ text, isSoon })
  })
})

describe('K1: endOfDay', () => {
  it('stays the same in a repeated attempt', () => {
    expect(endOfDay(30, NOW)).toBe(endOfDay(30, new Date(NOW.getTime() + 60_000)))
    expect(new Date(endOfDay(30, NOW)).toDateString()).toBe(new Date(2026, 11, 29).toDateString())
  })
})

describe('K1: listGrantable', () => {
  const own: Action[] = ['READ_INTERVIEW', 'REVIEW_EVALUATION', 'MANAGE_KEYS', 'SCHEDULE_INTERVIEW']
  it.each([
    ['ADMIN', own],
    ['RECRUITER', ['READ_INTERVIEW', 'REVIEW_EVALUATION', 'SCHEDULE_INTERVIEW']],
    ['INTEGRATION', ['READ_INTERVIEW', 'SCHEDULE_INTERVIEW']],
    ['VIEWER', ['READ_INTERVIEW']],
  ] as const)('gives %s only what the role and the caller may do', (role, actions) => {
    expect(listGrantable(role, own)).toEqual(actions)
  })

  it('survives actions of a server that is newer than the page', () => {
    const unknown = 'TRAIN_MODEL' as Action
    expect(nameAction(unknown)).toBe('Train model')
    expect(listGrantable('ADMIN', [unknown, 'READ_INTERVIEW'])).toEqual(['READ_INTERVIEW'])
  })
})
