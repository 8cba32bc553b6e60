import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { InterviewStatus } from '../gql/graphql'
import { type ClosedReason, ClosedPage, findClosedReason } from './ClosedPage'
import type { Invitation } from './documents'
import { Localized } from './texts'

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

function renderPage(canReopenUntil: string | null) {
  const onReturn = vi.fn()
  const closed = invitation('COMPLETED', { canReopenUntil, consent: null })
  render(
    <Localized language="de">
      <ClosedPage invitation={closed} reason="over" invite="invite" onChange={vi.fn()} onReturn={onReturn} />
    </Localized>,
  )
  return onReturn
}

describe('ClosedPage', () => {
  afterEach(cleanup)

  it('offers the way back for as long as the interview can be reopened', () => {
    const deadline = new Date(Date.now() + 60_000)
    const onReturn = renderPage(deadline.toISOString())
    const time = deadline.toLocaleTimeString('de', { timeStyle: 'short' })
    expect(screen.getByText((text) => text.startsWith('Sie können bis ') && text.includes(time))).toBeDefined()
    fireEvent.click(screen.getByRole('button', { name: 'Interview fortsetzen' }))
    expect(onReturn).toHaveBeenCalledOnce()
  })

  it.each([null, '2026-11-25T10:00:00Z'])('offers no way back until %s', (deadline) => {
    renderPage(deadline)
    expect(screen.queryByRole('button')).toBeNull()
  })
})
