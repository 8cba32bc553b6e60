import { cleanup, fireEvent, render, screen, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Router } from 'wouter'
import { memoryLocation } from 'wouter/memory-location'
import type { Connection } from '../api/connection'
import { Problem } from '../api/problem'
import { type Session, SessionContext } from '../desk/session'
import ComparePage from './ComparePage'
import type { ComparedInterview } from './documents'
import { makeCompared } from './testInterviews'

const RECORDING = { id: 'r', kind: 'AUDIO', status: 'COMPLETED', url: '/recordings/r?token=1', startedAt: '2026-11-29T10:00:00Z', failure: null }

function show(interviews: ComparedInterview[], { ids = interviews.map(({ id }) => id), mayRead = true } = {}) {
  const query = vi.fn((_document: unknown, { id }: { id: string }) => {
    const interview = interviews.find((each) => each.id === id)
    return interview ? Promise.resolve({ interview }) : Promise.reject(new Problem('NOT_FOUND', 'There is no such interview.'))
  })
  const session = { connection: { query } as unknown as Connection, may: () => mayRead } as unknown as Session
  const location = memoryLocation({ path: '/compare', searchPath: `ids=${ids.join(',')}`, record: true })
  render(
    <SessionContext value={session}>
      <Router hook={location.hook} searchHook={location.searchHook}>
        <ComparePage />
      </Router>
    </SessionContext>,
  )
  return location
}

const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key })
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))

describe('R5: the comparison', () => {
  const play = vi.fn(() => Promise.resolve())
  beforeEach(() => {
    vi.spyOn(HTMLMediaElement.prototype, 'play').mockImplementation(play)
    vi.spyOn(HTMLMediaElement.prototype, 'pause').mockImplementation(function pause(this: HTMLMediaElement) {
      this.dispatchEvent(new Event('pause'))
    })
  })
  afterEach(() => {
    cleanup()
    vi.restoreAllMocks()
    play.mockClear()
  })

  it('keeps the order of the selection and shows no level where none was assessed', async () => {
    show([makeCompared('b'), makeCompared('a')])
    const heads = await screen.findAllByRole('columnheader')
    expect(heads.slice(1).map((head) => within(head).getByRole('link').textContent)).toEqual(['Candidate b', 'Candidate a'])
    const care = screen.getByRole('row', { name: /^Care/ })
    expect(within(care).getAllByText('Not assessed')).toHaveLength(2)
    expect(within(care).queryByRole('img')).toBeNull()
    expect(within(screen.getByRole('row', { name: /^Technical depth/ })).getAllByRole('img', { name: 'Level 4 of 5' })).toHaveLength(2)
  })

  it('plays one quote at a time by keyboard, and leads to the turn of a typed interview', async () => {
    const spoken = [makeCompared('a', { recordings: [RECORDING] as never }), makeCompared('b', { recordings: [{ ...RECORDING, id: 's', url: '/recordings/s' }] as never })]
    const location = show([...spoken, makeCompared('c')])
    await screen.findByRole('grid')
    const step = async (key: string) => {
      press(key)
      await frame()
      return document.activeElement?.id
    }
    expect(await step('ArrowRight')).toBe('cell-1-0')
    press('Enter')
    const media = document.querySelector('audio') as HTMLAudioElement
    expect([media.getAttribute('src'), media.currentTime, play.mock.calls.length]).toEqual([RECORDING.url, 3, 1])
    expect(screen.getAllByRole('button', { pressed: true })).toHaveLength(1)
    expect(await step('ArrowRight')).toBe('cell-1-1')
    press(' ')
    expect(media.getAttribute('src')).toBe('/recordings/s')
    expect(document.querySelectorAll('[aria-current="true"]')).toHaveLength(1)
    press('Enter')
    expect(screen.queryAllByRole('button', { pressed: true })).toEqual([])
    expect(await step('ArrowRight')).toBe('cell-1-2')
    expect(await step('k')).toBe('cell-0-2')
    expect(await step('k')).toBe('cell-0-2')
    expect(await step('ArrowDown')).toBe('cell-1-2')
    press('Enter')
    expect(location.history.at(-1)).toBe('/interviews/c#turn-4')
  })

  it('shows no result of an interview that is reviewed blind', async () => {
    const hidden = makeCompared('b')
    Object.assign(hidden.evaluation as object, { isBlind: true, overallScore: null, recommendation: null, criteria: [] })
    show([makeCompared('a'), hidden])
    await screen.findByText('Hidden until you give your levels')
    expect(screen.getAllByText('Hidden')).toHaveLength(2)
    expect(screen.getAllByRole('img', { name: /^Level/ })).toHaveLength(1)
  })

  it.each([
    ['too few', [makeCompared('a')], undefined, /at least 2/],
    ['too many', [], ['a', 'b', 'c', 'd', 'e', 'f'], /At most 5/],
    ['none', [], [], /names no interviews/],
    ['an unknown one', [makeCompared('a'), makeCompared('b')], ['a', 'b', 'x'], /does not exist any more/],
    ['other positions', [makeCompared('a'), makeCompared('b', { position: { ...makeCompared('b').position, key: 'designer', title: 'Designer' } })], undefined, /different positions/],
  ])('says what is wrong with %s', async (_, interviews, ids, sentence) => {
    show(interviews, ids ? { ids } : {})
    expect(await screen.findByText(sentence)).toBeTruthy()
    expect(screen.getByRole('heading', { name: 'These interviews cannot be compared' })).toBeTruthy()
    expect(screen.getByRole('link', { name: 'Interviews' }).getAttribute('href')).toBe('/interviews?tab=all')
  })

  it('is refused to those who may not read evaluations', () => {
    show([makeCompared('a'), makeCompared('b')], { mayRead: false })
    expect(screen.getByText(/may not read evaluations/)).toBeTruthy()
  })
})
