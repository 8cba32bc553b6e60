import type { Problem } from '../api/problem'
import { formatTime, useTexts } from './texts'

/** Why a call failed. The API's own sentences are in English. */
export function ProblemText({ problem }: { problem: Problem }) {
  const texts = useTexts()
  if (problem.code === 'OFFLINE') return texts.isOffline
  if (problem.code === 'PAGE_ERROR') {
    const { title, text, reference } = texts.pageError
    return [`${title}.`, text, problem.requestId && reference(problem.requestId)].filter(Boolean).join(' ')
  }
  if (problem.opensAt) return texts.opensLater(formatTime(texts, Date.parse(problem.opensAt)))
  return <span lang="en">{problem.message}</span>
}
