import { useEffect, useState } from 'react'
import type { Connection } from '../../api/connection'
import { type Problem, toProblem } from '../../api/problem'
import type { PositionChoicesQuery } from '../../gql/graphql'
import { useSession } from '../session'
import { POSITIONS } from './documents'

export type PositionChoice = PositionChoicesQuery['positions']['nodes'][number]

interface Positions {
  positions: readonly PositionChoice[]
  /** Key of the position of the newest interview. */
  lastUsed: string | null
  problem: Problem | null
}

const NONE: Positions = { positions: [], lastUsed: null, problem: null }
/** The newest answer of each connection, which is shown until the next one has arrived. */
const known = new WeakMap<Connection, Positions>()

/** Returns the organization's positions, the one that was used last among them. */
export function usePositions(): Positions {
  const { connection } = useSession()
  const [found, setFound] = useState<Positions>(() => known.get(connection) ?? NONE)
  useEffect(() => {
    let isCurrent = true
    const read = async () => {
      try {
        const { positions, interviews } = await connection.query(POSITIONS, {})
        known.set(connection, { positions: positions.nodes, lastUsed: interviews.nodes[0]?.position.key ?? null, problem: null })
      } catch (error) {
        if (isCurrent) setFound((previous) => ({ ...previous, problem: toProblem(error) }))
        return
      }
      if (isCurrent) setFound(known.get(connection) ?? NONE)
    }
    void read()
    return () => {
      isCurrent = false
    }
  }, [connection])
  return found
}
