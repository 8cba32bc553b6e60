import { RoomAudioRenderer, RoomContext, useLocalParticipant, useParticipantAttributes, useRemoteParticipants, useStartAudio, useTranscriptions } from '@livekit/components-react'
import { ParticipantKind } from 'livekit-client'
import { type ReactNode, useState } from 'react'
import type { Transcript } from '../api/transcript'
import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import { Camera } from './Camera'
import { type RoomState, useRoom } from './room'
import type { Seat } from './seat'

/** What the room adds to the page. */
export interface Voice {
  /** Whose turn it is, by what the interviewer says of itself. */
  turn: 'connecting' | 'listening' | 'thinking' | 'speaking'
  /** What the interviewer is saying right now. */
  speech: string | null
  notice: ReactNode
  controls: ReactNode
}

interface VoiceRoomProps {
  seat: Seat
  deviceId: string | null
  transcript: Transcript
  children: (voice: Voice) => ReactNode
}

/** The room: the interviewer is heard, the candidate's microphone is open. */
export default function VoiceRoom({ seat, deviceId, transcript, children }: VoiceRoomProps) {
  const state = useRoom(seat, deviceId)
  return (
    <RoomContext.Provider value={state.room}>
      <RoomAudioRenderer />
      <Inside seat={seat} state={state} transcript={transcript}>
        {children}
      </Inside>
    </RoomContext.Provider>
  )
}

function Inside({ seat, state, transcript, children }: { state: RoomState } & Omit<VoiceRoomProps, 'deviceId'>) {
  const agent = useInterviewer()
  const speech = useSpeech(transcript)
  const { localParticipant, microphoneTrack } = useLocalParticipant({ room: state.room })
  const { canPlayAudio } = useStartAudio({ room: state.room, props: {} })
  const isIn = state.status === 'connected'
  const isMuted = isIn && microphoneTrack?.isMuted === true
  return children({
    turn: isIn ? agent : 'connecting',
    speech,
    notice: <RoomNotice state={state} canPlayAudio={canPlayAudio} isMuted={isMuted} />,
    controls: (
      <>
        <Button
          disabled={!isIn || !microphoneTrack || state.microphone !== null}
          onClick={() => void localParticipant.setMicrophoneEnabled(isMuted)}
        >
          {isMuted ? 'Unmute' : 'Mute'}
        </Button>
        {seat.isRecorded && <Camera canUse={isIn} />}
      </>
    ),
  })
}

function RoomNotice({ state, canPlayAudio, isMuted }: { state: RoomState; canPlayAudio: boolean; isMuted: boolean }) {
  if (state.status === 'replaced') {
    return (
      <Notice tone="warn">
        The interview goes on in another window or on another device.{' '}
        <Button onClick={state.takeBack}>Go on here</Button>
      </Notice>
    )
  }
  if (state.status === 'reconnecting') {
    return <Notice tone="warn">Reconnecting… You cannot be heard right now, but you can type: it is stored and answered.</Notice>
  }
  if (state.microphone) return <Notice tone="warn">{state.microphone} You can hear the interviewer; type your answers instead.</Notice>
  if (state.status === 'connected' && !canPlayAudio) {
    return (
      <Notice tone="warn">
        Your browser holds the sound back. <Button onClick={() => void state.room.startAudio()}>Allow sound</Button>
      </Notice>
    )
  }
  return isMuted ? <Notice>Your microphone is off.</Notice> : null
}

/** What the interviewer is doing; the newest one, when one has just taken over from another. */
function useInterviewer(): Voice['turn'] {
  const agents = useRemoteParticipants().filter(({ kind }) => kind === ParticipantKind.AGENT)
  const newest = agents.toSorted((one, other) => Number(one.joinedAt ?? 0) - Number(other.joinedAt ?? 0)).at(-1)
  const { attributes } = useParticipantAttributes(newest ? { participant: newest } : {})
  const state = newest && attributes?.['lk.agent.state']
  return state === 'listening' || state === 'thinking' || state === 'speaking' ? state : 'connecting'
}

/** The interviewer's words as they are spoken, until their turn is stored. */
function useSpeech(transcript: Transcript): string | null {
  const streams = useTranscriptions()
  const [firstSeen] = useState(() => new FirstSeen())
  const { turns } = transcript.read()
  const newest = turns.findLast(({ speaker }) => speaker === 'INTERVIEWER')?.seq ?? 0
  const open = streams.filter(({ participantInfo, streamInfo }) => {
    // the candidate's own words come from the API
    if (participantInfo.identity === 'candidate') return false
    return newest <= firstSeen.seq(streamInfo.id, transcript.lastSeq)
  })
  return open.map(({ text }) => text).join(' ').trim() || null
}

/** After which turn each stream began: once a later one of the interviewer's is stored, it has taken the stream's place. */
class FirstSeen {
  private readonly seqs = new Map<string, number>()

  /** seq of the newest turn when this stream was first asked about. */
  seq(stream: string, lastSeq: number): number {
    const known = this.seqs.get(stream)
    if (known === undefined) this.seqs.set(stream, lastSeq)
    return known ?? lastSeq
  }
}
