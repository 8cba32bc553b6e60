const LONGEST = 2_000

/** Wait before the next try, longer each time up to two seconds; less when the network or the person comes back. */
export function pause(tries: number, signal: AbortSignal): Promise<void> {
  // full jitter: whoever lost the same server does not come back to it all at once
  const delay = Math.random() * Math.min(LONGEST, 200 * 2 ** tries)
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
