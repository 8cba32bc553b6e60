import { parse } from 'graphql'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from './connection'
import { type Following, follow, type Liveness } from './follow'
import { Problem } from './problem'

interface Event {
  turn: { seq: number }
}

const DOCUMENT = parse('subscription($after: Int!) { turn(after: $after) { seq } }') as Following<Event, { after: number }>['document']

/** A connection whose streams are as written: numbers are turns, anything else is how the stream fails; then it is complete. */
function connected(...streams: unknown[][]) {
  const asked: number[] = []
  const renew = vi.fn(() => Promise.resolve())
  const iterate = ({ variables }: { variables: { after: number } }) => {
    asked.push(variables.after)
    return read(streams.shift() ?? [])
  }
  return { connection: { socket: { iterate }, credential: { token: 't', renew } } as unknown as Connection, asked, renew }
}

async function* read(events: unknown[]) {
  for (const event of events) {
    if (typeof event !== 'number') throw event
    yield await Promise.resolve({ data: { turn: { seq: event } } })
  }
}

/** Follow as the transcript does, until turn `last`. */
async function followTo(last: number, connection: Connection) {
  const held: number[] = []
  const told: Liveness[] = []
  await follow(connection, {
    document: DOCUMENT,
    variables: () => ({ after: held.length }),
    take: ({ turn: { seq } }) => {
      if (seq === held.length + 1) held.push(seq)
      return seq <= held.length
    },
    isOver: () => Promise.resolve(held.length === last),
    signal: new AbortController().signal,
    onLiveness: (liveness) => told.push(liveness),
  })
  return { held, told }
}

describe('follow', () => {
  // without jitter, so that nothing is waited for
  beforeEach(() => void vi.spyOn(Math, 'random').mockReturnValue(0))

  it('goes on after the last turn that is held, whatever ended the stream', async () => {
    const { connection, asked } = connected([1, 2], [{ code: 1013 }], [2, 3, new Error('lost')], [4])
    const { held, told } = await followTo(4, connection)
    expect(held).toEqual([1, 2, 3, 4])
    expect(asked).toEqual([0, 2, 2, 3])
    expect(told.at(-1)).toBe('ended')
    expect(told).toContain('reconnecting')
  })

  it('never passes over a gap: it asks again', async () => {
    const { connection, asked } = connected([1, 3], [2, 3])
    expect((await followTo(3, connection)).held).toEqual([1, 2, 3])
    expect(asked).toEqual([0, 1])
  })

  it('gets a new token when the old one has ended', async () => {
    const { connection, renew } = connected([1, { code: 4401 }], [[{ message: 'expired', extensions: { code: 'UNAUTHENTICATED' } }]], [2])
    expect((await followTo(2, connection)).held).toEqual([1, 2])
    expect(renew).toHaveBeenCalledTimes(2)
  })

  it.each([
    ['what may not be read', [{ message: 'not yours', extensions: { code: 'FORBIDDEN' } }], 'FORBIDDEN'],
    ['a mistake of the page', { code: 4400 }, 'BAD_INPUT'],
  ])('ends with a problem for %s', async (_, failure, code) => {
    const { connection } = connected([failure])
    const problem = await followTo(1, connection).catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(Problem)
    expect((problem as Problem).code).toBe(code)
  })
})
