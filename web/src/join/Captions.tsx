import { useCallback, useEffect, useLayoutEffect, useRef } from 'react'
import type { TranscriptState } from '../api/transcript'
import type { Speaker } from '../gql/graphql'
import type { Message } from './outbox'
import { useTexts } from './texts'

interface CaptionsProps {
  state: TranscriptState
  /** Typed messages that are not stored yet. */
  pending: readonly Message[]
  /** Words that the interviewer is speaking in the room, which arrive before the API's interim words. */
  speech: string | null
}

/** Live captions of the conversation. Scrolls to the newest line unless the reader has scrolled up. */
export function Captions({ state, pending, speech }: CaptionsProps) {
  const { room } = useTexts()
  const box = useRef<HTMLElement>(null)
  const isAtEnd = useRef(true)
  const interviewer = speech ?? state.interims.INTERVIEWER?.text
  const candidate = state.interims.CANDIDATE?.text
  const showNewest = useCallback(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight
  }, [])
  useLayoutEffect(showNewest)
  useEffect(() => {
    // a phone that is turned, or a keyboard that opens, must not hide the open question
    const observer = new ResizeObserver(showNewest)
    if (box.current) observer.observe(box.current)
    return () => observer.disconnect()
  }, [showNewest])
  return (
    <section
      ref={box}
      aria-label={room.captions}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keyboard users must be able to scroll
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40
      }}
      className="h-[42vh] min-h-56 space-y-3 overflow-y-auto rounded-lg border border-line bg-panel p-4"
    >
      <div role="log" aria-label={room.conversation} className="space-y-3">
        {state.turns.map(({ seq, speaker, text, interrupted }) => (
          <Line key={seq} speaker={speaker}>
            {interrupted ? `${text} …` : text}
          </Line>
        ))}
      </div>
      {interviewer && (
        <Line speaker="INTERVIEWER" isPending>
          {interviewer}
        </Line>
      )}
      {candidate && (
        <Line speaker="CANDIDATE" isPending>
          {candidate}
        </Line>
      )}
      {pending.map(({ key, text }) => (
        <Line key={key} speaker="CANDIDATE" isPending note={room.sending}>
          {text}
        </Line>
      ))}
    </section>
  )
}

function Line({ speaker, isPending, note, children }: { speaker: Speaker; isPending?: boolean; note?: string; children: string }) {
  const { room } = useTexts()
  return (
    <p className={`whitespace-pre-wrap wrap-anywhere ${isPending ? 'text-quiet' : ''}`}>
      <span className={`mr-1 font-semibold ${speaker === 'CANDIDATE' ? 'text-quiet' : 'text-accent'}`}>
        {speaker === 'CANDIDATE' ? room.you : room.interviewer}
      </span>{' '}
      {children}
      {note && <span className="ml-2 text-quiet italic">{note}</span>}
    </p>
  )
}
