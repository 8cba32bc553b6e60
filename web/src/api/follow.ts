import { stringifyDocument, type TypedDocumentNode } from '@urql/core'
import type { ExecutionResult } from 'graphql-ws'
import type { Connection } from './connection'
import { pause } from './pause'
import { Problem, problemOf } from './problem'

export type Liveness = 'live' | 'reconnecting' | 'ended'

export interface Following<Data, Variables> {
  document: TypedDocumentNode<Data, Variables>
  /** Asked anew at each start, so that a stream goes on after what is held. */
  variables: () => Variables
  /** Take an event; false when something is missing before it: then the stream is begun again. */
  take: (data: Data) => boolean
  /** Whether nothing more can come. A `complete` alone may also be the end of a server. */
  isOver: () => Promise<boolean>
  signal: AbortSignal
  onLiveness?: (liveness: Liveness) => void
}

/** Codes with which the server closes a socket (api/websocket.py). */
const UNAUTHENTICATED = new Set([4401, 4403])
const OUR_MISTAKE = new Set([4400, 4406])

/** Follow a subscription to its end, through whatever happens to network and servers. Throws a Problem that will not pass. */
export async function follow<Data, Variables extends object>(connection: Connection, wanted: Following<Data, Variables>): Promise<void> {
  const { signal, onLiveness } = wanted
  let tries = 0
  while (!signal.aborted) {
    const failure = await readOnce(connection, wanted, () => {
      tries = 0
      onLiveness?.('live')
    })
    if (signal.aborted) return
    try {
      if (failure === null) {
        if (await wanted.isOver()) {
          onLiveness?.('ended')
          return
        }
      } else await recover(connection, failure)
    } catch (error) {
      const problem = problemOf(error)
      if (!problem.isPassing) throw problem
    }
    onLiveness?.('reconnecting')
    await pause(++tries, signal)
  }
}

/** One subscription, until it ends. Returns what ended it, null for a `complete`. */
async function readOnce<Data, Variables extends object>(
  connection: Connection,
  { document, variables, take, signal }: Following<Data, Variables>,
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
      if (result.errors?.length || !result.data) return result.errors ?? new Error('no data')
      if (!take(result.data)) return new Error('gap')
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

/** Do what can be done about a failure. Throws a Problem where trying again is no use. */
async function recover(connection: Connection, failure: unknown): Promise<void> {
  const closed = (failure as { code?: unknown } | null)?.code
  if (typeof closed === 'number' && OUR_MISTAKE.has(closed)) {
    throw new Problem('BAD_INPUT', 'This page does not fit the server any more: load it again.')
  }
  const problem = problemOf(failure)
  if (problem.code === 'UNAUTHENTICATED' || (typeof closed === 'number' && UNAUTHENTICATED.has(closed))) {
    await connection.credential.renew()
  } else if (!problem.isPassing) throw problem
}
