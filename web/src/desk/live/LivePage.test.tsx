import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { cleanUpDesk, click, openDesk, press } from '../../testing/desk'
import { ApiFailure } from '../../testing/fakeApi'
import type { TileInterview } from './documents'

function makeTile(id: string, name: string, values: object = {}): TileInterview {
  return {
    id,
    status: 'IN_PROGRESS',
    channel: 'VOICE',
    createdAt: '2026-11-30T10:00:00Z',
    scheduledFor: null,
    startedAt: '2026-11-30T10:00:00Z',
    expiresAt: null,
    pausedAt: null,
    candidatePresent: true,
    speechOutage: null,
    candidate: { name },
    position: { title: 'Engineer' },
    progress: { question: 2, questions: 7, elapsedSeconds: 301 },
    lastTurn: { seq: 3, speaker: 'CANDIDATE', channel: 'VOICE', text: 'I looked at the logs.' },
    ...values,
  } as TileInterview
}

const TILES = [
  makeTile('w', 'Wanda Waits', { status: 'WAITING', candidatePresent: false, startedAt: null, lastTurn: null }),
  makeTile('t', 'Thảo Nguyễn', { candidatePresent: false }),
  makeTile('m', 'Maya Lindqvist'),
]

const streams = (tiles: readonly TileInterview[]) => ({
  LiveInterviews: (_: object, next: (data: object) => void) => {
    for (const interview of tiles) next({ liveInterviews: { kind: 'SNAPSHOT', interview } })
    next({ liveInterviews: { kind: 'SNAPSHOT_COMPLETE', interview: null } })
  },
})
const tileNames = () => screen.queryAllByRole('article').map((tile) => tile.getAttribute('aria-label'))
const tile = (name: string) => screen.getByRole('article', { name })

cleanUpDesk()

describe('L4: the live page', () => {
  it('has a tile for each open interview: who, how far, what was said last, and what is wrong', async () => {
    const api = openDesk('/live', {}, streams(TILES))
    await screen.findByText('3 open')
    expect(tileNames()).toEqual(['Maya Lindqvist', 'Thảo Nguyễn', 'Wanda Waits'])
    expect(tile('Maya Lindqvist').textContent).toMatch(/Viva’s turn.*2 of 7 · 5 min.*Candidate I looked at the logs\./)
    expect(tile('Thảo Nguyễn').textContent).toContain('Has left the room')
    expect(tile('Wanda Waits').textContent).toContain('Not there yet')
    act(() => api.push('LiveInterviews', { liveInterviews: { kind: 'CHANGED', interview: { ...TILES[2], lastTurn: { seq: 4, speaker: 'INTERVIEWER', channel: 'VOICE', text: 'And then?' } } } }))
    await waitFor(() => expect(tile('Maya Lindqvist').textContent).toContain('Viva And then?'))
    act(() => api.push('LiveInterviews', { liveInterviews: { kind: 'REMOVED', interview: TILES[1] } }))
    await waitFor(() => expect(tileNames()).toEqual(['Maya Lindqvist', 'Wanda Waits']))
  })

  it('narrows to what needs somebody, and finds it by keyboard', async () => {
    openDesk('/live', {}, streams(TILES))
    await screen.findByText('3 open')
    press('t')
    expect(document.activeElement?.textContent).toBe('Thảo Nguyễn')
    press('j')
    expect(document.activeElement?.textContent).toBe('Wanda Waits')
    press('k')
    press('k')
    expect(document.activeElement?.textContent).toBe('Maya Lindqvist')
    click('In trouble 1')
    expect(tileNames()).toEqual(['Thảo Nguyễn'])
    click('Not there 1')
    expect(tileNames()).toEqual(['Wanda Waits'])
  })

  it('says that nobody is there, and why nothing can be read', async () => {
    openDesk('/live', {}, streams([]))
    await screen.findByText('No interview is open')
    expect(screen.getByRole('link', { name: 'Scheduled interviews' })).toBeTruthy()
  })

  it('says why the interviews cannot be read', async () => {
    openDesk('/live', {}, {
      LiveInterviews: () => {
        throw new ApiFailure('FORBIDDEN', 'Your role may not list interviews.')
      },
    })
    expect((await screen.findByRole('alert')).textContent).toContain('Your role may not list interviews.')
  })

  it('opens the transcript with what is being said, and ends the interview after a question', async () => {
    const turns = [{ seq: 1, speaker: 'INTERVIEWER', text: 'What draws you to this work?' }]
    const api = openDesk(
      '/live',
      {
        Transcript: () => ({ transcript: { turns, lastSeq: 1, isComplete: false } }),
        EndLiveInterview: () => ({ endInterview: { interview: { id: 'm' } } }),
      },
      streams(TILES),
    )
    await screen.findByText('3 open')
    fireEvent.click(within(tile('Maya Lindqvist')).getByRole('button', { name: 'Maya Lindqvist' }))
    await screen.findByText('What draws you to this work?')
    await waitFor(() => expect([...api.subscriptions].map(({ name }) => name)).toContain('Interim'))
    act(() => api.push('Interim', { interimTranscript: { speaker: 'CANDIDATE', text: 'I like to', afterSeq: 1, at: '' } }))
    await screen.findByText('I like to')
    act(() => api.push('TurnAdded', { turnAdded: { seq: 2, speaker: 'CANDIDATE', text: 'I like to find out.' } }))
    await screen.findByText('I like to find out.')
    expect(screen.queryByText('I like to')).toBeNull()
    click('End the interview')
    click('Go back')
    expect(api.callsOf('EndLiveInterview')).toEqual([])
    click('End the interview')
    click('End it now')
    await screen.findByText('The interviewer says goodbye, and the interview ends.')
    expect(api.callsOf('EndLiveInterview')[0]).toMatchObject({ input: { interviewId: 'm' } })
  })

  it('cancels an interview that has not begun, copies its link, and says what failed', async () => {
    const api = openDesk(
      '/live',
      {
        Cancel: () => {
          throw new ApiFailure('CONFLICT', 'The interview has begun: end it instead.')
        },
        Invite: () => ({ interview: { invite: { url: 'http://localhost/join#abc', expiresAt: '' } } }),
      },
      streams(TILES),
    )
    await screen.findByText('3 open')
    vi.spyOn(navigator, 'clipboard', 'get').mockReturnValue({ writeText: () => Promise.reject(new Error('denied')) } as unknown as Clipboard)
    click('Copy link of Wanda Waits')
    await screen.findByText('http://localhost/join#abc')
    click('Cancel the interview of Wanda Waits')
    click('Cancel it now')
    await screen.findByText('The interview has begun: end it instead.')
    expect(api.callsOf('Cancel')[0]).toMatchObject({ input: { interviewId: 'w' } })
  })

  it('lets viewers watch, and no more', async () => {
    openDesk('/live', {}, streams(TILES), 'VIEWER')
    await screen.findByText('3 open')
    expect(screen.queryByRole('button', { name: /^(End|Cancel|Copy link)/ })).toBeNull()
  })
})
