import type { Connection } from '../../api/connection'
import { newKey } from '../../api/idempotencyKey'
import { toProblem } from '../../api/problem'
import { CANCEL, RENEW } from './documents'

export type BulkAction = 'renew' | 'cancel'

const CONCURRENCY = 4

/** Performs an action for each interview, reports progress, and returns the sentence of each failure by the interview's id. */
export async function performBulk(
  connection: Connection,
  action: BulkAction,
  ids: readonly string[],
  onProgress: (done: number) => void,
): Promise<Map<string, string>> {
  const failures = new Map<string, string>()
  const waiting = [...ids]
  let done = 0
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const input = { interviewId: id, idempotencyKey: newKey() }
      try {
        await (action === 'renew' ? connection.mutate(RENEW, { input }) : connection.mutate(CANCEL, { input }))
      } catch (error) {
        failures.set(id, toProblem(error).message)
      }
      onProgress(++done)
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  return failures
}
