import { Client as HttpClient, fetchExchange, type TypedDocumentNode } from '@urql/core'
import { type Client as SocketClient, createClient } from 'graphql-ws'
import { Problem, toProblem } from './problem'
import { request } from './request'

const REQUEST_TIMEOUT_MS = 15_000
/** Interval of client pings, without which a frozen server would go unnoticed. */
const PING_MS = 5_000

/** Bearer token of a caller, and how to replace it when it expires. */
export interface Credential {
  /** The bearer token; null for calls that need none. */
  readonly token: string | null
  /** Replaces an expired token. Rejects with a Problem when that is impossible. */
  renew(): Promise<void>
}

/** No credential: for operations that need only an invite. */
export const anonymous: Credential = {
  token: null,
  renew: () => Promise.reject(new Problem('UNAUTHENTICATED', 'Please sign in first.')),
}

/** GraphQL client for one caller: HTTP for queries and mutations, a WebSocket for subscriptions. */
export class Connection {
  readonly socket: SocketClient
  private readonly http: HttpClient

  constructor(readonly credential: Credential) {
    this.http = new HttpClient({
      url: '/graphql',
      exchanges: [fetchExchange],
      preferGetMethod: false,
      requestPolicy: 'network-only',
      fetch: (input, init) => request(input, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }),
      fetchOptions: () => ({ headers: this.headers() }),
    })
    this.socket = openSocket(() => this.headers())
  }

  /** Runs a query. Rejects with a Problem. */
  query<Data, Variables extends object>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    return this.call(() => this.http.query(document, variables).toPromise())
  }

  /** Runs a mutation. Rejects with a Problem; after a transient one, the mutation may have taken effect or not. */
  mutate<Data, Variables extends object>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    return this.call(() => this.http.mutation(document, variables).toPromise())
  }

  private headers(): Record<string, string> {
    return this.credential.token ? { authorization: `Bearer ${this.credential.token}` } : {}
  }

  private async call<Data>(send: () => Promise<{ data?: Data; error?: unknown }>, isRenewed = false): Promise<Data> {
    const { data, error } = await send()
    if (!error && data) return data
    const problem = error ? toProblem(error) : new Problem('INTERNAL', 'The server did not answer. Please try again.')
    if (problem.code !== 'UNAUTHENTICATED' || isRenewed) throw problem
    await this.credential.renew()
    return this.call(send, true)
  }
}

function openSocket(headers: () => Record<string, string>): SocketClient {
  let pongTimeout: ReturnType<typeof setTimeout> | undefined
  const socket = createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    // follow() retries: graphql-ws treats some of our close codes as fatal, and a lost stream as a completed one
    retryAttempts: 0,
    keepAlive: PING_MS,
    connectionAckWaitTimeout: PING_MS,
    lazyCloseTimeout: 3_000,
    connectionParams: headers,
    on: {
      ping: (received) => {
        if (!received) pongTimeout = setTimeout(() => socket.terminate(), PING_MS)
      },
      pong: (received) => {
        if (received) clearTimeout(pongTimeout)
      },
      closed: () => clearTimeout(pongTimeout),
    },
  })
  return socket
}
