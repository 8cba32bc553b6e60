import type { TypedDocumentNode } from '@urql/core'
import { useEffect, useState } from 'react'
import type { Connection } from './connection'
import { follow } from './follow'
import { type Problem, toProblem } from './problem'

export interface LatestEvent<Data> {
  data: Data | null
  /** Time of arrival, by performance.now(). */
  receivedAt: number
  /** Why the subscription has stopped for good. */
  problem: Problem | null
}

/** Returns the newest event of a subscription that starts with the current state, such as interviewChanged. */
export function useLatestEvent<Data, Variables extends { id: string }>(
  connection: Connection,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): LatestEvent<Data> {
  const [latest, setLatest] = useState<LatestEvent<Data>>({ data: null, receivedAt: 0, problem: null })
  const key = JSON.stringify(variables)
  useEffect(() => {
    const stop = new AbortController()
    follow(connection, {
      document,
      variables: () => JSON.parse(key) as Variables,
      accept: (event) => {
        setLatest({ data: event, receivedAt: performance.now(), problem: null })
        return true
      },
      // the stream of an interview never completes; after an erasure, the next attempt fails with NOT_FOUND
      isOver: () => Promise.resolve(false),
      signal: stop.signal,
    }).catch((error: unknown) => setLatest((previous) => ({ ...previous, problem: toProblem(error) })))
    return () => stop.abort()
  }, [connection, document, key])
  return latest
}
