import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConsentForm } from './ConsentForm'
import type { Invitation } from './documents'
import { Localized } from './texts'

const INVITATION = {
  organization: 'Analytical Engines',
  positionTitle: 'Tester',
  candidateName: 'Ada',
  channel: 'VOICE',
  limitMinutes: 30,
  consentText: { version: '2026-12', language: 'de', text: 'Worum es geht.\n\nIch bin einverstanden.' },
} as Invitation

function renderForm(given: Partial<Invitation> = {}) {
  const onAgree = vi.fn()
  render(<ConsentForm invitation={{ ...INVITATION, ...given }} notice={null} rights={null} onAgree={onAgree} />)
  return onAgree
}

describe('ConsentForm', () => {
  afterEach(cleanup)

  it('asks for consent in the words and the language of the text', () => {
    const onAgree = renderForm()
    const button = screen.getByRole('button', { name: 'Continue' })
    expect(button.hasAttribute('disabled')).toBe(true)
    fireEvent.click(screen.getByRole('checkbox', { name: 'Ich bin einverstanden.' }))
    fireEvent.click(button)
    expect(onAgree).toHaveBeenCalledWith({ recording: false })
    expect(screen.getByText('Worum es geht.').closest('[lang]')?.getAttribute('lang')).toBe('de')
  })

  it('asks for consent to the recording separately', () => {
    const onAgree = renderForm()
    fireEvent.click(screen.getByRole('checkbox', { name: /recorded/ }))
    expect(screen.getByRole('button', { name: 'Continue' }).hasAttribute('disabled')).toBe(true)
    fireEvent.click(screen.getByRole('checkbox', { name: 'Ich bin einverstanden.' }))
    fireEvent.click(screen.getByRole('button', { name: 'Continue' }))
    expect(onAgree).toHaveBeenCalledWith({ recording: true })
  })

  it('asks for everything in the language of the page', () => {
    render(
      <Localized language="de">
        <ConsentForm invitation={INVITATION} notice={null} rights={null} onAgree={vi.fn()} />
      </Localized>,
    )
    expect(screen.getByRole('checkbox', { name: /aufgezeichnet/ })).toBeTruthy()
    expect(screen.getByRole('button').textContent).toBe('Weiter')
  })

  it('does not offer a recording of a typed interview', () => {
    renderForm({ channel: 'TEXT' })
    expect(screen.queryByRole('checkbox', { name: /recorded/ })).toBeNull()
  })
})
