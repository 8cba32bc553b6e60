import { describe, expect, it } from 'vitest'
import type { TranscriptState } from '../api/transcript'
import { findPhase } from './phase'
import type { VoiceRoomView } from './VoiceRoom'

const ASKED = { turns: [{ speaker: 'INTERVIEWER' }], streamStatus: 'live' } as unknown as TranscriptState
const voice = (part: Partial<VoiceRoomView>) => ({ phase: 'connecting' as const, trouble: null, speech: null, ...part })

describe('C4: findPhase', () => {
  it('waits for the interviewer in the room of a spoken interview, not for one who writes', () => {
    expect(findPhase({ state: ASKED, isWriting: false, voice: voice({}), channel: 'VOICE', isOver: false })).toBe('connecting')
    expect(findPhase({ state: ASKED, isWriting: false, voice: voice({}), channel: 'TEXT', isOver: false })).toBe('listening')
    expect(findPhase({ state: ASKED, isWriting: true, voice: voice({}), channel: 'TEXT', isOver: false })).toBe('writing')
  })

  it('gives the candidate no turn before the interviewer has spoken', () => {
    const listening = voice({ phase: 'listening' })
    expect(findPhase({ state: { ...ASKED, turns: [] }, isWriting: false, voice: listening, channel: 'VOICE', isOver: false })).toBe('connecting')
    expect(findPhase({ state: ASKED, isWriting: false, voice: listening, channel: 'VOICE', isOver: false })).toBe('listening')
  })

  it('gives nobody the turn while the connection is lost', () => {
    const lost = voice({ phase: 'listening', trouble: 'reconnecting' })
    expect(findPhase({ state: ASKED, isWriting: false, voice: lost, channel: 'VOICE', isOver: false })).toBe('away')
    expect(findPhase({ state: { ...ASKED, streamStatus: 'reconnecting' }, isWriting: false, voice: null, channel: 'TEXT', isOver: false })).toBe('away')
  })
})
