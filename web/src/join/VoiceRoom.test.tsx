import { act, fireEvent, render, screen } from '@testing-library/react'
import { useSyncExternalStore } from 'react'
import { beforeEach, expect, it, vi } from 'vitest'
import { click, INVITATION, JOINED, openLinkInEachTest, TakenInterview } from '../testing/candidate'
import { recordRenders } from '../testing/renders'
import { JoinPage } from './JoinPage'

interface TextStream {
  text: string
  participantInfo: { identity: string }
  streamInfo: { id: string }
}

/** What LiveKit's hooks return, instead of a connection, which the tests in a browser have. */
const livekit = vi.hoisted(() => ({ streams: [] as TextStream[], listeners: new Set<() => void>() }))

vi.mock('@livekit/components-react', async () => {
  const { createContext } = await import('react')
  const participant = { isCameraEnabled: false, setMicrophoneEnabled: () => Promise.resolve() }
  return {
    RoomAudioRenderer: () => null,
    RoomContext: createContext(null),
    VideoTrack: () => null,
    useLocalParticipant: () => ({ localParticipant: participant, microphoneTrack: {}, isMicrophoneEnabled: true, isCameraEnabled: false }),
    useParticipantAttributes: () => ({ attributes: { 'lk.agent.state': 'speaking' } }),
    useParticipantTracks: () => [],
    useRemoteParticipants: () => [{ identity: 'interviewer', kind: 4 }],
    useStartAudio: () => ({ canPlayAudio: true }),
    useTranscriptions: () =>
      useSyncExternalStore(
        (listener) => {
          livekit.listeners.add(listener)
          return () => livekit.listeners.delete(listener)
        },
        () => livekit.streams,
      ),
  }
})
vi.mock('./room', () => ({
  useRoom: () => ({ room: {}, status: 'connected', microphone: null, rejoin: () => {}, retryMicrophone: () => Promise.resolve() }),
  useHearingProblem: () => null,
}))
vi.mock('./DeviceCheck', () => ({
  DeviceCheck: ({ onReady }: { onReady: (channel: string, devices: object) => void }) => (
    <button type="button" onClick={() => onReady('VOICE', { microphone: null, speaker: null, camera: null })}>
      Start
    </button>
  ),
}))

function speak(text: string, identity = 'interviewer'): void {
  livekit.streams = [{ text, participantInfo: { identity }, streamInfo: { id: 's1' } }]
  act(() => {
    for (const listener of livekit.listeners) listener()
  })
}

/** Takes an interview by voice up to its first question. */
async function enterRoom(): Promise<TakenInterview> {
  const access = { token: 'candidate', room: { url: 'ws://localhost', name: 'room', token: 'room' } }
  const interview = new TakenInterview({ Join: () => ({ joinInterview: { ...JOINED.joinInterview, access } }) })
  interview.invitation = { ...INVITATION, channel: 'VOICE', consent: { recording: false, withdrawnAt: null } as never }
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
  livekit.streams = []
})

it('C4: renders at most three components with each word from the room, beside the captions and beside the text field', async () => {
  await enterRoom()
  speak('And')
  await screen.findByText('And')
  const captions = await recordRenders(async () => {
    speak('And how')
    await screen.findByText('And how')
  })
  expect(captions).toEqual(['SpeechReader', 'SpokenLines', 'CaptionLine'])
  click('Type')
  await screen.findByRole('textbox', { name: 'Type your answer' })
  const note = await recordRenders(async () => {
    speak('And how did')
    await screen.findByText('And how did')
  })
  expect(note).toEqual(['SpeechReader', 'SpokenNote'])
})

it('C4: shows the words from the room until their turn is stored, and no words of the candidate', async () => {
  const interview = await enterRoom()
  speak('A tuner', 'candidate')
  expect(screen.queryByText('A tuner')).toBeNull()
  speak('And how did')
  await screen.findByText('And how did')
  interview.say('INTERVIEWER', 'And how did you test it?', 'test')
  await screen.findByRole('heading', { name: 'And how did you test it?' })
  expect(screen.queryByText('And how did')).toBeNull()
})
