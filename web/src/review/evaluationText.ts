import type { CriterionState, EvidenceFlag, InconclusiveReason, ReviewFlag, ReviewReason } from '../gql/graphql'
import type { ReviewedCriterion, ReviewedEvaluation, ReviewedInterview } from './documents'

export const REASONS: Record<InconclusiveReason, string> = {
  NOTHING_SAID: 'the candidate said nothing',
  CANDIDATE_STOPPED: 'the candidate ended the interview early',
  BROKEN_OFF: 'the interview broke off',
  HELD_BY_CODE: 'the AI was away for part of the interview, so answers were not followed up',
  OTHER_LANGUAGE: 'most answers are in another language',
  HEARD_BADLY: 'most answers were hard to hear',
  UNRELIABLE_QUOTES: 'the AI quoted words that were not said',
  LOW_COVERAGE: 'too few questions were answered',
}

export const STATES: Record<CriterionState, string> = {
  ASSESSED: 'Assessed',
  NOT_DEMONSTRATED: 'Not demonstrated',
  NOT_ASSESSED: 'Not assessed',
}

export const FLAGS: Record<ReviewFlag, string> = {
  LEVELS_DIFFER: 'The passes of the AI differ by two levels or more.',
  PARTLY_ASSESSED: 'Some passes of the AI gave a level, and some did not.',
  BANDS_DIFFER: 'The passes of the AI lead to different recommendations.',
  UNRELIABLE_QUOTES: 'A pass of the AI was left out, because it quoted words that were not said.',
  ADDRESSES_EVALUATOR: 'The candidate addresses the evaluator. Those turns are no evidence.',
  PROSE_REMOVED: 'Sentences of the AI were removed by a check.',
}

export const EVIDENCE_FLAGS: Record<EvidenceFlag, string> = {
  NEGATION: 'the sentence negates something',
  CONDITION: 'the sentence is about what would be',
  OTHER_SUBJECT: 'somebody else acts in the sentence',
}

export const REVIEW_REASONS: Record<ReviewReason, string> = {
  CORRECTION: 'The candidate corrected the transcript after the evaluation.',
  REOPENING: 'The interview was reopened after the evaluation.',
}

const STATUSES: Record<ReviewedInterview['status'], string> = {
  SCHEDULED: 'Scheduled',
  WAITING: 'Waiting for the candidate',
  IN_PROGRESS: 'Live',
  ENDING: 'Ending',
  COMPLETED: 'Completed',
  CANCELLED: 'Cancelled',
  EXPIRED: 'Expired',
  FAILED: 'Failed',
  OPTED_OUT: 'Opted out',
}

const END_REASONS: Record<NonNullable<ReviewedInterview['endReason']>, string> = {
  WRAPPED_UP: 'Completed',
  OUT_OF_TIME: 'Time limit reached',
  OUT_OF_EXCHANGES: 'Exchange limit reached',
  CANDIDATE_ENDED: 'Ended by the candidate',
  CANDIDATE_LEFT: 'The candidate left',
  RECRUITER_ENDED: 'Ended by you',
  FAILED: 'Technical failure',
  CONSENT_WITHDRAWN: 'Consent withdrawn',
  ALTERNATIVE_REQUESTED: 'A person requested',
}

/** The state of an interview, or how it ended. The API may add values that this page does not know. */
export function describeState({ status, endReason, isPartial }: Pick<ReviewedInterview, 'status' | 'endReason' | 'isPartial'>): string {
  if (!endReason || status === 'FAILED') return STATUSES[status] ?? status
  const text = END_REASONS[endReason] ?? endReason
  return isPartial && endReason === 'WRAPPED_UP' ? 'Broken off' : text
}

/** How many of the questions that serve the rubric were answered. */
export function countQuestions(criteria: readonly Pick<ReviewedCriterion, 'questions'>[]): { answered: number; asked: number; all: number } {
  const questions = new Map(criteria.flatMap((criterion) => criterion.questions.map((question) => [question.questionKey, question])))
  const all = [...questions.values()]
  return { answered: all.filter(({ answered }) => answered).length, asked: all.filter(({ asked, answered }) => asked && !answered).length, all: all.length }
}

/** How far the interview came with a question that serves the rubric. */
export type QuestionState = 'answered' | 'asked' | 'open'

/** Groups the numbers of the questions that serve the rubric by how far the interview came with them; numbers follow `keys`. */
export function groupQuestions(criteria: readonly Pick<ReviewedCriterion, 'questions'>[], keys: readonly string[]): Record<QuestionState, number[]> {
  const groups: Record<QuestionState, number[]> = { answered: [], asked: [], open: [] }
  const states = new Map(criteria.flatMap(({ questions }) => questions.map((question) => [question.questionKey, question])))
  for (const [index, key] of keys.entries()) {
    const question = states.get(key)
    if (question) groups[question.answered ? 'answered' : question.asked ? 'asked' : 'open'].push(index + 1)
  }
  return groups
}

/** The share of a weight in all weights, in percent. */
export function formatShare(weight: number, criteria: readonly { weight: number }[]): string {
  const sum = criteria.reduce((total, each) => total + each.weight, 0)
  return `${Math.round((100 * weight) / sum)} %`
}

/** Everything that a person should look at before relying on the evaluation, in sentences. */
export function listFlags({ flags, criteria }: Pick<ReviewedEvaluation, 'flags' | 'criteria'>): string[] {
  const ofCriteria = criteria.flatMap((criterion) => criterion.flags.map((flag) => ({ flag, name: criterion.name })))
  const named = new Set(ofCriteria.map(({ flag }) => flag))
  return [
    ...ofCriteria.map(({ flag, name }) => `${name}: ${FLAGS[flag] ?? flag}`),
    // the evaluation repeats the flags of its criteria
    ...flags.filter((flag) => !named.has(flag)).map((flag) => FLAGS[flag] ?? flag),
  ]
}

/** The sentence before the quote, the quote, and the sentence after it. Offsets count code points. */
export function splitSentence(evidence: { quote: string; sentence: string; start: number; sentenceStart: number }): [string, string, string] {
  const { quote, sentence, start, sentenceStart } = evidence
  if (!sentence) return ['', quote, '']
  const points = Array.from(sentence)
  const begin = start - sentenceStart
  const end = begin + Array.from(quote).length
  return [points.slice(0, begin).join(''), quote, points.slice(end).join('')]
}
