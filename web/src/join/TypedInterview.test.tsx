import { act, cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { click, INVITATION, JOINED, openLinkInEachTest, TakenInterview, TOKEN } from '../testing/candidate'
import { ApiFailure } from '../testing/fakeApi'
import { JoinPage } from './JoinPage'

const answer = (text: string) => {
  fireEvent.change(screen.getByRole('textbox', { name: 'Type your answer' }), { target: { value: text } })
  fireEvent.keyDown(screen.getByRole('textbox', { name: 'Type your answer' }), { key: 'Enter' })
}
const lines = () => [...document.querySelectorAll('.captions p')].map(({ textContent }) => textContent)

openLinkInEachTest()

describe('C1: opening the link', () => {
  it('waits for the server and then for the candidate, and joins with the text that was read', async () => {
    const interview = new TakenInterview()
    interview.api.isDown = true
    render(<JoinPage />)
    await screen.findByText('We cannot reach the server. We keep trying; please leave this page open.')
    interview.api.isDown = false
    await screen.findByRole('heading', { name: 'Welcome, Maya' })
    expect(screen.getByText('3 questions, 30 minutes at most')).toBeTruthy()
    cleanup()
    await interview.begin()
    expect(interview.api.callsOf('Join')).toEqual([
      { input: { invite: TOKEN, channel: 'TEXT', reopen: false, consent: { textVersion: '2026-11', language: 'en', textDigest: 'abc', recording: false } } },
    ])
  })

  it('says that a link does not work, and opens one that is pasted', async () => {
    const { api } = new TakenInterview({
      Invitation: ({ token }) => {
        if (token !== TOKEN) throw new ApiFailure('NOT_FOUND', 'There is no such invitation.')
        return { invitation: INVITATION }
      },
    })
    window.history.replaceState(null, '', '/join#wrong')
    render(<JoinPage />)
    await screen.findByRole('heading', { name: 'This link does not work' })
    cleanup()
    window.history.replaceState(null, '', '/join')
    render(<JoinPage />)
    fireEvent.change(screen.getByLabelText('Link from your invitation'), { target: { value: 'https://example.org/join' } })
    click('Open the interview')
    expect(screen.getByRole('alert').textContent).toContain('This is not the whole link')
    fireEvent.change(screen.getByLabelText('Link from your invitation'), { target: { value: `https://example.org/join#${TOKEN}` } })
    click('Open the interview')
    await screen.findByRole('heading', { name: 'Welcome, Maya' })
    expect(api.callsOf('Invitation').map(({ token }) => token)).toEqual(['wrong', TOKEN])
  })

  it('shows the text again if it has changed since it was read', async () => {
    const failures = [new ApiFailure('CONFLICT', 'The consent text has changed: read it again.')]
    const interview = new TakenInterview({
      Join: () => {
        const failure = failures.shift()
        if (failure) throw failure
        return JOINED
      },
    })
    render(<JoinPage />)
    fireEvent.click(await screen.findByRole('checkbox', { name: /agree to take part/ }))
    click('Continue')
    await screen.findByRole('heading', { name: 'Ready when you are' })
    click('Start the interview')
    await screen.findByRole('heading', { name: 'Welcome, Maya' })
    expect(screen.getByRole('alert').textContent).toContain('The consent text has changed')
    await waitFor(() => expect(interview.api.callsOf('Invitation')).toHaveLength(2))
  })
})

describe('C4: the room of a typed interview', () => {
  it('shows whose turn it is, the open question, what was said, and how far it is', async () => {
    const interview = new TakenInterview()
    await interview.begin()
    expect(screen.getByRole('heading', { level: 1 }).textContent).toContain('Viva will greet you in a moment')
    interview.say('INTERVIEWER', 'Hello Maya. What have you built?', 'built')
    await screen.findByRole('heading', { name: 'Hello Maya. What have you built?' })
    expect(screen.getByText('Your turn')).toBeTruthy()
    expect(screen.getByText('Question 1 of 3')).toBeTruthy()
    answer('A tuner.')
    await screen.findByText('Viva is thinking')
    expect(lines()).toEqual(['VivaHello Maya. What have you built?', 'YouA tuner.'])
    act(() => interview.api.push('Interim', { interimTranscript: { speaker: 'INTERVIEWER', text: 'Thank', afterSeq: 2, at: '' } }))
    await screen.findByText('Viva is writing')
    expect(lines().at(-1)).toBe('VivaThank')
    interview.say('INTERVIEWER', 'Thank you. How did you test it?', 'test')
    await screen.findByRole('heading', { name: 'Thank you. How did you test it?' })
    expect(lines()).toHaveLength(3)
    interview.change({ pausedAt: '2026-11-30T10:05:00Z' })
    await screen.findByText(/the clock is stopped/)
  })
})

describe('C5: signals', () => {
  it('asks for a repetition and for time without a word of the candidate, once the interviewer has spoken', async () => {
    const interview = new TakenInterview()
    await interview.begin()
    click('Repeat')
    expect(interview.api.callsOf('Signal')).toEqual([])
    interview.say('INTERVIEWER', 'What have you built?', 'built')
    await screen.findByText('Your turn')
    click('Repeat')
    click('Repeat')
    await screen.findByText('Noted. No hurry.')
    click('More time')
    await waitFor(() => expect(interview.api.callsOf('Signal').map(({ input }) => (input as { signal: string }).signal)).toEqual(['REPEAT', 'MORE_TIME']))
    expect(interview.turns).toHaveLength(1)
    fireEvent.change(screen.getByRole('textbox', { name: 'Type your answer' }), { target: { value: 'A t' } })
    await waitFor(() => expect(interview.api.callsOf('Signal').at(-1)).toMatchObject({ input: { signal: 'TYPING' } }))
  })
})

describe('C7: an outage', () => {
  it('keeps an answer until it is stored, once, and says so meanwhile', async () => {
    const interview = new TakenInterview()
    await interview.begin()
    interview.say('INTERVIEWER', 'What have you built?', 'built')
    interview.api.kill()
    answer('A tuner.')
    await screen.findByText('Your message has not been saved yet. We keep trying to send it.')
    expect(lines().at(-1)).toBe('YouA tuner. sending…')
    click('End')
    click('End now')
    await screen.findByText('We cannot reach the server. We keep trying; please leave this page open.')
    interview.api.isDown = false
    fireEvent(window, new Event('online'))
    await waitFor(() => expect(interview.turns).toHaveLength(2))
    await waitFor(() => expect(screen.queryByText(/We keep trying/)).toBeNull())
    expect(interview.api.callsOf('Send')).toHaveLength(1)
    expect(interview.api.callsOf('End')).toHaveLength(1)
  })

  it('says which answer was refused, and why', async () => {
    const interview = new TakenInterview({
      Send: () => {
        throw new ApiFailure('CONFLICT', 'The interview is over.')
      },
    })
    await interview.begin()
    interview.say('INTERVIEWER', 'What have you built?', 'built')
    answer('A tuner.')
    expect((await screen.findByRole('alert')).textContent).toContain('“A tuner.” could not be sent. The interview is over.')
  })
})

describe('C7: a failure of the page', () => {
  it('offers to reload it, in the language of the interview, and keeps what was typed', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const interview = new TakenInterview()
    interview.invitation = { ...INVITATION, consentText: { ...INVITATION.consentText, language: 'de' } }
    render(<JoinPage />)
    fireEvent.click(await screen.findByRole('checkbox'))
    click('Weiter')
    click('Gespräch beginnen')
    await interview.waitForRoom()
    interview.say('INTERVIEWER', 'Was haben Sie gebaut?', 'built')
    fireEvent.change(await screen.findByRole('textbox'), { target: { value: 'Einen Tuner' } })
    // a state that the page cannot show
    interview.change({ progress: null })
    await screen.findByRole('heading', { name: 'Auf dieser Seite ist etwas schiefgegangen' })
    expect(screen.queryByText(/erreichen den Server nicht/)).toBeNull()
    const reload = vi.spyOn(window.location, 'reload').mockImplementation(() => {})
    click('Seite neu laden')
    expect(reload).toHaveBeenCalledOnce()
    expect(sessionStorage.getItem('viva.draft.i1')).toBe('Einen Tuner')
  })
})

