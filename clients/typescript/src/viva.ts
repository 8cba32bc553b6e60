import { type Client, createClient } from 'graphql-ws'
import { VivaError, describe, readErrors, readStatus, readStreamFailure } from './errors.js'
import * as operations from './generated.js'
import { Credential, type RetryPolicy, type TokenSource, waitToRetry } from './retries.js'

export interface VivaOptions {
  /** The URL of the server, such as https://viva.example. */
  url: string
  /** An API key or token, or a function that is called for the first one, and whenever the server refuses the present one. */
  token: TokenSource
  /** How long a request may take. Default: 30 s. */
  timeoutMs?: number
  /** How often calls are repeated. Default: 6 attempts. */
  calls?: RetryPolicy
  /** How often streams reconnect without a success. Default: 100 attempts, about ten minutes. */
  streams?: RetryPolicy
  /** Interval of pings, without which nobody would notice a frozen server, or a connection that was lost in suspension. Default: 5 s. */
  pingMs?: number
  /** The class of WebSockets, for Node 20, which has none: that of the package ws. */
  webSocket?: unknown
  /** Default: the global fetch. */
  fetch?: typeof fetch
}

/** A page of any list. */
export interface Page<Node> {
  nodes: Node[]
  pageInfo: { hasNextPage: boolean; endCursor: string | null }
}

export type Turn = operations.TurnDetailsFragment
export type Change = operations.ChangeDetailsFragment

type Document<Data, Variables> = operations.TypedDocumentString<Data, Variables>
type ListOptions<Variables> = Omit<Variables, 'after'>
/** Reads an event: returns its cursor and value, or null if it does not follow the cursor. */
type ReadEvent<Data, Cursor, Event> = (data: Data, after: Cursor) => readonly [Cursor, Event] | null

/** A connection that lasted so long has not failed to connect, even if nothing happened in the meantime. */
const HEALTHY_MS = 60_000

/** A caller of the API. */
export class Viva {
  private readonly url: string
  private readonly credential: Credential
  private readonly timeoutMs: number

  constructor(private readonly options: VivaOptions) {
    this.url = options.url.replace(/\/$/, '')
    this.credential = new Credential(options.token)
    this.timeoutMs = options.timeoutMs ?? 30_000
  }

  startInterview = async (input: operations.StartInterviewInput) =>
    required((await this.request(operations.StartInterviewDocument, { input })).startInterview)
  scheduleInterview = async (input: operations.ScheduleInterviewInput) =>
    required((await this.request(operations.ScheduleInterviewDocument, { input })).scheduleInterview)
  renewInvite = async (input: operations.RenewInviteInput) =>
    required((await this.request(operations.RenewInviteDocument, { input })).renewInvite)
  sendMessage = async (input: operations.SendMessageInput) =>
    required((await this.request(operations.SendMessageDocument, { input })).sendMessage)
  endInterview = async (input: operations.EndInterviewInput) =>
    required((await this.request(operations.EndInterviewDocument, { input })).endInterview)
  cancelInterview = async (input: operations.CancelInterviewInput) =>
    required((await this.request(operations.CancelInterviewDocument, { input })).cancelInterview)
  evaluateInterview = async (input: operations.EvaluateInterviewInput) =>
    required((await this.request(operations.EvaluateInterviewDocument, { input })).evaluateInterview)
  getInterview = async (id: string) => required((await this.request(operations.GetInterviewDocument, { id })).interview)
  /** The evaluation that counts, or a version of it. Null: there is none. */
  getEvaluation = async (interviewId: string, version: number | null = null) =>
    (await this.request(operations.GetEvaluationDocument, { interviewId, version })).evaluation

  /** Yields all interviews that the filter selects. */
  listInterviews(options: ListOptions<operations.ListInterviewsQueryVariables> = {}) {
    return this.iterate(async (after) => (await this.request(operations.ListInterviewsDocument, { ...options, after })).interviews)
  }

  /** Yields all positions. */
  listPositions(options: ListOptions<operations.ListPositionsQueryVariables> = {}) {
    return this.iterate(async (after) => (await this.request(operations.ListPositionsDocument, { ...options, after })).positions)
  }

