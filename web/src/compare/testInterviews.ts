import type { ComparedInterview, ComparedQuote, ComparedResult } from './documents'

const LEVELS = [1, 2, 3, 4, 5].map((value) => ({ value, anchor: `Anchor ${value}.` }))

/** Returns a quote for tests, 3 seconds after the start of the recording. */
export function makeQuote(values: Partial<ComparedQuote> = {}): ComparedQuote {
  return {
    quote: 'I wrote the log',
    seq: 4,
    start: 0,
    end: 15,
    sentence: 'I wrote the log first.',
    sentenceStart: 0,
    flags: [],
    turn: { startedAt: '2026-11-29T10:00:03Z', endedAt: '2026-11-29T10:00:09Z', text: 'I wrote the log first.' },
    ...values,
  }
}

export function makeResult(key: string, values: Partial<ComparedResult> = {}): ComparedResult {
  return {
    key,
    name: key,
    state: 'ASSESSED',
    level: 4,
    rationale: `Reasons for ${key}.`,
    passLevels: [4, 4, 4],
    flags: [],
    questions: [{ questionKey: 'q1', asked: true, answered: true }],
    evidence: [makeQuote()],
    ...values,
  }
}

/** Returns an interview for tests, with the criteria depth (30 of the weight) and care (10). */
export function makeCompared(id: string, values: Partial<ComparedInterview> = {}): ComparedInterview {
  return {
    id,
    status: 'COMPLETED',
    channel: 'VOICE',
    createdAt: '2026-11-29T09:00:00Z',
    scheduledFor: null,
    startedAt: '2026-11-29T10:00:00Z',
    erasedAt: null,
    decision: null,
    decidedBy: null,
    candidate: { name: `Candidate ${id}` },
    position: {
      key: 'engineer',
      version: 4,
      title: 'Engineer',
      criteria: [
        { key: 'depth', name: 'Technical depth', weight: 3, levels: LEVELS },
        { key: 'care', name: 'Care', weight: 1, levels: LEVELS },
      ],
    },
    recordings: [],
    evaluation: {
      isBlind: false,
      status: 'COMPLETED',
      overallScore: 70,
      lowestScore: 52,
      highestScore: 70,
      inconclusiveReason: null,
      recommendation: 'HIRE',
      coverage: 0.7,
      flags: [],
      sandbox: false,
      criteria: [makeResult('depth'), makeResult('care', { state: 'NOT_ASSESSED', level: null, passLevels: [], evidence: [], rationale: '' })],
      reviews: [],
    },
    ...values,
  } as ComparedInterview
}
