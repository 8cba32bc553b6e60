import { backOff, retryTransient } from '../../api/backoff'
import type { Connection } from '../../api/connection'
import { follow } from '../../api/follow'
import { type Problem, toProblem } from '../../api/problem'
import type { InterviewFilter, InterviewOrder } from '../../gql/graphql'
import { CHANGES_CURSOR, INTERVIEW_CHANGES, INTERVIEWS, type ListedInterview } from './documents'

export const PAGE_SIZE = 50
/** New and changed interviews that are not in the list are looked for at most this often. */
const REFRESH_MS = 1_500

export interface ListRequest {
  filter: InterviewFilter
  orderBy: InterviewOrder
  /** What the caller searches for: beginnings of words of a name, or a whole reference. */
  search: string
  mayReadResults: boolean
}

export interface ListSnapshot {
  rows: readonly ListedInterview[]
  /** How many interviews match. Null before the first page. */
  total: number | null
  hasMore: boolean
  isLoading: boolean
  /** Why the list could not be read. */
  problem: Problem | null
  /** Counts changes of any interview, so that others can read again. */
  changes: number
}

/** Returns the filter that finds names, and the one that finds a reference if there is a search. */
export function buildSearches({ filter, search }: Pick<ListRequest, 'filter' | 'search'>): InterviewFilter[] {
  if (!search) return [filter]
  return [
    { ...filter, candidate: search },
    { ...filter, externalIds: [search] },
  ]
}

/** A list of interviews that grows while one scrolls, and follows the changes of the organization from the moment it was read. */
export class InterviewList {
  private state: ListSnapshot = { rows: [], total: null, hasMore: false, isLoading: true, problem: null, changes: 0 }
  private readonly listeners = new Set<() => void>()
  private cursor: string | null = null
  private changesCursor: string | null = null
  /** Set from the moment at which the beginning of the list may be out of date until it has been read. */
  private refreshTimer: ReturnType<typeof setTimeout> | undefined
  /** Whether an interview has changed since the last read began. */
  private isHeadStale = false

  constructor(
    private readonly connection: Connection,
    private readonly request: ListRequest,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly getSnapshot = (): ListSnapshot => this.state

  private update(part: Partial<ListSnapshot>): void {
    this.state = { ...this.state, ...part }
    for (const listener of this.listeners) listener()
  }

  /** Reads the first page, then follows changes until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => clearTimeout(this.refreshTimer))
    for (let tries = 0; !signal.aborted; tries++) {
      try {
        // the cursor is read before the page, so that no change is missed between them
        const { changes } = await this.connection.query(CHANGES_CURSOR, {})
        this.changesCursor = changes?.latestCursor ?? null
        await this.readFirstPage()
        await this.followChanges(signal)
      } catch (error) {
        const problem = toProblem(error)
        if (signal.aborted) return
        // after days asleep, the changes since then are no longer available: the list is read again
        const isExpired = problem.code === 'CURSOR_EXPIRED'
        if (!isExpired) this.update({ problem, isLoading: false })
        if (!isExpired && !problem.isTransient) return
        await backOff(tries + 3, signal, problem.retryAfterSeconds)
      }
    }
  }

  private followChanges(signal: AbortSignal): Promise<void> {
    return follow(this.connection, {
      document: INTERVIEW_CHANGES,
      variables: () => ({ after: this.changesCursor, results: this.request.mayReadResults }),
      accept: ({ changed }) => {
        if (changed) this.acceptChange(changed.cursor, changed.interviewId, changed.interview ?? null, signal)
        return true
      },
      isOver: () => Promise.resolve(false),
      signal,
    })
  }

  private acceptChange(cursor: string, id: string, interview: ListedInterview | null, signal: AbortSignal): void {
    this.changesCursor = cursor
    const index = this.state.rows.findIndex((row) => row.id === id)
    const rows = index >= 0 && interview ? this.state.rows.with(index, interview) : this.state.rows
    this.update({ rows, changes: this.state.changes + 1 })
    if (index < 0) this.refreshLater(signal)
  }

  /** Looks for interviews that are new in the list. Rows that no longer match stay until the list is opened again. */
  private refreshLater(signal: AbortSignal): void {
    this.isHeadStale = true
    this.refreshTimer ??= setTimeout(() => {
      this.isHeadStale = false
      retryTransient(() => this.readHead(), signal)
        // the rows are as they were, and the next change tries again
        .catch(() => {})
        .finally(() => {
          this.refreshTimer = undefined
          if (this.isHeadStale && !signal.aborted) this.refreshLater(signal)
        })
    }, REFRESH_MS)
  }

  private async readHead(): Promise<void> {
    const { nodes, totalCount } = await this.readPage(null)
    const head = new Set(nodes.map(({ id }) => id))
    this.update({ rows: [...nodes, ...this.state.rows.filter(({ id }) => !head.has(id))], total: totalCount })
  }

  private async readFirstPage(): Promise<void> {
    const { nodes, pageInfo, totalCount } = await this.readPage(null)
    this.cursor = pageInfo.endCursor ?? null
    this.update({ rows: nodes, total: totalCount, hasMore: pageInfo.hasNextPage, isLoading: false, problem: null })
  }

  /** Reads the next page, unless one is being read. */
  async loadMore(): Promise<void> {
    if (this.state.isLoading || !this.state.hasMore) return
    this.update({ isLoading: true })
    try {
      const { nodes, pageInfo, totalCount } = await this.readPage(this.cursor)
      this.cursor = pageInfo.endCursor ?? null
      const shown = new Set(this.state.rows.map(({ id }) => id))
      const rows = [...this.state.rows, ...nodes.filter(({ id }) => !shown.has(id))]
      this.update({ rows, total: totalCount, hasMore: pageInfo.hasNextPage, isLoading: false, problem: null })
    } catch (error) {
      this.update({ isLoading: false, problem: toProblem(error) })
    }
  }

  private async readPage(after: string | null) {
    const { orderBy, mayReadResults } = this.request
    const [byName = {}, byReference] = buildSearches(this.request)
    const page = { orderBy, first: PAGE_SIZE, results: mayReadResults, counted: after === null }
    const [names, references] = await Promise.all([
      this.connection.query(INTERVIEWS, { ...page, filter: byName, after }),
      // few interviews have one reference: all are on the first page
      byReference && !after ? this.connection.query(INTERVIEWS, { ...page, filter: byReference, after: null }) : null,
    ])
    const found = names.interviews
    const others = (references?.interviews.nodes ?? []).filter(({ id }) => !found.nodes.some((node) => node.id === id))
    return { nodes: [...others, ...found.nodes], pageInfo: found.pageInfo, totalCount: found.totalCount == null ? this.state.total : found.totalCount + others.length }
  }
}
