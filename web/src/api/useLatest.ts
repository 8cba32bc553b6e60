import type { TypedDocumentNode } from '@urql/core'
import { useEffect, useState } from 'react'
import type { Connection } from './connection'
import { follow } from './follow'
import { type Problem, problemOf } from './problem'

export interface Latest<Data> {
  data: Data | null
  /** When it came, by performance.now(). */
  at: number
  /** Why nothing more will come. */
  problem: Problem | null
}

/** The newest event of a subscription that sends the present state first, such as interviewChanged. */
export function useLatest<Data, Variables extends { id: string }>(
  connection: Connection,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Latest<Data> {
  const [latest, setLatest] = useState<Latest<Data>>({ data: null, at: 0, problem: null })
  const key = JSON.stringify(variables)
  useEffect(() => {
    const stop = new AbortController()
    follow(connection, {
      document,
      variables: () => JSON.parse(key) as Variables,
      take: (event) => {
        setLatest({ data: event, at: performance.now(), problem: null })
        return true
      },
      // only an erased interview's stream is complete for good: what it then says is that nothing is found
      isOver: () => Promise.resolve(false),
      signal: stop.signal,
    }).catch((error: unknown) => setLatest((held) => ({ ...held, problem: problemOf(error) })))
    return () => stop.abort()
  }, [connection, document, key])
  return latest
}
