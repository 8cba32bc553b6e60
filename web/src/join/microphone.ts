import { useEffect, useState } from 'react'

const REMEMBERED = 'viva.microphone'

export interface MicrophoneCheck {
  devices: readonly MediaDeviceInfo[]
  deviceId: string | null
  choose: (deviceId: string) => void
  /** From 0 to 1, what it hears now. */
  level: number
  /** Whether it has heard anything yet. */
  hasHeard: boolean
  /** Why there is none, and what to do. */
  problem: string | null
}

/** Why a microphone cannot be had, by the name of the browser's error. */
export function microphoneProblem(error: unknown): string {
  switch ((error as { name?: string } | null)?.name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'This page may not use your microphone. Allow it in the address bar of your browser, then load the page again.'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'No microphone was found. Plug one in, then load the page again.'
    case 'NotReadableError':
    case 'AbortError':
      return 'Another programme is using your microphone. Close it, then load the page again.'
    default:
      return 'Your microphone cannot be used here.'
  }
}

/** Listen to a microphone, the last one chosen if it is still there, to show that it works. Nothing of it leaves the page. */
export function useMicrophoneCheck(): MicrophoneCheck {
  const [wanted, setWanted] = useState(() => localStorage.getItem(REMEMBERED))
  const [found, setFound] = useState<{ devices: MediaDeviceInfo[]; deviceId: string | null; problem: string | null }>({
    devices: [],
    deviceId: null,
    problem: null,
  })
  const [level, setLevel] = useState(0)
  const [hasHeard, setHasHeard] = useState(false)

  useEffect(() => {
    let isWanted = true
    let close = () => {}
    const open = async () => {
      try {
        // a device that is gone is no reason to refuse: `ideal`, not `exact`
        const audio = wanted ? { deviceId: { ideal: wanted } } : true
        const stream = await navigator.mediaDevices.getUserMedia({ audio })
        if (!isWanted) {
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
        if (isWanted) setFound({ devices: [], deviceId: null, problem: microphoneProblem(error) })
      }
    }
    void open()
    return () => {
      isWanted = false
      close()
    }
  }, [wanted])

  const choose = (deviceId: string) => {
    localStorage.setItem(REMEMBERED, deviceId)
    setHasHeard(false)
    setWanted(deviceId)
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
    // -60 dB is silence, -10 dB is loud
    onLevel(Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-9) + 60) / 50)))
  }, 80)
  return () => {
    clearInterval(timer)
    stop(stream)
    void context.close()
  }
}

/** Play three notes, so that people hear whether their speaker is on. */
export async function playChime(): Promise<void> {
  const context = new AudioContext()
  const notes = [523, 659, 784]
  for (const [place, frequency] of notes.entries()) {
    const oscillator = new OscillatorNode(context, { frequency })
    const gain = new GainNode(context, { gain: 0 })
    const at = context.currentTime + place * 0.25
    gain.gain.setTargetAtTime(0.3, at, 0.02)
    gain.gain.setTargetAtTime(0, at + 0.15, 0.05)
    oscillator.connect(gain).connect(context.destination)
    oscillator.start(at)
    oscillator.stop(at + 0.5)
  }
  await new Promise((resolve) => setTimeout(resolve, 250 * notes.length + 500))
  await context.close()
}
