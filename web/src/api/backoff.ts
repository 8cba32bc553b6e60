const MAX_DELAY_MS = 2_000

/**
 * Exponential backoff with full jitter, at most two seconds.
 * Resolves early when the network or the browser tab becomes available again.
 */
export function backOff(tries: number, signal: AbortSignal): Promise<void> {
  // full jitter: clients that lost the same server must not reconnect to it in one burst
  const delay = Math.random() * Math.min(MAX_DELAY_MS, 200 * 2 ** tries)
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
