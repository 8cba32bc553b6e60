import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, beforeEach, vi } from 'vitest'
import { JoinPage } from '../join/JoinPage'
import { FakeApi } from './fakeApi'

export const TOKEN = 'eyJhbGciOiJIUzI1NiJ9.invite'

export const INVITATION = {
  interviewId: 'i1',
  status: 'SCHEDULED',
  state: 'OPEN',
  organization: 'Analytical Engines',
  contact: { name: 'Hanna Berg', email: 'hanna@example.org' },
  logoUrl: null,
  positionTitle: 'Engineer',
  candidateName: 'Maya',
  language: 'en',
  channel: 'TEXT',
  limitMinutes: 30,
  questions: 3,
  scheduledFor: null,
  opensAt: null,
  canReopenUntil: null,
  consentText: { version: '2026-11', language: 'en', text: 'People read it.\n\nI agree to take part.', digest: 'abc', recordingText: 'You may be recorded.' },
  consent: null,
  mayRequest: [],
  endReason: null,
  requests: [],
  accommodations: { timeFactor: 1, captions: false, typing: false },
}
const STATE = {
  status: 'IN_PROGRESS',
  endReason: null,
  startedAt: '2026-11-30T10:00:00Z',
  pausedAt: null,
  channel: 'TEXT',
  speechOutage: null,
  progress: { question: 1, questions: 3, elapsedSeconds: 60, limitSeconds: 1_800 },
  requests: [],
  accommodations: INVITATION.accommodations,
}
export const JOINED = { joinInterview: { interview: { id: 'i1', consent: { recording: false, withdrawnAt: null }, mayBeRecorded: false }, access: { token: 'candidate', room: null } } }

/** An interview that the server has, and a page that takes it. */
export class TakenInterview {
  invitation: typeof INVITATION & Record<string, unknown> = { ...INVITATION }
  readonly turns: object[] = []
  private state: typeof STATE & Record<string, unknown> = { ...STATE }
  readonly api: FakeApi

  constructor(answers: ConstructorParameters<typeof FakeApi>[0] = {}) {
    this.api = new FakeApi(
      {
        Invitation: () => ({ invitation: this.invitation }),
        Join: () => JOINED,
        Transcript: ({ after }) => ({ transcript: { turns: this.turns.slice(Number(after)), lastSeq: this.turns.length, isComplete: false } }),
        Send: ({ input }) => ({ sendMessage: { turn: { seq: this.say('CANDIDATE', (input as { text: string }).text) } } }),
        Signal: () => ({ signalInterviewer: { interview: { id: 'i1' } } }),
        End: () => ({ endInterview: { interview: { status: 'COMPLETED' } } }),
        ...answers,
      },
      { State: (_, next) => next({ interviewChanged: this.state }) },
    )
  }

  say(speaker: string, text: string, questionKey: string | null = null): number {
    const seq = this.turns.length + 1
    const turn = { id: `t${seq}`, seq, speaker, text, channel: 'TEXT', questionKey, startedAt: '', endedAt: '', interrupted: false, language: null, isUncertain: false, uncertainWords: [] }
    this.turns.push(turn)
    act(() => this.api.push('TurnAdded', { turnAdded: turn }))
    return seq
  }

  change(part: object): void {
    this.state = { ...this.state, ...part }
    act(() => this.api.push('State', { interviewChanged: this.state }))
  }

  /** Goes through the pages before the interview, as a candidate who types. */
  async begin(): Promise<void> {
    render(<JoinPage />)
    fireEvent.click(await screen.findByRole('checkbox', { name: /agree to take part/ }))
    click('Continue')
    await screen.findByRole('heading', { name: 'Ready when you are' })
    click('Start the interview')
    await this.waitForRoom()
  }

  async waitForRoom(): Promise<void> {
    await waitFor(() => {
      if (this.api.subscriptions.size < 3) throw new Error('the room has not subscribed yet')
    })
  }
}

export const click = (name: string) => fireEvent.click(screen.getByRole('button', { name }))

/** Begins each test of a file at the candidate's link, with nothing stored. */
export function openLinkInEachTest(): void {
  beforeEach(() => {
    window.history.replaceState(null, '', `/join#${TOKEN}`)
    sessionStorage.clear()
    localStorage.clear()
  })
  afterEach(() => {
    vi.useRealTimers()
    cleanup()
    vi.unstubAllGlobals()
  })
}
