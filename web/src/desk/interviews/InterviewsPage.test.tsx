import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { cleanUpDesk, click, NO_INTERVIEWS, openDesk, press, type } from '../../testing/desk'
import { ApiFailure } from '../../testing/fakeApi'
import type { ListedInterview } from './documents'
import { makeInterview } from './testInterviews'

const evaluation = (values: object = {}) => ({ isBlind: false, status: 'COMPLETED', overallScore: 71.6, recommendation: 'HIRE', flags: [], ...values }) as NonNullable<ListedInterview['evaluation']>

const ROWS = [
  makeInterview({ id: 'a', candidate: { name: 'Maya Lindqvist' }, evaluation: evaluation({ flags: ['LOW_COVERAGE'] }), decision: 'HOLD' }),
  makeInterview({ id: 'b', candidate: { name: 'עמית בן־שושן' }, status: 'IN_PROGRESS', candidatePresent: false }),
  makeInterview({ id: 'c', candidate: { name: 'Zuzana Dvořáková' }, status: 'SCHEDULED' }),
  makeInterview({ id: 'd', candidate: null, erasedAt: '2026-11-28T11:00:00Z', status: 'CANCELLED' }),
]

const page = (nodes: readonly ListedInterview[], hasNextPage = false) => ({
  interviews: { nodes, pageInfo: { hasNextPage, endCursor: 'e1' }, totalCount: nodes.length },
})
const list = (nodes: readonly ListedInterview[]) => ({ Interviews: () => page(nodes) })
const rowNames = () => screen.getAllByRole('row').slice(1).map((row) => within(row).getByRole('link').textContent)
const rowOf = (name: string) => screen.getByRole('link', { name }).closest<HTMLElement>('[role=row]') ?? document.body
const cursorName = () => document.querySelector('[data-cursor] a')?.textContent

cleanUpDesk()

