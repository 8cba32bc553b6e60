import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../api/problem'
import { SpeechNotice } from './SpeechNotice'

describe('SpeechNotice', () => {
  afterEach(cleanup)

  it('asks the candidate to type while speech does not work', () => {
    render(<SpeechNotice outage={{ endedAt: null }} onSpeak={vi.fn()} />)
    expect(screen.getByRole('status').textContent).toContain('please type your answers')
    expect(screen.queryByRole('button')).toBeNull()
  })

  it('offers to speak once speech works again, and says why that fails', async () => {
    const onSpeak = vi.fn().mockRejectedValue(new Problem('UNAVAILABLE', 'LiveKit did not respond.'))
    render(<SpeechNotice outage={{ endedAt: '2026-12-01T10:00:00Z' }} onSpeak={onSpeak} />)
    fireEvent.click(screen.getByRole('button', { name: 'Speak again' }))
    expect(onSpeak).toHaveBeenCalledOnce()
    expect((await screen.findByRole('alert')).textContent).toBe('LiveKit did not respond.')
    expect(screen.getByRole('button', { name: 'Speak again' }).hasAttribute('disabled')).toBe(false)
  })
})
