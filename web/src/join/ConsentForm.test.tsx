import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConsentForm } from './ConsentForm'
import type { Invitation } from './JoinPage'

const INVITATION = {
  organization: 'Analytical Engines',
  positionTitle: 'Tester',
  candidateName: 'Ada',
  channel: 'VOICE',
  limitMinutes: 30,
  consentText: { version: '2026-11', language: 'de', text: 'Worum es geht.\n\nIch bin einverstanden.' },
} as Invitation

function shown(given: Partial<Invitation> = {}) {
  const onAgree = vi.fn()
  render(<ConsentForm invitation={{ ...INVITATION, ...given }} onAgree={onAgree} />)
  return onAgree
}

describe('the consent form', () => {
  afterEach(cleanup)

  it('asks for taking part in the words and the language of the text', () => {
    const onAgree = shown()
    const goOn = screen.getByRole('button', { name: 'Continue' })
    expect(goOn.hasAttribute('disabled')).toBe(true)
    fireEvent.click(screen.getByRole('checkbox', { name: 'Ich bin einverstanden.' }))
    fireEvent.click(goOn)
    expect(onAgree).toHaveBeenCalledWith({ recording: false })
    expect(screen.getByText('Worum es geht.').closest('[lang]')?.getAttribute('lang')).toBe('de')
  })

  it('asks for the recording apart from that', () => {
    const onAgree = shown()
    fireEvent.click(screen.getByRole('checkbox', { name: /recorded/ }))
    expect(screen.getByRole('button', { name: 'Continue' }).hasAttribute('disabled')).toBe(true)
    fireEvent.click(screen.getByRole('checkbox', { name: 'Ich bin einverstanden.' }))
    fireEvent.click(screen.getByRole('button', { name: 'Continue' }))
    expect(onAgree).toHaveBeenCalledWith({ recording: true })
  })

  it('asks for no recording where nothing is spoken', () => {
    shown({ channel: 'TEXT' })
    expect(screen.queryByRole('checkbox', { name: /recorded/ })).toBeNull()
  })
})
