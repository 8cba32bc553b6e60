import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Invitation } from './documents'
import { loadTexts, Localized } from './texts'
import { ConsentForm } from './Welcome'

beforeAll(() => loadTexts('de'))

const CONSENT_TEXT = {
  version: '2026-12',
  language: 'de',
  text: 'Worum es geht.\n\nIch bin einverstanden.',
  recordingText: 'Ich willige in die Aufzeichnung ein.',
} as Invitation['consentText']

function renderForm(mayBeRecorded = true, language = 'en') {
  const onAgree = vi.fn()
  render(
    <Localized language={language}>
      <ConsentForm consentText={CONSENT_TEXT} mayBeRecorded={mayBeRecorded} notice={null} onAgree={onAgree} />
    </Localized>,
  )
  return onAgree
}

const proceed = (name = 'Continue') => fireEvent.click(screen.getByRole('button', { name }))

describe('C2: ConsentForm', () => {
  afterEach(cleanup)

  it('asks for consent in the words and the language of the text', () => {
    const onAgree = renderForm(false)
    fireEvent.click(screen.getByRole('checkbox', { name: 'Ich bin einverstanden.' }))
    proceed()
    expect(onAgree).toHaveBeenCalledWith({ recording: false })
    expect(screen.getByText('Worum es geht.').closest('[lang]')?.getAttribute('lang')).toBe('de')
    expect(screen.queryByRole('radio')).toBeNull()
  })

  it('asks for consent to the recording separately, with two equal answers', () => {
    const onAgree = renderForm()
    fireEvent.click(screen.getByRole('checkbox', { name: 'Ich bin einverstanden.' }))
    expect(screen.getAllByRole<HTMLInputElement>('radio').some(({ checked }) => checked)).toBe(false)
    expect(screen.getByText('Ich willige in die Aufzeichnung ein.').getAttribute('lang')).toBe('de')
    fireEvent.click(screen.getByRole('radio', { name: 'Yes, record' }))
    proceed()
    expect(onAgree).toHaveBeenCalledWith({ recording: true })
  })

  it('leads to the first choice that is missing', () => {
    const onAgree = renderForm(true, 'de')
    expect(screen.getByText('Noch 2 Auswahlen offen')).toBeTruthy()
    proceed('Weiter')
    expect(document.activeElement).toBe(screen.getByRole('radio', { name: 'Ja, aufzeichnen' }))
    fireEvent.click(screen.getByRole('radio', { name: 'Keine Aufzeichnung' }))
    proceed('Weiter')
    expect(document.activeElement).toBe(screen.getByRole('checkbox'))
    expect(onAgree).not.toHaveBeenCalled()
  })
})
