import type { ListedInterview } from './documents'

/** Returns an interview for tests; `values` replace fields. */
export function makeInterview(values: Partial<ListedInterview> = {}): ListedInterview {
  return {
    id: 'i1',
    status: 'COMPLETED',
    endReason: 'WRAPPED_UP',
    isPartial: false,
    channel: 'VOICE',
    createdAt: '2026-11-28T10:00:00Z',
    updatedAt: '2026-11-28T11:00:00Z',
    scheduledFor: null,
    startedAt: null,
    endedAt: null,
    expiresAt: null,
    erasedAt: null,
    externalId: null,
    candidatePresent: null,
    candidate: { name: 'Ada Lovelace' },
    position: { key: 'engineer', version: 1, title: 'Engineer' },
    progress: { question: 3, questions: 7 },
    ...values,
  }
}
