import { DefaultReconnectPolicy, DisconnectReason, Room, RoomEvent, Track } from 'livekit-client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { backOff } from '../api/backoff'
import { type Problem, toProblem } from '../api/problem'
import { NetworkFailure } from '../api/request'
import { type ChosenDevices, findMicrophoneProblem, type MicrophoneProblem } from './microphone'
import type { CandidateSession } from './session'

/** `blocked`: the API answers, but LiveKit cannot be reached, as behind a firewall. */
export type RoomStatus = 'connecting' | 'connected' | 'reconnecting' | 'blocked' | 'replaced' | 'closed'

/** Shorter than LiveKit's default, because joining again with the invite also brings a fresh room token. */
const RECONNECT_MS = [0, 300, 1_000, 2_000, 3_000, 4_000]
/** Two attempts tell within 20 seconds that the network blocks voice. */
const CONNECT_TIMEOUT_MS = 8_000
const BLOCKED_ATTEMPTS = 2
/** A connection that has lasted so long was no failure, whatever ended it. */
const STABLE_MS = 10_000

export interface RoomState {
  room: Room
  status: RoomStatus
  /** Why the microphone could not be published. */
  microphone: MicrophoneProblem | null
  /** Joins again after another page has replaced this one in the room. */
  rejoin: () => void
  /** Tries to publish the microphone again. */
  retryMicrophone: () => Promise<void>
}

/** Joins the interview's room, and rejoins it after failures, while the component is mounted. */
export function useRoom(session: CandidateSession, devices: ChosenDevices, hasSpeechFailed: boolean): RoomState {
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
  const [pageError, setPageError] = useState<Problem | null>(null)
  const [rejoins, setRejoins] = useState(0)
  const mayRenew = useRef(true)
  useEffect(() => {
    // joining again would return to voice, which is the candidate's choice
    mayRenew.current = !hasSpeechFailed
  }, [hasSpeechFailed])

  const publishMicrophone = useCallback(async () => {
    try {
      const deviceId = room.getActiveDevice('audioinput') ?? devices.microphone
      await room.localParticipant.setMicrophoneEnabled(true, deviceId ? { deviceId } : undefined)
      setMicrophone(null)
    } catch (error) {
      setMicrophone(findMicrophoneProblem(error))
    }
  }, [room, devices])

  useEffect(() => {
    const stop = new AbortController()
    let hasConnected = false
    const onLost = () => setStatus((before) => (before === 'blocked' ? before : 'reconnecting'))
    const onConnected = () => setStatus('connected')
    room.on(RoomEvent.SignalReconnecting, onLost).on(RoomEvent.Reconnecting, onLost).on(RoomEvent.Reconnected, onConnected)

    const publishDevices = async () => {
      if (devices.speaker) await room.switchActiveDevice('audiooutput', devices.speaker).catch(() => {})
      await publishMicrophone()
      // without a camera, the interview continues
      if (devices.camera !== null && !hasConnected) {
        await room.localParticipant.setCameraEnabled(true, devices.camera ? { deviceId: devices.camera } : undefined).catch(() => {})
      }
      hasConnected = true
    }
    const stayConnected = async () => {
      for (let tries = rejoins && 1, failures = 0; !stop.signal.aborted; tries++) {
        let minimumSeconds = 0
        try {
          if (tries > 0 && mayRenew.current) await session.renew()
          if (session.room) {
            const disconnected = waitForDisconnect(room)
            await connect(room, session.room)
            const connectedAt = performance.now()
            failures = 0
            onConnected()
            await publishDevices()
            const reason = await disconnected
            // a server that accepts each connection, and then drops it, fails as well
            if (performance.now() - connectedAt > STABLE_MS) tries = 0
            if (reason === DisconnectReason.DUPLICATE_IDENTITY) {
              setStatus('replaced')
              return
            }
          }
        } catch (error) {
          const problem = toProblem(error)
          if (problem.code === 'PAGE_ERROR') {
            setPageError(problem)
            return
          }
          // the interview has ended or the invite was replaced: the page learns that from the API
          if (!problem.isTransient) {
            setStatus('closed')
            return
          }
          minimumSeconds = problem.retryAfterSeconds
          if (error instanceof NetworkFailure) failures++
          if (failures >= BLOCKED_ATTEMPTS && !hasConnected) setStatus('blocked')
        }
        if (stop.signal.aborted) return
        onLost()
        await backOff(tries + 1, stop.signal, minimumSeconds)
      }
    }
    void stayConnected()
    return () => {
      stop.abort()
      room.off(RoomEvent.SignalReconnecting, onLost).off(RoomEvent.Reconnecting, onLost).off(RoomEvent.Reconnected, onConnected)
      void room.disconnect()
    }
  }, [room, session, devices, rejoins, publishMicrophone])

  // a mistake of the page is not a trouble of the network: the error boundary offers to reload the page
  if (pageError) throw pageError
  return { room, status, microphone, rejoin: () => setRejoins((count) => count + 1), retryMicrophone: publishMicrophone }
}

