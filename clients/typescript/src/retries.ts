import type { VivaError } from './errors.js'

/** A longer pause, such as that until the next day's budget, is left to the caller. */
const MAX_RETRY_AFTER_SECONDS = 60

/** Exponential backoff with full jitter, so that clients that failed together do not return together. */
export interface RetryPolicy {
  /** How many attempts may fail in a row. */
  attempts: number
  /** The longest pause after the first failure. It doubles with each further one. Default: 0.25. */
  firstSeconds?: number
  /** Default: 10. */
  maxSeconds?: number
}

/** Waits before the next attempt. Rejects with the error if it was the last one, or if waiting does not help. */
export async function waitToRetry(policy: RetryPolicy, failures: number, error: VivaError, signal?: AbortSignal): Promise<void> {
  const retryAfter = error.details.retryAfterSeconds ?? 0
  if (!error.isTransient || failures >= policy.attempts || retryAfter > MAX_RETRY_AFTER_SECONDS) throw error
  const longest = Math.min(policy.maxSeconds ?? 10, (policy.firstSeconds ?? 0.25) * 2 ** (failures - 1))
  const seconds = retryAfter + Math.random() * longest
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, seconds * 1000)
    signal?.addEventListener('abort', end)
    if (signal?.aborted) end()
  })
}

/** An API key or token, or a function that returns the first one, and the next one when the server refuses it. */
export type TokenSource = string | (() => string | Promise<string>)

/** The bearer token of a caller. */
export class Credential {
  private token: Promise<string> | null = null
  private current: string | null = null
  private wasAccepted = false

  constructor(private readonly source: TokenSource) {}

  /** Returns the token. Callers at the same time share one call of the function. */
  get(): Promise<string> {
    this.token ??= this.fetchToken()
    return this.token
  }

  /** Notes that the server has accepted the token. */
  accept(token: string): void {
    this.wasAccepted ||= token === this.current
  }

  /** Discards a token that has expired. Throws the error if there is no other, or if the token was never accepted. */
  refuse(token: string, error: VivaError): void {
    if (token !== this.current) return // another call has replaced it
    this.token = this.current = null
    if (typeof this.source === 'string' || !this.wasAccepted) throw error
  }

  private async fetchToken(): Promise<string> {
    try {
      const token = typeof this.source === 'string' ? this.source : await this.source()
      this.current = token
      this.wasAccepted = false
      return token
    } catch (error) {
      this.token = null
      throw error
    }
  }
}
