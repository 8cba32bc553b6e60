import { CombinedError } from '@urql/core'

const TRANSIENT_CODES = new Set(['OFFLINE', 'UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL', 'TIMEOUT'])

/** A failed API call. Its message is the API's own sentence, which says what to do. */
export class Problem extends Error {
  constructor(
    /** The API's ErrorCode, or OFFLINE when the API could not be reached. */
    readonly code: string,
    sentence: string,
    /** When the action becomes possible, as RFC 3339, if the API says so. */
    readonly opensAt: string | null = null,
    /** How long the API asks to wait before a retry. */
    readonly retryAfterSeconds = 0,
    /** The path in the input that the problem is about, if it is about one. */
    readonly field: string | null = null,
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

/** Converts anything that a call or a subscription throws to a Problem. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  const candidates: unknown[] =
    error instanceof CombinedError ? error.graphQLErrors : Array.isArray(error) ? error : [error]
  const apiError = candidates.find(isApiError)
  if (apiError) {
    const { code, opensAt, retryAfterSeconds, field } = apiError.extensions ?? {}
    return new Problem(String(code), apiError.message, typeof opensAt === 'string' ? opensAt : null, Number(retryAfterSeconds ?? 0), typeof field === 'string' ? field : null)
  }
  return new Problem('OFFLINE', 'We cannot reach the server. Please check your connection.')
}
