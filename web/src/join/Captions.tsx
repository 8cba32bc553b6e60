import { memo, useCallback, useEffect, useLayoutEffect, useRef } from 'react'
import { type Transcript, type TranscriptState, useHasInterims, useInterims } from '../api/transcript'
import type { Speaker } from '../gql/graphql'
import type { Message } from './outbox'
import { type SpokenWords, useHasSpokenWords, useSpokenWords } from './spokenWords'
import { useTexts } from './texts'

interface CaptionsProps {
  transcript: Transcript
  state: TranscriptState
  /** Typed messages that are not stored yet. */
  pending: readonly Message[]
  /** Words that the interviewer is speaking in the room, which arrive before the API's interim words; null if the interview is typed. */
  words: SpokenWords | null
  /** Whether the interview is typed: screen readers then announce new lines, which they must not do into an open microphone. */
  isTyped: boolean
}

/** The conversation, newest line last. Scrolls to it unless the reader has scrolled up. */
export function Captions({ transcript, state, pending, words, isTyped }: CaptionsProps) {
  const { room } = useTexts()
  const box = useRef<HTMLElement>(null)
  const isAtEnd = useRef(true)
  const heights = useRef('')
  const showNewest = useCallback(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight
  }, [])
  useLayoutEffect(showNewest)
  useEffect(() => {
    // a phone that is turned, or a keyboard that opens, must not hide the newest line
    const observer = new ResizeObserver(showNewest)
    if (box.current) observer.observe(box.current)
    return () => observer.disconnect()
  }, [showNewest])
  const hasInterims = useHasInterims(transcript, 'INTERVIEWER', 'CANDIDATE')
  const hasWords = useHasSpokenWords(words)
  const isSpeaking = hasInterims || hasWords || pending.length > 0
  return (
    <section
      ref={box}
      aria-label={isTyped ? room.conversation : room.captions}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- keyboard users must be able to scroll
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        // the browser also scrolls when the size changes, which says nothing about what the reader wants
        const isSame = heights.current === `${scrollHeight} ${clientHeight}`
        heights.current = `${scrollHeight} ${clientHeight}`
        const isNowAtEnd = scrollHeight - scrollTop - clientHeight < 40
        if (isSame || isNowAtEnd) isAtEnd.current = isNowAtEnd
      }}
      className="captions"
    >
      <div role={isTyped ? 'log' : undefined} aria-label={isTyped ? room.conversation : undefined} className="contents">
        {state.turns.map(({ seq, speaker, text, interrupted }, index) => (
          <Line key={seq} speaker={speaker} isNow={!isSpeaking && index === state.turns.length - 1}>
            {interrupted ? `${text} …` : text}
          </Line>
        ))}
      </div>
      <SpokenLines transcript={transcript} words={words} onChange={showNewest} />
      {pending.map(({ key, text }) => (
        <Line key={key} speaker="CANDIDATE" isNow note={room.sending}>
          {text}
        </Line>
      ))}
    </section>
  )
}

/** What both are saying. Only these lines change with each of their words. */
function SpokenLines({ transcript, words, onChange }: { transcript: Transcript; words: SpokenWords | null; onChange: () => void }) {
  const interims = useInterims(transcript)
  useLayoutEffect(onChange)
  const interviewer = useSpokenWords(words) ?? interims.INTERVIEWER?.text
  const candidate = interims.CANDIDATE?.text
  return (
    <>
      {interviewer && (
        <Line speaker="INTERVIEWER" isNow>
          {interviewer}
        </Line>
      )}
      {candidate && (
        <Line speaker="CANDIDATE" isNow>
          {candidate}
        </Line>
      )}
    </>
  )
}

interface LineProps {
  speaker: Speaker
  /** Whether this line is the newest. */
  isNow: boolean
  note?: string
  children: string
}

const Line = memo(function CaptionLine({ speaker, isNow, note, children }: LineProps) {
  const { room } = useTexts()
  return (
    <p className={isNow ? 'now' : ''}>
      <b>{speaker === 'CANDIDATE' ? room.you : room.interviewer}</b>
      <span>
        {children}
        {note && <i className="uncertain"> {note}</i>}
      </span>
    </p>
  )
})
