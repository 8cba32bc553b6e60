import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../../api/connection'
import { CHANGES_CURSOR, INTERVIEWS, type ListedInterview } from './documents'
import { InterviewList } from './interviewList'
import { makeInterview } from './testInterviews'

const request = { filter: {}, orderBy: {}, search: '', mayReadResults: true }

/** Fake connection: `stored` is what the server has, newest first; `push` delivers a change to the open subscription. */
function fakeServer(stored: ListedInterview[], pageSize = 2) {
  const calls: string[] = []
  const subscribers: ((change: unknown) => void)[] = []
  const query = (document: unknown, { after, filter }: { after?: string | null; filter?: { externalIds?: string[]; candidate?: string } } = {}) => {
    if (document === CHANGES_CURSOR) {
      calls.push('cursor')
      return Promise.resolve({ changes: { latestCursor: 'c0' } })
    }
    expect(document).toBe(INTERVIEWS)
    calls.push('page')
    const matching = stored.filter(({ externalId, candidate }) =>
      filter?.externalIds ? filter.externalIds.includes(externalId ?? '') : !filter?.candidate || candidate?.name.includes(filter.candidate),
    )
    const from = after ? Number(after) : 0
    const nodes = matching.slice(from, from + pageSize)
    const hasNextPage = from + pageSize < matching.length
    return Promise.resolve({ interviews: { nodes, pageInfo: { hasNextPage, endCursor: String(from + pageSize) }, totalCount: matching.length } })
  }
  const cursors: unknown[] = []
  async function* iterate({ variables }: { variables: { after: string } }) {
    cursors.push(variables.after)
    for (;;) yield { data: { changed: await new Promise((resolve) => subscribers.push(resolve)) } }
  }
  const connection = { query, socket: { iterate } } as unknown as Connection
  return { connection, calls, cursors, push: (cursor: string, interview: ListedInterview) => subscribers.shift()?.({ cursor, interviewId: interview.id, interview }) }
}

const settle = () => vi.advanceTimersByTimeAsync(0)
const ids = (list: InterviewList) => list.getSnapshot().rows.map(({ id }) => id)

async function start(stored: ListedInterview[], search = '') {
  const server = fakeServer(stored)
  const list = new InterviewList(server.connection, { ...request, search })
  const stop = new AbortController()
  void list.run(stop.signal)
  await settle()
  return { ...server, list, stop }
}

describe('L1: InterviewList', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('reads the cursor of changes before the page, and follows from there', async () => {
    const { calls, cursors, stop } = await start([makeInterview()])
    expect(calls).toEqual(['cursor', 'page'])
    expect(cursors).toEqual(['c0'])
    stop.abort()
  })

  it('adds each following page once', async () => {
    const { list, stop } = await start(['a', 'b', 'c', 'd', 'e'].map((id) => makeInterview({ id })))
    expect(ids(list)).toEqual(['a', 'b'])
    await Promise.all([list.loadMore(), list.loadMore()])
    expect(ids(list)).toEqual(['a', 'b', 'c', 'd'])
    await list.loadMore()
    await list.loadMore()
    expect(ids(list)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(list.getSnapshot().hasMore).toBe(false)
    stop.abort()
  })

  it('replaces a row that changes, without touching the others', async () => {
    const { list, push, stop } = await start(['a', 'b'].map((id) => makeInterview({ id, status: 'WAITING' })))
    const before = list.getSnapshot().rows
    push('c1', makeInterview({ id: 'b', status: 'IN_PROGRESS' }))
    await settle()
    const { rows } = list.getSnapshot()
    expect(rows[1]?.status).toBe('IN_PROGRESS')
    expect(rows[0]).toBe(before[0])
    stop.abort()
  })

  it('shows a new interview above the rows that are loaded', async () => {
    const stored = ['b', 'c', 'd'].map((id) => makeInterview({ id }))
    const { list, push, stop } = await start(stored)
    await list.loadMore()
    stored.unshift(makeInterview({ id: 'a' }))
    push('c1', makeInterview({ id: 'a' }))
    await vi.advanceTimersByTimeAsync(2_000)
    expect(ids(list)).toEqual(['a', 'b', 'c', 'd'])
    expect(list.getSnapshot().total).toBe(4)
    stop.abort()
  })

  it('finds a reference as well as a name, each interview once', async () => {
    const stored = [
      makeInterview({ id: 'a', candidate: { name: 'REQ-7' } }),
      makeInterview({ id: 'b', externalId: 'REQ-7' }),
      makeInterview({ id: 'c', candidate: { name: 'REQ-7' }, externalId: 'REQ-7' }),
    ]
    const { list, stop } = await start(stored, 'REQ-7')
    expect(ids(list).toSorted()).toEqual(['a', 'b', 'c'])
    stop.abort()
  })
})
