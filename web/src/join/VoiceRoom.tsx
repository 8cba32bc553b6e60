import { RoomAudioRenderer, RoomContext, useLocalParticipant, useParticipantAttributes, useParticipantTracks, useRemoteParticipants, useStartAudio, useTranscriptions, VideoTrack } from '@livekit/components-react'
import { ParticipantKind, type RemoteParticipant, type Room, Track } from 'livekit-client'
import { type ReactNode, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import type { Transcript } from '../api/transcript'
import { Dialog } from '../ui/Dialog'
import { canChooseSpeaker, type ChosenDevices, type MicrophoneProblem, storeMicrophone, storeSpeaker, useDevices } from './microphone'
import { type HearingProblem, type RoomState, useHearingProblem, useRoom } from './room'
import type { CandidateSession } from './session'
import { SpokenWords } from './spokenWords'
import { useTexts } from './texts'

/** What the interviewer is doing. */
export type Phase = 'connecting' | 'listening' | 'thinking' | 'speaking'

/** What keeps the candidate from hearing or being heard. `silent`: the browser has blocked the sound. */
export type VoiceTrouble = 'blocked' | 'reconnecting' | 'silent' | MicrophoneProblem | HearingProblem

/** What the voice room adds to the interview page. */
export interface VoiceRoomView {
  phase: Phase
  words: SpokenWords
  trouble: VoiceTrouble | null
  /** Whether the interview was opened elsewhere. */
  isReplaced: boolean
  /** Joins again after that. */
  rejoin: () => void
  isMuted: boolean
  canMute: boolean
  /** Mutes the microphone, or publishes it (again). */
  setMuted: (isMuted: boolean) => Promise<void>
  playSound: () => Promise<void>
  isCameraOn: boolean
  setCamera: (isOn: boolean) => Promise<void>
  /** The candidate's own picture; null while the camera is off. */
  picture: ReactNode
  interviewerTrack: MediaStreamTrack | null
  microphoneTrack: MediaStreamTrack | null
  /** Dialog to choose other devices. */
  renderDevices: (onClose: () => void) => ReactNode
}

interface VoiceRoomProps {
  session: CandidateSession
  devices: ChosenDevices
  /** Whether the interview continues in writing because speech has failed, while the candidate stays in the room. */
  hasSpeechFailed: boolean
  transcript: Transcript
  children: (voice: VoiceRoomView) => ReactNode
}

/** Joins the LiveKit room: plays the interviewer and publishes the candidate's microphone. */
export default function VoiceRoom({ session, devices, hasSpeechFailed, transcript, children }: VoiceRoomProps) {
  const state = useRoom(session, devices, hasSpeechFailed)
  const [words] = useState(() => new SpokenWords())
  return (
    <RoomContext.Provider value={state.room}>
      <RoomAudioRenderer />
      <SpeechReader transcript={transcript} words={words} />
      <RoomContents state={state} words={words}>
        {children}
      </RoomContents>
    </RoomContext.Provider>
  )
}

function RoomContents({ state, words, children }: { state: RoomState; words: SpokenWords; children: VoiceRoomProps['children'] }) {
  const { room, status } = state
  const texts = useTexts()
  const interviewer = useInterviewer()
  const { localParticipant, microphoneTrack, isMicrophoneEnabled, isCameraEnabled, cameraTrack } = useLocalParticipant({ room })
  const { canPlayAudio } = useStartAudio({ room, props: {} })
  const isConnected = status === 'connected'
  const hearingProblem = useHearingProblem(room, isConnected)
  const findTrouble = (): VoiceTrouble | null => {
    if (status === 'blocked' || status === 'reconnecting') return status
    if (!isConnected) return null
    const isUnheard = isMicrophoneEnabled && !interviewer.hearsCandidate
    return state.microphone ?? hearingProblem ?? (isUnheard ? 'notHeard' : null) ?? (canPlayAudio ? null : 'silent')
  }
  return children({
    phase: isConnected ? interviewer.phase : 'connecting',
    words,
    trouble: findTrouble(),
    isReplaced: status === 'replaced',
    rejoin: state.rejoin,
    isMuted: isConnected && !isMicrophoneEnabled && microphoneTrack !== undefined,
    canMute: isConnected && state.microphone === null,
    setMuted: async (isMuted) => {
      if (isMuted) await localParticipant.setMicrophoneEnabled(false)
      else await state.retryMicrophone()
    },
    playSound: () => room.startAudio(),
    isCameraOn: isCameraEnabled,
    setCamera: async (isOn) => {
      await localParticipant.setCameraEnabled(isOn)
    },
    picture: isCameraEnabled && cameraTrack && (
      <VideoTrack
        trackRef={{ participant: localParticipant, publication: cameraTrack, source: Track.Source.Camera }}
        aria-label={texts.voice.cameraImage}
      />
    ),
    interviewerTrack: interviewer.track,
    microphoneTrack: (isMicrophoneEnabled && microphoneTrack?.track?.mediaStreamTrack) || null,
    renderDevices: (onClose) => <DeviceDialog room={room} onClose={onClose} />,
  })
}

/** Chooses another microphone, speaker or camera during the interview. */
function DeviceDialog({ room, onClose }: { room: Room; onClose: () => void }) {
  const { devices, room: texts, page } = useTexts()
  const choose = async (kind: MediaDeviceKind, deviceId: string) => {
    await room.switchActiveDevice(kind, deviceId).catch(() => {})
    if (kind === 'audioinput') storeMicrophone(deviceId)
    if (kind === 'audiooutput') storeSpeaker(deviceId)
  }
  return (
    <Dialog title={texts.devices} close={page.close} onClose={onClose}>
      <div className="grid gap-5">
        <DeviceField kind="audioinput" label={devices.microphone} room={room} onChoose={choose} />
        {canChooseSpeaker && <DeviceField kind="audiooutput" label={devices.speaker} room={room} onChoose={choose} />}
        {room.localParticipant.isCameraEnabled && <DeviceField kind="videoinput" label={devices.camera} room={room} onChoose={choose} />}
      </div>
    </Dialog>
  )
}

interface DeviceFieldProps {
  kind: MediaDeviceKind
  label: string
  room: Room
  onChoose: (kind: MediaDeviceKind, deviceId: string) => Promise<void>
}

function DeviceField({ kind, label, room, onChoose }: DeviceFieldProps) {
  const found = useDevices(kind)
  const [chosen, setChosen] = useState(() => room.getActiveDevice(kind) ?? 'default')
  return (
    <label className="field">
      <span className="font-[550]">{label}</span>
      <select
        className="input"
        value={chosen}
        onChange={({ target }) => {
          setChosen(target.value)
          void onChoose(kind, target.value)
        }}
      >
        {found.map((device) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || label}
          </option>
        ))}
      </select>
    </label>
  )
}

