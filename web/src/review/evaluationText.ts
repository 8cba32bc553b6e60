import type { CriterionState, EvidenceFlag, InconclusiveReason, ReviewFlag } from '../gql/graphql'

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
  ASSESSED: 'assessed',
  NOT_DEMONSTRATED: 'not demonstrated',
  NOT_ASSESSED: 'not assessed',
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

/** The sentence before the quote, the quote, and the sentence after it. Offsets count code points. */
export function splitSentence(evidence: { quote: string; sentence: string; start: number; sentenceStart: number }): [string, string, string] {
  const { quote, sentence, start, sentenceStart } = evidence
  if (!sentence) return ['', quote, '']
  const points = Array.from(sentence)
  const begin = start - sentenceStart
  const end = begin + Array.from(quote).length
  return [points.slice(0, begin).join(''), quote, points.slice(end).join('')]
}
