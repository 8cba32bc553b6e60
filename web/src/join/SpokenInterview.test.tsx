import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { type ReactNode, useSyncExternalStore } from 'react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { click, INVITATION, JOINED, openLinkInEachTest, TakenInterview } from '../testing/candidate'
import { recordRenders } from '../testing/renders'
import { JoinPage } from './JoinPage'
import { SpokenWords } from './spokenWords'
import type { VoiceRoomView } from './VoiceRoom'

/** What the room says, instead of a connection to LiveKit, which the tests in a browser have. */
const room = vi.hoisted(() => ({ view: {} as Partial<VoiceRoomView>, listeners: new Set<() => void>() }))

vi.mock('./VoiceRoom', () => ({
  // oxlint-disable-next-line unicorn/consistent-function-scoping -- mocks are moved above the rest of the file
  default: function VoiceRoom({ children }: { children: (view: VoiceRoomView) => ReactNode }) {
    const view = useSyncExternalStore(
      (listener) => {
        room.listeners.add(listener)
        return () => room.listeners.delete(listener)
      },
      () => room.view,
    )
    return children(view as VoiceRoomView)
  },
}))
vi.mock('./DeviceCheck', () => ({
  DeviceCheck: ({ onReady }: { onReady: (channel: string, devices: object) => void }) => (
    <button type="button" onClick={() => onReady('VOICE', { microphone: null, speaker: null, camera: null })}>
      Start
    </button>
  ),
}))

const actions = { setMuted: vi.fn(() => Promise.resolve()), setCamera: vi.fn(() => Promise.resolve()), playSound: vi.fn(() => Promise.resolve()), rejoin: vi.fn() }

function setView(part: Partial<VoiceRoomView>): void {
  room.view = { ...room.view, ...part }
  act(() => {
    for (const listener of room.listeners) listener()
  })
}

/** Takes an interview by voice up to its first question. */
async function enterRoom(): Promise<TakenInterview> {
  const access = { token: 'candidate', room: { url: 'ws://localhost', name: 'room', token: 'room' } }
  const interview = new TakenInterview({ Join: () => ({ joinInterview: { ...JOINED.joinInterview, interview: { ...JOINED.joinInterview.interview, mayBeRecorded: true }, access } }) })
  interview.invitation = { ...INVITATION, channel: 'VOICE', consent: { recording: true, withdrawnAt: null } as never }
  render(<JoinPage />)
  fireEvent.click(await screen.findByRole('button', { name: 'Start' }))
  await interview.waitForRoom()
  interview.change({ channel: 'VOICE' })
  interview.say('INTERVIEWER', 'What have you built?', 'built')
  await screen.findByRole('heading', { name: 'What have you built?' })
  return interview
}

openLinkInEachTest()
beforeEach(() => {
  room.view = {
    phase: 'listening',
    words: new SpokenWords(),
    trouble: null,
    isReplaced: false,
    isMuted: false,
    canMute: true,
    isCameraOn: false,
    picture: null,
    interviewerTrack: null,
    microphoneTrack: null,
    renderDevices: () => <p>The devices</p>,
    ...actions,
  }
  for (const action of Object.values(actions)) action.mockClear()
})

