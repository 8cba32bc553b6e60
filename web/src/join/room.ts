import { DefaultReconnectPolicy, DisconnectReason, Room, RoomEvent } from 'livekit-client'
import { useEffect, useRef, useState } from 'react'
import { backOff } from '../api/backoff'
import { toProblem } from '../api/problem'
import { findMicrophoneProblem, type MicrophoneProblem } from './microphone'
import type { CandidateSession } from './session'

export type RoomStatus = 'connecting' | 'connected' | 'reconnecting' | 'replaced' | 'closed'

/** Shorter than LiveKit's default, because joining again with the invite also brings a fresh room token. */
const RECONNECT_MS = [0, 300, 1_000, 2_000, 3_000, 4_000]

export interface RoomState {
  room: Room
  status: RoomStatus
  /** Why the candidate cannot be heard. */
  microphone: MicrophoneProblem | null
  /** Joins again after another page has replaced this one in the room. */
  rejoin: () => void
}

/** Joins the interview's room, and rejoins it after failures, while the component is mounted. */
export function useRoom(session: CandidateSession, deviceId: string | null, hasSpeechFailed: boolean): RoomState {
  const [room] = useState(
    () =>
      new Room({
        disconnectOnPageLeave: true,
        reconnectPolicy: new DefaultReconnectPolicy(RECONNECT_MS),
        // muting stops the track, so that the browser's microphone indicator goes off
        publishDefaults: { stopMicTrackOnMute: true },
      }),
  )
  const [status, setStatus] = useState<RoomStatus>('connecting')
  const [microphone, setMicrophone] = useState<MicrophoneProblem | null>(null)
  const [rejoins, setRejoins] = useState(0)
  const mayRenew = useRef(true)
  useEffect(() => {
    // joining again would return to voice, which is the candidate's choice
    mayRenew.current = !hasSpeechFailed
  }, [hasSpeechFailed])

  useEffect(() => {
    const stop = new AbortController()
    const onLost = () => setStatus('reconnecting')
    const onConnected = () => setStatus('connected')
    room.on(RoomEvent.SignalReconnecting, onLost).on(RoomEvent.Reconnecting, onLost).on(RoomEvent.Reconnected, onConnected)

    const publishMicrophone = async () => {
      try {
        await room.localParticipant.setMicrophoneEnabled(true, deviceId ? { deviceId } : undefined)
        setMicrophone(null)
      } catch (error) {
        setMicrophone(findMicrophoneProblem(error))
      }
    }
    const stayConnected = async () => {
      for (let tries = rejoins && 1; !stop.signal.aborted; tries++) {
        try {
          if (tries > 0 && mayRenew.current) await session.renew()
          if (session.room) {
            const disconnected = waitForDisconnect(room)
            await room.connect(session.room.url, session.room.token)
            tries = 0
            onConnected()
            await publishMicrophone()
            if ((await disconnected) === DisconnectReason.DUPLICATE_IDENTITY) {
              setStatus('replaced')
              return
            }
          }
        } catch (error) {
          const problem = toProblem(error)
          // the interview has ended or the invite was replaced: the page learns that from the API
          if (!problem.isTransient) {
            setStatus('closed')
            return
          }
        }
        if (stop.signal.aborted) return
        onLost()
        await backOff(tries + 1, stop.signal)
      }
    }
    void stayConnected()
    return () => {
      stop.abort()
      room.off(RoomEvent.SignalReconnecting, onLost).off(RoomEvent.Reconnecting, onLost).off(RoomEvent.Reconnected, onConnected)
      void room.disconnect()
    }
  }, [room, session, deviceId, rejoins])

  return { room, status, microphone, rejoin: () => setRejoins((count) => count + 1) }
}

/** Resolves with the reason when the room is left for good. */
function waitForDisconnect(room: Room): Promise<DisconnectReason | undefined> {
  return new Promise((resolve) => room.once(RoomEvent.Disconnected, resolve))
}
