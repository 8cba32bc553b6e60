import { Copy, TriangleAlert } from 'lucide-react'
import { memo, useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Interim } from '../../api/transcript'
import type { Speaker } from '../../gql/graphql'
import { formatMoment, nameOf } from '../interviews/interviewText'
import { useSession } from '../session'
import type { TileInterview } from './documents'
import { findTrouble, isAway, type LiveWall, type Tile } from './liveWall'
import { isStored, useIsInView, useSpoken } from './spoken'

const CLOCK_MS = 15_000
/** Length of the words that fit on a tile, in characters. */
const WORDS_LENGTH = 88

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
  const article = useRef<HTMLElement>(null)
  const isInView = useIsInView(article)
  const interim = useSpoken(wall, id, isInView && tile?.interview.status === 'IN_PROGRESS')
  if (!tile) return null
  const { interview } = tile
  const { status, candidate, position, progress, lastTurn, channel } = interview
  const trouble = findTrouble(interview)
  const away = isAway(interview)
  const spoken = interim && !isStored(interim, lastTurn) ? interim : null
  const words = spoken?.text ? spoken : lastTurn
  const mayEnd = status === 'IN_PROGRESS' ? may('END_INTERVIEW') : status === 'WAITING' && may('CANCEL_INTERVIEW')
  const name = nameOf({ candidate: candidate ?? null, erasedAt: null })
  return (
    <article
      ref={article}
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
            <TriangleAlert className="icon" aria-hidden /> {trouble.title}
          </span>
        ) : (
          <span className="line">
            <span className={away ? 'dot dot-away' : 'dot'} /> {describePhase(interview, spoken)}
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
        <p className="font-medium text-bad">{trouble.text}</p>
      ) : words ? (
        <p className={`last-words ${words.speaker === 'CANDIDATE' ? '' : 'quiet'}`} data-now={words === spoken || undefined} dir="auto">
          <b className="font-semibold">{nameSpeaker(words.speaker, words === spoken ? channel : lastTurn?.channel)}</b> {cutBeginning(words.text, WORDS_LENGTH)}
        </p>
      ) : (
        <p className="quiet">{away ? describeOpenLink(interview) : `Nothing has been ${channel === 'TEXT' ? 'written' : 'said'} yet.`}</p>
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

/** Who is there and speaks, or whose turn it is. */
export function describePhase({ status, channel, candidatePresent, lastTurn }: TileInterview, spoken: Pick<Interim, 'speaker' | 'text'> | null = null): string {
  if (status === 'ENDING') return 'Ending'
  // nobody knows who reads a page, so that a typed interview has no presence
  if (status === 'WAITING') return channel === 'TEXT' ? 'Not begun' : candidatePresent ? 'In the room' : 'Not there yet'
  if (spoken?.speaker === 'CANDIDATE') return spoken.text ? 'Speaking' : 'Typing'
  if (spoken?.speaker === 'INTERVIEWER') return channel === 'TEXT' ? 'Viva writes' : 'Viva speaks'
  if (!lastTurn) return channel === 'TEXT' ? 'Typed interview' : 'Beginning'
  return lastTurn.speaker === 'CANDIDATE' ? 'Viva’s turn' : 'Candidate’s turn'
}

function describeOpenLink({ channel, expiresAt }: TileInterview): string {
  const state = `The link has been opened, and nobody ${channel === 'TEXT' ? 'has written' : 'is there'} yet.`
  return expiresAt && channel === 'VOICE' ? `${state} It ends ${formatMoment(expiresAt)}.` : state
}

function nameSpeaker(speaker: Speaker, channel: TileInterview['channel'] | undefined): string {
  if (speaker === 'INTERVIEWER') return 'Viva'
  return channel === 'TEXT' ? 'Typed' : 'Candidate'
}

/** Returns the end of a text, from the beginning of a word on: the newest words are the ones to read. */
export function cutBeginning(text: string, length: number): string {
  if (text.length <= length) return text
  // by code points, so that no emoji is cut in half
  const end = Array.from(text).slice(-length).join('')
  return `… ${end.slice(end.indexOf(' ') + 1)}`
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
