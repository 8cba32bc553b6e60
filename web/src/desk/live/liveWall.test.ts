import { describe, expect, it, vi } from 'vitest'
import type { Connection } from '../../api/connection'
import { findTrouble, isAway, LiveWall } from './liveWall'
import { makeTile } from './testTiles'

function makeWall(...ids: string[]): LiveWall {
  const wall = new LiveWall()
  for (const id of ids) wall.accept({ kind: 'CHANGED', interview: makeTile(id) })
  return wall
}

/** A stream with this snapshot, which is then lost; without one, the page is closed. */
async function* replay(ids: string[], stop: AbortController) {
  if (ids.length === 0) {
    stop.abort()
    return
  }
  for (const id of ids) yield { data: { liveInterviews: { kind: 'SNAPSHOT', interview: await Promise.resolve(makeTile(id)) } } }
  yield { data: { liveInterviews: { kind: 'SNAPSHOT_COMPLETE', interview: null } } }
  // as a browser reports a connection that is gone
  throw { code: 1006, reason: '' }
}

describe('L4: LiveWall', () => {
  it('renders one tile, and not the wall, when one interview of sixty changes', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `i${index}`)
    const wall = makeWall(...ids)
    const onWall = vi.fn()
    const onTiles = new Map(ids.map((id) => [id, vi.fn()]))
    wall.subscribe(onWall)
    for (const [id, listener] of onTiles) wall.subscribeTile(id, listener)
    wall.accept({ kind: 'CHANGED', interview: makeTile('i7', { progress: { question: 2, questions: 7, elapsedSeconds: 90 } }) })
    expect([...onTiles].filter(([, listener]) => listener.mock.calls.length > 0).map(([id]) => id)).toEqual(['i7'])
    expect(onWall).not.toHaveBeenCalled()
  })

  it('keeps the places of tiles, and removes those that are over', () => {
    const wall = makeWall('a', 'b', 'c')
    wall.accept({ kind: 'CHANGED', interview: makeTile('a', { status: 'ENDING' }) })
    wall.accept({ kind: 'REMOVED', interview: makeTile('b', { status: 'COMPLETED' }) })
    expect(wall.getSnapshot().ids).toEqual(['a', 'c'])
  })

  it('drops after a reconnection what is no longer open', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const stop = new AbortController()
    const snapshots = [['a', 'b'], ['b']]
    const connection = { socket: { iterate: () => replay(snapshots.shift() ?? [], stop) } } as unknown as Connection
    const wall = new LiveWall()
    await wall.run(connection, stop.signal)
    expect(wall.getSnapshot()).toMatchObject({ ids: ['b'], isLoading: false, problem: null })
  })

  it('counts trouble again when it begins and ends', () => {
    const wall = makeWall('a')
    const onWall = vi.fn()
    wall.subscribe(onWall)
    wall.accept({ kind: 'CHANGED', interview: makeTile('a', { candidatePresent: false }) })
    expect(wall.describeState('a')).toBe('trouble')
    wall.accept({ kind: 'CHANGED', interview: makeTile('a') })
    expect(wall.describeState('a')).toBe('fine')
    expect(onWall).toHaveBeenCalledTimes(2)
  })
})

it.each([
  [{ candidatePresent: false }, true],
  [{ speechOutage: { endedAt: null } }, true],
  [{ speechOutage: { endedAt: '2026-11-28T10:00:00Z' } }, false],
  [{ pausedAt: '2026-11-28T10:00:00Z' }, true],
  [{ channel: 'TEXT', candidatePresent: null }, false],
  [{ status: 'WAITING', candidatePresent: false }, false],
] as const)('%j is trouble: %s', (values, isTrouble) => {
  expect(findTrouble(makeTile('a', values)) !== null).toBe(isTrouble)
})

it('L4: nobody is there before a candidate has entered the room', () => {
  expect(isAway(makeTile('a', { status: 'WAITING', candidatePresent: false }))).toBe(true)
  expect(isAway(makeTile('a', { status: 'WAITING', candidatePresent: true }))).toBe(false)
})
