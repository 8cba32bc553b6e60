import { cleanup, renderHook, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Speaker } from '../gql/graphql'
import { anonymous, Connection } from './connection'
import { Transcript, type Turn, useTranscript } from './transcript'

function turn(seq: number, speaker: Speaker = 'CANDIDATE'): Turn {
  const at = '2026-11-25T10:00:00.000Z'
  const plain = { questionKey: null, interrupted: false, language: null, isUncertain: false, uncertainWords: [] }
  return { id: `t${seq}`, seq, speaker, text: `turn ${seq}`, channel: 'TEXT', startedAt: at, endedAt: at, ...plain }
}

function newTranscript() {
  return new Transcript(new Connection(anonymous), 'i1')
}

const interim = { speaker: 'CANDIDATE' as const, text: 'I like to', afterSeq: 1, at: '2026-11-25T10:00:00.000Z' }

describe('R1: Transcript', () => {
  it('adds each turn once and in order when some arrive twice', () => {
    const transcript = newTranscript()
    expect(transcript.add([turn(1), turn(2)])).toBe(true)
    expect(transcript.add([turn(2)])).toBe(true)
    expect(transcript.add([turn(2), turn(3)])).toBe(true)
    expect(transcript.getSnapshot().turns.map(({ seq }) => seq)).toEqual([1, 2, 3])
  })

  it('rejects turns after a gap', () => {
    const transcript = newTranscript()
    expect(transcript.add([turn(1), turn(3)])).toBe(false)
    expect(transcript.getSnapshot().turns).toEqual([])
  })

  it('keeps interim words only until their turn is stored', () => {
    const transcript = newTranscript()
    const listener = vi.fn()
    transcript.subscribe(listener)
    transcript.add([turn(1, 'INTERVIEWER')])
    transcript.setInterim(interim)
    expect(transcript.getInterims().CANDIDATE?.text).toBe('I like to')
    transcript.add([turn(2, 'INTERVIEWER')])
    expect(transcript.getInterims().CANDIDATE).toBeDefined()
    transcript.add([turn(3)])
    expect(transcript.getInterims().CANDIDATE).toBeUndefined()
    transcript.setInterim(interim)
    expect(transcript.getInterims().CANDIDATE).toBeUndefined()
    expect(listener).toHaveBeenCalledTimes(4)
  })
})

describe('R1: useTranscript', () => {
  afterEach(cleanup)

  it('follows an interview that was over again once it is reopened', async () => {
    const query = vi.fn(() => Promise.resolve({ transcript: { turns: [turn(1)], lastSeq: 1, isComplete: true } }))
    const connection = { query } as unknown as Connection
    const { result, rerender } = renderHook(({ isOver }) => useTranscript(connection, 'i1', isOver), { initialProps: { isOver: true } })
    await waitFor(() => expect(result.current.state.streamStatus).toBe('ended'))
    rerender({ isOver: false })
    await waitFor(() => expect(query).toHaveBeenLastCalledWith(expect.anything(), { id: 'i1', after: 1 }))
    expect(query).toHaveBeenCalledTimes(2)
  })
})
