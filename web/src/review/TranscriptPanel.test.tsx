import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import type { TranscriptState, Turn } from '../api/transcript'
import { TranscriptPanel } from './TranscriptPanel'

const STARTED_AT = '2026-11-25T10:00:00.000Z'

function turn(seq: number, text: string, fields: Partial<Turn> = {}): Turn {
  return {
    seq,
    speaker: 'CANDIDATE',
    text,
    channel: 'TEXT',
    startedAt: STARTED_AT,
    endedAt: STARTED_AT,
    interrupted: false,
    language: null,
    isUncertain: false,
    uncertainWords: [],
    ...fields,
  } as unknown as Turn
}

describe('R2: TranscriptPanel', () => {
  afterEach(cleanup)

  it('shows a correction beside the turn that it corrects, which stays as it was', () => {
    const state = { turns: [turn(1, 'I wrote COBOL.'), turn(2, 'That is all.')] } as unknown as TranscriptState
    render(<TranscriptPanel state={state} corrections={[{ seq: 1, text: 'I meant FORTRAN.' }]} playback={null} isOver />)
    const corrected = screen.getByText('I meant FORTRAN.').closest('li')
    expect(corrected?.id).toBe('turn-1')
    expect(corrected?.textContent).toContain('I wrote COBOL.')
    expect(corrected?.textContent).toContain('Corrected by the candidate afterwards')
    expect(screen.getByText('That is all.').closest('li')?.textContent).not.toContain('Corrected')
  })

  it('names another language and marks what was hardly understood, in words as well', () => {
    const turns = [
      turn(1, 'Wie bitte?', { language: 'de', isUncertain: true }),
      turn(2, 'The 🎻 solo, yes.', { uncertainWords: [{ start: 6, end: 10 }] as Turn['uncertainWords'] }),
      turn(3, 'That is all.'),
    ]
    render(<TranscriptPanel state={{ turns } as unknown as TranscriptState} corrections={[]} playback={null} isOver />)
    const lines = screen.getAllByRole('listitem').map(({ textContent }) => textContent)
    expect(lines[0]).toContain('Wie bitte? (typed) (in German) (hardly understood, not evaluated)')
    expect(lines[1]).toContain('The 🎻 solo (unsure), yes. (typed)')
    expect(screen.getByText('solo', { exact: false, selector: 'span[title]' }).className).toContain('decoration-dotted')
    expect(lines[2]).not.toMatch(/\(in |unsure|hardly/)
  })
})
