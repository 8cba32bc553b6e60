import { describe, expect, it } from 'vitest'
import type { Turn } from '../api/transcript'
import { pickRecording } from './Player'
import { turnAt } from './playback'

const PLACES = [2, 8, 15]
const turns = PLACES.map((_, place) => ({ seq: place + 1 }) as Turn)
const placeOf = ({ seq }: Turn) => PLACES[seq - 1] ?? 0

describe('playback', () => {
  it.each([
    [0, null],
    [1.9, null],
    [2, 1],
    [7.9, 1],
    // a player stops a little before the place that it was sent to
    [7.97, 2],
    [99, 3],
  ])('at %s s plays line %s', (seconds, seq) => {
    expect(turnAt(turns, seconds, placeOf)).toBe(seq)
  })

  it('takes what can be played, with the picture if there is one', () => {
    const kinds = ['CANDIDATE_TRACK', 'AUDIO', 'COMPOSITE'] as const
    const recordings = kinds.map((kind) => ({ kind, url: '/x' }) as Parameters<typeof pickRecording>[0][number])
    expect(pickRecording(recordings)?.kind).toBe('COMPOSITE')
    expect(pickRecording(recordings.map((one) => (one.kind === 'COMPOSITE' ? { ...one, url: null } : one)))?.kind).toBe('AUDIO')
    expect(pickRecording(recordings.slice(0, 1))).toBeNull()
  })
})