describe('L1: the list of interviews', () => {
  it('shows who, for what, how far, the score with its band, and what was decided', async () => {
    openDesk('/interviews', list(ROWS))
    await screen.findByText('Maya Lindqvist')
    expect(rowNames()).toEqual(['Maya Lindqvist', 'עמית בן־שושן', 'Zuzana Dvořáková', 'Erased candidate'])
    expect(rowOf('Maya Lindqvist').textContent).toMatch(/EngineerCompleted.*72Hire.*1 flag.*On hold/)
    expect(rowOf('עמית בן־שושן').textContent).toContain('Live, 3 of 7, away')
    expect(within(rowOf('Zuzana Dvořáková')).getByRole('button', { name: 'Copy link' })).toBeTruthy()
    expect(within(rowOf('Maya Lindqvist')).queryByRole('button', { name: 'Copy link' })).toBeNull()
  })

  it('says why there is no score', async () => {
    const states: [object, string][] = [
      [{ isBlind: true }, 'Hidden until you rate'],
      [{ status: 'FAILED' }, 'Evaluation failed'],
      [{ status: 'PENDING' }, 'Evaluating'],
      [{ overallScore: null }, 'Inconclusive'],
    ]
    openDesk('/interviews', list(states.map(([values], index) => makeInterview({ id: String(index), candidate: { name: `Candidate ${index}` }, evaluation: evaluation(values) }))))
    await screen.findByText('Candidate 0')
    for (const [index, [, text]] of states.entries()) expect(rowOf(`Candidate ${index}`).textContent).toContain(text)
  })

  it('moves, selects, opens and copies by keyboard', async () => {
    const api = openDesk('/interviews', { ...list(ROWS), Invite: () => ({ interview: { invite: null } }) })
    await screen.findByText('Maya Lindqvist')
    press('j')
    press('ArrowDown')
    expect(cursorName()).toBe('Zuzana Dvořáková')
    press('k')
    press('x')
    press('End')
    press('X', { shiftKey: true })
    expect(screen.getByText('3 selected')).toBeTruthy()
    press('Escape')
    expect(screen.queryByText('3 selected')).toBeNull()
    press('Home')
    press('c')
    await screen.findByText('The link opens nothing any more. Renew it to get another one.')
    expect(api.callsOf('Invite')).toEqual([{ id: 'a' }])
    press('/')
    expect(document.activeElement).toBe(screen.getByRole('searchbox'))
    ;(document.activeElement as HTMLElement).blur()
    press('Enter')
    await waitFor(() => expect(window.location.pathname).toBe('/interviews/a'))
  })

  it('has its tab, search, filters and order in the address', async () => {
    const api = openDesk('/interviews', list(ROWS))
    await screen.findByText('Maya Lindqvist')
    fireEvent.change(screen.getByRole('searchbox'), { target: { value: ' REQ-7 ' } })
    fireEvent.keyDown(screen.getByRole('searchbox'), { key: 'Enter' })
    await waitFor(() => expect(window.location.search).toBe('?q=REQ-7'))
    click('Filter')
    for (const [label, value] of [
      ['Position', 'engineer'],
      ['How', 'TEXT'],
      ['Decision', 'HOLD'],
      ['Created', '30'],
    ] as const) {
      fireEvent.change(within(screen.getByRole('group', { name: 'Filters' })).getByLabelText(label), { target: { value } })
    }
    await waitFor(() => expect(window.location.search).toBe('?q=REQ-7&position=engineer&channel=TEXT&decision=HOLD&days=30'))
    await waitFor(() =>
      expect(api.callsOf('Interviews').at(-1)).toMatchObject({ filter: { positionKeys: ['engineer'], channels: ['TEXT'], decisions: ['HOLD'], externalIds: ['REQ-7'] } }),
    )
    fireEvent.keyDown(screen.getByLabelText('Created'), { key: 'Escape' })
    expect(screen.queryByRole('group', { name: 'Filters' })).toBeNull()
    click('Remove the filter Typed')
    click('Remove the filter Last 30 days')
    await waitFor(() => expect(window.location.search).toBe('?q=REQ-7&position=engineer&decision=HOLD'))
    await screen.findByText('Maya Lindqvist')
    click('Candidate')
    await waitFor(() => expect(window.location.search).toContain('order=CANDIDATE.ASC'))
    fireEvent.click(screen.getByRole('link', { name: /^Scheduled/ }))
    await waitFor(() => expect(window.location.search).toContain('tab=scheduled'))
  })

  it('follows changes, and says so when it cannot', async () => {
    const api = openDesk('/interviews', list(ROWS))
    await screen.findByText('Maya Lindqvist')
    await waitFor(() => expect([...api.subscriptions].map(({ name }) => name)).toContain('InterviewChanges'))
    api.push('InterviewChanges', { changed: { cursor: 'c1', interviewId: 'c', interview: { ...ROWS[2], status: 'IN_PROGRESS', candidatePresent: true } } })
    await waitFor(() => expect(rowOf('Zuzana Dvořáková').textContent).toContain('Live, 3 of 7'))
    vi.useFakeTimers({ shouldAdvanceTime: true })
    api.kill()
    await vi.advanceTimersByTimeAsync(4_000)
    await vi.waitFor(() => expect(screen.getByText(/Not up to date since/)).toBeTruthy(), 20_000)
    api.isDown = false
    await vi.advanceTimersByTimeAsync(4_000)
    await vi.waitFor(() => expect(screen.queryByText(/Not up to date since/)).toBeNull(), 20_000)
  })

  it.each([
    ['/interviews', 'No interviews yet'],
    ['/interviews?tab=review', 'Nothing waits for you'],
    ['/interviews?tab=live', 'No interview is open'],
    ['/interviews?tab=scheduled', 'Nothing is scheduled'],
    ['/interviews?channel=TEXT', 'No interview matches'],
  ])('says in %s why it is empty', async (path, text) => {
    openDesk(path)
    await screen.findByText(text)
  })

  it('clears the search that finds nobody', async () => {
    openDesk('/interviews?q=Lindkvist')
    await screen.findByText(/Nobody matches/)
    click('Clear search and filters')
    await screen.findByText('No interviews yet')
    expect(window.location.search).toBe('')
  })

  it('shows placeholders while it loads, and what is wrong when it cannot be read', async () => {
    const waiting: ((page: object) => void)[] = []
    openDesk('/interviews', { Interviews: () => new Promise((resolve) => waiting.push(resolve)) })
    await screen.findByText('Loading interviews')
    await waitFor(() => expect(document.querySelectorAll('.skeleton').length).toBeGreaterThan(20))
    waiting[0]?.(NO_INTERVIEWS)
    await screen.findByText('No interviews yet')
  })

  it('says why it cannot be read, and offers another try', async () => {
    openDesk('/interviews', {
      Interviews: () => {
        throw new ApiFailure('FORBIDDEN', 'Your role may not list interviews.')
      },
    })
    expect((await screen.findByRole('alert')).textContent).toContain('Your role may not list interviews.')
    expect(screen.getByRole('button', { name: 'Load the page again' })).toBeTruthy()
  })

  it('gives viewers neither results nor actions', async () => {
    openDesk('/interviews?tab=review', list(ROWS), {}, 'VIEWER')
    await screen.findByText('Maya Lindqvist')
    expect(screen.queryByText('Needs review')).toBeNull()
    expect(screen.queryByRole('checkbox')).toBeNull()
    expect(screen.queryByRole('button', { name: 'Copy link' })).toBeNull()
    press('n')
    expect(screen.queryByRole('dialog')).toBeNull()
  })
})

