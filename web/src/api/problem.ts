import { CombinedError } from '@urql/core'

const PASSING = new Set(['OFFLINE', 'UNAVAILABLE', 'RATE_LIMITED', 'INTERNAL'])

/** What went wrong, in the API's own sentence, which says what to do. */
export class Problem extends Error {
  constructor(
    /** The API's (enum ErrorCode), or OFFLINE when it was not reached. */
    readonly code: string,
    sentence: string,
  ) {
    super(sentence)
  }

  /** Whether the same call may succeed a little later. */
  get isPassing(): boolean {
    return PASSING.has(this.code)
  }
}

interface Coded {
  message: string
  extensions?: Record<string, unknown> | undefined
}

function isCoded(error: unknown): error is Coded {
  return typeof (error as Coded | null)?.extensions?.code === 'string'
}

/** The problem behind whatever a call or a subscription threw. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  const candidates: unknown[] =
    error instanceof CombinedError ? error.graphQLErrors : Array.isArray(error) ? error : [error]
  const coded = candidates.find(isCoded)
  if (coded) return new Problem(String(coded.extensions?.code), coded.message)
  return new Problem('OFFLINE', 'The server cannot be reached. Check your connection: we keep trying.')
}
