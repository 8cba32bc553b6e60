import { waitFor } from '@testing-library/react'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../api/connection'
import { Problem } from '../api/problem'
import { Outbox } from './outbox'

const UNAVAILABLE = new Problem('UNAVAILABLE', 'Try again in a moment.')

interface Sent {
  idempotencyKey: string
  text: string
}

/** Fake connection: sendMessage fails with each given error in order (null succeeds), then always succeeds. */
function fakeConnection(...outcomes: (Error | null)[]) {
  const sent: Sent[] = []
  const mutate = vi.fn((_: unknown, { input }: { input: Sent }) => {
    sent.push(input)
    const outcome = outcomes.shift() ?? null
    return outcome ? Promise.reject(outcome) : Promise.resolve({ sendMessage: { turn: { seq: sent.length } } })
  })
  return { connection: { mutate } as unknown as Connection, sent }
}

describe('C7: Outbox', () => {
  beforeEach(() => {
    sessionStorage.clear()
    vi.spyOn(Math, 'random').mockReturnValue(0)
  })

  it('sends in order and reuses the key of a message until it is stored', async () => {
    const { connection, sent } = fakeConnection(null, UNAVAILABLE, UNAVAILABLE)
    const outbox = new Outbox('i1')
    const stop = new AbortController()
    const running = outbox.run(connection, stop.signal)
    outbox.enqueue('one')
    outbox.enqueue('two')
    await waitFor(() => expect(outbox.getSnapshot().messages.every(({ seq }) => seq !== null)).toBe(true))
    expect(sent.map(({ text }) => text)).toEqual(['one', 'two', 'two', 'two'])
    expect(new Set(sent.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2)
    outbox.removeConfirmed(4)
    expect(outbox.getSnapshot().messages).toEqual([])
    stop.abort()
    await running
  })

  it('restores unsent messages after a reload with their keys', async () => {
    const previousPage = new Outbox('i1')
    previousPage.enqueue('before the reload')
    const [unsent] = previousPage.getSnapshot().messages
    const { connection, sent } = fakeConnection()
    const stop = new AbortController()
    void new Outbox('i1').run(connection, stop.signal)
    await waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toMatchObject({ idempotencyKey: unsent?.key, text: 'before the reload' })
    expect(new Outbox('i2').getSnapshot().messages).toEqual([])
    stop.abort()
    sessionStorage.setItem('viva.outbox.i3', '[{"key":')
    expect(new Outbox('i3').getSnapshot().messages).toEqual([])
  })

  it('keeps a message through a failure of the page, and sends it again with the next one', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { connection, sent } = fakeConnection(new TypeError('turn is undefined'))
    const outbox = new Outbox('i1')
    const stop = new AbortController()
    void outbox.run(connection, stop.signal)
    outbox.enqueue('one')
    await waitFor(() => expect(outbox.getSnapshot().problem?.code).toBe('PAGE_ERROR'))
    expect(outbox.getSnapshot().refused).toBeNull()
    expect(outbox.getSnapshot().messages.map(({ text }) => text)).toEqual(['one'])
    outbox.enqueue('two')
    await waitFor(() => expect(outbox.getSnapshot().messages.every(({ seq }) => seq !== null)).toBe(true))
    expect(sent.map(({ text }) => text)).toEqual(['one', 'one', 'two'])
    expect(sent[0]?.idempotencyKey).toBe(sent[1]?.idempotencyKey)
    stop.abort()
  })

  it('reports a refused message and does not retry it', async () => {
    const { connection, sent } = fakeConnection(new Problem('CONFLICT', 'The interview has ended.'))
    const outbox = new Outbox('i1')
    const stop = new AbortController()
    void outbox.run(connection, stop.signal)
    outbox.enqueue('too late')
    await waitFor(() => expect(outbox.getSnapshot().refused).toBe('too late'))
    expect(outbox.getSnapshot().problem?.message).toBe('The interview has ended.')
    expect(outbox.getSnapshot().messages).toEqual([])
    expect(sent).toHaveLength(1)
    stop.abort()
  })
})