describe('L3: several interviews', () => {
  it('renews links only after it has named whom that puts out, and says in its row what failed', async () => {
    const api = openDesk('/interviews', {
      ...list(ROWS),
      Renew: ({ input }) => {
        if ((input as { interviewId: string }).interviewId === 'c') throw new ApiFailure('CONFLICT', 'The interview is over.')
        return { renewInvite: { invite: { url: '', expiresAt: '' } } }
      },
    })
    await screen.findByText('Maya Lindqvist')
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select all that are loaded' }))
    click('Renew links')
    const dialog = await screen.findByRole('dialog')
    expect(within(dialog).getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['עמית בן־שושן'])
    click('Go back')
    expect(api.callsOf('Renew')).toEqual([])
    click('Renew links')
    click('Renew, and put them out')
    await screen.findByText('Renewed 3 of 4. The others say why in their rows.')
    expect(rowOf('Zuzana Dvořáková').textContent).toContain('The interview is over.')
    expect(screen.getByText('1 selected')).toBeTruthy()
    click('Clear Esc')
    expect(screen.queryByText('1 selected')).toBeNull()
  })

  it('makes a CSV file of what is filtered, and says why it could not', async () => {
    let isDown = false
    openDesk('/interviews', {
      Interviews: ({ first }) => {
        if (isDown && first !== 50) throw new ApiFailure('BAD_INPUT', 'The filter is too long.')
        return page(ROWS)
      },
    })
    await screen.findByText('Maya Lindqvist')
    const files: Blob[] = []
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => {})
    vi.spyOn(URL, 'createObjectURL').mockImplementation((file) => {
      files.push(file as Blob)
      return 'blob:csv'
    })
    click('CSV of these 4')
    await waitFor(() => expect(files).toHaveLength(1))
    expect(await files[0]?.text()).toContain('Maya Lindqvist')
    isDown = true
    click('CSV of these 4')
    await screen.findByText('The file could not be made. The filter is too long.')
  })
})

const scheduled = { scheduleInterview: { interview: { id: 'n1' }, invite: { url: 'http://localhost/join#abcdef', expiresAt: '2026-12-28T10:00:00Z', invitationText: 'Hello Ada', calendarFile: 'BEGIN:VCALENDAR' } } }

