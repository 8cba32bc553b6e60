import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import type { TranscriptState, Turn } from '../api/transcript'
import { TranscriptPanel } from './TranscriptPanel'

const STARTED_AT = '2026-11-25T10:00:00.000Z'

function turn(seq: number, text: string): Turn {
  return { seq, speaker: 'CANDIDATE', text, channel: 'TEXT', startedAt: STARTED_AT, endedAt: STARTED_AT, interrupted: false } as Turn
}

describe('TranscriptPanel', () => {
  afterEach(cleanup)

  it('shows a correction beside the turn that it corrects, which stays as it was', () => {
    const state = { turns: [turn(1, 'I wrote COBOL.'), turn(2, 'That is all.')], interims: {} } as unknown as TranscriptState
    render(<TranscriptPanel state={state} corrections={[{ seq: 1, text: 'I meant FORTRAN.' }]} playback={null} isOver />)
    const corrected = screen.getByText('I meant FORTRAN.').closest('li')
    expect(corrected?.id).toBe('turn-1')
    expect(corrected?.textContent).toContain('I wrote COBOL.')
    expect(corrected?.textContent).toContain('Corrected by the candidate afterwards')
    expect(screen.getByText('That is all.').closest('li')?.textContent).not.toContain('Corrected')
  })
})
