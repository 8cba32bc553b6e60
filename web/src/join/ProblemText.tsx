import type { Problem } from '../api/problem'
import { useTexts } from './texts'

/** Why a call failed. The API's own sentences are in English. */
export function ProblemText({ problem }: { problem: Problem }) {
  const texts = useTexts()
  return problem.code === 'OFFLINE' ? texts.isOffline : <span lang="en">{problem.message}</span>
}
