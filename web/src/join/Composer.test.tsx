import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Problem } from '../api/problem'
import { Composer } from './Composer'
import type { OutboxState } from './outbox'

const IDLE: OutboxState = { messages: [], problem: null, refused: null }

function renderComposer(draft: string, outboxState = IDLE) {
  const onSend = vi.fn()
  render(
    <Composer draft={draft} isDraftSaved onDraft={vi.fn()} outboxState={outboxState} isOver={false} onSend={onSend} onSpeak={null} trouble={null} />,
  )
  return onSend
}

const press = (options: object = {}) => fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Enter', ...options })

describe('C5: Composer', () => {
  afterEach(cleanup)

  it('sends with Enter, and starts a new line with Shift + Enter', () => {
    const onSend = renderComposer(' Hello. ')
    press({ shiftKey: true })
    press({ isComposing: true })
    expect(onSend).not.toHaveBeenCalled()
    press()
    expect(onSend).toHaveBeenCalledWith('Hello.')
  })

  it('counts from 18,000 characters on, and cuts nothing', () => {
    renderComposer('a'.repeat(18_500))
    expect(screen.getByText('1500 characters left')).toBeTruthy()
    cleanup()
    const onSend = renderComposer('a'.repeat(20_001))
    press()
    expect(onSend).not.toHaveBeenCalled()
    expect(screen.getByRole('status').textContent).toContain('1 character too many')
  })

  it('says what is not saved, and what was refused', () => {
    renderComposer('', { ...IDLE, problem: new Problem('OFFLINE', 'no network') })
    expect(screen.getByRole('status').textContent).toContain('has not been saved yet')
    cleanup()
    renderComposer('', { ...IDLE, refused: 'Too late', problem: new Problem('CONFLICT', 'The interview has ended.') })
    expect(screen.getByRole('alert').textContent).toContain('“Too late” could not be sent. The interview has ended.')
  })
})
