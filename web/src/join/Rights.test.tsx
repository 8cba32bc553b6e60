import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../api/problem'
import type { Invitation } from './documents'
import { Rights } from './Rights'
import { requestAccommodation, requestAlternative } from './session'
import { loadTexts, Localized } from './texts'

beforeAll(() => loadTexts('de'))

vi.mock('./session', () => ({ requestAccommodation: vi.fn(), requestAlternative: vi.fn(), withdrawConsent: vi.fn() }))

const INVITATION = {
  organization: 'Analytical Engines',
  limitMinutes: 30,
  mayRequest: ['EXTRA_TIME', 'CAPTIONS', 'TYPING', 'HUMAN', 'OTHER'],
  requests: [],
  accommodations: { timeFactor: 1, captions: false, typing: false },
  consent: null,
} as unknown as Invitation

const onChange = vi.fn(() => Promise.resolve())

function renderRights(given: Partial<Invitation> = {}, isVoice = true, language = 'en') {
  return render(
    <Localized language={language}>
      <Rights invitation={{ ...INVITATION, ...given }} invite="invite" isVoice={isVoice} onChange={onChange} />
    </Localized>,
  )
}

function choose(name: string) {
  fireEvent.click(screen.getByRole('checkbox', { name, hidden: true }))
}

function click(name: string) {
  fireEvent.click(screen.getByRole('button', { name, hidden: true }))
}

describe('C9: Rights', () => {
  beforeEach(() => {
    vi.mocked(requestAccommodation).mockReset()
    vi.mocked(requestAlternative).mockReset().mockResolvedValue()
    onChange.mockClear()
  })
  afterEach(cleanup)

  it('requests what is chosen, and repeats a failed request with the same key', async () => {
    vi.mocked(requestAccommodation).mockRejectedValueOnce(new Problem('UNAVAILABLE', 'Try again in a moment.'))
    renderRights()
    choose('More time')
    choose('Something else')
    click('Send the request')
    expect(screen.getByText('Please describe what you need.')).toBeTruthy()
    fireEvent.change(screen.getByRole('textbox', { name: 'What do you need?', hidden: true }), { target: { value: ' A quiet hour ' } })
    click('Send the request')
    await waitFor(() => expect(screen.getByText('Try again in a moment.')).toBeTruthy())
    click('Send the request')
    await waitFor(() => expect(onChange).toHaveBeenCalledOnce())
    const [first, second] = vi.mocked(requestAccommodation).mock.calls.map(([input]) => input)
    expect(first).toMatchObject({ invite: 'invite', kinds: ['EXTRA_TIME', 'OTHER'], details: 'A quiet hour' })
    expect(second).toEqual(first)
  })

  it('shows what was granted, what is open and what people answered, in the language of the interview', () => {
    const requests = [
      { id: '1', kinds: ['EXTRA_TIME', 'OTHER'], details: 'Eine Pause', status: 'OPEN', note: null },
      { id: '2', kinds: ['OTHER'], details: 'Ein Dolmetscher', status: 'DECLINED', note: 'Leider nicht.' },
    ] as Invitation['requests']
    const accommodations = { timeFactor: 1.5, captions: true, typing: false }
    renderRights({ requests, accommodations, limitMinutes: 45 }, true, 'de-AT')
    const status = screen.getByRole('status')
    expect(document.documentElement.lang).toBe('de')
    expect([...status.querySelectorAll('li')].map(({ textContent }) => textContent)).toEqual([
      '✓Mehr Zeit: gewährt. Sie haben insgesamt 45 Minuten.',
      '✓Untertitel: gewährt. Sie können alles mitlesen, was die KI sagt.',
      '…Eine Pause: an Analytical Engines gesendet.',
      '–Ein Dolmetscher: von Analytical Engines abgelehnt.Leider nicht.',
    ])
    const offered = screen.getAllByRole<HTMLInputElement>('checkbox', { hidden: true }).map(({ labels }) => labels?.[0]?.querySelector('b')?.textContent)
    expect(offered).toEqual(['Tippen statt sprechen', 'Etwas anderes'])
  })

  it('asks for a person only after a confirmation', async () => {
    renderRights()
    click('Ask for a person instead')
    click('Keep the interview')
    expect(requestAlternative).not.toHaveBeenCalled()
    click('Ask for a person instead')
    click('Yes, ask for a person')
    await waitFor(() => expect(requestAlternative).toHaveBeenCalledWith('invite'))
  })

  it('offers neither captions nor typing in a typed interview, and nothing in one that is over', () => {
    renderRights({}, false)
    expect(screen.getAllByRole('checkbox', { hidden: true })).toHaveLength(2)
    cleanup()
    const { container } = renderRights({ mayRequest: [] })
    expect(container.textContent).toBe('')
  })
})
