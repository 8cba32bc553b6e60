import { describe, expect, it, vi } from 'vitest'
import type { Speaker } from '../gql/graphql'
import { anonymous, Connection } from './connection'
import { Transcript, type Turn } from './transcript'

function turn(seq: number, speaker: Speaker = 'CANDIDATE'): Turn {
  const at = '2026-11-25T10:00:00.000Z'
  return { id: `t${seq}`, seq, speaker, text: `turn ${seq}`, channel: 'TEXT', questionKey: null, startedAt: at, endedAt: at, interrupted: false }
}

function opened() {
  return new Transcript(new Connection(anonymous), 'i1')
}

const interim = { speaker: 'CANDIDATE' as const, text: 'I like to', afterSeq: 1, at: '2026-11-25T10:00:00.000Z' }

describe('a transcript', () => {
  it('takes turns once and in order, whatever comes twice', () => {
    const transcript = opened()
    expect(transcript.add([turn(1), turn(2)])).toBe(true)
    expect(transcript.add([turn(2)])).toBe(true)
    expect(transcript.add([turn(2), turn(3)])).toBe(true)
    expect(transcript.read().turns.map(({ seq }) => seq)).toEqual([1, 2, 3])
  })

  it('takes nothing after a gap', () => {
    const transcript = opened()
    expect(transcript.add([turn(1), turn(3)])).toBe(false)
    expect(transcript.read().turns).toEqual([])
  })

  it('shows what is being said until its turn is stored, and not after', () => {
    const transcript = opened()
    const listener = vi.fn()
    transcript.subscribe(listener)
    transcript.add([turn(1, 'INTERVIEWER')])
    transcript.show(interim)
    expect(transcript.read().interims.CANDIDATE?.text).toBe('I like to')
    transcript.add([turn(2, 'INTERVIEWER')])
    expect(transcript.read().interims.CANDIDATE).toBeDefined()
    transcript.add([turn(3)])
    expect(transcript.read().interims.CANDIDATE).toBeUndefined()
    transcript.show(interim)
    expect(transcript.read().interims.CANDIDATE).toBeUndefined()
    expect(listener).toHaveBeenCalledTimes(4)
  })
})
