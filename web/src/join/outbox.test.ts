import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../api/connection'
import { Problem } from '../api/problem'
import { Outbox } from './outbox'

const PASSING = new Problem('UNAVAILABLE', 'Come back in a moment.')

interface Sent {
  idempotencyKey: string
  text: string
}

/** A connection that answers sendMessage with these outcomes, one after another, then with the next seq. */
function connected(...outcomes: (Problem | null)[]) {
  const sent: Sent[] = []
  const mutate = vi.fn((_: unknown, { input }: { input: Sent }) => {
    sent.push(input)
    const outcome = outcomes.shift() ?? null
    return outcome ? Promise.reject(outcome) : Promise.resolve({ sendMessage: { turn: { seq: sent.length } } })
  })
  return { connection: { mutate } as unknown as Connection, sent }
}

describe('the outbox', () => {
  beforeEach(() => {
    sessionStorage.clear()
    vi.spyOn(Math, 'random').mockReturnValue(0)
  })

  it('sends in order, and each message under one key until it is stored', async () => {
    const { connection, sent } = connected(null, PASSING, PASSING)
    const outbox = new Outbox('i1')
    const stop = new AbortController()
    const running = outbox.run(connection, stop.signal)
    outbox.put('one')
    outbox.put('two')
    await vi.waitFor(() => expect(outbox.read().messages.every(({ seq }) => seq !== null)).toBe(true))
    expect(sent.map(({ text }) => text)).toEqual(['one', 'two', 'two', 'two'])
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2)
    outbox.settle(4)
    expect(outbox.read().messages).toEqual([])
    stop.abort()
    await running
  })

  it('keeps what is not stored when the page is left, and goes on with it under its key', async () => {
    const left = new Outbox('i1')
    left.put('before the reload')
    const [kept] = left.read().messages
    const { connection, sent } = connected()
    const stop = new AbortController()
    void new Outbox('i1').run(connection, stop.signal)
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject({ idempotencyKey: kept?.key, text: 'before the reload' })
    expect(new Outbox('i2').read().messages).toEqual([])
    stop.abort()
  })

  it('says what was refused, and why, and does not try it again', async () => {
    const { connection, sent } = connected(new Problem('CONFLICT', 'The interview has ended.'))
    const outbox = new Outbox('i1')
    const stop = new AbortController()
    void outbox.run(connection, stop.signal)
    outbox.put('too late')
    await vi.waitFor(() => expect(outbox.read().refused).toBe('too late'))
    expect(outbox.read().problem?.message).toBe('The interview has ended.')
    expect(outbox.read().messages).toEqual([])
    expect(sent).toHaveLength(1)
    stop.abort()
  })
})
