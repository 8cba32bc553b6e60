import { useCallback, useEffect, useState } from 'react'
import { browserStorage } from '../api/storage'
import { measureLevels } from './levels'
import type { Texts } from './texts'

/** Why a microphone cannot be used; Texts.devices.problems explains it. */
export type MicrophoneProblem = keyof Texts['devices']['problems']

/** Devices that the candidate has chosen; null is the browser's default. */
export interface ChosenDevices {
  microphone: string | null
  speaker: string | null
  /** null if the camera is off. */
  camera: string | null
}

const MICROPHONE_KEY = 'viva.microphone'
const SPEAKER_KEY = 'viva.speaker'

/** Whether this browser can play sound on a speaker of the user's choice. */
export const canChooseSpeaker = 'setSinkId' in HTMLMediaElement.prototype

export function loadSpeaker(): string | null {
  return canChooseSpeaker ? browserStorage.get(SPEAKER_KEY) : null
}

export function storeSpeaker(deviceId: string | null): void {
  browserStorage.set(SPEAKER_KEY, deviceId)
}

export function storeMicrophone(deviceId: string): void {
  browserStorage.set(MICROPHONE_KEY, deviceId)
}

/** Returns why getUserMedia failed. */
export function findMicrophoneProblem(error: unknown): MicrophoneProblem {
  switch ((error as { name?: string } | null)?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'forbidden'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing'
    case 'NotReadableError':
    case 'AbortError':
      return 'busy'
    default:
      return 'unknown'
  }
}

/** Returns the connected devices of a kind, which change when one is plugged in or out. */
export function useDevices(kind: MediaDeviceKind, isPermitted = true): readonly MediaDeviceInfo[] {
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([])
  useEffect(() => {
    const { mediaDevices } = navigator
    if (!mediaDevices || !isPermitted) return
    const load = () =>
      void mediaDevices
        .enumerateDevices()
        .then((found) => setDevices(found.filter((device) => device.kind === kind && device.deviceId !== '')))
        .catch(() => {})
    load()
    mediaDevices.addEventListener('devicechange', load)
    return () => mediaDevices.removeEventListener('devicechange', load)
  }, [kind, isPermitted])
  return devices
}

/** `unasked`: the browser would ask, and the page first says why. */
export type MicrophoneState = 'checking' | 'unasked' | 'asking' | 'ready' | 'problem'

export interface MicrophoneCheck {
  state: MicrophoneState
  /** Why no microphone can be used, in the state `problem`. */
  problem: MicrophoneProblem | null
  track: MediaStreamTrack | null
  deviceId: string | null
  choose: (deviceId: string) => void
  /** Asks the browser for the microphone, also after a problem. */
  ask: () => void
  /** How loud the candidate has been so far. */
  hearing: 'silent' | 'quiet' | 'good'
  /** Input level, from 0 to 1. */
  level: number
}

/** Levels from which a microphone picks up something, and from which it is loud enough. */
const QUIET_LEVEL = 0.08
const GOOD_LEVEL = 0.15

interface Found {
  state: MicrophoneState
  problem: MicrophoneProblem | null
  track: MediaStreamTrack | null
}

const NOTHING: Found = { state: 'checking', problem: null, track: null }

/** Opens a microphone, by default the last one chosen, and measures its level. The sound does not leave the page. */
export function useMicrophoneCheck(): MicrophoneCheck {
  const [preferredId, setPreferredId] = useState(() => browserStorage.get(MICROPHONE_KEY))
  const [attempts, setAttempts] = useState(0)
  const [found, setFound] = useState(NOTHING)
  const [level, setLevel] = useState(0)
  const [loudest, setLoudest] = useState(0)
  const ask = useCallback(() => setAttempts((count) => count + 1), [])

  useEffect(() => {
    let isCurrent = true
    let stop = () => {}
    const open = async () => {
      if (attempts === 0 && (await wouldAsk())) {
        if (isCurrent) setFound({ ...NOTHING, state: 'unasked' })
        return
      }
      // browsers that have the permission answer immediately, and the page should not flicker
      const asking = setTimeout(() => isCurrent && setFound({ ...NOTHING, state: 'asking' }), 400)
      try {
        // `ideal`, not `exact`: a device that was unplugged must not be an error
        const audio = preferredId ? { deviceId: { ideal: preferredId } } : true
        const stream = await navigator.mediaDevices.getUserMedia({ audio })
        const track = stream.getAudioTracks()[0] ?? null
        if (!isCurrent || !track) {
          track?.stop()
          return
        }
        const stopMeasuring = measureLevels(track, ({ level: heard }) => {
          setLevel(heard)
          setLoudest((before) => Math.max(before, heard))
        })
        // an unplugged device ends its track: open another one
        track.addEventListener('ended', ask)
        stop = () => {
          stopMeasuring()
          track.removeEventListener('ended', ask)
          track.stop()
        }
        setFound({ state: 'ready', problem: null, track })
      } catch (error) {
        if (isCurrent) setFound({ state: 'problem', problem: findMicrophoneProblem(error), track: null })
      } finally {
        clearTimeout(asking)
      }
    }
    void open()
    return () => {
      isCurrent = false
      stop()
    }
  }, [preferredId, attempts, ask])

  const isMissing = found.problem === 'missing'
  useEffect(() => {
    if (!isMissing) return
    navigator.mediaDevices?.addEventListener('devicechange', ask)
    return () => navigator.mediaDevices?.removeEventListener('devicechange', ask)
  }, [isMissing, ask])

  return {
    ...found,
    deviceId: found.track?.getSettings().deviceId ?? null,
    choose: (deviceId) => {
      storeMicrophone(deviceId)
      setLoudest(0)
      setPreferredId(deviceId)
    },
    ask,
    hearing: loudest > GOOD_LEVEL ? 'good' : loudest > QUIET_LEVEL ? 'quiet' : 'silent',
    level,
  }
}

/** Returns whether the browser would ask the user for the microphone; browsers that cannot say it count as asking. */
async function wouldAsk(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: 'microphone' as PermissionName })).state === 'prompt'
  } catch {
    return true
  }
}

/** Plays an element on a speaker; on the default one where the browser cannot choose. */
export async function chooseSpeaker(audio: HTMLAudioElement, speaker: string | null): Promise<void> {
  // oxlint-disable-next-line browsers/support -- not called where it is missing
  if (speaker && canChooseSpeaker) await audio.setSinkId(speaker).catch(() => {})
}

/** Plays three notes to test a speaker. */
export async function playChime(speaker: string | null): Promise<void> {
  const context = new AudioContext()
  const output = context.createMediaStreamDestination()
  const audio = new Audio()
  audio.srcObject = output.stream
  await chooseSpeaker(audio, speaker)
  const notes = [523, 659, 784]
  for (const [index, frequency] of notes.entries()) {
    const oscillator = new OscillatorNode(context, { frequency })
    const gain = new GainNode(context, { gain: 0 })
    const at = context.currentTime + 0.1 + index * 0.25
    gain.gain.setTargetAtTime(0.3, at, 0.02)
    gain.gain.setTargetAtTime(0, at + 0.15, 0.05)
    oscillator.connect(gain).connect(output)
    oscillator.start(at)
    oscillator.stop(at + 0.5)
  }
  await audio.play()
  await new Promise((resolve) => setTimeout(resolve, 250 * notes.length + 600))
  audio.srcObject = null
  await context.close()
}
