import { useEffect, useMemo, useSyncExternalStore } from 'react'
import type { Connection } from '../api/connection'
import { backOff } from '../api/backoff'
import { newKey } from '../api/idempotencyKey'
import { type Problem, toProblem } from '../api/problem'
import { tabStorage } from '../api/storage'
import { SEND } from './documents'

export interface Message {
  /** Idempotency key, with which retries store the message once. */
  key: string
  text: string
  /** seq of its turn; null until it is stored. */
  seq: number | null
}

export interface OutboxState {
  messages: readonly Message[]
  /** Why the last attempt failed; null after a success. */
  problem: Problem | null
  /** Text of the last message that the API refused; null if none was. */
  refused: string | null
}

/** Typed messages that are not in the transcript yet. They survive reloads, and are sent in order until each is stored. */
export class Outbox {
  private state: OutboxState
  private readonly listeners = new Set<() => void>()
  private readonly storageKey: string
  private wake: () => void = () => {}

  constructor(private readonly interviewId: string) {
    this.storageKey = `viva.outbox.${interviewId}`
    this.state = { messages: loadUnsent(this.storageKey), problem: null, refused: null }
  }

  /** Calls `listener` after each change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Returns the current state: a new object after each change. */
  readonly getSnapshot = (): OutboxState => this.state

  /** Adds a message, which is sent as soon as those before it are stored. */
  enqueue(text: string): void {
    this.update({ messages: [...this.state.messages, { key: newKey(), text, seq: null }], problem: null, refused: null })
    this.wake()
  }

  /** Removes the messages that the transcript contains up to `lastSeq`. */
  removeConfirmed(lastSeq: number): void {
    const messages = this.state.messages.filter(({ seq }) => seq === null || seq > lastSeq)
    if (messages.length < this.state.messages.length) this.update({ messages })
  }

  /** Sends messages until `signal` aborts. */
  async run(connection: Connection, signal: AbortSignal): Promise<void> {
    let tries = 0
    while (!signal.aborted) {
      const next = this.state.messages.find(({ seq }) => seq === null)
      if (!next) {
        await this.waitForMessage(signal)
        continue
      }
      const problem = await this.send(connection, next)
      tries = problem ? tries + 1 : 0
      if (problem?.isTransient) await backOff(tries, signal, problem.retryAfterSeconds)
      // a mistake of the page, which a reload may solve: the message stays, and only another one tries again
      else if (problem?.code === 'PAGE_ERROR') await this.waitForMessage(signal)
    }
  }

  private async send(connection: Connection, { key, text }: Message): Promise<Problem | null> {
    try {
      const { sendMessage } = await connection.mutate(SEND, { input: { idempotencyKey: key, interviewId: this.interviewId, text } })
      const seq = sendMessage?.turn.seq ?? 0
      this.update({ messages: this.state.messages.map((message) => (message.key === key ? { ...message, seq } : message)), problem: null })
      return null
    } catch (error) {
      const problem = toProblem(error)
      if (problem.isTransient || problem.code === 'PAGE_ERROR') this.update({ problem })
      else this.update({ messages: this.state.messages.filter((message) => message.key !== key), problem, refused: text })
      return problem
    }
  }

  private waitForMessage(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  private update(part: Partial<OutboxState>): void {
    this.state = { ...this.state, ...part }
    tabStorage.set(this.storageKey, JSON.stringify(this.state.messages))
    for (const listener of this.listeners) listener()
  }
}

function loadUnsent(storageKey: string): Message[] {
  try {
    // messages with a seq are in the transcript, which is loaded separately
    return (JSON.parse(tabStorage.get(storageKey) ?? '[]') as Message[]).filter(({ seq }) => seq === null)
  } catch {
    // what cannot be read must not keep the candidate out of the interview
    return []
  }
}

/** Runs the interview's outbox while the component is mounted. */
export function useOutbox(connection: Connection, interviewId: string, lastSeq: number): { outbox: Outbox; state: OutboxState } {
  const outbox = useMemo(() => new Outbox(interviewId), [interviewId])
  const state = useSyncExternalStore(outbox.subscribe, outbox.getSnapshot)
  useEffect(() => {
    const stop = new AbortController()
    void outbox.run(connection, stop.signal)
    return () => stop.abort()
  }, [outbox, connection])
  useEffect(() => outbox.removeConfirmed(lastSeq), [outbox, lastSeq])
  // a turn may arrive before the response of the mutation that stored it
  const messages = state.messages.filter(({ seq }) => seq === null || seq > lastSeq)
  return { outbox, state: { ...state, messages } }
}
