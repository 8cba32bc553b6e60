import { useEffect, useMemo, useSyncExternalStore } from 'react'
import type { Connection } from '../api/connection'
import { pause } from '../api/pause'
import { type Problem, problemOf } from '../api/problem'
import { SEND } from './documents'

export interface Message {
  /** The idempotency key: however often it is sent, it is stored once. */
  key: string
  text: string
  /** Its turn's seq, once it is stored. */
  seq: number | null
}

export interface OutboxState {
  messages: readonly Message[]
  /** Why the newest one that was refused was refused; its text is in `refused`. */
  problem: Problem | null
  refused: string | null
}

/** What was typed and is not in the transcript yet: kept through reloads, sent in order until each is stored. */
export class Outbox {
  private state: OutboxState
  private readonly listeners = new Set<() => void>()
  private readonly place: string
  private wake: () => void = () => {}

  constructor(private readonly interviewId: string) {
    this.place = `viva.outbox.${interviewId}`
    this.state = { messages: readKept(this.place), problem: null, refused: null }
  }

  /** Call `listener` at each change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** The present state; another object after each change. */
  readonly read = (): OutboxState => this.state

  /** Take a message; it is sent as soon as those before it are stored. */
  put(text: string): void {
    this.change({ messages: [...this.state.messages, { key: newKey(), text, seq: null }], problem: null, refused: null })
    this.wake()
  }

  /** Forget what the transcript shows by now. */
  settle(lastSeq: number): void {
    const messages = this.state.messages.filter(({ seq }) => seq === null || seq > lastSeq)
    if (messages.length < this.state.messages.length) this.change({ messages })
  }

  /** Send until `signal`. */
  async run(connection: Connection, signal: AbortSignal): Promise<void> {
    let tries = 0
    while (!signal.aborted) {
      const next = this.state.messages.find(({ seq }) => seq === null)
      if (!next) {
        await this.something(signal)
        continue
      }
      const problem = await this.send(connection, next)
      tries = problem ? tries + 1 : 0
      if (problem?.isPassing) await pause(tries, signal)
    }
  }

  private async send(connection: Connection, { key, text }: Message): Promise<Problem | null> {
    try {
      const { sendMessage } = await connection.mutate(SEND, { input: { idempotencyKey: key, interviewId: this.interviewId, text } })
      const seq = sendMessage?.turn.seq ?? 0
      this.change({ messages: this.state.messages.map((message) => (message.key === key ? { ...message, seq } : message)), problem: null })
      return null
    } catch (error) {
      const problem = problemOf(error)
      if (problem.isPassing) this.change({ problem })
      else this.change({ messages: this.state.messages.filter((message) => message.key !== key), problem, refused: text })
      return problem
    }
  }

  private something(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  private change(part: Partial<OutboxState>): void {
    this.state = { ...this.state, ...part }
    sessionStorage.setItem(this.place, JSON.stringify(this.state.messages))
    for (const listener of this.listeners) listener()
  }
}

function readKept(place: string): Message[] {
  // what was stored before the page was left is in the transcript that is about to be loaded
  const kept = JSON.parse(sessionStorage.getItem(place) ?? '[]') as Message[]
  return kept.filter(({ seq }) => seq === null)
}

function newKey(): string {
  // randomUUID is there in secure contexts only, and a test server may be reached by http
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The interview's outbox, at work for as long as the component is there. */
export function useOutbox(connection: Connection, interviewId: string, lastSeq: number): { outbox: Outbox; state: OutboxState } {
  const outbox = useMemo(() => new Outbox(interviewId), [interviewId])
  const state = useSyncExternalStore(outbox.subscribe, outbox.read)
  useEffect(() => {
    const stop = new AbortController()
    void outbox.run(connection, stop.signal)
    return () => stop.abort()
  }, [outbox, connection])
  useEffect(() => outbox.settle(lastSeq), [outbox, lastSeq])
  // one whose turn was there before the answer to sending it
  const messages = state.messages.filter(({ seq }) => seq === null || seq > lastSeq)
  return { outbox, state: { ...state, messages } }
}
