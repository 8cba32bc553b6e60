import { describe, expect, it } from 'vitest'
import type { InterviewStatus } from '../gql/graphql'
import { type Closing, closingOf } from './Closed'
import type { Invitation } from './JoinPage'

const NOW = Date.parse('2026-11-25T10:00:00Z')

function invitation(status: InterviewStatus, times: Partial<Invitation> = {}): Invitation {
  return { status, scheduledFor: null, expiresAt: '2026-11-26T10:00:00Z', ...times } as Invitation
}

describe('an invitation', () => {
  it.each<[string, Invitation, Closing | null]>([
    ['can be used at any time when none is set', invitation('SCHEDULED'), null],
    ['can be used a quarter of an hour before its time', invitation('SCHEDULED', { scheduledFor: '2026-11-25T10:15:00Z' }), null],
    ['cannot be used earlier', invitation('SCHEDULED', { scheduledFor: '2026-11-25T10:15:01Z' }), 'early'],
    ['ends', invitation('WAITING', { expiresAt: '2026-11-25T10:00:00Z' }), 'expired'],
    ['does not end for who is in the middle of it', invitation('IN_PROGRESS', { expiresAt: '2026-11-25T10:00:00Z' }), null],
    ['is of no use when nobody came', invitation('EXPIRED'), 'expired'],
    ['is of no use once it was cancelled', invitation('CANCELLED'), 'cancelled'],
    ['is of no use after the end', invitation('COMPLETED'), 'over'],
    ['is of no use after a state that is newer than this page', invitation('ARCHIVED' as InterviewStatus), 'over'],
  ])('%s', (_, given, closing) => {
    expect(closingOf(given, NOW)).toBe(closing)
  })
})
