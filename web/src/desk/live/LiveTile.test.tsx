import { act, cleanup, render, screen } from '@testing-library/react'
import { Profiler } from 'react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../../api/connection'
import type { Interim } from '../../api/transcript'
import { type Session, SessionContext } from '../session'
import { cutBeginning, describePhase, LiveTile } from './LiveTile'
import { LiveWall } from './liveWall'
import { makeTile } from './testTiles'

/** Streams of interim words that a test writes to. */
class Streams {
  readonly opened: string[] = []
  private readonly sinks = new Map<string, (interim: Interim) => void>()

  readonly iterate = ({ variables }: { variables: { id: string } }) => {
    this.opened.push(variables.id)
    const queue: Interim[] = []
    const waiting: (() => void)[] = []
    this.sinks.set(variables.id, (interim) => {
      queue.push(interim)
      waiting.pop()?.()
    })
    const next = async () => {
      while (queue.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
      return { value: { data: { interimTranscript: queue.shift() } }, done: false }
    }
    return { next, return: () => Promise.resolve({ value: undefined, done: true }), [Symbol.asyncIterator]: () => ({ next }) }
  }

  say(id: string, text: string, afterSeq = 3): void {
    this.sinks.get(id)?.({ speaker: 'CANDIDATE', text, afterSeq, at: '2026-11-30T10:00:00Z' })
  }
}

describe('L4: the tiles of the wall', () => {
  const tiles = (ids: readonly string[], id: string) => (
    <SessionContext value={session}>
      {ids.map((each, index) => (
        <Profiler key={each} id={each} onRender={() => renders.push(each)}>
          <LiveTile wall={wall} id={each} index={index} isCursor={each === id} onCursor={vi.fn()} onOpen={vi.fn()} onEnd={vi.fn()} onCopyLink={vi.fn()} />
        </Profiler>
      ))}
    </SessionContext>
  )
  const show = (id: string) => {
    streams = new Streams()
    renders.length = 0
    wall = new LiveWall()
    const ids = ['a', 'b']
    for (const each of ids) wall.accept({ kind: 'CHANGED', interview: makeTile(each, { lastTurn: { seq: 3, speaker: 'INTERVIEWER', channel: 'VOICE', text: 'What did you do?' } }) })
    render(tiles(ids, id))
  }
  let streams: Streams
  let wall: LiveWall
  let visible: ReadonlySet<string>
  const renders: string[] = []
  const connection = { socket: { iterate: (request: { variables: { id: string } }) => streams.iterate(request) } } as unknown as Connection
  const session = { connection, may: () => false } as unknown as Session
  beforeEach(() => {
    vi.useFakeTimers()
    vi.stubGlobal(
      'IntersectionObserver',
      class {
        constructor(private readonly report: (entries: { isIntersecting: boolean }[]) => void) {}
        observe(element: Element) {
          this.report([{ isIntersecting: visible.has(element.getAttribute('aria-label') ?? '') }])
        }
        disconnect() {}
      },
    )
  })
  afterEach(() => {
    cleanup()
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('show who speaks and what, each its own, until nothing more is said or the words are stored', async () => {
    visible = new Set(['a', 'b'])
    show('a')
    await act(() => vi.advanceTimersByTimeAsync(0))
    renders.length = 0
    await act(async () => {
      streams.say('a', 'So before I touched it')
      await vi.advanceTimersByTimeAsync(10)
    })
    expect(screen.getByText('Speaking')).toBeTruthy()
    expect(screen.getByText('So before I touched it')).toBeTruthy()
    expect(new Set(renders)).toEqual(new Set(['a']))
    expect(renders.length).toBeLessThanOrEqual(1)

    await act(() => vi.advanceTimersByTimeAsync(3_000))
    expect(screen.queryByText('Speaking')).toBeNull()
    await act(async () => {
      streams.say('a', 'So before I touched it, I read it.')
      await vi.advanceTimersByTimeAsync(10)
      wall.accept({ kind: 'CHANGED', interview: makeTile('a', { lastTurn: { seq: 4, speaker: 'CANDIDATE', channel: 'VOICE', text: 'I read it first.' } }) })
    })
    expect(screen.getByText('I read it first.')).toBeTruthy()
    expect(screen.queryByText('Speaking')).toBeNull()
  })

  it('follow nothing that is out of view', async () => {
    visible = new Set(['b'])
    show('b')
    await act(() => vi.advanceTimersByTimeAsync(0))
    expect(streams.opened).toEqual(['b'])
  })
})

it.each([
  [{ status: 'WAITING', candidatePresent: false }, undefined, 'Not there yet'],
  [{ status: 'WAITING', channel: 'TEXT', candidatePresent: null }, undefined, 'Not begun'],
  [{}, undefined, 'Beginning'],
  [{}, { speaker: 'INTERVIEWER', text: 'Hello' }, 'Viva speaks'],
  [{ channel: 'TEXT' }, { speaker: 'INTERVIEWER', text: 'Hello' }, 'Viva writes'],
  [{}, { speaker: 'CANDIDATE', text: 'Hello' }, 'Speaking'],
  [{}, { speaker: 'CANDIDATE', text: '' }, 'Typing'],
  [{ status: 'ENDING' }, { speaker: 'INTERVIEWER', text: 'Goodbye' }, 'Ending'],
] as const)('%j with %j is described as %s', (values, spoken, words) => {
  expect(describePhase(makeTile('a', values), spoken)).toBe(words)
})

it.each([
  ['short', 'short'],
  ['the beginning is cut off', '… cut off'],
  ['🙂'.repeat(12), `… ${'🙂'.repeat(10)}`],
])('the newest words of %s are kept', (text, kept) => {
  expect(cutBeginning(text, 10)).toBe(kept)
})
