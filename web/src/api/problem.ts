import { CombinedError } from '@urql/core'
import { getLatestRequestId, NetworkFailure } from './request'

const TRANSIENT_CODES = new Set(['OFFLINE', 'UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL', 'TIMEOUT'])

/** A failed API call. Its message is the API's own sentence, which says what to do. */
export class Problem extends Error {
  constructor(
    /** The API's ErrorCode; OFFLINE when the API could not be reached, and PAGE_ERROR when the page itself has failed. */
    readonly code: string,
    sentence: string,
    /** When the action becomes possible, as RFC 3339, if the API says so. */
    readonly opensAt: string | null = null,
    /** How long the API asks to wait before a retry. */
    readonly retryAfterSeconds = 0,
    /** The path in the input that the problem is about, if it is about one. */
    readonly field: string | null = null,
    /** The request by which the server's logs can be searched. Only for a PAGE_ERROR: the API's sentences state it themselves. */
    readonly requestId: string | null = null,
  ) {
    super(sentence)
  }

  /** Whether a retry of the same call may succeed. */
  get isTransient(): boolean {
    return TRANSIENT_CODES.has(this.code)
  }
}

interface ApiError {
  message: string
  extensions?: Record<string, unknown> | undefined
}

function isApiError(error: unknown): error is ApiError {
  return typeof (error as ApiError | null)?.extensions?.code === 'string'
}

/** The lowest close code of a WebSocket. The codes of a DOMException are lower. */
const MIN_CLOSE_CODE = 1_000

/** Returns the code with which a WebSocket was closed; null if the error is anything else. */
export function getCloseCode(error: unknown): number | null {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'number' && code >= MIN_CLOSE_CODE ? code : null
}

/** Whether the network has failed, as far as fetch and WebSocket say so. */
function isNetworkFailure(error: unknown): boolean {
  // the only errors that @urql/core adds to those of request() are about an answer that is no GraphQL, as proxies send it
  return error instanceof NetworkFailure || (error instanceof CombinedError && error.networkError !== undefined) || error instanceof Event || getCloseCode(error) !== null
}

/** Converts anything that a call or a subscription throws to a Problem. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (isNetworkFailure(error)) return new Problem('OFFLINE', 'We cannot reach the server. Please check your connection.')
  const candidates: unknown[] =
    error instanceof CombinedError ? error.graphQLErrors : Array.isArray(error) ? error : [error]
  const apiError = candidates.find(isApiError)
  if (apiError) {
    const { code, opensAt, retryAfterSeconds, field } = apiError.extensions ?? {}
    return new Problem(String(code), apiError.message, typeof opensAt === 'string' ? opensAt : null, Number(retryAfterSeconds ?? 0), typeof field === 'string' ? field : null)
  }
  return toPageError(error)
}

/** The problems of errors that are in the console already: one error may pass through several callers. */
const pageErrors = new WeakMap<object, Problem>()

/** Reports a mistake of the page itself in the console, once, and returns what to say about it. */
function toPageError(error: unknown): Problem {
  const key = typeof error === 'object' && error !== null ? error : null
  const known = key && pageErrors.get(key)
  if (known) return known
  console.error(error)
  const requestId = getLatestRequestId()
  const reference = requestId === null ? '' : ` If you report it, quote the request id ${requestId}.`
  const problem = new Problem('PAGE_ERROR', `Something went wrong on this page. Please reload it.${reference}`, null, 0, null, requestId)
  if (key) pageErrors.set(key, problem)
  return problem
}