  /** Yields the items of all pages of a list. `readPage` receives the cursor after which its page begins. */
  async *iterate<Node>(readPage: (after: string | null) => Promise<Page<Node>>): AsyncGenerator<Node, void> {
    let after: string | null = null
    let hasNextPage = true
    while (hasNextPage) {
      const page: Page<Node> = await readPage(after)
      yield* page.nodes
      after = page.pageInfo.endCursor
      hasNextPage = page.pageInfo.hasNextPage
    }
  }

  /**
   * Yields each turn after `after` once and in order, until the last turn of an interview that is over, or until `signal`.
   * Lost connections, restarts of the server and expired tokens only take time.
   */
  follow(interviewId: string, { after = 0, signal }: { after?: number; signal?: AbortSignal } = {}): AsyncGenerator<Turn, void> {
    const read = ({ turnAdded }: operations.TurnAddedSubscription, lastSeq: number) =>
      turnAdded.seq === lastSeq + 1 ? ([turnAdded.seq, turnAdded] as const) : null
    return this.resume(operations.TurnAddedDocument, { interviewId }, after, read, signal)
  }

  /**
   * Yields each change after the cursor once, in the order in which they were committed, until `signal`. Store `change.cursor`
   * together with what you made of the change. Throws CURSOR_EXPIRED if changes are missing: read the lists again, and
   * continue from a new `latestCursor()`.
   */
  changes(after: string, { signal }: { signal?: AbortSignal } = {}): AsyncGenerator<Change, void> {
    const read = ({ changed }: operations.ChangedSubscription) => changed && ([changed.cursor, changed] as const)
    return this.resume(operations.ChangedDocument, {}, after, read, signal)
  }

  /** Returns the cursor of the newest change. Read it before the lists, then follow the changes after it. */
  async latestCursor(): Promise<string> {
    return required((await this.request(operations.ListChangesDocument, { first: 0 })).changes).latestCursor
  }

  /** Returns the transcript as a file. */
  transcript(interviewId: string, suffix: 'json' | 'txt' | 'vtt' = 'json'): Promise<Uint8Array> {
    return this.download(`/interviews/${interviewId}/transcript.${suffix}`)
  }

  /** Returns the report of an evaluation as a file. */
  report(evaluationId: string, suffix: 'json' | 'html' | 'pdf' = 'pdf'): Promise<Uint8Array> {
    return this.download(`/evaluations/${evaluationId}/report.${suffix}`)
  }

  /** Returns a file of the API, such as /comparison.csv?positionKey=... */
  async download(path: string): Promise<Uint8Array> {
    return this.send(path, {}, async (response) => new Uint8Array(await response.arrayBuffer()))
  }

