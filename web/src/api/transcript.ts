import { useEffect, useMemo, useSyncExternalStore } from 'react'
import { graphql } from '../gql'
import type { InterimFieldsFragment, Speaker, TurnFieldsFragment } from '../gql/graphql'
import type { Connection } from './connection'
import { follow, type StreamStatus } from './follow'
import { retryTransient } from './backoff'
import { type Problem, toProblem } from './problem'

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
    id seq speaker text channel questionKey startedAt endedAt interrupted language isUncertain
    uncertainWords { start end }
  }
`)

const TURN_ADDED = graphql(`
  subscription TurnAdded($id: ID!, $after: Int!) {
    turnAdded(interviewId: $id, after: $after) { ...TurnFields }
  }
`)

export const INTERIM = graphql(`
  subscription Interim($id: ID!) {
    interimTranscript(interviewId: $id) { ...InterimFields }
  }
  fragment InterimFields on InterimTranscript {
    speaker text afterSeq at
  }
`)

/** Interim words of each speaker that no stored turn has replaced yet. */
export type Interims = Readonly<Partial<Record<Speaker, Interim>>>

export interface TranscriptState {
  turns: readonly Turn[]
  streamStatus: StreamStatus | 'loading'
  /** Why the transcript cannot be followed. */
  problem: Problem | null
}

/** An interview's turns, in order and without gaps, and the interim words of both speakers. */
export class Transcript {
  private state: TranscriptState = { turns: [], streamStatus: 'loading', problem: null }
  // apart from the state, which a whole page shows: interim words change several times in a second
  private interims: Interims = {}
  private readonly listeners = new Set<() => void>()

  constructor(
    private readonly connection: Connection,
    private readonly id: string,
  ) {}

  /** seq of the newest loaded turn; 0 for none. */
  get lastSeq(): number {
    return this.state.turns.at(-1)?.seq ?? 0
  }

  /** Calls `listener` after each change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Returns the current state: a new object after each change, but not after one of interim words. */
  readonly getSnapshot = (): TranscriptState => this.state

  /** Returns the current interim words: a new object after each change. */
  readonly getInterims = (): Interims => this.interims

  /** Adds turns and ignores known ones. Returns false, and adds none, when one before them is missing. */
  add(turns: readonly Turn[]): boolean {
    const { lastSeq } = this
    const fresh = turns.filter((turn) => turn.seq > lastSeq)
    if (fresh.some((turn, index) => turn.seq !== lastSeq + index + 1)) return false
    if (fresh.length > 0) {
      const interims = { ...this.interims }
      for (const { speaker, seq } of fresh) {
        if ((interims[speaker]?.afterSeq ?? seq) < seq) delete interims[speaker]
      }
      this.interims = interims
      this.update({ turns: [...this.state.turns, ...fresh] })
    }
    return true
  }

  /** Sets a speaker's interim words, unless their turn is stored already. */
  setInterim(interim: Interim): void {
    const newest = this.state.turns.findLast((turn) => turn.speaker === interim.speaker)
    if ((newest?.seq ?? 0) > interim.afterSeq) return
    this.interims = { ...this.interims, [interim.speaker]: interim }
    this.notify()
  }

  private update(part: Partial<TranscriptState>): void {
    this.state = { ...this.state, ...part }
    this.notify()
  }

  private notify(): void {
    for (const listener of this.listeners) listener()
  }

  /** Loads the stored turns, then follows until the interview's last turn or until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { connection, id } = this
    const loadAfter = async (after: number) => (await connection.query(TRANSCRIPT, { id, after })).transcript
    const isOver = async () => {
      const found = await loadAfter(this.lastSeq)
      if (found) this.add(found.turns)
      return found?.isComplete ?? true
    }
    const onStatus = (streamStatus: StreamStatus) => this.update({ streamStatus })
    try {
      if (await retryTransient(isOver, signal)) {
        onStatus('ended')
        return
      }
      onStatus('live')
      const over = new AbortController()
      // AbortSignal.any is too new for Safari 16.4 and Chrome 111
      signal.addEventListener('abort', () => over.abort(), { once: true })
      const interims = follow(connection, {
        document: INTERIM,
        variables: () => ({ id }),
        accept: (data) => {
          this.setInterim(data.interimTranscript)
          return true
        },
        isOver: () => Promise.resolve(this.state.streamStatus === 'ended'),
        signal: over.signal,
      })
      const turns = follow(connection, {
        document: TURN_ADDED,
        variables: () => ({ id, after: this.lastSeq }),
        accept: (data) => this.add([data.turnAdded]),
        isOver,
        signal,
        onStatus,
      }).finally(() => over.abort())
      await Promise.all([turns, interims])
    } catch (error) {
      if (!signal.aborted) this.update({ problem: toProblem(error) })
    }
  }
}

/**
 * Follows an interview's transcript while the component is mounted, again from the last turn when `isOver` changes: the stream of
 * an interview that is over ends, and the interview may be reopened.
 */
export function useTranscript(connection: Connection, id: string, isOver = false): { transcript: Transcript; state: TranscriptState } {
  const transcript = useMemo(() => new Transcript(connection, id), [connection, id])
  const state = useSyncExternalStore(transcript.subscribe, transcript.getSnapshot)
  useEffect(() => {
    const stop = new AbortController()
    void transcript.run(stop.signal)
    return () => stop.abort()
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the stream of an interview that was over has ended
  }, [transcript, isOver])
  return { transcript, state }
}

/** Returns the interim words of both speakers. For the component that shows them: they change several times in a second. */
export function useInterims(transcript: Transcript): Interims {
  return useSyncExternalStore(transcript.subscribe, transcript.getInterims)
}

/** Returns whether one of these speakers has interim words. */
export function useHasInterims(transcript: Transcript, ...speakers: readonly Speaker[]): boolean {
  return useSyncExternalStore(transcript.subscribe, () => speakers.some((speaker) => transcript.getInterims()[speaker] !== undefined))
}
