import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it } from 'vitest'
import type { TranscriptState } from '../api/transcript'
import type { Channel } from '../gql/graphql'
import { PhaseIndicator } from './PhaseIndicator'

const ASKED = { turns: [{ speaker: 'INTERVIEWER' }], interims: {} } as unknown as TranscriptState
const WRITING = { ...ASKED, interims: { INTERVIEWER: { text: 'Thank' } } } as unknown as TranscriptState

function renderPhase(channel: Channel, state = ASKED): string | null {
  render(<PhaseIndicator state={state} voice={{ phase: 'connecting' }} channel={channel} isOver={false} />)
  return screen.getByRole('status').textContent
}

describe('PhaseIndicator', () => {
  afterEach(cleanup)

  it('waits for the interviewer in the room of a spoken interview', () => {
    expect(renderPhase('VOICE')).toBe('The interviewer is joining…')
  })

  it('does not wait for an interviewer who writes', () => {
    expect(renderPhase('TEXT')).toBe('Your turn. Take your time.')
    cleanup()
    expect(renderPhase('TEXT', WRITING)).toBe('The interviewer is writing…')
  })
})
