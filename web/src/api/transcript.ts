import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { graphql } from '../gql'
import type { InterimFieldsFragment, Speaker, TurnFieldsFragment } from '../gql/graphql'
import type { Connection } from './connection'
import { follow, type Liveness } from './follow'
import { pause } from './pause'
import { type Problem, problemOf } from './problem'

export type Turn = TurnFieldsFragment
export type Interim = InterimFieldsFragment

const TRANSCRIPT = graphql(`
  query Transcript($id: ID!, $after: Int!) {
    transcript(interviewId: $id, after: $after) {
      turns { ...TurnFields }
      lastSeq
      isComplete
    }
  }
  fragment TurnFields on Turn {
    id seq speaker text channel questionKey startedAt endedAt interrupted
  }
`)

const TURN_ADDED = graphql(`
  subscription TurnAdded($id: ID!, $after: Int!) {
    turnAdded(interviewId: $id, after: $after) { ...TurnFields }
  }
`)

const INTERIM = graphql(`
  subscription Interim($id: ID!) {
    interimTranscript(interviewId: $id) { ...InterimFields }
  }
  fragment InterimFields on InterimTranscript {
    speaker text afterSeq at
  }
`)

export interface TranscriptState {
  turns: readonly Turn[]
  /** What each speaker is saying now, as far as no stored turn has taken its place. */
  interims: Readonly<Partial<Record<Speaker, Interim>>>
  liveness: Liveness | 'loading'
  /** Why it cannot be followed. */
  problem: Problem | null
}

/** An interview's turns, gap-free and in order, and what is being said right now. */
export class Transcript {
  private state: TranscriptState = { turns: [], interims: {}, liveness: 'loading', problem: null }
  private readonly listeners = new Set<() => void>()

  constructor(
    private readonly connection: Connection,
    private readonly id: string,
  ) {}

  /** seq of the newest turn that is held. */
  get lastSeq(): number {
    return this.state.turns.at(-1)?.seq ?? 0
  }

  /** Call `listener` at each change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** The present state; another object after each change. */
  readonly read = (): TranscriptState => this.state

  /** Add turns, of which some may be held already. False when one is missing before them: then those are not added. */
  add(turns: readonly Turn[]): boolean {
    const held = this.lastSeq
    const fresh = turns.filter((turn) => turn.seq > held)
    if (fresh.some((turn, place) => turn.seq !== held + place + 1)) return false
    if (fresh.length > 0) {
      const interims = { ...this.state.interims }
      for (const { speaker, seq } of fresh) {
        if ((interims[speaker]?.afterSeq ?? seq) < seq) delete interims[speaker]
      }
      this.change({ turns: [...this.state.turns, ...fresh], interims })
    }
    return true
  }

  /** Show what is being said, unless its turn is held already. */
  show(interim: Interim): void {
    const newest = this.state.turns.findLast((turn) => turn.speaker === interim.speaker)
    if ((newest?.seq ?? 0) > interim.afterSeq) return
    this.change({ interims: { ...this.state.interims, [interim.speaker]: interim } })
  }

  /** Say how it stands with the stream. */
  change(part: Partial<TranscriptState>): void {
    this.state = { ...this.state, ...part }
    for (const listener of this.listeners) listener()
  }

  /** Load what there is, then follow until the interview's last turn, or until `signal`. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection, id } = this
    const loadAfter = async (after: number) => (await connection.query(TRANSCRIPT, { id, after })).transcript
    const isOver = async () => {
      const found = await loadAfter(this.lastSeq)
      if (found) this.add(found.turns)
      return found?.isComplete ?? true
    }
    const onLiveness = (liveness: Liveness) => this.change({ liveness })
    try {
      if (await eventually(isOver, signal)) {
        onLiveness('ended')
        return
      }
      onLiveness('live')
      const over = new AbortController()
      const interims = follow(connection, {
        document: INTERIM,
        variables: () => ({ id }),
        take: (data) => {
          this.show(data.interimTranscript)
          return true
        },
        isOver: () => Promise.resolve(this.state.liveness === 'ended'),
        signal: AbortSignal.any([signal, over.signal]),
      })
      const turns = follow(connection, {
        document: TURN_ADDED,
        variables: () => ({ id, after: this.lastSeq }),
        take: (data) => this.add([data.turnAdded]),
        isOver,
        signal,
        onLiveness,
      }).finally(() => over.abort())
      await Promise.all([turns, interims])
    } catch (error) {
      this.change({ problem: problemOf(error) })
    }
  }
}

/** The value, tried for as long as what goes wrong will pass. Throws a Problem. */
async function eventually<Value>(ask: () => Promise<Value>, signal: AbortSignal): Promise<Value> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      const problem = problemOf(error)
      if (!problem.isPassing || signal.aborted) throw problem
      await pause(tries, signal)
    }
  }
}

/** An interview's transcript, followed for as long as the component is there. */
export function useTranscript(connection: Connection, id: string): { transcript: Transcript; state: TranscriptState } {
  const transcript = useMemo(() => new Transcript(connection, id), [connection, id])
  const state = useSyncExternalStore(transcript.subscribe, transcript.read)
  useEffect(() => {
    const stop = new AbortController()
    void transcript.run(stop.signal)
    return () => stop.abort()
  }, [transcript])
  return { transcript, state }
}
