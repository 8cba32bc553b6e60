import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { performBulk } from '../desk/interviews/bulk'
import { InterviewList } from '../desk/interviews/interviewList'
import { LiveWall } from '../desk/live/liveWall'
import { Outbox } from '../join/outbox'
import { ApiFailure, FakeApi } from '../testing/fakeApi'
import { anonymous, Connection } from './connection'
import { Transcript } from './transcript'

type Loop = (connection: Connection, signal: AbortSignal) => Promise<void>

/** Everything that repeats requests without being asked to. */
const LOOPS: [string, Loop][] = [
  ['a transcript', (connection, signal) => new Transcript(connection, 'i1').run(signal)],
  ['the list of interviews', (connection, signal) => new InterviewList(connection, { filter: {}, orderBy: {}, search: '', mayReadResults: true }).run(signal)],
  ['the live wall', (connection, signal) => new LiveWall().run(connection, signal)],
  [
    'the outbox',
    (connection, signal) => {
      const outbox = new Outbox('i1')
      outbox.enqueue('Hello')
      return outbox.run(connection, signal)
    },
  ],
]

const limited = () => {
  throw new ApiFailure('RATE_LIMITED', 'Too many requests.', { retryAfterSeconds: 30 })
}
const expired = () => {
  throw new ApiFailure('CURSOR_EXPIRED', 'Read the list again.')
}
const PAGE = { interviews: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 } }

/** Returns in how many seconds of so many the page has sent anything. */
async function countBusySeconds(api: FakeApi, seconds: number): Promise<number> {
  let busy = 0
  for (let second = 0; second < seconds; second++) {
    const before = api.attempts + api.calls.length
    await vi.advanceTimersByTimeAsync(1_000)
    if (api.attempts + api.calls.length > before) busy++
  }
  return busy
}

describe('C7, L4: after a minute of failures', () => {
  const stop = { current: new AbortController() }
  beforeEach(() => {
    vi.useFakeTimers()
    sessionStorage.clear()
    stop.current = new AbortController()
  })
  afterEach(async () => {
    stop.current.abort()
    await vi.advanceTimersByTimeAsync(20_000)
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  const start = (loop: Loop) => void loop(new Connection(anonymous), stop.current.signal)

  it.each(LOOPS)('%s asks a server that is down once in ten seconds', async (_, loop) => {
    const api = new FakeApi({})
    api.isDown = true
    start(loop)
    expect(await countBusySeconds(api, 60)).toBeGreaterThan(10)
    await vi.advanceTimersByTimeAsync(30_000)
    expect(await countBusySeconds(api, 60)).toBeLessThanOrEqual(6)
  })

  it.each([
    ['drops each stream after an event', { LiveInterviews: { liveInterviews: { kind: 'SNAPSHOT_COMPLETE', interview: null } }, InterviewChanges: { changed: null } }],
    ['drops each stream at once', {}],
  ])('the desk asks a server that %s once in ten seconds', async (_, events: Record<string, object>) => {
    const drop = (name: string) => (__: unknown, next: (data: object) => void, complete: () => void) => {
      if (events[name]) next(events[name])
      complete()
    }
    const answers = { ChangesCursor: () => ({ changes: { latestCursor: 'c0' } }), Interviews: () => PAGE }
    const api = new FakeApi(answers, { LiveInterviews: drop('LiveInterviews'), InterviewChanges: drop('InterviewChanges') })
    for (const [name, loop] of LOOPS) if (name.startsWith('the li')) start(loop)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(api.calls.length).toBeGreaterThan(60)
    expect(await countBusySeconds(api, 60)).toBeLessThanOrEqual(6)
  })

  it('the list does not read itself again and again when its cursor is refused', async () => {
    const api = new FakeApi({ ChangesCursor: () => ({ changes: { latestCursor: 'c0' } }), Interviews: () => PAGE }, { InterviewChanges: expired })
    const [, loop] = LOOPS[1] ?? []
    if (loop) start(loop)
    await vi.advanceTimersByTimeAsync(120_000)
    expect(api.calls.length).toBeGreaterThan(60)
    expect(await countBusySeconds(api, 60)).toBeLessThanOrEqual(6)
  })

  it.each(LOOPS)('%s keeps retryAfterSeconds', async (_, loop) => {
    const api = new FakeApi({ Transcript: limited, ChangesCursor: limited, Send: limited }, { LiveInterviews: limited })
    start(loop)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(api.calls).toHaveLength(1)
    // the network that comes back is no reason to come earlier than the server has asked
    for (let second = 0; second < 28; second++) {
      dispatchEvent(new Event('online'))
      await vi.advanceTimersByTimeAsync(1_000)
    }
    expect(api.calls).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(4_000)
    expect(api.calls).toHaveLength(2)
  })
})

describe('L3: performBulk', () => {
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  const ids = Array.from({ length: 40 }, (_, index) => `i${index}`)

  it('waits as long as the rate limit asks, and leaves nothing out', async () => {
    vi.useFakeTimers()
    let left = 10
    const cancelled = new Set<unknown>()
    const api = new FakeApi({
      Cancel: ({ input }) => {
        if (left-- <= 0) throw new ApiFailure('RATE_LIMITED', 'Too many requests.', { retryAfterSeconds: 5 })
        cancelled.add((input as { interviewId: string }).interviewId)
        return { cancelInterview: { interview: { id: '1' } } }
      },
    })
    const result = performBulk(new Connection(anonymous), 'cancel', ids, () => {})
    await vi.advanceTimersByTimeAsync(4_000)
    expect(cancelled.size).toBe(10)
    expect(api.calls.length).toBeLessThanOrEqual(14)
    left = 100
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await result).toEqual(new Map())
    expect(cancelled.size).toBe(40)
  })

  it('sends nothing more once the server cannot be reached', async () => {
    const api = new FakeApi({})
    api.isDown = true
    const failures = await performBulk(new Connection(anonymous), 'renew', ids, () => {})
    expect([...failures.keys()].toSorted()).toEqual(ids.toSorted())
    expect(new Set(failures.values())).toEqual(new Set(['We cannot reach the server. Please check your connection.']))
    expect(api.attempts).toBeLessThanOrEqual(4)
  })
})
