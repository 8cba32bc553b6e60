import { describe, expect, it } from 'vitest'
import type { InterviewStatus } from '../gql/graphql'
import { type ClosedReason, findClosedReason } from './ClosedPage'
import type { Invitation } from './documents'

const NOW = Date.parse('2026-11-25T10:00:00Z')

function invitation(status: InterviewStatus, times: Partial<Invitation> = {}): Invitation {
  return { status, opensAt: null, expiresAt: '2026-11-26T10:00:00Z', ...times } as Invitation
}

describe('findClosedReason', () => {
  it.each<[string, Invitation, ClosedReason | null]>([
    ['allows an unscheduled interview at any time', invitation('SCHEDULED'), null],
    ['allows joining from the opening time', invitation('SCHEDULED', { opensAt: '2026-11-25T10:00:00Z' }), null],
    ['refuses earlier', invitation('SCHEDULED', { opensAt: '2026-11-25T10:00:01Z' }), 'early'],
    ['refuses an expired invitation', invitation('SCHEDULED', { expiresAt: '2026-11-25T10:00:00Z' }), 'expired'],
    ['ignores the expiry of an interview that was joined', invitation('WAITING', { expiresAt: '2026-11-25T10:00:00Z' }), null],
    ['ignores the expiry of an interview in progress', invitation('IN_PROGRESS', { expiresAt: '2026-11-25T10:00:00Z' }), null],
    ['refuses an interview that expired', invitation('EXPIRED'), 'expired'],
    ['refuses a cancelled interview', invitation('CANCELLED'), 'cancelled'],
    ['refuses an interview that the candidate opted out of', invitation('OPTED_OUT'), 'optedOut'],
    ['refuses a completed interview', invitation('COMPLETED'), 'over'],
    ['refuses an unknown status', invitation('ARCHIVED' as InterviewStatus), 'over'],
  ])('%s', (_, given, reason) => {
    expect(findClosedReason(given, NOW)).toBe(reason)
  })
})
