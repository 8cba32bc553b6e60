import { useEffect, useRef, useState } from 'react'
import type { Connection } from '../../api/connection'
import { TAB_COUNTS } from './documents'
import type { Tab } from './listState'

const REFRESH_MS = 5_000

/** Returns how many interviews each tab has, at most five seconds after the number of changes has moved. */
export function useTabCounts(connection: Connection, mayReadResults: boolean, changes: number): Record<Tab, number | null> | null {
  const [counts, setCounts] = useState<Record<Tab, number | null> | null>(null)
  const readAt = useRef(-Infinity)
  useEffect(() => {
    let isCurrent = true
    const read = async () => {
      readAt.current = performance.now()
      try {
        const { review, live, scheduled, all } = await connection.query(TAB_COUNTS, { results: mayReadResults })
        if (isCurrent) setCounts({ review: review?.totalCount ?? null, live: live.totalCount, scheduled: scheduled.totalCount, all: all.totalCount })
      } catch {
        // the list says what is wrong; the tabs keep their last numbers
      }
    }
    const timer = setTimeout(() => void read(), Math.max(0, readAt.current + REFRESH_MS - performance.now()))
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- a change of an interview may change the numbers
  }, [connection, mayReadResults, changes])
  return counts
}
