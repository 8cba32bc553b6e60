import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Invitation } from './documents'
import { findInvite, JoinPage } from './JoinPage'

const opened = vi.fn()
vi.mock('./InterviewPage', () => ({
  InterviewPage: ({ session }: { session: { token: string } }) => {
    opened(session.token)
    return <p>The interview is open</p>
  },
}))

describe('C9: findInvite', () => {
  it.each([
    ['https://viva.example/join#eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl', 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl'],
    [' viva.example/join#abcdefghijklmnop_q-r ', 'abcdefghijklmnop_q-r'],
    ['https://viva.example/join', null],
    ['https://viva.example/join#', null],
    ['hello', null],
  ])('reads %s', (link, invite) => {
    expect(findInvite(link)).toBe(invite)
  })
})

const INVITATION = {
  interviewId: 'interview',
  status: 'SCHEDULED',
  state: 'OPEN',
  organization: 'Analytical Engines',
  contact: null,
  logoUrl: null,
  positionTitle: 'Engineer',
  candidateName: 'Ada',
  language: 'en',
  channel: 'TEXT',
  limitMinutes: 30,
  questions: 6,
  consentText: { version: '2026-12', language: 'en', text: 'What it is about.\n\nI agree.', digest: 'digest', recordingText: '' },
  consent: null,
  requests: [],
  mayRequest: [],
  accommodations: { timeFactor: 1, captions: false, typing: false },
  isTryOut: true,
} as unknown as Invitation
const JOINED = { interview: { id: 'interview', consent: null, mayBeRecorded: false }, access: { token: 'a token', room: null } }

/** An API that can be away, and remembers what the page has asked it to do. */
class Api {
  isAway = false
  readonly joins: unknown[] = []

  readonly fetch = async (_: unknown, init?: RequestInit): Promise<Response> => {
    const { query, variables } = JSON.parse(String(init?.body)) as { query: string; variables: { input: unknown } }
    const isJoin = query.includes('joinInterview')
    if (isJoin) this.joins.push(variables.input)
    if (this.isAway) throw new TypeError('Failed to fetch')
    const data = isJoin ? { joinInterview: JOINED } : { invitation: INVITATION }
    return new Response(JSON.stringify({ data }), { headers: { 'content-type': 'application/json' } })
  }
}

const wait = (seconds: number) => act(() => vi.advanceTimersByTimeAsync(seconds * 1_000))

describe('the way into an interview', () => {
  const api = new Api()
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal('fetch', api.fetch)
    location.hash = '#an-invite-of-the-test'
  })
  afterEach(() => {
    cleanup()
    vi.unstubAllGlobals()
    vi.useRealTimers()
  })

  it('goes through an outage of 20 seconds, once', async () => {
    render(<JoinPage />)
    await wait(1)
    expect(screen.getByText('Try-out: nobody is evaluated; deleted within a day')).toBeTruthy()
    fireEvent.click(screen.getByRole('checkbox', { name: 'I agree.' }))
    fireEvent.click(screen.getByRole('button', { name: 'Continue' }))
    api.isAway = true
    fireEvent.click(screen.getByRole('button', { name: 'Start the interview' }))
    await wait(2)
    expect(screen.getByText(/^We cannot reach the server. We keep trying/u)).toBeTruthy()
    // pressing it again while the page keeps trying adds nothing
    fireEvent.click(screen.getByRole('button', { name: 'Starting…' }))
    await wait(18)
    expect(screen.queryByText('The interview is open')).toBeNull()
    api.isAway = false
    await wait(3)
    expect(screen.getByText('The interview is open')).toBeTruthy()
    expect(opened.mock.calls).toEqual([['a token']])
    const { length } = api.joins
    expect(new Set(api.joins.map((input) => JSON.stringify(input))).size).toBe(1)
    await wait(30)
    expect(api.joins).toHaveLength(length)
  })
})
