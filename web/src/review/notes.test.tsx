import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../api/connection'
import { Problem } from '../api/problem'
import { type Session, SessionContext } from '../desk/session'
import type { Note } from './documents'
import { NoteForm } from './Notes'
import { choosePlace, groupNotes, mergeNotes, useNoteDraft } from './notes'

const note = (id: string, values: Partial<Note> = {}): Note => ({ id, seq: 1, at: null, text: id, author: 'Hanna', createdAt: '2026-11-29T12:00:00Z', mayDelete: true, ...values })
const TURNS = [
  { seq: 1, startedAt: '2026-11-29T10:00:00Z' },
  { seq: 2, startedAt: '2026-11-29T10:00:10Z' },
]

describe('groupNotes', () => {
  it('puts a note on a moment beside the turn that was being spoken', () => {
    const early = note('early', { seq: null, at: '2026-11-29T09:59:00Z' })
    const late = note('late', { seq: null, at: '2026-11-29T10:00:15Z' })
    const later = note('later', { seq: null, at: '2026-11-29T10:00:20Z' })
    const grouped = groupNotes([later, note('own', { seq: 2 }), late, early], TURNS)
    expect([...grouped].map(([seq, found]) => [seq, found.map(({ id }) => id)])).toEqual([
      [2, ['own', 'late', 'later']],
      [1, ['early']],
    ])
  })
})

describe('R4: choosePlace', () => {
  const page = { focusedSeq: null, chosenSeq: null, isPlaying: false, position: null, startedAt: '2026-11-29T10:00:00Z' }
  const heard = { at: '2026-11-29T10:00:14.500Z' }
  it.each([
    ['what plays, even beside a focused line', { isPlaying: true, position: 14.5, focusedSeq: 2 }, heard],
    ['the focused line of a paused recording', { position: 14.5, focusedSeq: 2, chosenSeq: 3 }, { seq: 2 }],
    ['the position of a paused recording', { position: 14.5, chosenSeq: 3 }, heard],
    ['the chosen line', { chosenSeq: 3, startedAt: null }, { seq: 3 }],
    ['nothing', {}, null],
  ])('takes %s', (_, values, place) => {
    expect(choosePlace({ ...page, ...values })).toEqual(place)
  })
})

describe('mergeNotes', () => {
  it('shows each note once until an event reports it, and none that was deleted', () => {
    const ids = mergeNotes([note('a'), note('b')], [note('b'), note('c')], new Set(['a'])).map(({ id }) => id)
    expect(ids).toEqual(['b', 'c'])
  })
})

const field = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Note on this turn' })

describe('R4: the form of a note', () => {
  afterEach(cleanup)
  const mutate = vi.fn()
  const onAdded = vi.fn()

  const startSession = () => ({ connection: { mutate } as unknown as Connection }) as Session

  function Note({ id }: { id: string }) {
    const [isOpen, setOpen] = useState(false)
    const [draft, setDraft] = useNoteDraft(id)
    return (
      <>
        <button type="button" onClick={() => setOpen(true)}>
          Note
        </button>
        {isOpen && <NoteForm interviewId={id} place={{ seq: 1 }} seq={1} moment="on this turn" draft={draft} onDraft={setDraft} onAdded={onAdded} onClose={() => setOpen(false)} />}
      </>
    )
  }

  function Page({ session = startSession(), id = 'i' }: { session?: Session; id?: string }) {
    const [current] = useState(session)
    return (
      <SessionContext value={current}>
        <Note key={id} id={id} />
      </SessionContext>
    )
  }

  it('keeps the text while another interview is open, for the same person', () => {
    HTMLElement.prototype.scrollIntoView = () => {}
    const session = startSession()
    const openForm = () => {
      fireEvent.click(screen.getByRole('button', { name: 'Note' }))
      return field().value
    }
    const { rerender } = render(<Page session={session} />)
    openForm()
    fireEvent.change(field(), { target: { value: 'Ask again.' } })
    rerender(<Page session={session} id="j" />)
    expect(openForm()).toBe('')
    rerender(<Page session={session} />)
    expect(openForm()).toBe('Ask again.')
    cleanup()
    render(<Page />)
    expect(openForm()).toBe('')
  })

  it('keeps the text when it is closed, saves it once, and gives the focus back', async () => {
    HTMLElement.prototype.scrollIntoView = () => {}
    render(<Page />)
    const opener = screen.getByRole('button')
    opener.focus()
    fireEvent.click(opener)
    expect(document.activeElement).toBe(field())
    fireEvent.change(field(), { target: { value: ' Ask again. ' } })
    fireEvent.keyDown(field(), { key: 'Escape' })
    expect(document.activeElement).toBe(opener)
    fireEvent.click(opener)
    expect(field().value).toBe(' Ask again. ')

    mutate.mockRejectedValueOnce(new Problem('UNAVAILABLE', 'Try again.'))
    fireEvent.keyDown(field(), { key: 'Enter', ctrlKey: true })
    await screen.findByText('Try again.')
    mutate.mockResolvedValueOnce({ addNote: { note: note('a') } })
    fireEvent.keyDown(field(), { key: 'Enter', ctrlKey: true })
    await waitFor(() => expect(screen.queryByRole('textbox')).toBeNull())
    const [first, second] = mutate.mock.calls.map(([, { input }]) => input)
    expect(first).toMatchObject({ interviewId: 'i', seq: 1, text: 'Ask again.' })
    expect(second.idempotencyKey).toBe(first.idempotencyKey)
    expect(onAdded).toHaveBeenCalledWith(note('a'))
    expect(document.activeElement).toBe(opener)
  })

  it('refuses a text that is too long, and says so', () => {
    render(<Page />)
    fireEvent.click(screen.getByRole('button'))
    fireEvent.change(screen.getByRole('textbox'), { target: { value: '🎻'.repeat(2_001) } })
    expect(screen.getByText('2001 of 2000 characters')).toBeTruthy()
    expect(screen.getByRole('button', { name: /Save/ }).getAttribute('aria-disabled')).toBe('true')
  })
})
