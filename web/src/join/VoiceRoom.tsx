import { RoomAudioRenderer, RoomContext, useLocalParticipant, useParticipantAttributes, useRemoteParticipants, useStartAudio, useTranscriptions } from '@livekit/components-react'
import { ParticipantKind } from 'livekit-client'
import { type ReactNode, useState } from 'react'
import type { Transcript } from '../api/transcript'
import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import { Camera } from './Camera'
import { type RoomState, useRoom } from './room'
import type { CandidateSession } from './session'
import { useTexts } from './texts'

/** What the interviewer is doing. */
export type Phase = 'connecting' | 'listening' | 'thinking' | 'speaking'

/** What the voice room adds to the interview page. */
export interface VoiceRoomView {
  phase: Phase
  /** Words that the interviewer is speaking now. */
  speech: string | null
  notice: ReactNode
  controls: ReactNode
}

interface VoiceRoomProps {
  session: CandidateSession
  deviceId: string | null
  /** Whether the interview continues in writing because speech has failed, while the candidate stays in the room. */
  hasSpeechFailed: boolean
  transcript: Transcript
  children: (voice: VoiceRoomView) => ReactNode
}

/** Joins the LiveKit room: plays the interviewer and publishes the candidate's microphone. */
export default function VoiceRoom({ session, deviceId, hasSpeechFailed, transcript, children }: VoiceRoomProps) {
  const state = useRoom(session, deviceId, hasSpeechFailed)
  return (
    <RoomContext.Provider value={state.room}>
      <RoomAudioRenderer />
      <RoomContents session={session} state={state} transcript={transcript}>
        {children}
      </RoomContents>
    </RoomContext.Provider>
  )
}

function RoomContents({ session, state, transcript, children }: { state: RoomState } & Omit<VoiceRoomProps, 'deviceId' | 'hasSpeechFailed'>) {
  const texts = useTexts()
  const interviewerState = useInterviewerState()
  const speech = useInterviewerSpeech(transcript)
  const { localParticipant, microphoneTrack } = useLocalParticipant({ room: state.room })
  const { canPlayAudio } = useStartAudio({ room: state.room, props: {} })
  const isConnected = state.status === 'connected'
  const isMuted = isConnected && microphoneTrack?.isMuted === true
  return children({
    phase: isConnected ? interviewerState : 'connecting',
    speech,
    notice: <RoomNotice state={state} canPlayAudio={canPlayAudio} isMuted={isMuted} />,
    controls: (
      <>
        <Button
          disabled={!isConnected || !microphoneTrack || state.microphone !== null}
          onClick={() => void localParticipant.setMicrophoneEnabled(isMuted)}
        >
          {isMuted ? texts.voice.unmute : texts.voice.mute}
        </Button>
        {session.isRecorded && <Camera canUse={isConnected} />}
      </>
    ),
  })
}

function RoomNotice({ state, canPlayAudio, isMuted }: { state: RoomState; canPlayAudio: boolean; isMuted: boolean }) {
  const { voice, devices } = useTexts()
  if (state.status === 'replaced') {
    return (
      <Notice tone="warn">
        {voice.isReplaced} <Button onClick={state.rejoin}>{voice.rejoin}</Button>
      </Notice>
    )
  }
  if (state.status === 'reconnecting') {
    return <Notice tone="warn">{voice.isReconnecting}</Notice>
  }
  if (state.microphone) {
    return (
      <Notice tone="warn">
        {devices.problems[state.microphone]} {voice.canStillHear}
      </Notice>
    )
  }
  if (state.status === 'connected' && !canPlayAudio) {
    return (
      <Notice tone="warn">
        {voice.isSilent} <Button onClick={() => void state.room.startAudio()}>{voice.playSound}</Button>
      </Notice>
    )
  }
  return isMuted ? <Notice>{voice.isMuted}</Notice> : null
}

/** Returns the state that the interviewer publishes in the room; during a handover, that of the newest interviewer. */
function useInterviewerState(): Phase {
  const agents = useRemoteParticipants().filter(({ kind }) => kind === ParticipantKind.AGENT)
  const newest = agents.toSorted((one, other) => Number(one.joinedAt ?? 0) - Number(other.joinedAt ?? 0)).at(-1)
  const { attributes } = useParticipantAttributes(newest ? { participant: newest } : {})
  const state = newest && attributes?.['lk.agent.state']
  return state === 'listening' || state === 'thinking' || state === 'speaking' ? state : 'connecting'
}

/** Returns the interviewer's words as they are spoken, until their turn is stored. */
function useInterviewerSpeech(transcript: Transcript): string | null {
  const streams = useTranscriptions()
  const [streamStarts] = useState(() => new StreamStarts())
  const { turns } = transcript.getSnapshot()
  const newest = turns.findLast(({ speaker }) => speaker === 'INTERVIEWER')?.seq ?? 0
  const open = streams.filter(({ participantInfo, streamInfo }) => {
    // the candidate's interim words come from the API
    if (participantInfo.identity === 'candidate') return false
    return newest <= streamStarts.seq(streamInfo.id, transcript.lastSeq)
  })
  return open.map(({ text }) => text).join(' ').trim() || null
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
