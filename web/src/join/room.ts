import { DefaultReconnectPolicy, DisconnectReason, Room, RoomEvent } from 'livekit-client'
import { useEffect, useState } from 'react'
import { pause } from '../api/pause'
import { problemOf } from '../api/problem'
import { microphoneProblem } from './microphone'
import type { Seat } from './seat'

export type RoomStatus = 'connecting' | 'connected' | 'reconnecting' | 'replaced' | 'closed'

/** Ours ends sooner than the client's own: then the invite is exchanged anew, which also brings a fresh token. */
const RECONNECT_MS = [0, 300, 1_000, 2_000, 3_000, 4_000]

export interface RoomState {
  room: Room
  status: RoomStatus
  /** Why the candidate cannot be heard, and what to do. */
  microphone: string | null
  /** Come back after another page has taken the place. */
  takeBack: () => void
}

/** The interview's room, joined and joined again for as long as the component is there. */
export function useRoom(seat: Seat, deviceId: string | null): RoomState {
  const [room] = useState(
    () =>
      new Room({
        disconnectOnPageLeave: true,
        reconnectPolicy: new DefaultReconnectPolicy(RECONNECT_MS),
        // who mutes sees the browser's own sign go out: nothing listens any more
        publishDefaults: { stopMicTrackOnMute: true },
      }),
  )
  const [status, setStatus] = useState<RoomStatus>('connecting')
  const [microphone, setMicrophone] = useState<string | null>(null)
  const [visit, setVisit] = useState(0)

  useEffect(() => {
    const stop = new AbortController()
    const lost = () => setStatus('reconnecting')
    const back = () => setStatus('connected')
    room.on(RoomEvent.SignalReconnecting, lost).on(RoomEvent.Reconnecting, lost).on(RoomEvent.Reconnected, back)

    const publish = async () => {
      try {
        await room.localParticipant.setMicrophoneEnabled(true, deviceId ? { deviceId } : undefined)
        setMicrophone(null)
      } catch (error) {
        setMicrophone(microphoneProblem(error))
      }
    }
    const stay = async () => {
      for (let tries = visit && 1; !stop.signal.aborted; tries++) {
        try {
          if (tries > 0) await seat.renew()
          if (seat.room) {
            const left = reasonToLeave(room)
            await room.connect(seat.room.url, seat.room.token)
            tries = 0
            back()
            await publish()
            if ((await left) === DisconnectReason.DUPLICATE_IDENTITY) {
              setStatus('replaced')
              return
            }
          }
        } catch (error) {
          const problem = problemOf(error)
          // the interview is over, or the invite was replaced: the page hears of it from the API
          if (!problem.isPassing) {
            setStatus('closed')
            return
          }
        }
        if (stop.signal.aborted) return
        lost()
        await pause(tries + 1, stop.signal)
      }
    }
    void stay()
    return () => {
      stop.abort()
      room.off(RoomEvent.SignalReconnecting, lost).off(RoomEvent.Reconnecting, lost).off(RoomEvent.Reconnected, back)
      void room.disconnect()
    }
  }, [room, seat, deviceId, visit])

  return { room, status, microphone, takeBack: () => setVisit((count) => count + 1) }
}

/** Settles when the room that is about to be joined is left for good. */
function reasonToLeave(room: Room): Promise<DisconnectReason | undefined> {
  return new Promise((resolve) => room.once(RoomEvent.Disconnected, resolve))
}
