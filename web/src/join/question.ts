import type { Turn } from '../api/transcript'

/** Longest text that the room shows large, in characters, unless one sentence is longer. */
const MAX_LENGTH = 200

/** Returns the question that the candidate is to answer, in the interviewer's words; null before the interviewer's first words. */
export function findOpenQuestion(turns: readonly Pick<Turn, 'speaker' | 'questionKey' | 'text'>[]): string | null {
  const spoken = turns.filter(({ speaker }) => speaker === 'INTERVIEWER')
  const newest = spoken.at(-1)
  if (!newest) return null
  const start = spoken.findLastIndex(({ questionKey }) => questionKey !== newest.questionKey) + 1
  const ofQuestion = spoken.slice(start)
  // an interviewer who only says "take your time" has not replaced the question
  const asking = ofQuestion.findLast(({ text }) => text.includes('?')) ?? (newest.questionKey === null ? newest : ofQuestion[0])
  return takeLastSentences((asking ?? newest).text)
}

/** Returns as many whole sentences from the end of a text as may be shown large: what comes before them is seldom the question. */
function takeLastSentences(text: string): string {
  if (text.length <= MAX_LENGTH) return text
  let taken = ''
  for (const sentence of splitSentences(text).toReversed()) {
    if (taken && sentence.length + taken.length > MAX_LENGTH) break
    taken = sentence + taken
  }
  return taken.trim()
}

function splitSentences(text: string): string[] {
  return text.match(/[^.!?…]*(?:[.!?…]+["”»’)]*\s*|$)/gu)?.filter((sentence) => sentence !== '') ?? [text]
}
