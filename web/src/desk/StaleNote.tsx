import { TriangleAlert } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Connection } from '../api/connection'

const GRACE_MS = 3_000

/** Returns since when the page has had no connection for its live data; null while it has one. */
export function useStaleSince(connection: Connection): Date | null {
  const [since, setSince] = useState<Date | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const onConnected = () => {
      clearTimeout(timer)
      timer = undefined
      setSince(null)
    }
    const onClosed = () => {
      const lostAt = new Date()
      // a connection that comes back soon is not worth a notice
      timer ??= setTimeout(() => setSince(lostAt), GRACE_MS)
    }
    const stops = [connection.socket.on('connected', onConnected), connection.socket.on('closed', onClosed)]
    return () => {
      clearTimeout(timer)
      for (const stop of stops) stop()
    }
  }, [connection])
  return since
}

/** Says that what is shown may be out of date. It is true as long as it is visible: the page keeps trying. It moves nothing when it comes and goes. */
export function StaleNote({ since }: { since: Date | null }) {
  if (!since) return null
  const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(since)
  return (
    <p role="status" className="note stale-note">
      <TriangleAlert className="icon" aria-hidden />
      <span>
        <b className="font-semibold">Not up to date since {time}.</b> There is no connection; the page keeps trying.
      </span>
    </p>
  )
}
