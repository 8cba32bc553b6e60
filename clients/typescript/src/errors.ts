/** The codes of the API: `ErrorCode` in schema.graphql. */
export const ERROR_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'BAD_INPUT',
  'RATE_LIMITED',
  'CURSOR_EXPIRED',
  'UNAVAILABLE',
  'INTERNAL',
  'TIMEOUT',
  'RESPONSE_TOO_LARGE',
] as const

/**
 * A code of the API, which may be newer than this client, or one of the client's own: CONNECTION_FAILED if the server was not
 * reached or the connection was lost, and PROTOCOL_VIOLATION if the server does not speak this client's protocol.
 */
export type ErrorCode = (typeof ERROR_CODES)[number] | 'CONNECTION_FAILED' | 'PROTOCOL_VIOLATION' | (string & {})

const TRANSIENT_CODES = new Set<ErrorCode>(['RATE_LIMITED', 'UNAVAILABLE', 'INTERNAL', 'TIMEOUT', 'CONNECTION_FAILED'])

/** The `extensions` of an error. */
export interface ErrorDetails {
  /** Quote it when you report a problem. */
  requestId?: string
  /** The path of the invalid value in the input. */
  field?: string
  retryAfterSeconds?: number
  /** When the operation becomes possible, as RFC 3339. */
  opensAt?: string
  /** The budget that is used up. */
  budget?: { name: string; limit: number; used: number }
}

/** An operation failed. The message says what was wrong and what to do. */
export class VivaError extends Error {
  override readonly name = 'VivaError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: ErrorDetails = {},
  ) {
    super(message)
  }

  /** Whether a repetition may succeed. The client has repeated the operation for as long as its policy allows. */
  get isTransient(): boolean {
    return TRANSIENT_CODES.has(this.code)
  }
}

/** Returns the first of the errors in a GraphQL response. */
export function readErrors(errors: unknown): VivaError {
  const [first] = Array.isArray(errors) ? (errors as { message?: unknown; extensions?: Record<string, unknown> }[]) : []
  if (typeof first?.extensions?.code !== 'string') {
    return new VivaError('PROTOCOL_VIOLATION', `The server reported an error in an unknown form: ${JSON.stringify(errors)?.slice(0, 300)}`)
  }
  const details = Object.fromEntries(Object.entries(first.extensions).filter(([, value]) => value !== null))
  return new VivaError(first.extensions.code, String(first.message), details as ErrorDetails)
}

/** After other close codes a client does not reconnect (docs/reliability.md). 4499: the client found the connection dead. */
const RETRYABLE_CLOSE_CODES = new Set([1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 4408, 4499])

/** Returns the error of whatever ended a subscription: GraphQL errors, a close event, or a failure of the network. */
export function readStreamFailure(failure: unknown): VivaError {
  if (failure instanceof VivaError) return failure
  if (Array.isArray(failure)) return readErrors(failure)
  const { code, reason = '' } = (failure ?? {}) as { code?: unknown; reason?: string }
  if (typeof code !== 'number') return new VivaError('CONNECTION_FAILED', `The connection failed: ${describe(failure)}`)
  const [, name, message] = /^([A-Z_]+): (.*)$/s.exec(reason) ?? []
  if (code === 4401) return new VivaError('UNAUTHENTICATED', message ?? 'The credential is invalid, expired or revoked.')
  const closed = `The server closed the connection with ${code}: ${reason}`
  if (!RETRYABLE_CLOSE_CODES.has(code)) return new VivaError('PROTOCOL_VIOLATION', closed)
  return name && message ? new VivaError(name, message) : new VivaError('CONNECTION_FAILED', closed)
}

const CODES_BY_STATUS: Record<number, ErrorCode> = {
  400: 'BAD_INPUT',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  408: 'UNAVAILABLE',
  409: 'CONFLICT',
  429: 'RATE_LIMITED',
}

/** Returns the error of a response that is not GraphQL: that of a file, or of a proxy. */
export function readStatus(status: number, text: string, retryAfter: string | null): VivaError {
  const code = CODES_BY_STATUS[status] ?? (status >= 500 ? 'UNAVAILABLE' : 'PROTOCOL_VIOLATION')
  // proxies send pages
  const message = !text || text.includes('<') ? `The server answered with status ${status}.` : text.slice(0, 500)
  return new VivaError(code, message, /^\d+$/.test(retryAfter ?? '') ? { retryAfterSeconds: Number(retryAfter) } : {})
}

export const describe = (error: unknown): string => (error instanceof Error ? error.message : 'no details')
