import { afterEach, describe, expect, it, vi } from 'vitest'
import { backOff, retryTransient } from './backoff'
import { Problem } from './problem'

const OFFLINE = new Problem('OFFLINE', 'no network')

describe('C7: backOff', () => {
  afterEach(() => void vi.useRealTimers())

  it('waits at least as long as the server asks', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const timeout = vi.spyOn(globalThis, 'setTimeout').mockReturnValue(0 as never)
    void backOff(1, new AbortController().signal, 7)
    expect(timeout.mock.calls.map(([, delay]) => delay)).toEqual([7_000])
  })

  it('retries everything at the same moment after a minute of failures, once in ten seconds', async () => {
    vi.useFakeTimers()
    const retries: number[] = []
    const retry = async () => {
      for (let tries = 61; tries < 64; tries++) {
        await backOff(tries, new AbortController().signal)
        retries.push(Math.round(performance.now()))
      }
    }
    void retry()
    await vi.advanceTimersByTimeAsync(3)
    void retry()
    await vi.advanceTimersByTimeAsync(40_000)
    const moments = [...new Set(retries)].toSorted((one, other) => one - other)
    expect(retries).toHaveLength(6)
    for (const [index, moment] of moments.entries()) if (index > 0) expect(moment - (moments[index - 1] ?? 0)).toBeGreaterThanOrEqual(9_990)
  })
})

describe('C7: retryTransient', () => {
  it('repeats a call until it succeeds, and reports each retry', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const call = vi.fn().mockRejectedValueOnce(OFFLINE).mockRejectedValueOnce(OFFLINE).mockResolvedValue('done')
    const onRetry = vi.fn()
    expect(await retryTransient(call, new AbortController().signal, onRetry)).toBe('done')
    expect(onRetry).toHaveBeenCalledTimes(2)
  })

  it('rejects with what no retry can solve', async () => {
    const call = vi.fn().mockRejectedValue(new Problem('CONFLICT', 'The interview has ended.'))
    await expect(retryTransient(call, new AbortController().signal)).rejects.toThrow('The interview has ended.')
    expect(call).toHaveBeenCalledOnce()
  })
})
