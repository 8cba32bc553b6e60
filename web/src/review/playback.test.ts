import { describe, expect, it } from 'vitest'
import type { Turn } from '../api/transcript'
import { pickRecording, placeTicks } from './Player'
import { computeOffset, findSeqAt } from './playback'

const OFFSETS = [2, 8, 15]
const turns = OFFSETS.map((_, index) => ({ seq: index + 1 }) as Turn)
const getOffset = ({ seq }: Turn) => OFFSETS[seq - 1] ?? 0

describe('R2: playback', () => {
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

  it('estimates the time of a word from its place in the turn, never before the turn', () => {
    const turn = { startedAt: '2026-11-25T10:00:00.000Z', endedAt: '2026-11-25T10:00:10.000Z', text: '🙃'.repeat(10) }
    const start = Date.parse(turn.startedAt) / 1_000
    expect([0, 1, 5].map((point) => computeOffset(turn, point) - start)).toEqual([0, 0, 4])
  })

  it('leaves out ticks of questions that would cover each other', () => {
    const offsets = [0, 3, 50, 99]
    const questions = offsets.map((_, index) => ({ seq: index, questionKey: `q${index}` }) as unknown as Turn)
    expect(placeTicks(questions, ({ seq }) => offsets[seq] ?? 0, 100).map(({ number }) => number)).toEqual([1, 3])
  })
})
