import { describe, expect, it } from 'vitest'
import type { TranscriptState } from '../api/transcript'
import { findPhase } from './phase'
import type { VoiceRoomView } from './VoiceRoom'

const ASKED = { turns: [{ speaker: 'INTERVIEWER' }], streamStatus: 'live' } as unknown as TranscriptState
const voice = (part: Partial<VoiceRoomView>) => ({ phase: 'connecting' as const, trouble: null, ...part })

describe('C4: findPhase', () => {
  it('waits for the interviewer in the room of a spoken interview, not for one who writes', () => {
    expect(findPhase({ state: ASKED, isWriting: false, hasWords: false, voice: voice({}), channel: 'VOICE', isOver: false })).toBe('connecting')
    expect(findPhase({ state: ASKED, isWriting: false, hasWords: false, voice: voice({}), channel: 'TEXT', isOver: false })).toBe('listening')
    expect(findPhase({ state: ASKED, isWriting: true, hasWords: false, voice: voice({}), channel: 'TEXT', isOver: false })).toBe('writing')
  })

  it('gives the candidate no turn before the interviewer has spoken', () => {
    const listening = voice({ phase: 'listening' })
    expect(findPhase({ state: { ...ASKED, turns: [] }, isWriting: false, hasWords: false, voice: listening, channel: 'VOICE', isOver: false })).toBe('connecting')
    expect(findPhase({ state: { ...ASKED, turns: [] }, isWriting: false, hasWords: true, voice: listening, channel: 'VOICE', isOver: false })).toBe('listening')
    expect(findPhase({ state: ASKED, isWriting: false, hasWords: false, voice: listening, channel: 'VOICE', isOver: false })).toBe('listening')
  })

  it('gives nobody the turn while the connection is lost', () => {
    const lost = voice({ phase: 'listening', trouble: 'reconnecting' })
    expect(findPhase({ state: ASKED, isWriting: false, hasWords: false, voice: lost, channel: 'VOICE', isOver: false })).toBe('away')
    expect(findPhase({ state: { ...ASKED, streamStatus: 'reconnecting' }, isWriting: false, hasWords: false, voice: null, channel: 'TEXT', isOver: false })).toBe('away')
  })
})