/** Connects to the room once. Rejects with a NetworkFailure. */
async function connect(room: Room, { url, token }: { url: string; token: string }): Promise<void> {
  try {
    await room.connect(url, token, { peerConnectionTimeout: CONNECT_TIMEOUT_MS, websocketTimeout: CONNECT_TIMEOUT_MS, maxRetries: 0 })
  } catch (error) {
    throw new NetworkFailure('LiveKit cannot be reached.', { cause: error })
  }
}

/** Resolves with the reason when the room is left for good. */
function waitForDisconnect(room: Room): Promise<DisconnectReason | undefined> {
  return new Promise((resolve) => room.once(RoomEvent.Disconnected, resolve))
}

/** Why the candidate is not heard although the room is connected: the device is gone, or no sound reaches the server. */
export type HearingProblem = 'unplugged' | 'notHeard'

const CHECK_MS = 1_000
/** How long a microphone may send nothing, and how long the server may send no reports of what it received, before it is said. */
const SENDING_MS = 2_000
const RECEIVING_MS = 5_000

/** Watches whether the microphone's sound reaches the server. */
export function useHearingProblem(room: Room, isConnected: boolean): HearingProblem | null {
  const [problem, setProblem] = useState<HearingProblem | null>(null)
  useEffect(() => {
    if (!isConnected) return
    const sending = new Watch()
    const receiving = new Watch()
    const check = async (): Promise<HearingProblem | null> => {
      const publication = room.localParticipant.getTrackPublication(Track.Source.Microphone)
      const track = publication?.audioTrack
      if (publication?.isMuted) {
        sending.reset()
        receiving.reset()
        return null
      }
      // a server that stands still does not confirm that the microphone is published
      if (!track) return sending.isAlive(-1, RECEIVING_MS) ? null : 'notHeard'
      const { readyState, muted } = track.mediaStreamTrack
      if (readyState === 'ended') return 'unplugged'
      const report = await track.getRTCStatsReport()
      let sent = 0
      let received = 0
      // oxlint-disable-next-line unicorn/no-array-for-each -- RTCStatsReport is only iterable in newer browsers
      report?.forEach((stats: RTCOutboundRtpStreamStats & RTCIceCandidatePairStats) => {
        if (stats.type === 'outbound-rtp') sent += stats.packetsSent ?? 0
        if (stats.type === 'candidate-pair') received += stats.bytesReceived ?? 0
      })
      // a muted track is silenced by the operating system
      const isSending = sending.isAlive(muted ? -1 : sent, SENDING_MS)
      const isReceiving = receiving.isAlive(received, RECEIVING_MS)
      return isSending && isReceiving ? null : 'notHeard'
    }
    const timer = setInterval(() => void check().then(setProblem, () => setProblem(null)), CHECK_MS)
    return () => {
      clearInterval(timer)
      setProblem(null)
    }
  }, [room, isConnected])
  return problem
}

/** A counter that should change. */
class Watch {
  private value = -2
  private changedAt = 0

  reset(): void {
    this.value = -2
  }

  /** Returns whether the counter has changed within `limit` milliseconds. */
  isAlive(value: number, limit: number, now = performance.now()): boolean {
    if (value !== this.value) {
      this.value = value
      this.changedAt = now
    }
    return now - this.changedAt < limit
  }
}
