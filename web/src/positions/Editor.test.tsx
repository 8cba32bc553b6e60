import { cleanup, configure, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../api/connection'
import { Problem } from '../api/problem'
import { type Session, SessionContext } from '../desk/session'
import { type PositionVersion, SAVE_POSITION } from './documents'
import { readStoredDraft, storeDraft, toDraft } from './draft'
import { PositionPage } from './PositionPage'
import { makeContent } from './testContent'

// the checks wait for a moment, and this machine may be busy
configure({ asyncUtilTimeout: 5_000 })

const query = vi.fn()
const mutate = vi.fn()
let allowed = ['SAVE_POSITION']
const session = {
  connection: { query, mutate } as unknown as Connection,
  viewer: { organization: { id: 'org', name: 'Roses' } },
  may: (action: string) => allowed.includes(action),
} as unknown as Session

function makeVersion(version: number, values: Parameters<typeof makeContent>[0] = {}): PositionVersion {
  return { ...makeContent(values), id: `id${version}`, version, createdAt: '2026-11-29T14:02:00Z', createdBy: 'Grace' }
}

/** Answers the page's queries with these versions, and finds nothing to fix. */
function answer(...versions: PositionVersion[]) {
  query.mockImplementation((_: unknown, variables: { version?: number | null }) => {
    if (!('version' in variables)) return Promise.resolve({ checkPosition: [{ path: 'questions[0].text', message: 'It asks several questions.' }] })
    return Promise.resolve({ position: versions.find(({ version }) => version === variables.version) ?? versions.at(-1) })
  })
}

async function open() {
  render(
    <SessionContext value={session}>
      <PositionPage positionKey="gardener" />
    </SessionContext>,
  )
  await screen.findByRole('heading', { level: 1 })
}

const questions = () => within(screen.getByRole('region', { name: 'Questions' }))
const toggle = (name: RegExp) => fireEvent.click(questions().getByRole('button', { name, expanded: false }))

beforeEach(() => {
  mutate.mockReset()
  allowed = ['SAVE_POSITION']
  storeDraft('org', 'gardener', null)
  answer(makeVersion(1))
})
afterEach(cleanup)

describe('P1: the editor of positions', () => {
  it('moves a question with Alt and an arrow key, says the new place, and keeps the focus', async () => {
    await open()
    const button = questions().getByRole('button', { name: /What is good soil/ })
    button.focus()
    fireEvent.keyDown(button, { key: 'ArrowDown', altKey: true })
    expect(questions().getByRole('status').textContent).toBe('Question moved to place 2 of 2.')
    expect(document.activeElement?.textContent).toContain('What is good soil?')
    fireEvent.keyDown(button, { key: 'ArrowDown', altKey: true })
    expect(questions().getByRole('status').textContent).toBe('Question 2 is the last.')
    expect(readStoredDraft('org', 'gardener')?.draft.questions.map(({ id }) => id)).toEqual(['frost', 'soil'])
  })

  it('opens the tab and the card of a value that the API refuses, with the focus in its field', async () => {
    await open()
    toggle(/before a frost/)
    fireEvent.change(screen.getByRole('textbox', { name: 'Question' }), { target: { value: '' } })
    fireEvent.click(questions().getByRole('button', { name: /Question 2/ }))
    fireEvent.click(screen.getByRole('button', { name: 'For candidates' }))
    const refusal = new Problem('BAD_INPUT', 'questions[1].text: write something.', null, 0, 'questions[1].text')
    query.mockRejectedValue(refusal)
    mutate.mockRejectedValueOnce(refusal)
    fireEvent.click(screen.getByRole('button', { name: 'Publish' }))
    await screen.findByText('Write something.')
    expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Question' }))
  })

  it('publishes nothing while the shares do not add up to 100, and scales them', async () => {
    await open()
    fireEvent.change(screen.getByRole('textbox', { name: 'Share of Care in percent' }), { target: { value: '20' } })
    fireEvent.click(screen.getByRole('button', { name: 'Publish' }))
    expect((await screen.findByRole('alert')).textContent).toMatch(/add up to 86.7 %, not to 100 %/)
    expect(document.activeElement).toBe(screen.getByRole('alert'))
    expect(mutate).not.toHaveBeenCalled()
    fireEvent.click(screen.getByRole('button', { name: 'Scale to 100 %' }))
    await screen.findByText('Shares add up to 100 %')
    mutate.mockResolvedValueOnce({ savePosition: { position: makeVersion(2) } })
    fireEvent.click(screen.getByRole('button', { name: 'Publish' }))
    await screen.findByText('Version 2')
    expect(mutate).toHaveBeenCalledWith(SAVE_POSITION, { input: expect.objectContaining({ basedOnVersion: 1, key: 'gardener' }) })
    expect(readStoredDraft('org', 'gardener')).toBeNull()
  })

  it('shows both sides of a conflict, and goes on from either', async () => {
    await open()
    toggle(/What is good soil/)
    fireEvent.change(screen.getByRole('textbox', { name: 'Question' }), { target: { value: 'What is poor soil?' } })
    answer(makeVersion(1), makeVersion(2, { limitMinutes: 45 }))
    mutate.mockRejectedValueOnce(new Problem('CONFLICT', 'Its newest version is 2.', null, 0, 'basedOnVersion'))
    fireEvent.click(screen.getByRole('button', { name: 'Publish' }))
    await screen.findByRole('heading', { name: 'Version 2 is newer than your draft' })
    expect(within(screen.getByRole('region', { name: 'Version 2' })).getByText('Minutes at most')).toBeTruthy()
    expect(within(screen.getByRole('region', { name: 'Your draft' })).getByText('Question 1')).toBeTruthy()
    fireEvent.click(screen.getByRole('button', { name: 'Go on with my draft' }))
    mutate.mockResolvedValueOnce({ savePosition: { position: makeVersion(3) } })
    fireEvent.click(screen.getByRole('button', { name: 'Publish' }))
    await screen.findByText('Version 3')
    const { input } = (mutate.mock.calls[1] as unknown[])[1] as { input: { basedOnVersion: number; limitMinutes: number; questions: { text: string }[] } }
    expect([input.basedOnVersion, input.limitMinutes, input.questions[0]?.text]).toEqual([2, 30, 'What is poor soil?'])
  })

  it('of somebody who may only read has no drafts and nothing to change', async () => {
    allowed = []
    storeDraft('org', 'gardener', { basedOn: 1, savedAt: '', draft: { ...toDraft(makeContent()), title: 'Mine' } })
    await open()
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('Gardener')
    for (const name of ['Publish', 'Archive', 'Add a question', 'Add a criterion']) expect(screen.queryByRole('button', { name })).toBeNull()
    toggle(/What is good soil/)
    expect(screen.getByRole('textbox', { name: 'Question' }).hasAttribute('readonly')).toBe(true)
  })

  it('offers in a dialog what the head of a phone has no room for', async () => {
    await open()
    fireEvent.click(screen.getByRole('button', { name: 'More' }))
    const dialog = within(screen.getByRole('dialog', { name: 'Gardener' }))
    expect(dialog.getByRole('link', { name: 'Versions, 1' }).getAttribute('href')).toBe('/positions/gardener/versions')
    fireEvent.click(dialog.getByRole('button', { name: 'Archive' }))
    expect(screen.getAllByRole('dialog')).toHaveLength(1)
    expect(screen.getByRole('dialog', { name: /^Archive/ })).toBeTruthy()
  })

  it('names what to consider at its question', async () => {
    await open()
    expect(await questions().findByText('It asks several questions.')).toBeTruthy()
    // beside the title on phones, beside the tabs elsewhere
    expect(screen.getAllByText('1 to consider')).toHaveLength(2)
  })
})
