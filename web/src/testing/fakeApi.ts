import { vi } from 'vitest'

type Variables = Record<string, unknown>
/** Returns the data of an operation. Throws an ApiFailure to answer with an error. */
type Answer = (variables: Variables) => unknown
/** Sends what a subscriber gets first, and may end the subscription. */
type Stream = (variables: Variables, next: (data: object) => void, complete: () => void) => void

interface Call {
  name: string
  variables: Variables
}

interface Subscription extends Call {
  id: string
  socket: FakeSocket
}

/** An error as the API sends it. */
export class ApiFailure extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly extensions: object = {},
  ) {
    super(message)
  }
}

/** How long a refused connection takes. */
const REFUSAL_MS = 5

const readName = (query: string) => /(?:query|mutation|subscription)\s+(\w+)/.exec(query)?.[1] ?? ''

/**
 * The API as pages see it: GraphQL over fetch, and subscriptions over a WebSocket with the protocol graphql-transport-ws. It can fail as
 * servers do. Everything is in memory, so that fake timers work.
 */
export class FakeApi {
  readonly calls: Call[] = []
  readonly subscriptions = new Set<Subscription>()
  /** How many requests and connections were tried. */
  attempts = 0
  /** Whether connections are refused. */
  isDown = false
  /** What has arrived while the server stands still; null while it runs. */
  private backlog: (() => void)[] | null = null
  private readonly sockets = new Set<FakeSocket>()

  constructor(
    readonly answers: Record<string, Answer>,
    readonly streams: Record<string, Stream> = {},
  ) {
    vi.stubGlobal('fetch', (_: unknown, { body }: { body?: string } = {}) => this.respond(body))
    const accept = (socket: FakeSocket) => this.accept(socket)
    vi.stubGlobal(
      'WebSocket',
      class extends FakeSocket {
        constructor() {
          super()
          accept(this)
        }
      },
    )
  }

  /** Returns the variables of each call of an operation. */
  callsOf(name: string): Variables[] {
    return this.calls.filter((call) => call.name === name).map(({ variables }) => variables)
  }

  /** Sends data to all subscribers of an operation. */
  push(name: string, data: object): void {
    for (const subscription of this.subscriptions) if (subscription.name === name) this.next(subscription, data)
  }

  /** Ends all connections, as a server does that is killed. */
  kill(): void {
    this.isDown = true
    for (const socket of this.sockets) socket.lose(1006)
  }

  /** Stands still: connections stay open, and nothing is answered. */
  freeze(): void {
    this.backlog = []
  }

  thaw(): void {
    const backlog = this.backlog ?? []
    this.backlog = null
    for (const work of backlog) work()
  }

  /** Forgets all connections, without the page noticing: its computer sleeps. */
  forgetConnections(): void {
    for (const socket of this.sockets) this.forget(socket)
  }

  private async respond(body: string | undefined): Promise<Response> {
    this.attempts++
    await this.wait()
    if (this.isDown) throw new TypeError('Failed to fetch')
    // a page of the server, such as its explorer
    if (!body) return new Response('', { status: 404 })
    const { query, variables } = JSON.parse(body) as { query: string; variables: Variables }
    const name = readName(query)
    this.calls.push({ name, variables })
    const answer = this.answers[name]
    let result: object
    try {
      if (!answer) throw new ApiFailure('BAD_INPUT', `the test has no answer to ${name}`)
      result = { data: await answer(variables) }
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error
      result = { errors: [{ message: error.message, extensions: { code: error.code, ...error.extensions } }] }
    }
    return new Response(JSON.stringify(result), { headers: { 'content-type': 'application/json' } })
  }

  private wait(): Promise<void> {
    return new Promise((resolve) => {
      if (this.backlog) this.backlog.push(resolve)
      else resolve()
    })
  }

  private accept(socket: FakeSocket): void {
    this.attempts++
    const open = () => {
      if (this.isDown) {
        setTimeout(() => socket.lose(1006), REFUSAL_MS)
        return
      }
      this.sockets.add(socket)
      socket.onSend = (message) => void this.wait().then(() => this.receive(socket, message))
      socket.onClose = () => this.forget(socket)
      socket.open()
    }
    void this.wait().then(open)
  }

  private forget(socket: FakeSocket): void {
    this.sockets.delete(socket)
    for (const subscription of this.subscriptions) if (subscription.socket === socket) this.subscriptions.delete(subscription)
  }

  private receive(socket: FakeSocket, { type, id = '', payload }: Message): void {
    if (!this.sockets.has(socket)) return
    if (type === 'connection_init') socket.receive({ type: 'connection_ack' })
    else if (type === 'ping') socket.receive({ type: 'pong' })
    else if (type === 'complete') {
      for (const subscription of this.subscriptions) if (subscription.id === id && subscription.socket === socket) this.subscriptions.delete(subscription)
    } else if (type === 'subscribe' && payload) {
      const subscription = { name: readName(payload.query), variables: payload.variables, id, socket }
      this.calls.push(subscription)
      this.subscriptions.add(subscription)
      try {
        const complete = () => this.complete(subscription)
        this.streams[subscription.name]?.(payload.variables, (data) => this.next(subscription, data), complete)
      } catch (error) {
        if (!(error instanceof ApiFailure)) throw error
        this.subscriptions.delete(subscription)
        socket.receive({ type: 'error', id, payload: [{ message: error.message, extensions: { code: error.code, ...error.extensions } }] })
      }
    }
  }

  private complete(subscription: Subscription): void {
    this.subscriptions.delete(subscription)
    subscription.socket.receive({ type: 'complete', id: subscription.id })
  }

  private next({ id, socket }: Subscription, data: object): void {
    const send = () => socket.receive({ type: 'next', id, payload: { data } })
    if (this.backlog) this.backlog.push(send)
    else send()
  }
}

interface Message {
  type: string
  id?: string
  payload?: { query: string; variables: Variables }
}

class FakeSocket {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSING = 2
  static readonly CLOSED = 3
  readyState = FakeSocket.CONNECTING
  readonly protocol = 'graphql-transport-ws'
  onopen: (() => void) | null = null
  onmessage: ((event: { data: string }) => void) | null = null
  onclose: ((event: object) => void) | null = null
  onerror: ((event: object) => void) | null = null
  onSend: (message: Message) => void = () => {}
  onClose: () => void = () => {}

  open(): void {
    this.readyState = FakeSocket.OPEN
    this.onopen?.()
  }

  send(text: string): void {
    this.onSend(JSON.parse(text) as Message)
  }

  receive(message: object): void {
    if (this.readyState === FakeSocket.OPEN) this.onmessage?.({ data: JSON.stringify(message) })
  }

  close(code = 1000): void {
    this.lose(code)
  }

  /** Closes the connection from either side. */
  lose(code: number): void {
    if (this.readyState === FakeSocket.CLOSED) return
    this.readyState = FakeSocket.CLOSED
    this.onClose()
    this.onclose?.({ code, reason: '', wasClean: code !== 1006 })
  }
}
