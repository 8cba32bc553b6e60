import type { Connection } from '../../api/connection'
import { follow } from '../../api/follow'
import { type Problem, toProblem } from '../../api/problem'
import type { LiveInterviewsSubscription } from '../../gql/graphql'
import { LIVE_INTERVIEWS, type TileInterview } from './documents'

type LiveEvent = NonNullable<LiveInterviewsSubscription['liveInterviews']>

/** What needs a person's attention, in the words of its tile. */
export interface Trouble {
  title: string
  text: string
}

/** Returns what needs a person's attention; null if nothing does. */
export function findTrouble({ status, candidatePresent, speechOutage, pausedAt }: TileInterview): Trouble | null {
  if (status !== 'IN_PROGRESS') return null
  if (speechOutage && !speechOutage.endedAt) {
    return { title: 'Speech has failed', text: 'The interview continues in writing, and the candidate knows.' }
  }
  if (pausedAt) return { title: 'Waits for an answer', text: 'The candidate has made a request. The clock stands still until somebody answers it.' }
  if (candidatePresent === false) return { title: 'Has left the room', text: 'The candidate can come back by the same link.' }
  return null
}

/** Whether the candidate has opened the link, and has not begun. */
export function isAway({ status, candidatePresent }: TileInterview): boolean {
  return status === 'WAITING' && candidatePresent !== true
}

export interface WallSnapshot {
  /** Ids in the order in which their tiles appeared: a tile keeps its place. */
  ids: readonly string[]
  isLoading: boolean
  problem: Problem | null
}

export interface Tile {
  interview: TileInterview
  /** When this state arrived, by performance.now(). */
  receivedAt: number
}

/** The open interviews, through one subscription. Each tile has listeners of its own, so that a change renders one tile. */
export class LiveWall {
  private state: WallSnapshot = { ids: [], isLoading: true, problem: null }
  private readonly tiles = new Map<string, Tile>()
  private readonly listeners = new Set<() => void>()
  private readonly tileListeners = new Map<string, Set<() => void>>()
  /** The interviews of the snapshot that is arriving; null after its end. */
  private snapshot: Set<string> | null = null

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly getSnapshot = (): WallSnapshot => this.state

  subscribeTile(id: string, listener: () => void): () => void {
    const listeners = this.tileListeners.get(id) ?? new Set()
    this.tileListeners.set(id, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.tileListeners.delete(id)
    }
  }

  readonly getTile = (id: string): Tile | undefined => this.tiles.get(id)

  /** Follows the open interviews until `signal` aborts. */
  async run(connection: Connection, signal: AbortSignal): Promise<void> {
    try {
      await follow(connection, {
        document: LIVE_INTERVIEWS,
        variables: () => {
          this.snapshot = new Set()
          return {}
        },
        accept: ({ liveInterviews }) => {
          if (liveInterviews) this.accept(liveInterviews)
          return true
        },
        isOver: () => Promise.resolve(false),
        signal,
      })
    } catch (error) {
      if (!signal.aborted) this.update({ problem: toProblem(error), isLoading: false })
    }
  }

  accept({ kind, interview }: LiveEvent): void {
    if (kind === 'SNAPSHOT_COMPLETE') {
      const { snapshot } = this
      this.snapshot = null
      if (snapshot) for (const id of this.state.ids) if (!snapshot.has(id)) this.tiles.delete(id)
      this.update({ ids: this.state.ids.filter((id) => this.tiles.has(id)), isLoading: false })
    } else if (interview && kind === 'REMOVED') {
      this.tiles.delete(interview.id)
      this.update({ ids: this.state.ids.filter((id) => id !== interview.id) })
    } else if (interview) {
      if (kind === 'SNAPSHOT') this.snapshot?.add(interview.id)
      const isNew = !this.tiles.has(interview.id)
      const hadTrouble = this.describeState(interview.id)
      this.tiles.set(interview.id, { interview, receivedAt: performance.now() })
      for (const listener of this.tileListeners.get(interview.id) ?? []) listener()
      // a snapshot comes newest first, and the wall begins with the oldest
      if (isNew) this.update({ ids: kind === 'SNAPSHOT' ? [interview.id, ...this.state.ids] : [...this.state.ids, interview.id] })
      else if (hadTrouble !== this.describeState(interview.id)) this.update({})
    }
  }

  /** What the tabs count. */
  describeState(id: string): 'trouble' | 'away' | 'fine' {
    const tile = this.tiles.get(id)
    if (!tile) return 'fine'
    if (findTrouble(tile.interview)) return 'trouble'
    return isAway(tile.interview) ? 'away' : 'fine'
  }

  private update(part: Partial<WallSnapshot>): void {
    this.state = { ...this.state, ...part }
    for (const listener of this.listeners) listener()
  }
}
