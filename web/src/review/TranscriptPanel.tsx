import { StickyNote } from 'lucide-react'
import { Fragment, memo, type ReactNode, useEffect, useMemo, useRef } from 'react'
import { type Transcript, type TranscriptState, type Turn, useInterims } from '../api/transcript'
import type { ReviewedInterview } from './documents'
import type { Playback } from './playback'
import { findQuestionStarts, formatOffset, type Range, splitText } from './turnText'

interface TranscriptPanelProps {
  state: TranscriptState
  /** What the candidate corrected after the interview. */
  corrections: ReviewedInterview['corrections']
  /** The quotes of each turn, by its seq. */
  quotes?: ReadonlyMap<number, readonly Range[]>
  /** Describes the criteria that a question serves. */
  describeQuestion?: (key: string) => string
  questionCount?: number
  /** Null when there is nothing to play. */
  playback: Playback | null
  /** seq of the turn that plays, or that the reviewer chose. */
  currentSeq?: number | null
  /** Whether the turn that plays scrolls into view. */
  isFollowing?: boolean
  onChoose?: (turn: Turn) => void
  /** Begins a note on a turn; absent for those who write none. */
  onNote?: ((turn: Turn) => void) | undefined
  /** Renders what stands below a turn: its notes. */
  renderBelow?: (turn: Turn) => ReactNode
  isOver: boolean
}

const NO_RANGES: readonly Range[] = []

/** Scrolls a turn into view. */
export function revealTurn(seq: number, block: ScrollLogicalPosition): void {
  document.getElementById(`turn-${seq}`)?.scrollIntoView({ block })
}

/** The transcript, updated live. If there is a recording, a click on a turn plays it from there. */
export function TranscriptPanel({
  state,
  corrections,
  quotes,
  describeQuestion,
  questionCount,
  playback,
  currentSeq = null,
  isFollowing = false,
  onChoose,
  onNote,
  renderBelow,
  isOver,
}: TranscriptPanelProps) {
  const { turns } = state
  const correctionBySeq = useMemo(() => new Map(corrections.map(({ seq, text }) => [seq, text])), [corrections])
  const questionBySeq = useMemo(() => new Map(findQuestionStarts(turns).map(({ turn, key }, index) => [turn.seq, { key, number: index + 1 }])), [turns])
  const first = turns[0]
  const playingSeq = playback?.playingSeq ?? null
  const handlers = useRef({ onChoose, onNote })
  useEffect(() => {
    handlers.current = { onChoose, onNote }
  })
  const [choose, note] = useMemo(() => [(turn: Turn) => handlers.current.onChoose?.(turn), (turn: Turn) => handlers.current.onNote?.(turn)], [])
  useEffect(() => {
    if (playingSeq !== null && isFollowing) revealTurn(playingSeq, 'nearest')
  }, [playingSeq, isFollowing])
  return (
    <>
      <h2 id="transcript" className="sr-only">
        Transcript
      </h2>
      <div role="log" aria-labelledby="transcript" aria-live={isOver ? 'off' : 'polite'} className="py-2">
        <ol>
          {turns.map((turn) => {
            const question = questionBySeq.get(turn.seq)
            return (
              <Fragment key={turn.seq}>
                {question && (
                  <li className="turn-heading">
                    <h3 className="font-semibold">
                      Question {question.number}
                      {questionCount ? ` of ${questionCount}` : ''}
                    </h3>
                    <span className="small quiet cut">{describeQuestion?.(question.key)}</span>
                  </li>
                )}
                <Line
                  turn={turn}
                  correction={correctionBySeq.get(turn.seq) ?? null}
                  quotes={quotes?.get(turn.seq) ?? NO_RANGES}
                  seconds={computeSeconds(turn, first, playback)}
                  isPlayable={playback !== null}
                  isCurrent={turn.seq === currentSeq}
                  onChoose={choose}
                  onNote={onNote ? note : null}
                />
                {renderBelow?.(turn)}
              </Fragment>
            )
          })}
        </ol>
        {turns.length === 0 && state.streamStatus !== 'loading' && <p className="quiet px-6 py-2">No one has spoken yet.</p>}
      </div>
    </>
  )
}

