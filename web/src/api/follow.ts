import { stringifyDocument, type TypedDocumentNode } from '@urql/core'
import type { ExecutionResult } from 'graphql-ws'
import type { Connection } from './connection'
import { backOff } from './backoff'
import { getCloseCode, Problem, toProblem } from './problem'

export type StreamStatus = 'live' | 'reconnecting' | 'ended'

export interface FollowOptions<Data, Variables> {
  document: TypedDocumentNode<Data, Variables>
  /** Evaluated for each subscription attempt, so that a stream resumes after the last accepted event. */
  variables: () => Variables
  /** Processes an event. Returns false if an earlier event is missing; the subscription then starts again. */
  accept: (data: Data) => boolean
  /** Whether the subscription has really ended: a server that is shutting down may also send `complete`. */
  isOver: () => Promise<boolean>
  signal: AbortSignal
  onStatus?: (streamStatus: StreamStatus) => void
}

/** Close codes of the server's WebSocket (api/websocket.py). */
const UNAUTHENTICATED_CODES = new Set([4401, 4403])
const CLIENT_ERROR_CODES = new Set([4400, 4406])
const TOO_MANY_REQUESTS_CODE = 4429
/** How long to wait after that code, which comes without a time. */
const TOO_MANY_REQUESTS_SECONDS = 10
/** A stream that has lasted so long was no failure, whatever ended it. */
const STABLE_MS = 10_000

/** Follows a subscription to its end, resuming after network and server failures. Rejects with a Problem if a retry cannot succeed. */
export async function follow<Data, Variables extends object>(connection: Connection, options: FollowOptions<Data, Variables>): Promise<void> {
  const { signal, onStatus } = options
  let tries = 0
  while (!signal.aborted) {
    const startedAt = performance.now()
    const failure = await readStream(connection, options, () => onStatus?.('live'))
    // a server that accepts each stream, and then drops it, fails as well
    if (performance.now() - startedAt > STABLE_MS) tries = 0
    if (signal.aborted) return
    let minimumSeconds = 0
    try {
      if (failure === null) {
        if (await options.isOver()) {
          onStatus?.('ended')
          return
        }
      } else minimumSeconds = await recover(connection, failure)
    } catch (error) {
      const problem = toProblem(error)
      if (!problem.isTransient) throw problem
      minimumSeconds = problem.retryAfterSeconds
    }
    onStatus?.('reconnecting')
    await backOff(++tries, signal, minimumSeconds)
  }
}

/** Subscribes once and reads the stream until it ends. Returns the failure that ended it, or null for a `complete`. */
async function readStream<Data, Variables extends object>(
  connection: Connection,
  { document, variables, accept, signal }: FollowOptions<Data, Variables>,
  onEvent: () => void,
): Promise<unknown> {
  const stream = connection.socket.iterate<Data>({
    query: stringifyDocument(document),
    variables: variables() as Record<string, unknown>,
  }) as AsyncGenerator<ExecutionResult<Data>, void>
  const stop = () => void stream.return(undefined)
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const result of stream) {
      if (result.errors?.length || !result.data) return result.errors ?? new Problem('INTERNAL', 'The server sent an event without data.')
      if (!accept(result.data)) return new Problem('INTERNAL', 'An event is missing before this one.')
      onEvent()
    }
    return null
  } catch (error) {
    return error
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }
}

/** Prepares the next attempt after a failure, and returns how many seconds it has to wait. Rejects with a Problem if a retry cannot succeed. */
async function recover(connection: Connection, failure: unknown): Promise<number> {
  const closeCode = getCloseCode(failure)
  if (closeCode !== null && CLIENT_ERROR_CODES.has(closeCode)) {
    throw new Problem('BAD_INPUT', 'This page is out of date. Please reload it.')
  }
  const problem = toProblem(failure)
  if (problem.code === 'UNAUTHENTICATED' || (closeCode !== null && UNAUTHENTICATED_CODES.has(closeCode))) {
    await connection.credential.renew()
  } else if (!problem.isTransient) throw problem
  return closeCode === TOO_MANY_REQUESTS_CODE ? TOO_MANY_REQUESTS_SECONDS : problem.retryAfterSeconds
}
