import type { TranscriptState } from '../api/transcript'
import type { Channel } from '../gql/graphql'
import type { Texts } from './texts'
import type { Phase, VoiceRoomView } from './VoiceRoom'

/** What the interviewer is doing, and whose turn it is: a key of Texts.room.phases. */
export type ShownPhase = keyof Texts['room']['phases']

interface PhaseInput {
  state: Pick<TranscriptState, 'turns' | 'streamStatus'>
  /** Whether the interviewer has words that are not stored yet. */
  isWriting: boolean
  voice: Pick<VoiceRoomView, 'phase' | 'trouble'> | null
  /** Whether the interviewer is speaking words in the room. */
  hasWords: boolean
  /** The interview's current channel; null until it is known. */
  channel: Channel | null
  isOver: boolean
}

/** Returns the phase to show. */
export function findPhase({ state, isWriting, voice, hasWords, channel, isOver }: PhaseInput): ShownPhase {
  if (isOver) return 'closing'
  // an interviewer who writes is not in the room, where the candidate may still be
  const spoken = channel === 'TEXT' ? null : voice
  if (spoken?.trouble === 'reconnecting' || spoken?.trouble === 'blocked') return 'away'
  if (!spoken && state.streamStatus === 'reconnecting') return 'away'
  const phase = spoken?.phase ?? findTypedPhase(state.turns, isWriting)
  // an interviewer who has just joined listens already, but greets first
  const hasSpoken = state.turns.some(({ speaker }) => speaker === 'INTERVIEWER') || (spoken !== null && hasWords)
  if (phase === 'listening' && !hasSpoken) return 'connecting'
  return phase === 'speaking' && !spoken ? 'writing' : phase
}

/** Derives the phase of a typed interview from its transcript. */
function findTypedPhase(turns: PhaseInput['state']['turns'], isWriting: boolean): Phase {
  if (isWriting) return 'speaking'
  const last = turns.at(-1)
  if (!last) return 'connecting'
  return last.speaker === 'CANDIDATE' ? 'thinking' : 'listening'
}
