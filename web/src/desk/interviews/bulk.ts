import type { Connection } from '../../api/connection'
import { newKey } from '../../api/idempotencyKey'
import { type Problem, toProblem } from '../../api/problem'
import { CANCEL, RENEW } from './documents'

export type BulkAction = 'renew' | 'cancel'

const CONCURRENCY = 4
/** The longest wait that the server may ask for, in seconds, before the rest fails. */
const MAX_WAIT_SECONDS = 60

/**
 * Performs an action for each interview, reports progress, and returns the sentence of each failure by the interview's id. Keeps the rate
 * limit of the server, and sends nothing more once the server cannot be reached.
 */
export async function performBulk(
  connection: Connection,
  action: BulkAction,
  ids: readonly string[],
  onProgress: (done: number) => void,
): Promise<Map<string, string>> {
  const failures = new Map<string, string>()
  const waiting = [...ids]
  let done = 0
  let resumesAt = 0
  /** Why the rest is not tried. */
  let stop: Problem | null = null
  const perform = async (id: string): Promise<Problem | null> => {
    const input = { interviewId: id, idempotencyKey: newKey() }
    try {
      await (action === 'renew' ? connection.mutate(RENEW, { input }) : connection.mutate(CANCEL, { input }))
      return null
    } catch (error) {
      return toProblem(error)
    }
  }
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const wait = resumesAt - performance.now()
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
      const problem: Problem | null = stop ?? (await perform(id))
      if (problem?.code === 'RATE_LIMITED' && problem.retryAfterSeconds <= MAX_WAIT_SECONDS) {
        resumesAt = performance.now() + Math.max(1, problem.retryAfterSeconds) * 1_000
        waiting.unshift(id)
        continue
      }
      if (problem) {
        failures.set(id, problem.message)
        if (problem.code === 'OFFLINE' || problem.code === 'RATE_LIMITED') stop = problem
      }
      onProgress(++done)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  return failures
}