describe('C8: the end', () => {
  it('asks before it ends, and then says what happens next', async () => {
    const interview = new TakenInterview()
    await interview.begin()
    interview.say('INTERVIEWER', 'What have you built?', 'built')
    click('End')
    click('Keep going')
    expect(interview.api.callsOf('End')).toEqual([])
    click('End')
    click('End now')
    await waitFor(() => expect(interview.api.callsOf('End')).toHaveLength(1))
    interview.change({ status: 'ENDING' })
    await screen.findByText('The interview is ending')
    interview.invitation = { ...INVITATION, status: 'COMPLETED', state: 'OVER' }
    interview.change({ status: 'COMPLETED', endReason: 'CANDIDATE_ENDED' })
    await screen.findByRole('heading', { name: 'Thank you for your interview, Maya' })
  })

  it('says that everything was erased', async () => {
    const interview = new TakenInterview()
    await interview.begin()
    interview.api.streams.State = () => {
      throw new ApiFailure('NOT_FOUND', 'There is no such interview.')
    }
    interview.api.kill()
    interview.api.isDown = false
    await screen.findByRole('heading', { name: 'Your data have been erased' })
  })

  it('comes back to an interview that was left, and continues it', async () => {
    const interview = new TakenInterview()
    interview.invitation = { ...INVITATION, status: 'IN_PROGRESS', consent: { recording: false, withdrawnAt: null } as never }
    interview.turns.push({ id: 't1', seq: 1, speaker: 'INTERVIEWER', text: 'What have you built?', questionKey: 'built' })
    render(<JoinPage />)
    await screen.findByRole('heading', { name: 'Welcome back' })
    click('Continue the interview')
    await screen.findByRole('heading', { name: 'What have you built?' })
    expect(interview.api.callsOf('Join')[0]).toMatchObject({ input: { consent: null } })
  })
})
