import { Copy, TriangleAlert } from 'lucide-react'
import { memo, useCallback, useEffect, useState, useSyncExternalStore } from 'react'
import { nameOf } from '../interviews/interviewText'
import { useSession } from '../session'
import type { TileInterview } from './documents'
import { findTrouble, isAway, type LiveWall, type Tile } from './liveWall'

const CLOCK_MS = 15_000

export interface TileActions {
  onOpen: (interview: TileInterview) => void
  onEnd: (interview: TileInterview) => void
  onCopyLink: (interview: TileInterview) => void
}

interface LiveTileProps extends TileActions {
  wall: LiveWall
  id: string
  index: number
  isCursor: boolean
  onCursor: (index: number) => void
}

function TileContent({ wall, id, index, isCursor, onCursor, onOpen, onEnd, onCopyLink }: LiveTileProps) {
  const { may } = useSession()
  const subscribe = useCallback((listener: () => void) => wall.subscribeTile(id, listener), [wall, id])
  const tile = useSyncExternalStore(subscribe, () => wall.getTile(id))
  const minutes = useMinutes(tile)
  if (!tile) return null
  const { interview } = tile
  const { status, candidate, position, progress, lastTurn, channel } = interview
  const trouble = findTrouble(interview)
  const away = isAway(interview)
  const mayEnd = status === 'IN_PROGRESS' ? may('END_INTERVIEW') : status === 'WAITING' && may('CANCEL_INTERVIEW')
  const name = nameOf({ candidate: candidate ?? null, erasedAt: null })
  return (
    <article
      className="tile"
      data-state={trouble ? 'trouble' : away ? 'away' : undefined}
      aria-label={name}
    >
      <div className="min-w-0">
        <h2 className="flex" title={name}>
          <button
            type="button"
            className="cut tile-name"
            data-index={index}
            data-cursor={isCursor || undefined}
            onFocus={() => onCursor(index)}
            onClick={() => onOpen(interview)}
          >
            <bdi>{name}</bdi>
          </button>
        </h2>
        <p className="small quiet cut">
          <bdi>{position.title}</bdi>
        </p>
      </div>
      <div className="small line">
        {trouble ? (
          <span className="line font-semibold text-bad">
            <TriangleAlert className="icon" aria-hidden /> Look at this
          </span>
        ) : (
          <span className="line">
            <span className={away ? 'dot dot-away' : 'dot'} /> {describePhase(interview)}
          </span>
        )}
        <span className="flex-1" />
        <span className="quiet cut">
          {status === 'WAITING' ? 'Link opened' : `${progress.question} of ${progress.questions} · ${minutes} min`}
        </span>
      </div>
      <div className="steps" aria-hidden>
        {Array.from({ length: progress.questions }, (_, step) => (
          // oxlint-disable-next-line react/no-array-index-key -- a question's number is its identity
          <i key={step} data-step={step + 1 < progress.question ? 'done' : step + 1 === progress.question ? 'open' : undefined} />
        ))}
      </div>
      {trouble ? (
        <p className="font-medium text-bad">{trouble}</p>
      ) : lastTurn ? (
        <p className={`last-words ${lastTurn.speaker === 'CANDIDATE' ? '' : 'quiet'}`} dir="auto">
          <b className="font-semibold">{lastTurn.speaker === 'CANDIDATE' ? (lastTurn.channel === 'TEXT' ? 'Typed' : 'Candidate') : 'Viva'}</b>{' '}
          {lastTurn.text.slice(-220)}
        </p>
      ) : (
        <p className="quiet">{away ? 'The link has been opened. Nobody is there yet.' : `Nothing has been ${channel === 'TEXT' ? 'written' : 'said'} yet.`}</p>
      )}
      <div className="tile-foot">
        <button type="button" tabIndex={-1} className="btn btn-bare btn-small text-quiet" onClick={() => onOpen(interview)}>
          Open<span className="sr-only"> the transcript of {name}</span>
        </button>
        <span className="flex-1" />
        {away && may('RENEW_INVITE') && (
          <button type="button" className="btn btn-bare btn-small text-quiet" onClick={() => onCopyLink(interview)}>
            <Copy className="icon" aria-hidden /> Copy link<span className="sr-only"> of {name}</span>
          </button>
        )}
        {mayEnd && (
          <button type="button" className="btn btn-bare btn-small text-quiet" onClick={() => onEnd(interview)}>
            {status === 'IN_PROGRESS' ? 'End' : 'Cancel'}
            <span className="sr-only"> the interview of {name}</span>
          </button>
        )}
      </div>
    </article>
  )
}

export const LiveTile = memo(TileContent)

/** Who is there, and whose turn it is. */
export function describePhase({ status, channel, candidatePresent, lastTurn }: TileInterview): string {
  if (status === 'ENDING') return 'Ending'
  if (status === 'WAITING') return candidatePresent ? 'In the room' : 'Not there yet'
  if (!lastTurn) return channel === 'TEXT' ? 'Typed interview' : 'Beginning'
  return lastTurn.speaker === 'CANDIDATE' ? 'Viva’s turn' : 'Candidate’s turn'
}

/** Returns the minutes since the beginning; the clock stands still while the interview is paused. */
function useMinutes(tile: Tile | undefined): number {
  const [now, setNow] = useState(() => performance.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), CLOCK_MS)
    return () => clearInterval(timer)
  }, [])
  if (!tile) return 0
  const { elapsedSeconds } = tile.interview.progress
  const isRunning = tile.interview.startedAt && tile.interview.status === 'IN_PROGRESS'
  return Math.floor((elapsedSeconds + (isRunning ? Math.max(0, now - tile.receivedAt) / 1000 : 0)) / 60)
}
