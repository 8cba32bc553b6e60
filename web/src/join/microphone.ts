import { useEffect, useState } from 'react'
import type { Texts } from './texts'

/** Why a microphone cannot be used; Texts.devices.problems explains it. */
export type MicrophoneProblem = keyof Texts['devices']['problems']

const STORAGE_KEY = 'viva.microphone'

export interface MicrophoneCheck {
  devices: readonly MediaDeviceInfo[]
  deviceId: string | null
  choose: (deviceId: string) => void
  /** Input level, from 0 to 1. */
  level: number
  /** Whether it has picked up any sound yet. */
  hasHeard: boolean
  /** Why no microphone can be used. */
  problem: MicrophoneProblem | null
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

/** Measures the level of a microphone, by default the last one chosen. The sound does not leave the page. */
export function useMicrophoneCheck(): MicrophoneCheck {
  const [preferredId, setPreferredId] = useState(() => localStorage.getItem(STORAGE_KEY))
  const [found, setFound] = useState<{ devices: MediaDeviceInfo[]; deviceId: string | null; problem: MicrophoneProblem | null }>({
    devices: [],
    deviceId: null,
    problem: null,
  })
  const [level, setLevel] = useState(0)
  const [hasHeard, setHasHeard] = useState(false)

  useEffect(() => {
    let isCurrent = true
    let close = () => {}
    const open = async () => {
      try {
        // `ideal`, not `exact`: a device that was unplugged must not be an error
        const audio = preferredId ? { deviceId: { ideal: preferredId } } : true
        const stream = await navigator.mediaDevices.getUserMedia({ audio })
        if (!isCurrent) {
          stop(stream)
          return
        }
        close = listen(stream, (heard) => {
          setLevel(heard)
          if (heard > 0.15) setHasHeard(true)
        })
        const devices = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'audioinput')
        setFound({ devices, deviceId: stream.getAudioTracks()[0]?.getSettings().deviceId ?? null, problem: null })
      } catch (error) {
        if (isCurrent) setFound({ devices: [], deviceId: null, problem: findMicrophoneProblem(error) })
      }
    }
    void open()
    return () => {
      isCurrent = false
      close()
    }
  }, [preferredId])

  const choose = (deviceId: string) => {
    localStorage.setItem(STORAGE_KEY, deviceId)
    setHasHeard(false)
    setPreferredId(deviceId)
  }
  return { ...found, choose, level, hasHeard }
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

function listen(stream: MediaStream, onLevel: (level: number) => void): () => void {
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  analyser.fftSize = 1024
  context.createMediaStreamSource(stream).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
    // maps -60 dB (silence) to -10 dB (loud) to the range from 0 to 1
    onLevel(Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-9) + 60) / 50)))
  }, 80)
  return () => {
    clearInterval(timer)
    stop(stream)
    void context.close()
  }
}

/** Plays three notes to test the speaker. */
export async function playChime(): Promise<void> {
  const context = new AudioContext()
  const notes = [523, 659, 784]
  for (const [index, frequency] of notes.entries()) {
    const oscillator = new OscillatorNode(context, { frequency })
    const gain = new GainNode(context, { gain: 0 })
    const at = context.currentTime + index * 0.25
    gain.gain.setTargetAtTime(0.3, at, 0.02)
    gain.gain.setTargetAtTime(0, at + 0.15, 0.05)
    oscillator.connect(gain).connect(context.destination)
    oscillator.start(at)
    oscillator.stop(at + 0.5)
  }
  await new Promise((resolve) => setTimeout(resolve, 250 * notes.length + 500))
  await context.close()
}
