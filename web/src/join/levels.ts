import { type RefObject, useEffect } from 'react'

const UPDATE_MS = 80
/** Bands of speech, in hertz: the bars of the drawing. */
const BANDS = [
  [90, 250],
  [250, 500],
  [500, 1_000],
  [1_000, 2_000],
  [2_000, 4_000],
] as const

export interface Levels {
  /** Loudness from 0 (silence, -60 dB) to 1 (loud, -10 dB). */
  level: number
  /** Loudness of five bands of speech, lowest first. */
  bands: readonly number[]
}

/** Measures the levels of a track until the returned function is called. The sound does not leave the page. */
export function measureLevels(track: MediaStreamTrack, onLevels: (levels: Levels) => void): () => void {
  const context = new AudioContext()
  const analyser = new AnalyserNode(context, { fftSize: 1024, smoothingTimeConstant: 0.5, minDecibels: -85, maxDecibels: -25 })
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const bins = new Uint8Array(analyser.frequencyBinCount)
  const hertzPerBin = context.sampleRate / analyser.fftSize
  const timer = setInterval(() => {
    // a page that was reloaded may measure only after its first click
    if (context.state === 'suspended') void context.resume()
    analyser.getFloatTimeDomainData(samples)
    analyser.getByteFrequencyData(bins)
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
    const level = Math.min(1, Math.max(0, (10 * Math.log10(power + 1e-9) + 60) / 50))
    const bands = BANDS.map(([from, to]) => {
      const range = bins.subarray(Math.floor(from / hertzPerBin), Math.ceil(to / hertzPerBin))
      return range.reduce((sum, value) => sum + value, 0) / (range.length * 255)
    })
    onLevels({ level, bands })
  }, UPDATE_MS)
  return () => {
    clearInterval(timer)
    void context.close()
  }
}

/** Draws a track's levels by CSS variables, outside React: --level on the element, and --b on each <i> in it. */
export function useLevelDrawing(element: RefObject<HTMLElement | null>, track: MediaStreamTrack | null): void {
  useEffect(() => {
    const target = element.current
    if (!target || !track) return
    const bars = target.querySelectorAll<HTMLElement>('i')
    const draw = ({ level, bands }: Levels) => {
      target.style.setProperty('--level', level.toFixed(2))
      for (const [index, bar] of bars.entries()) bar.style.setProperty('--b', (bands[index] ?? 0).toFixed(2))
    }
    const stop = measureLevels(track, draw)
    return () => {
      stop()
      draw({ level: 0, bands: [] })
    }
  }, [element, track])
}
