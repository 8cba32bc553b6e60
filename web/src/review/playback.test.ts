import { describe, expect, it } from 'vitest'
import type { Turn } from '../api/transcript'
import { pickRecording } from './Player'
import { findSeqAt } from './playback'

const OFFSETS = [2, 8, 15]
const turns = OFFSETS.map((_, index) => ({ seq: index + 1 }) as Turn)
const getOffset = ({ seq }: Turn) => OFFSETS[seq - 1] ?? 0

describe('playback', () => {
  it.each([
    [0, null],
    [1.9, null],
    [2, 1],
    [7.9, 1],
    // after a seek, currentTime may be slightly before the requested time
    [7.97, 2],
    [99, 3],
  ])('finds at %s s the turn %s', (seconds, seq) => {
    expect(findSeqAt(turns, seconds, getOffset)).toBe(seq)
  })

  it('prefers a playable recording with video', () => {
    const kinds = ['CANDIDATE_TRACK', 'AUDIO', 'COMPOSITE'] as const
    const recordings = kinds.map((kind) => ({ kind, url: '/x' }) as Parameters<typeof pickRecording>[0][number])
    expect(pickRecording(recordings)?.kind).toBe('COMPOSITE')
    expect(pickRecording(recordings.map((recording) => (recording.kind === 'COMPOSITE' ? { ...recording, url: null } : recording)))?.kind).toBe('AUDIO')
    expect(pickRecording(recordings.slice(0, 1))).toBeNull()
  })
})
