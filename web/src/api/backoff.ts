import { toProblem } from './problem'

const MAX_DELAY_MS = 2_000
/** Tries of about the first minute of failures. */
const PATIENT_TRIES = 60
const PATIENT_INTERVAL_MS = 10_000
/** Pages that lost the same server retry at different moments. */
const pageOffset = Math.random() * PATIENT_INTERVAL_MS

/** Returns the milliseconds to the moment, once in ten seconds, at which all that this page repeats is tried again, over one connection. */
function untilPatientRetry(): number {
  const milliseconds = Math.ceil(PATIENT_INTERVAL_MS - ((performance.now() + pageOffset) % PATIENT_INTERVAL_MS))
  // a timer may end a moment early, and must not find the moment that it waited for again
  return milliseconds < 1_000 ? milliseconds + PATIENT_INTERVAL_MS : milliseconds
}

/**
 * Exponential backoff with full jitter, at most two seconds; after a minute of failures, once in ten seconds.
 * `minimumSeconds` is how long the server has asked to wait. In the first minute, resolves early, but not before that, when the network
 * or the browser tab becomes available again.
 */
export function backOff(tries: number, signal: AbortSignal, minimumSeconds = 0): Promise<void> {
  // full jitter: clients that lost the same server must not reconnect to it in one burst
  const isPatient = tries > PATIENT_TRIES
  const usual = isPatient ? untilPatientRetry() : Math.random() * Math.min(MAX_DELAY_MS, 200 * 2 ** tries)
  const minimum = Math.max(0, minimumSeconds) * 1_000
  const earliest = performance.now() + minimum
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      removeEventListener('online', hurry)
      document.removeEventListener('visibilitychange', hurry)
      resolve()
    }
    const hurry = () => {
      if (isPatient || document.hidden) return
      clearTimeout(timer)
      timer = setTimeout(done, Math.max(0, earliest - performance.now()))
    }
    let timer = setTimeout(done, minimum + usual)
    signal.addEventListener('abort', done)
    addEventListener('online', hurry)
    document.addEventListener('visibilitychange', hurry)
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
