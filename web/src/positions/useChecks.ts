import { useEffect, useState } from 'react'
import { Problem, toProblem } from '../api/problem'
import { useSession } from '../desk/session'
import type { Content } from './content'
import { CHECK_POSITION, type Warning } from './documents'

const DELAY_MS = 600

export interface Checks {
  /** What the API would refuse; null if it would refuse nothing that is known. */
  problem: Problem | null
  warnings: readonly Warning[]
}

const NONE: Checks = { problem: null, warnings: [] }

/** Asks the API, a moment after each change, what it would refuse and what it would warn about. */
export function useChecks(content: Content, isActive: boolean): readonly [Checks, (checks: Checks) => void] {
  const { connection } = useSession()
  const [checks, setChecks] = useState(NONE)
  useEffect(() => {
    if (!isActive) return undefined
    let isCurrent = true
    const check = async () => {
      try {
        const { checkPosition } = await connection.query(CHECK_POSITION, { input: content })
        if (isCurrent && checkPosition) setChecks({ problem: null, warnings: checkPosition })
      } catch (error) {
        const problem = toProblem(error)
        // whatever else is wrong, publishing will say it
        if (isCurrent && problem.code === 'BAD_INPUT' && problem.field) setChecks((previous) => ({ ...previous, problem: withoutArgument(problem) }))
      }
    }
    const timer = setTimeout(() => void check(), DELAY_MS)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [connection, content, isActive])
  return [checks, setChecks]
}

/** Returns the problem with the path of the value in the content. */
export function withoutArgument(problem: Problem): Problem {
  return new Problem(problem.code, problem.message, null, 0, problem.field)
}