describe('C4: the room of a spoken interview', () => {
  it('shows whose turn it is, and captions while both speak', async () => {
    const interview = await enterRoom()
    expect(screen.getByText('Your turn')).toBeTruthy()
    expect(screen.getByText('Recording')).toBeTruthy()
    act(() => interview.api.push('Interim', { interimTranscript: { speaker: 'CANDIDATE', text: 'A tuner', afterSeq: 1, at: '' } }))
    const captions = screen.getByRole('region', { name: 'Captions' })
    await waitFor(() => expect(captions.textContent).toBe('VivaWhat have you built?YouA tuner'))
    setView({ phase: 'speaking' })
    act(() => room.view.words?.set('And how'))
    expect(screen.getByText('Viva is speaking')).toBeTruthy()
    expect(captions.textContent).toContain('VivaAnd how')
    click('Captions')
    expect(screen.queryByRole('region', { name: 'Captions' })).toBeNull()
  })

  it('renders the line that changes, and nothing else, with each interim word', async () => {
    const interview = await enterRoom()
    const say = (text: string) => act(() => interview.api.push('Interim', { interimTranscript: { speaker: 'CANDIDATE', text, afterSeq: 1, at: '' } }))
    await recordRenders(() => say('A'))
    await screen.findByText('A')
    const rendered = await recordRenders(async () => {
      say('A tuner')
      await screen.findByText('A tuner')
    })
    expect(rendered).toEqual(['SpokenLines', 'CaptionLine'])
  })

  it('mutes, turns the camera on, opens the devices, and types without leaving', async () => {
    await enterRoom()
    click('Mute')
    expect(actions.setMuted).toHaveBeenLastCalledWith(true)
    setView({ isMuted: true })
    expect(screen.getByText('You are muted')).toBeTruthy()
    click('Unmute')
    expect(actions.setMuted).toHaveBeenLastCalledWith(false)
    click('Camera')
    expect(actions.setCamera).toHaveBeenCalledWith(true)
    click('Devices')
    expect(screen.getByText('The devices')).toBeTruthy()
    click('Type')
    const field = await screen.findByRole('textbox', { name: 'Type your answer' })
    await waitFor(() => expect(document.activeElement).toBe(field))
    expect(actions.setMuted).toHaveBeenLastCalledWith(true)
    click('Speak instead')
    await waitFor(() => expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Type' })))
    expect(actions.setMuted).toHaveBeenLastCalledWith(false)
  })
})

describe('C6: trouble in the room', () => {
  it.each([
    ['notHeard', 'We cannot hear you', 'Change microphone'],
    ['unplugged', 'The microphone is gone', 'Change microphone'],
    ['reconnecting', 'Reconnecting', 'Type instead'],
    ['blocked', 'This network blocks voice', 'Type instead'],
    ['silent', 'Your browser has blocked the sound', 'Turn on sound'],
    ['forbidden', 'The microphone is blocked', 'Try again'],
  ] as const)('names %s, and what to do', async (trouble, title, remedy) => {
    await enterRoom()
    setView({ trouble })
    const alert = screen.getByRole('alert')
    expect(within(alert).getByRole('heading', { name: title })).toBeTruthy()
    fireEvent.click(within(alert).getByRole('button', { name: remedy }))
    if (remedy === 'Change microphone') expect(screen.getByText('The devices')).toBeTruthy()
    if (remedy === 'Type instead') expect(screen.getByRole('textbox', { name: 'Type your answer' })).toBeTruthy()
    if (remedy === 'Turn on sound') expect(actions.playSound).toHaveBeenCalled()
    if (remedy === 'Try again') expect(actions.setMuted).toHaveBeenCalledWith(false)
  })

  it('continues in writing when speech fails, and offers to speak again when it works', async () => {
    const interview = await enterRoom()
    interview.change({ channel: 'TEXT', speechOutage: { endedAt: null } })
    expect((await screen.findAllByText(/Viva cannot hear you/)).length).toBeGreaterThan(0)
    expect(screen.getByRole('textbox', { name: 'Type your answer' })).toBeTruthy()
    interview.change({ channel: 'TEXT', speechOutage: { endedAt: '2026-11-30T10:10:00Z' } })
    await screen.findByText(/You can speak again, or go on typing/)
    click('Speak again')
    await waitFor(() => expect(interview.api.callsOf('Join')).toHaveLength(2))
    await waitFor(() => expect(actions.setMuted).toHaveBeenLastCalledWith(false))
  })

  it('says that the interview was opened elsewhere, and takes it back', async () => {
    await enterRoom()
    setView({ isReplaced: true })
    await screen.findByRole('heading', { name: 'The interview continues elsewhere' })
    click('Continue here')
    expect(actions.rejoin).toHaveBeenCalledOnce()
  })
})
