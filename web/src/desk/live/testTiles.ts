import type { TileInterview } from './documents'

/** An interview in progress, for tests. */
export function makeTile(id: string, values: Partial<TileInterview> = {}): TileInterview {
  return {
    id,
    status: 'IN_PROGRESS',
    channel: 'VOICE',
    createdAt: '2026-11-28T10:00:00Z',
    scheduledFor: null,
    startedAt: '2026-11-28T10:00:00Z',
    expiresAt: null,
    pausedAt: null,
    candidatePresent: true,
    speechOutage: null,
    candidate: { name: id },
    position: { title: 'Engineer' },
    progress: { question: 1, questions: 7, elapsedSeconds: 60 },
    lastTurn: null,
    ...values,
  }
}
