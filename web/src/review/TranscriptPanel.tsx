import { Fragment, useEffect, useRef } from 'react'
import type { TranscriptState, Turn } from '../api/transcript'
import type { Speaker } from '../gql/graphql'
import type { ReviewedInterview } from './documents'
import type { Playback } from './playback'

interface TranscriptPanelProps {
  state: TranscriptState
  /** What the candidate corrected after the interview. */
  corrections: ReviewedInterview['corrections']
  /** Null when there is nothing to play. */
  playback: Playback | null
  isOver: boolean
}

/** The transcript, updated live. If there is a recording, a click on a turn plays it from there. */
export function TranscriptPanel({ state, corrections, playback, isOver }: TranscriptPanelProps) {
  const { turns, interims } = state
  const correctionBySeq = new Map(corrections.map(({ seq, text }) => [seq, text]))
  const first = turns[0]
  const list = useRef<HTMLOListElement>(null)
  const playingSeq = playback?.playingSeq ?? null
  useEffect(() => {
    if (playingSeq !== null) list.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest' })
  }, [playingSeq])
  return (
    <section aria-labelledby="transcript" className="space-y-2">
      <h2 id="transcript" className="font-semibold">
        Transcript {!isOver && <span className="font-normal text-quiet">live</span>}
      </h2>
      <div role="log" aria-labelledby="transcript" aria-live={isOver ? 'off' : 'polite'} className="rounded-lg border border-line bg-panel">
        <ol ref={list} className="divide-y divide-line">
          {turns.map((turn) => (
            <Line
              key={turn.seq}
              turn={turn}
              correction={correctionBySeq.get(turn.seq) ?? null}
              seconds={computeOffset(turn, first, playback)}
              playback={playback}
              isPlaying={turn.seq === playingSeq}
            />
          ))}
        </ol>
        {turns.length === 0 && <p className="px-4 py-2.5 text-quiet">No one has spoken yet.</p>}
      </div>
      {[interims.INTERVIEWER, interims.CANDIDATE].map(
        (interim) =>
          interim && (
            <p key={interim.speaker} className="px-4 text-quiet italic">
              <SpeakerLabel speaker={interim.speaker} /> {interim.text}
            </p>
          ),
      )}
    </section>
  )
}

interface LineProps {
  turn: Turn
  /** The candidate's correction of this turn. */
  correction: string | null
  /** Offset of the turn from the start of the recording, or else from the first turn. */
  seconds: number
  playback: Playback | null
  isPlaying: boolean
}

function Line({ turn, correction, seconds, playback, isPlaying }: LineProps) {
  const time = formatTime(seconds)
  return (
    <li id={`turn-${turn.seq}`} aria-current={isPlaying || undefined} className="flex scroll-mt-32 gap-3 px-4 py-2.5 aria-current:bg-tint target:bg-tint">
      {playback ? (
        <button
          type="button"
          aria-label={`Play from ${time}`}
          onClick={() => playback.play(turn)}
          className="h-6 w-12 shrink-0 rounded text-left text-accent underline-offset-2 hover:underline"
        >
          {time}
        </button>
      ) : (
        <span className="w-12 shrink-0 text-quiet">{time}</span>
      )}
      <div className="min-w-0">
        {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- a shortcut for mouse users: keyboard users have the button */}
        <p
          className={`whitespace-pre-wrap wrap-anywhere ${playback ? 'cursor-pointer' : ''}`}
          onClick={() => {
            // selecting text to copy it must not start playback
            if (getSelection()?.isCollapsed ?? true) playback?.play(turn)
          }}
        >
          <SpeakerLabel speaker={turn.speaker} /> <Words turn={turn} />
          {turn.interrupted && <span className="text-quiet italic"> … (interrupted)</span>}
          {turn.speaker === 'CANDIDATE' && turn.channel === 'TEXT' && <span className="text-quiet italic"> (typed)</span>}
          {turn.language && <span className="text-quiet italic"> (in {LANGUAGE_NAMES.of(turn.language)})</span>}
          {turn.isUncertain && <span className="text-quiet italic"> (hardly understood, not evaluated)</span>}
        </p>
        {correction && (
          <p className="whitespace-pre-wrap wrap-anywhere text-quiet">
            <span className="mr-1 font-semibold">Corrected by the candidate afterwards</span> {correction}
          </p>
        )}
      </div>
    </li>
  )
}

const LANGUAGE_NAMES = new Intl.DisplayNames('en', { type: 'language' })

/** A turn's text, with a dotted line under what the speech recognizer was not sure of. */
function Words({ turn }: { turn: Turn }) {
  // the indexes count code points
  const points = Array.from(turn.text)
  const marked = turn.isUncertain ? [{ start: 0, end: points.length }] : turn.uncertainWords
  const ends = [0, ...marked.map(({ end }) => end)]
  return (
    <>
      {marked.map(({ start, end }, index) => (
        <Fragment key={start}>
          {points.slice(ends[index], start).join('')}
          <span className="underline decoration-dotted underline-offset-4" title="Recognized with low confidence">
            {points.slice(start, end).join('')}
            {!turn.isUncertain && <span className="sr-only"> (unsure)</span>}
          </span>
        </Fragment>
      ))}
      {points.slice(ends.at(-1)).join('')}
    </>
  )
}

function SpeakerLabel({ speaker }: { speaker: Speaker }) {
  return (
    <span className={`mr-1 font-semibold ${speaker === 'INTERVIEWER' ? 'text-accent' : 'text-good'}`}>
      {speaker === 'INTERVIEWER' ? 'Interviewer' : 'Candidate'}
    </span>
  )
}

function computeOffset(turn: Turn, first: Turn | undefined, playback: Playback | null): number {
  if (playback) return playback.getOffset(turn)
  return first ? (Date.parse(turn.startedAt) - Date.parse(first.startedAt)) / 1_000 : 0
}

function formatTime(seconds: number): string {
  const whole = Math.floor(seconds)
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}
