import { describe, expect, it } from 'vitest'
import { describeAttempt, describeDelivery, describeEndpoint, describeEvents, EVENT_TYPES } from './webhookText'

const NOW = new Date(2026, 10, 29, 12)
const later = new Date(2026, 10, 29, 13, 30).toISOString()
const attempt = (responseStatus: number | null, failure: 'STATUS' | 'TIMEOUT' | null) => ({ attemptedAt: later, latencyMs: 85, responseStatus, failure })

describe('describeEndpoint', () => {
  it.each([
    [{ pauseReason: null, failingSince: null }, 'Active', false],
    [{ pauseReason: null, failingSince: new Date(2026, 10, 28, 9, 5).toISOString() }, /^Failing since Yesterday/, true],
    [{ pauseReason: 'REQUESTED', failingSince: null }, 'Paused', false],
    [{ pauseReason: 'GONE', failingSince: null }, 'Paused: the receiver answered 410', true],
  ] as const)('%j', (endpoint, text, isBad) => {
    const described = describeEndpoint(endpoint, NOW)
    expect(described.text).toMatch(text)
    expect(described.isBad).toBe(isBad)
  })
})

describe('describeEvents', () => {
  it('counts some, and names one or all', () => {
    expect(describeEvents(EVENT_TYPES)).toBe('All')
    expect(describeEvents(['INTERVIEW_COMPLETED'])).toBe('Interview completed')
    expect(describeEvents(['INTERVIEW_COMPLETED', 'EVALUATION_COMPLETED'])).toBe(`2 of ${EVENT_TYPES.length}`)
  })
})

describe('describeDelivery', () => {
  it.each([
    [{ status: 'DELIVERED', attempts: 2, nextAttemptAt: null }, 'Delivered', false],
    [{ status: 'FAILED', attempts: 80, nextAttemptAt: null }, 'Failed', true],
    [{ status: 'PENDING', attempts: 0, nextAttemptAt: later }, 'Waiting', false],
    [{ status: 'PENDING', attempts: 3, nextAttemptAt: later }, /^Next attempt Today/, true],
  ] as const)('%j', (delivery, text, isBad) => {
    const described = describeDelivery(delivery, NOW)
    expect(described.text).toMatch(text)
    expect(described.isBad).toBe(isBad)
  })
})

describe('describeAttempt', () => {
  it.each([
    [[], 'None yet'],
    [[attempt(500, 'STATUS'), attempt(204, null)], '204 in 85 ms'],
    [[attempt(500, 'STATUS')], '500, not accepted'],
    [[attempt(null, 'TIMEOUT')], 'No answer in time'],
  ])('%j is %s', (newestAttempts, text) => {
    expect(describeAttempt({ newestAttempts })).toBe(text)
  })
})