/** What both speakers are saying, below the stored turns. */
export function InterimTurns({ transcript }: { transcript: Transcript }) {
  const interims = useInterims(transcript)
  return [interims.INTERVIEWER, interims.CANDIDATE].map(
    (interim) =>
      interim && (
        <div key={interim.speaker} className="turn quiet italic">
          <span />
          <span>{SPEAKERS[interim.speaker]}</span>
          <p>{interim.text || 'is typing…'}</p>
        </div>
      ),
  )
}

const SPEAKERS = { INTERVIEWER: 'Viva', CANDIDATE: 'Candidate' }

interface LineProps {
  turn: Turn
  /** The candidate's correction of this turn. */
  correction: string | null
  quotes: readonly Range[]
  /** Offset of the turn from the start of the recording, or else from the first turn. */
  seconds: number
  isPlayable: boolean
  isCurrent: boolean
  onChoose: (turn: Turn) => void
  onNote: ((turn: Turn) => void) | null
}

/** One turn. It can hold the focus, so that j and k move through the transcript. */
const Line = memo(function Line({ turn, correction, quotes, seconds, isPlayable, isCurrent, onChoose, onNote }: LineProps) {
  const time = formatOffset(seconds)
  return (
    <li id={`turn-${turn.seq}`} tabIndex={-1} data-seq={turn.seq} data-speaker={turn.speaker} aria-current={isCurrent || undefined} className="turn">
      {isPlayable ? (
        <button type="button" aria-label={`Play from ${time}`} onClick={() => onChoose(turn)} className="small text-left">
          {time}
        </button>
      ) : (
        <span className="small">{time}</span>
      )}
      <span className="speaker">{SPEAKERS[turn.speaker]}</span>
      <div className="min-w-0">
        {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- a shortcut for mouse users: keyboard users have the button, or j, k and Enter */}
        <p
          className={`whitespace-pre-wrap ${isPlayable ? 'cursor-pointer' : ''}`}
          onClick={() => {
            // selecting text to copy it must not start playback
            if (isPlayable && (getSelection()?.isCollapsed ?? true)) onChoose(turn)
          }}
        >
          <Words turn={turn} quotes={quotes} />
          {turn.interrupted && <Remark>… (interrupted)</Remark>}
          {turn.speaker === 'CANDIDATE' && turn.channel === 'TEXT' && <Remark>(typed)</Remark>}
          {turn.language && <Remark>(in {LANGUAGE_NAMES.of(turn.language)})</Remark>}
          {turn.isUncertain && <Remark>(hardly understood, not evaluated)</Remark>}
        </p>
        {correction && (
          <p className="quiet mt-2 whitespace-pre-wrap">
            <span className="font-semibold">Corrected by the candidate afterwards</span> {correction}
          </p>
        )}
      </div>
      {onNote && (
        <button type="button" className="btn btn-bare btn-small" aria-label={`Add a note on the turn at ${time}`} title="Note" onClick={() => onNote(turn)}>
          <StickyNote className="icon" aria-hidden />
        </button>
      )}
    </li>
  )
})

function Remark({ children }: { children: ReactNode }) {
  return <span className="quiet italic"> {children}</span>
}

const LANGUAGE_NAMES = new Intl.DisplayNames('en', { type: 'language' })

/** A turn's text: quotes are marked, and a dotted line is under what the speech recognizer was not sure of. */
function Words({ turn, quotes }: { turn: Turn; quotes: readonly Range[] }) {
  const unsure = turn.isUncertain ? [{ start: 0, end: turn.text.length }] : turn.uncertainWords
  return splitText(turn.text, quotes, unsure).map(({ text, isQuoted, isUnsure }, index) => {
    const words = isUnsure ? (
      <span className="underline decoration-dotted underline-offset-4" title="Recognized with low confidence">
        {text}
        {!turn.isUncertain && <span className="sr-only"> (unsure)</span>}
      </span>
    ) : (
      text
    )
    // oxlint-disable-next-line react/no-array-index-key -- the segments of a text have no other identity
    return isQuoted ? <mark key={index}>{words}</mark> : <Fragment key={index}>{words}</Fragment>
  })
}

function computeSeconds(turn: Turn, first: Turn | undefined, playback: Playback | null): number {
  if (playback) return playback.getOffset(turn)
  return first ? (Date.parse(turn.startedAt) - Date.parse(first.startedAt)) / 1_000 : 0
}
