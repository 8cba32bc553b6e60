import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { InterviewStatus } from '../gql/graphql'
import { type ClosedReason, ClosedPage, findClosedReason } from './ClosedPage'
import type { Invitation } from './documents'
import { loadTexts, Localized } from './texts'

beforeAll(() => loadTexts('de'))

function invitation(status: InterviewStatus, state: Invitation['state'], part: Partial<Invitation> = {}): Invitation {
  return { status, state, candidateName: 'Ada', organization: 'Analytical Engines', contact: null, endReason: null, ...part } as Invitation
}

describe('C8: findClosedReason', () => {
  it.each<[InterviewStatus, Invitation['state'], ClosedReason | null]>([
    ['SCHEDULED', 'OPEN', null],
    ['SCHEDULED', 'EARLY', 'early'],
    ['SCHEDULED', 'EXPIRED', 'expired'],
    ['WAITING', 'OPEN', null],
    ['CANCELLED', 'CANCELLED', 'cancelled'],
    ['IN_PROGRESS', 'CLOSED', 'closed'],
    ['OPTED_OUT', 'OVER', 'optedOut'],
    ['COMPLETED', 'OVER', 'over'],
    ['FAILED', 'FAILED', 'failed'],
    ['ARCHIVED' as InterviewStatus, 'ARCHIVED' as Invitation['state'], 'over'],
  ])('says for %s and %s what the server says: %s', (status, state, reason) => {
    expect(findClosedReason(invitation(status, state))).toBe(reason)
  })
})

function renderPage(canReopenUntil: string | null) {
  const onReturn = vi.fn()
  const closed = invitation('COMPLETED', 'OVER', { canReopenUntil, consent: null })
  render(
    <Localized language="de">
      <ClosedPage invitation={closed} reason="over" invite="invite" onChange={vi.fn()} onReturn={onReturn} />
    </Localized>,
  )
  return onReturn
}

describe('C8: ClosedPage', () => {
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

  it('offers the appointment of an early candidate for the calendar, if it has a time', async () => {
    const saved: Blob[] = []
    vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => {
      saved.push(file as Blob)
      return 'blob:calendar'
    })
    const early = invitation('SCHEDULED', 'EARLY', { opensAt: '2026-12-01T09:45:00Z', scheduledFor: '2026-12-01T10:00:00Z', calendarFile: 'BEGIN:VCALENDAR' })
    render(
      <Localized language="de">
        <ClosedPage invitation={early} reason="early" invite="invite" onChange={vi.fn()} onReturn={vi.fn()} />
      </Localized>,
    )
    fireEvent.click(screen.getByRole('button', { name: 'In meinen Kalender eintragen' }))
    expect(await saved[0]?.text()).toBe('BEGIN:VCALENDAR')
  })

  it.each(['over', 'closed', 'failed'] as const)('lets a candidate withdraw the consent when the interview is %s', (reason) => {
    const closed = invitation('COMPLETED', 'OVER', { consent: { recording: false, withdrawnAt: null } })
    render(<ClosedPage invitation={closed} reason={reason} invite="invite" onChange={vi.fn()} onReturn={vi.fn()} />)
    expect(screen.getByRole('heading', { name: 'Your data' })).toBeDefined()
  })

  it('promises nothing after a try-out, which nobody reads', () => {
    render(<ClosedPage invitation={invitation('COMPLETED', 'OVER', { isTryOut: true })} reason="over" invite="invite" onChange={vi.fn()} onReturn={vi.fn()} />)
    expect(screen.getByText('Try-out: nobody is evaluated; deleted within a day')).toBeDefined()
    expect(screen.queryByText('What happens next')).toBeNull()
  })

  it('names the person to write to', () => {
    render(
      <ClosedPage
        invitation={invitation('EXPIRED', 'EXPIRED', { contact: { name: 'Hanna Berg', email: 'hanna@example.com' } })}
        reason="expired"
        invite="invite"
        onChange={vi.fn()}
        onReturn={vi.fn()}
      />,
    )
    expect(screen.getByRole('link', { name: 'hanna@example.com' }).getAttribute('href')).toBe('mailto:hanna@example.com')
  })
})
