import { useLayoutEffect, useRef } from 'react'
import type { TranscriptState } from '../api/transcript'
import type { Speaker } from '../gql/graphql'
import type { Message } from './outbox'

interface CaptionsProps {
  state: TranscriptState
  /** Typed, and not stored yet. */
  waiting: readonly Message[]
  /** What the interviewer is saying in the room, ahead of what the server tells. */
  spoken: string | null
}

/** What has been said, and what is being said; follows the newest line unless the reader has scrolled up. */
export function Captions({ state, waiting, spoken }: CaptionsProps) {
  const box = useRef<HTMLElement>(null)
  const isAtEnd = useRef(true)
  const interviewer = spoken ?? state.interims.INTERVIEWER?.text
  const candidate = state.interims.CANDIDATE?.text
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight
  })
  return (
    <section
      ref={box}
      aria-label="Captions"
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be within reach of the keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40
      }}
      className="h-[42vh] min-h-56 space-y-3 overflow-y-auto rounded-lg border border-line bg-panel p-4"
    >
      <div role="log" aria-label="Conversation" className="space-y-3">
        {state.turns.map(({ seq, speaker, text, interrupted }) => (
          <Line key={seq} speaker={speaker}>
            {interrupted ? `${text} …` : text}
          </Line>
        ))}
      </div>
      {interviewer && (
        <Line speaker="INTERVIEWER" isPassing>
          {interviewer}
        </Line>
      )}
      {candidate && (
        <Line speaker="CANDIDATE" isPassing>
          {candidate}
        </Line>
      )}
      {waiting.map(({ key, text }) => (
        <Line key={key} speaker="CANDIDATE" isPassing note="sending…">
          {text}
        </Line>
      ))}
    </section>
  )
}

function Line({ speaker, isPassing, note, children }: { speaker: Speaker; isPassing?: boolean; note?: string; children: string }) {
  return (
    <p className={`whitespace-pre-wrap wrap-anywhere ${isPassing ? 'text-quiet' : ''}`}>
      <span className={`mr-1 font-semibold ${speaker === 'CANDIDATE' ? 'text-quiet' : 'text-accent'}`}>
        {speaker === 'CANDIDATE' ? 'You' : 'Interviewer'}
      </span>{' '}
      {children}
      {note && <span className="ml-2 text-quiet italic">{note}</span>}
    </p>
  )
}
