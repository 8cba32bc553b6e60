import { toProblem } from './problem'

const MAX_DELAY_MS = 2_000
/** Tries of about the first minute of failures, and the shortest delay after them. */
const PATIENT_TRIES = 60
const PATIENT_DELAY_MS = 10_000

/**
 * Exponential backoff with full jitter, at most two seconds; at least ten after a minute of failures.
 * `minimumSeconds` is how long the server has asked to wait. Resolves early when the network or the browser tab becomes available again.
 */
export function backOff(tries: number, signal: AbortSignal, minimumSeconds = 0): Promise<void> {
  const minimum = Math.max(minimumSeconds * 1_000, tries > PATIENT_TRIES ? PATIENT_DELAY_MS : 0)
  // full jitter: clients that lost the same server must not reconnect to it in one burst
  const delay = minimum + Math.random() * Math.min(MAX_DELAY_MS, 200 * 2 ** tries)
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      removeEventListener('online', done)
      document.removeEventListener('visibilitychange', done)
      resolve()
    }
    const timer = setTimeout(done, delay)
    signal.addEventListener('abort', done)
    addEventListener('online', done)
    document.addEventListener('visibilitychange', done)
  })
}

/** Repeats a call until it succeeds, and calls `onRetry` after each transient failure. Rejects with a Problem that no retry can solve. */
export async function retryTransient<Value>(call: () => Promise<Value>, signal: AbortSignal, onRetry: () => void = () => {}): Promise<Value> {
  for (let tries = 1; ; tries++) {
    try {
      return await call()
    } catch (error) {
      const problem = toProblem(error)
      if (!problem.isTransient || signal.aborted) throw problem
      onRetry()
      await backOff(tries, signal, problem.retryAfterSeconds)
      if (signal.aborted) throw problem
    }
  }
}
