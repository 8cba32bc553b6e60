import type { TypedDocumentNode } from '@urql/core'
import { useRef, useState } from 'react'
import { newKey } from '../api/idempotencyKey'
import { type Problem, toProblem } from '../api/problem'
import { useSession } from '../desk/session'

interface Mutation<Data, Input> {
  isBusy: boolean
  /** Why the last attempt failed; null before the first one and during each. */
  problem: Problem | null
  /** Sends the input. Returns null if that failed, which `onProblem` then hears of, or if another attempt is under way. */
  run(input: Input, onProblem?: (problem: Problem) => void): Promise<Data | null>
}

/** A mutation of a form: repeating it with the same input after a lost answer has one effect. */
export function useMutation<Data, Input extends object>(document: TypedDocumentNode<Data, { input: Input }>): Mutation<Data, Input> {
  const { connection } = useSession()
  const [isBusy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const isRunning = useRef(false)
  const attempt = useRef({ input: '', key: '' })
  const run = async (input: Input, onProblem?: (problem: Problem) => void) => {
    if (isRunning.current) return null
    const text = JSON.stringify(input)
    // the API refuses a key that comes with another input than before
    if (attempt.current.input !== text) attempt.current = { input: text, key: newKey() }
    isRunning.current = true
    setBusy(true)
    setProblem(null)
    try {
      const data = await connection.mutate(document, { input: { ...input, idempotencyKey: attempt.current.key } })
      attempt.current = { input: '', key: '' }
      return data
    } catch (error) {
      const found = toProblem(error)
      setProblem(found)
      onProblem?.(found)
      return null
    } finally {
      isRunning.current = false
      setBusy(false)
    }
  }
  return { isBusy, problem, run }
}
