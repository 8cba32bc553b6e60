import { parse } from 'graphql'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from './connection'
import { type FollowOptions, follow, type StreamStatus } from './follow'
import { Problem } from './problem'

interface Event {
  turn: { seq: number }
}

const DOCUMENT = parse('subscription($after: Int!) { turn(after: $after) { seq } }') as FollowOptions<Event, { after: number }>['document']

/** Fake connection with scripted streams: a number is a turn, anything else an error; each stream then completes. */
function fakeConnection(...streams: unknown[][]) {
  const cursors: number[] = []
  const renew = vi.fn(() => Promise.resolve())
  const iterate = ({ variables }: { variables: { after: number } }) => {
    cursors.push(variables.after)
    return replay(streams.shift() ?? [])
  }
  return { connection: { socket: { iterate }, credential: { token: 't', renew } } as unknown as Connection, cursors, renew }
}

async function* replay(events: unknown[]) {
  for (const event of events) {
    if (typeof event !== 'number') throw event
    yield await Promise.resolve({ data: { turn: { seq: event } } })
  }
}

/** Follows until turn `last`, and accepts events as the Transcript class does. */
async function followTo(last: number, connection: Connection) {
  const accepted: number[] = []
  const reported: StreamStatus[] = []
  await follow(connection, {
    document: DOCUMENT,
    variables: () => ({ after: accepted.length }),
    accept: ({ turn: { seq } }) => {
      if (seq === accepted.length + 1) accepted.push(seq)
      return seq <= accepted.length
    },
    isOver: () => Promise.resolve(accepted.length === last),
    signal: new AbortController().signal,
    onStatus: (streamStatus) => reported.push(streamStatus),
  })
  return { accepted, reported }
}

describe('follow', () => {
  // a jitter of zero makes retries immediate
  beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

  it('resumes after the last accepted turn, however the stream ended', async () => {
    const { connection, cursors } = fakeConnection([1, 2], [{ code: 1013 }], [2, 3, { code: 1006 }], [4])
    const { accepted, reported } = await followTo(4, connection)
    expect(accepted).toEqual([1, 2, 3, 4])
    expect(cursors).toEqual([0, 2, 2, 3])
    expect(reported.at(-1)).toBe('ended')
    expect(reported).toContain('reconnecting')
  })

  it('subscribes again after a gap', async () => {
    const { connection, cursors } = fakeConnection([1, 3], [2, 3])
    expect((await followTo(3, connection)).accepted).toEqual([1, 2, 3])
    expect(cursors).toEqual([0, 1])
  })

  it('renews an expired token', async () => {
    const { connection, renew } = fakeConnection([1, { code: 4401 }], [[{ message: 'expired', extensions: { code: 'UNAUTHENTICATED' } }]], [2])
    expect((await followTo(2, connection)).accepted).toEqual([1, 2])
    expect(renew).toHaveBeenCalledTimes(2)
  })

  it('stops with a failure of the page if an event cannot be processed', async () => {
    const mistake = new TypeError('turn is undefined')
    const report = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { connection, cursors } = fakeConnection([1], [2])
    const accept = () => {
      throw mistake
    }
    const options = { document: DOCUMENT, variables: () => ({ after: 0 }), accept, isOver: () => Promise.resolve(false), signal: new AbortController().signal }
    await expect(follow(connection, options)).rejects.toMatchObject({ code: 'PAGE_ERROR' })
    expect(report).toHaveBeenCalledExactlyOnceWith(mistake)
    expect(cursors).toEqual([0])
  })

  it.each([
    ['a forbidden field', [{ message: 'not yours', extensions: { code: 'FORBIDDEN' } }], 'FORBIDDEN'],
    ['an invalid request of the page', { code: 4400 }, 'BAD_INPUT'],
  ])('rejects with a Problem for %s', async (_, failure, code) => {
    const { connection } = fakeConnection([failure])
    const problem = await followTo(1, connection).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(Problem)
    expect((problem as Problem).code).toBe(code)
  })
})