interface Interviewer {
  phase: Phase
  track: MediaStreamTrack | null
  /** Whether the candidate's sound arrives, as far as the interviewer knows, who notices within two seconds. */
  hearsCandidate: boolean
}

/** Without it, each change of who is speaking, or of a connection's quality, renders the room. */
const JOINS_ONLY = { updateOnlyOn: [] }

/** Returns the state and the sound of the interviewer; during a handover, those of the newest one. */
function useInterviewer(): Interviewer {
  const agents = useRemoteParticipants(JOINS_ONLY).filter(({ kind }) => kind === ParticipantKind.AGENT)
  let newest: RemoteParticipant | undefined
  for (const agent of agents) {
    if (!newest || Number(agent.joinedAt ?? 0) >= Number(newest.joinedAt ?? 0)) newest = agent
  }
  const { attributes } = useParticipantAttributes(newest ? { participant: newest } : {})
  const tracks = useParticipantTracks([Track.Source.Microphone], newest?.identity ?? '')
  const state = newest && attributes?.['lk.agent.state']
  return {
    phase: state === 'listening' || state === 'thinking' || state === 'speaking' ? state : 'connecting',
    track: tracks[0]?.publication.track?.mediaStreamTrack ?? null,
    hearsCandidate: attributes?.['viva.hears_candidate'] !== 'no',
  }
}

/** Reads the interviewer's words as they are spoken, until their turn is stored. Renders nothing, so that a word renders only what shows it. */
function SpeechReader({ transcript, words }: { transcript: Transcript; words: SpokenWords }) {
  const streams = useTranscriptions()
  const [streamStarts] = useState(() => new StreamStarts())
  const { turns } = useSyncExternalStore(transcript.subscribe, transcript.getSnapshot)
  const newest = turns.findLast(({ speaker }) => speaker === 'INTERVIEWER')?.seq ?? 0
  const open = streams.filter(({ participantInfo, streamInfo }) => {
    // the candidate's interim words come from the API
    if (participantInfo.identity === 'candidate') return false
    return newest <= streamStarts.seq(streamInfo.id, transcript.lastSeq)
  })
  const text = open.map((stream) => stream.text).join(' ').trim() || null
  useLayoutEffect(() => words.set(text), [words, text])
  return null
}

/** The newest turn at the start of each text stream. A later turn of the interviewer replaces the stream. */
class StreamStarts {
  private readonly seqs = new Map<string, number>()

  /** Returns the seq of the newest turn when this stream was first seen. */
  seq(stream: string, lastSeq: number): number {
    const known = this.seqs.get(stream)
    if (known === undefined) this.seqs.set(stream, lastSeq)
    return known ?? lastSeq
  }
}
