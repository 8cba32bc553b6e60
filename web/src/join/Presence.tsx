import { type ReactNode, useRef } from 'react'
import { useLevelDrawing } from './levels'
import type { ShownPhase } from './phase'
import { useTexts } from './texts'

const LOOKS: Record<ShownPhase, string> = {
  closing: 'away',
  connecting: 'thinking',
  away: 'away',
  thinking: 'thinking',
  writing: 'thinking',
  speaking: 'speaking',
  listening: 'listening',
}

interface PresenceProps {
  phase: ShownPhase
  /** The interviewer's sound, which the drawing follows. */
  track: MediaStreamTrack | null
}

/** Drawing of the interviewer, which moves with its sound. */
export function Presence({ phase, track }: PresenceProps) {
  const drawing = useRef<HTMLDivElement>(null)
  useLevelDrawing(drawing, phase === 'speaking' ? track : null)
  return (
    <div ref={drawing} aria-hidden className={`presence ${LOOKS[phase]}`}>
      <div className="core">
        <i />
        <i />
        <i />
        <i />
        <i />
      </div>
    </div>
  )
}

interface TurnLineProps {
  phase: ShownPhase
  /** Replaces what the phase adds, such as advice. */
  note: ReactNode
  /** Whether screen readers announce changes: not into the open microphone of a spoken interview. */
  isAnnounced: boolean
}

/** Says what the interviewer is doing, and whose turn it is. */
export function TurnLine({ phase, note, isAnnounced }: TurnLineProps) {
  const { title, text } = useTexts().room.phases[phase]
  return (
    <p role={isAnnounced ? 'status' : undefined}>
      {title} {note ?? (text && <span>{text}</span>)}
    </p>
  )
}
