import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeApi } from '../testing/fakeApi'
import { anonymous, Connection } from './connection'
import { Transcript, type Turn } from './transcript'

const TURNS = 1_000
const TURN_MS = 250

/** A server that stores a turn every 250 ms, and a page that follows it. */
function startInterview() {
  const stored: Turn[] = []
  const after = (seq: unknown) => stored.slice(Number(seq))
  const isComplete = () => stored.length === TURNS
  const api = new FakeApi(
    { Transcript: ({ after: seq }) => ({ transcript: { turns: after(seq), lastSeq: stored.length, isComplete: isComplete() } }) },
    {
      TurnAdded: ({ after: seq }, next, complete) => {
        for (const turn of after(seq)) next({ turnAdded: turn })
        if (isComplete()) complete()
      },
    },
  )
  const transcript = new Transcript(new Connection(anonymous), 'i1')
  const faults: string[] = []
  let length = 0
  transcript.subscribe(() => {
    const { turns } = transcript.getSnapshot()
    // what a reader has seen stays where it was
    if (turns.length < length || turns.some(({ seq, text }, index) => seq !== index + 1 || text !== `Turn ${seq}`)) faults.push(`after ${length} turns`)
    ;({ length } = turns)
  })
  const say = () => {
    const seq = stored.length + 1
    const turn = { id: `t${seq}`, seq, speaker: seq % 2 ? 'INTERVIEWER' : 'CANDIDATE', text: `Turn ${seq}` } as Turn
    stored.push(turn)
    // some are lost on their way to the page, and some arrive twice
    for (let copies = seq % 50 === 0 ? 0 : seq % 30 === 0 ? 2 : 1; copies > 0; copies--) api.push('TurnAdded', { turnAdded: turn })
  }
  const sayUntil = async (seq: number) => {
    while (stored.length < seq) {
      say()
      await vi.advanceTimersByTimeAsync(TURN_MS)
    }
    // one that was lost is missed with the next one
    if (!api.isDown) await vi.advanceTimersByTimeAsync(TURN_MS)
  }
  const stop = new AbortController()
  const done = transcript.run(stop.signal)
  return { api, transcript, faults, say, sayUntil, done, stop }
}

describe('R1, L4: a transcript of 1,000 turns', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('is whole and in order after the server was killed, stood still for 20 s, and the computer slept', async () => {
    const { api, transcript, faults, say, sayUntil, done } = startInterview()
    await sayUntil(201)
    expect(transcript.lastSeq).toBe(201)

    api.kill()
    await sayUntil(240)
    expect(transcript.getSnapshot().streamStatus).toBe('reconnecting')
    expect(transcript.lastSeq).toBe(201)
    api.isDown = false
    await sayUntil(401)
    expect(transcript.lastSeq).toBe(401)

    api.freeze()
    await sayUntil(480)
    expect(transcript.lastSeq).toBe(401)
    api.thaw()
    await sayUntil(601)
    expect(transcript.lastSeq).toBe(601)

    // asleep: the server goes on, timers of the page do not, and nobody says that the connection is gone
    api.forgetConnections()
    for (let count = 0; count < 100; count++) say()
    vi.setSystemTime(Date.now() + 3_600_000)
    await sayUntil(901)
    expect(transcript.lastSeq).toBe(901)

    await sayUntil(TURNS)
    api.kill()
    await vi.advanceTimersByTimeAsync(1_000)
    api.isDown = false
    await vi.advanceTimersByTimeAsync(20_000)
    await done
    expect(transcript.getSnapshot().streamStatus).toBe('ended')
    expect(transcript.getSnapshot().turns.map(({ seq }) => seq)).toEqual(Array.from({ length: TURNS }, (_, index) => index + 1))
    expect(faults).toEqual([])
  })

  it('asks at most once in ten seconds after a minute of failures', async () => {
    const { api, stop } = startInterview()
    await vi.advanceTimersByTimeAsync(0)
    api.kill()
    await vi.advanceTimersByTimeAsync(120_000)
    const before = api.attempts
    await vi.advanceTimersByTimeAsync(60_000)
    expect(api.attempts - before).toBeLessThanOrEqual(6)
    stop.abort()
  })
})
