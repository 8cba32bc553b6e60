import { describe, expect, it, vi } from 'vitest'
import { backOff, retryTransient } from './backoff'
import { Problem } from './problem'

const OFFLINE = new Problem('OFFLINE', 'no network')

describe('C7: backOff', () => {
  it('waits as long as the server asks, and at least ten seconds after a minute of failures', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const timeout = vi.spyOn(globalThis, 'setTimeout').mockReturnValue(0 as never)
    void backOff(1, new AbortController().signal, 7)
    void backOff(61, new AbortController().signal)
    expect(timeout.mock.calls.map(([, delay]) => delay)).toEqual([7_000, 10_000])
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
