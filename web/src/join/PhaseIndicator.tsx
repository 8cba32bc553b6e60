import type { TranscriptState } from '../api/transcript'
import type { Channel } from '../gql/graphql'
import { useTexts } from './texts'
import type { Phase, VoiceRoomView } from './VoiceRoom'

interface PhaseIndicatorProps {
  state: TranscriptState
  voice: Pick<VoiceRoomView, 'phase'> | null
  /** The interview's current channel; null until it is known. */
  channel: Channel | null
  isOver: boolean
}

/** Says what the interviewer is doing, and whose turn it is. */
export function PhaseIndicator({ state, voice, channel, isOver }: PhaseIndicatorProps) {
  // an interviewer who writes is not in the room, where the candidate may still be
  const spoken = channel === 'TEXT' ? null : voice
  const phase = isOver ? 'closing' : (spoken?.phase ?? typedPhase(state))
  const { phases } = useTexts().room
  return (
    <p role="status" className="flex items-center gap-2 font-medium">
      <span aria-hidden className={`size-2.5 rounded-full ${phase === 'listening' ? 'bg-good' : 'bg-accent'} ${phase === 'thinking' ? 'animate-pulse' : ''}`} />
      {phases[phase === 'speaking' && !spoken ? 'writing' : phase]}
    </p>
  )
}

/** Derives the phase of a typed interview from its transcript. */
function typedPhase({ turns, interims }: TranscriptState): Phase {
  if (interims.INTERVIEWER) return 'speaking'
  const last = turns.at(-1)
  if (!last) return 'connecting'
  return last.speaker === 'CANDIDATE' ? 'thinking' : 'listening'
}