describe('L2: a new interview', () => {
  it('needs a name only, is for the position that was used last, and copies the link', async () => {
    const writeText = vi.fn(() => Promise.resolve())
    const api = openDesk('/interviews', { Schedule: () => scheduled })
    vi.stubGlobal('ClipboardItem', undefined)
    vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue({ writeText } as unknown as Clipboard)
    await screen.findByText('No interviews yet')
    press('n')
    await screen.findByText(/used last/)
    click(/^Create, copy link/)
    await screen.findByText('Enter the candidate’s name.')
    type('Candidate’s name', ' Réka Szőke ')
    click(/^Create, copy link/)
    await screen.findByText(/The link is on your clipboard/)
    expect(writeText).toHaveBeenCalledWith('http://localhost/join#abcdef')
    expect(api.callsOf('Schedule')).toEqual([
      { input: expect.objectContaining({ candidateName: 'Réka Szőke', positionKey: 'engineer', channel: 'VOICE', scheduledFor: null, externalId: null }) as unknown, timeZone: expect.any(String) as unknown },
    ])
    click('Copy invitation')
    await screen.findByRole('button', { name: 'Invitation copied' })
    expect(writeText).toHaveBeenLastCalledWith('Hello Ada')
    expect(screen.getByRole('button', { name: 'Calendar file' })).toBeTruthy()
  })

  it('sends everything that the form has, and shows the link where nothing can be copied', async () => {
    const api = openDesk('/interviews', { Schedule: () => scheduled })
    vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue({ writeText: () => Promise.reject(new Error('denied')) } as unknown as Clipboard)
    await screen.findByText('No interviews yet')
    fireEvent.click(within(screen.getByRole('main')).getByRole('button', { name: 'New interview N' }))
    await screen.findByText(/used last/)
    type('Candidate’s name', 'Ada')
    fireEvent.change(screen.getByLabelText('Position'), { target: { value: 'weberei' } })
    click('Typed', 'radio')
    fireEvent.change(screen.getByLabelText('When'), { target: { value: 'time' } })
    click(/^Create, copy link/)
    await screen.findByText('Choose the time.')
    fireEvent.change(screen.getByLabelText('Date and time'), { target: { value: '2026-12-01T10:00' } })
    fireEvent.change(screen.getByLabelText(/^Reference/), { target: { value: 'REQ-1' } })
    fireEvent.change(screen.getByLabelText(/^Résumé/), { target: { value: 'Wrote COBOL.' } })
    expect(screen.getByText('12 of 20,000')).toBeTruthy()
    press('Enter', { ctrlKey: true })
    await screen.findByText(/Copy the link below/)
    expect(api.callsOf('Schedule')[0]).toMatchObject({
      input: { positionKey: 'weberei', channel: 'TEXT', externalId: 'REQ-1', resume: 'Wrote COBOL.', scheduledFor: new Date('2026-12-01T10:00').toISOString() },
    })
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'The candidate’s link' }).value).toBe('http://localhost/join#abcdef')
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Candidate’s name' }).value).toBe('')
    click('Copy invitation')
    expect((await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'The invitation' })).value).toBe('Hello Ada')
  })

  it('repeats a lost attempt with its key, and a refused one with another', async () => {
    const failures = [new ApiFailure('UNAVAILABLE', 'Try again in a moment.'), new ApiFailure('BAD_INPUT', 'The name is too long.')]
    const api = openDesk('/interviews', {
      Schedule: () => {
        const failure = failures.shift()
        if (failure) throw failure
        return scheduled
      },
    })
    await screen.findByText('No interviews yet')
    press('n')
    await screen.findByText(/used last/)
    type('Candidate’s name', 'Ada')
    click(/^Create, copy link/)
    await screen.findByText('Try again in a moment.')
    click(/^Create, copy link/)
    await screen.findByText('The name is too long.')
    click(/^Create, copy link/)
    await screen.findByText(/^Created for/)
    const [first, second, third] = api.callsOf('Schedule').map(({ input }) => (input as { idempotencyKey: string }).idempotencyKey)
    expect(second).toBe(first)
    expect(third).not.toBe(first)
  })
})