  /**
   * Runs a query or mutation, and returns its data. Throws VivaError. A mutation without an idempotency key gets one, so that its
   * repetitions have one effect.
   */
  request<Data, Variables>(document: Document<Data, Variables> | string, variables: Variables): Promise<Data> {
    const query = document.toString()
    const { input } = variables as { input?: { idempotencyKey?: string | null } }
    const isMutation = query.trimStart().startsWith('mutation') && input
    const keyed = isMutation ? { ...variables, input: { ...input, idempotencyKey: input.idempotencyKey ?? crypto.randomUUID() } } : variables
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query, variables: keyed }) }
    return this.send('/graphql', init, async (response) => {
      const { data, errors } = (await response.json()) as { data: Data; errors?: unknown[] }
      if (errors?.length) throw readErrors(errors)
      return data
    })
  }

  /** Sends a request until it succeeds, and returns what `read` makes of the response. */
  private async send<Result>(path: string, init: RequestInit, read: (response: Response) => Promise<Result>): Promise<Result> {
    for (let failures = 0; ; ) {
      const token = await this.credential.get()
      try {
        const result = await this.attempt(path, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } }, read)
        this.credential.accept(token)
        return result
      } catch (error) {
        if (!(error instanceof VivaError)) throw error
        if (error.code === 'UNAUTHENTICATED') this.credential.refuse(token, error)
        else await waitToRetry(this.options.calls ?? { attempts: 6 }, ++failures, error)
      }
    }
  }

  private async attempt<Result>(path: string, init: RequestInit, read: (response: Response) => Promise<Result>): Promise<Result> {
    try {
      const signal = AbortSignal.timeout(this.timeoutMs)
      const response = await (this.options.fetch ?? fetch)(this.url + path, { ...init, signal })
      if (response.ok) return await read(response)
      const text = await response.text()
      throw parseErrors(text) ?? readStatus(response.status, text, response.headers.get('retry-after'))
    } catch (error) {
      if (error instanceof VivaError) throw error
      throw new VivaError('CONNECTION_FAILED', `The request failed: ${describe(error)}`)
    }
  }

  /** Yields the events of a subscription to its end, and subscribes after the last one as often as needed. */
  private async *resume<Data, Variables extends { after?: Cursor | null }, Cursor extends number | string, Event>(
    document: Document<Data, Variables>,
    variables: Omit<Variables, 'after'>,
    after: Cursor,
    read: ReadEvent<Data, Cursor, Event>,
    signal?: AbortSignal,
  ): AsyncGenerator<Event, void> {
    let failures = 0
    while (!signal?.aborted) {
      const token = await this.credential.get()
      const stream = { isComplete: false }
      const socket = this.openSocket(token, stream)
      const stop = () => socket.terminate()
      signal?.addEventListener('abort', stop)
      const began = Date.now()
      try {
        for await (const { data, errors } of socket.iterate<Data>({ query: document.toString(), variables: { ...variables, after } })) {
          if (errors?.length) throw readErrors(errors)
          const event = data && read(data, after)
          if (!event) throw new VivaError('CONNECTION_FAILED', 'The server left out or repeated an event.')
          after = event[0]
          failures = 0
          yield event[1]
        }
        if (stream.isComplete) return
        throw new VivaError('CONNECTION_FAILED', 'The server closed the connection before the subscription was complete.')
      } catch (failure) {
        if (signal?.aborted) return
        const error = readStreamFailure(failure)
        if (error.code === 'UNAUTHENTICATED') {
          this.credential.refuse(token, error)
          continue
        }
        failures = Date.now() - began > HEALTHY_MS ? 1 : failures + 1
        await waitToRetry(this.options.streams ?? { attempts: 100 }, failures, error, signal)
      } finally {
        signal?.removeEventListener('abort', stop)
        void socket.dispose()
      }
    }
  }

  /** Opens a WebSocket for one subscription. graphql-ws would repeat the first cursor, so it does not reconnect. */
  private openSocket(token: string, stream: { isComplete: boolean }): Client {
    const pingMs = this.options.pingMs ?? 5_000
    let pongTimeout: ReturnType<typeof setTimeout> | undefined
    const socket = createClient({
      url: `${this.url}/graphql`.replace(/^http/, 'ws'),
      ...(this.options.webSocket ? { webSocketImpl: this.options.webSocket } : {}),
      connectionParams: { authorization: `Bearer ${token}` },
      connectionAckWaitTimeout: this.timeoutMs,
      retryAttempts: 0,
      keepAlive: pingMs,
      onNonLazyError: () => undefined,
      on: {
        connected: () => this.credential.accept(token),
        ping: (isReceived) => {
          if (!isReceived) pongTimeout = setTimeout(() => socket.terminate(), pingMs)
        },
        pong: (isReceived) => isReceived && clearTimeout(pongTimeout),
        message: ({ type }) => (stream.isComplete ||= type === 'complete'),
        closed: () => clearTimeout(pongTimeout),
      },
    })
    return socket
  }
}

function required<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new VivaError('PROTOCOL_VIOLATION', 'The server returned neither data nor an error.')
  return value
}

function parseErrors(text: string): VivaError | null {
  try {
    const { errors } = JSON.parse(text) as { errors?: unknown }
    return Array.isArray(errors) ? readErrors(errors) : null
  } catch {
    return null
  }
}
