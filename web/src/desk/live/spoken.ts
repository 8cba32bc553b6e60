import { type RefObject, useEffect, useState } from 'react'
import { follow } from '../../api/follow'
import { INTERIM, type Interim } from '../../api/transcript'
import { useSession } from '../session'
import type { TileInterview } from './documents'
import type { LiveWall } from './liveWall'

/** How long after the last words nobody is speaking any more, in milliseconds. */
const QUIET_MS = 3_000
/** The same for the news that the candidate is typing, which their page repeats every five seconds. */
const TYPING_MS = 8_000
/** How far outside of the window a tile may be that is followed. */
const MARGIN = '160px'

/** Returns what is being said in the interview right now, while its tile is in view; an empty text while the candidate is typing. */
export function useSpoken(wall: LiveWall, id: string, isFollowed: boolean): Interim | null {
  const { connection } = useSession()
  const [spoken, setSpoken] = useState<Interim | null>(null)
  useEffect(() => {
    if (!isFollowed) return
    const stop = new AbortController()
    let quiet: ReturnType<typeof setTimeout> | undefined
    follow(connection, {
      document: INTERIM,
      variables: () => ({ id }),
      accept: ({ interimTranscript }) => {
        setSpoken(interimTranscript)
        clearTimeout(quiet)
        quiet = setTimeout(() => setSpoken(null), interimTranscript.text ? QUIET_MS : TYPING_MS)
        return true
      },
      isOver: () => Promise.resolve(wall.getTile(id)?.interview.status !== 'IN_PROGRESS'),
      signal: stop.signal,
      // without the words, the tile still has its state
    }).catch(() => {})
    return () => {
      stop.abort()
      clearTimeout(quiet)
      setSpoken(null)
    }
  }, [connection, wall, id, isFollowed])
  return spoken
}

/** Whether a stored turn has replaced the words. */
export function isStored({ speaker, afterSeq }: Interim, lastTurn: TileInterview['lastTurn']): boolean {
  return lastTurn != null && lastTurn.speaker === speaker && lastTurn.seq > afterSeq
}

/** Whether an element is in the window, or near it: what nobody sees is not followed. */
export function useIsInView(element: RefObject<HTMLElement | null>): boolean {
  const [isInView, setInView] = useState(false)
  useEffect(() => {
    if (!element.current) return
    const observer = new IntersectionObserver(([entry]) => setInView(entry?.isIntersecting ?? false), { rootMargin: MARGIN })
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [element])
  return isInView
}
