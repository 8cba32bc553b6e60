import { Client as HttpClient, fetchExchange, type TypedDocumentNode } from '@urql/core'
import { type Client as SocketClient, createClient } from 'graphql-ws'
import { Problem, problemOf } from './problem'

const CALL_MS = 15_000
/** Without pings of our own a server that has frozen would never be noticed. */
const PING_MS = 5_000

/** Whose calls they are. */
export interface Credential {
  /** The bearer token; none for calls that need none. */
  readonly token: string | null
  /** Get a new one in place of one that has ended. Throws a Problem when there is none to be had. */
  renew(): Promise<void>
}

/** Nobody in particular: for what an invite alone may ask. */
export const anonymous: Credential = {
  token: null,
  renew: () => Promise.reject(new Problem('UNAUTHENTICATED', 'Sign in first.')),
}

/** The API, as one caller sees it. */
export class Connection {
  readonly socket: SocketClient
  private readonly http: HttpClient

  constructor(readonly credential: Credential) {
    this.http = new HttpClient({
      url: '/graphql',
      exchanges: [fetchExchange],
      preferGetMethod: false,
      requestPolicy: 'network-only',
      fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(CALL_MS) }),
      fetchOptions: () => ({ headers: this.headers() }),
    })
    this.socket = openSocket(() => this.headers())
  }

  /** Ask. Throws a Problem. */
  query<Data, Variables extends object>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    return this.call(() => this.http.query(document, variables).toPromise())
  }

  /** Change something. Throws a Problem; one that is passing leaves open whether it was done. */
  mutate<Data, Variables extends object>(document: TypedDocumentNode<Data, Variables>, variables: Variables): Promise<Data> {
    return this.call(() => this.http.mutation(document, variables).toPromise())
  }

  private headers(): Record<string, string> {
    return this.credential.token ? { authorization: `Bearer ${this.credential.token}` } : {}
  }

  private async call<Data>(send: () => Promise<{ data?: Data; error?: unknown }>, isRenewed = false): Promise<Data> {
    const { data, error } = await send()
    if (!error && data) return data
    const problem = problemOf(error)
    if (problem.code !== 'UNAUTHENTICATED' || isRenewed) throw problem
    await this.credential.renew()
    return this.call(send, true)
  }
}

function openSocket(headers: () => Record<string, string>): SocketClient {
  let dead: ReturnType<typeof setTimeout> | undefined
  const socket = createClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
    // follow() tries again itself: graphql-ws takes some of our codes for final, and a lost stream for a finished one
    retryAttempts: 0,
    keepAlive: PING_MS,
    connectionAckWaitTimeout: PING_MS,
    lazyCloseTimeout: 3_000,
    connectionParams: headers,
    on: {
      ping: (received) => {
        if (!received) dead = setTimeout(() => socket.terminate(), PING_MS)
      },
      pong: (received) => {
        if (received) clearTimeout(dead)
      },
      closed: () => clearTimeout(dead),
    },
  })
  return socket
}
