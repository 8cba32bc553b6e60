import { describe, expect, it } from 'vitest'
import { buildRows, parseIds, refuseCount } from './comparison'
import { makeCompared } from './testInterviews'

describe('R5: parseIds', () => {
  it.each([
    ['ids=a,b', ['a', 'b']],
    ['ids=b,%20a,,b', ['b', 'a']],
    ['', []],
  ])('%s', (search, ids) => {
    expect(parseIds(search)).toEqual(ids)
  })
})

describe('R5: refuseCount', () => {
  it.each([
    [1, /at least 2/],
    [6, /At most 5/],
  ])('%i', (count, sentence) => {
    expect(refuseCount(count)).toMatch(sentence)
  })
  it('accepts 2 to 5', () => {
    expect([2, 5].map(refuseCount)).toEqual([null, null])
  })
})

describe('R5: buildRows', () => {
  it('puts the results side by side, in the order of the rubric and of the interviews', () => {
    const override = { reviewer: 'Hanna', overrides: [{ criterionKey: 'depth', level: 3 }] }
    const second = makeCompared('b')
    second.evaluation?.reviews.push(override)
    const [depth, care] = buildRows([makeCompared('a'), second])
    expect([depth?.name, depth?.share, depth?.differs, care?.name, care?.share]).toEqual(['Technical depth', 0.75, false, 'Care', 0.25])
    expect(depth?.cells[0]).toMatchObject({ state: 'result', anchor: 'Anchor 4.', override: null, result: { level: 4 } })
    expect(depth?.cells[1]).toMatchObject({ override: { reviewer: 'Hanna', level: 3 } })
    expect(care?.cells[0]).toMatchObject({ state: 'result', anchor: null, result: { level: null } })
  })

  it('says why there is no result', () => {
    const [first] = [makeCompared('a')]
    const evaluation = first?.evaluation
    const makeWith = (values: object) => makeCompared('b', { evaluation: evaluation && { ...evaluation, ...values } })
    const interviews = [makeWith({ isBlind: true, criteria: [] }), makeWith({ status: 'RUNNING' }), makeWith({ status: 'FAILED' }), makeCompared('c', { evaluation: null })]
    expect(buildRows(interviews)[0]?.cells.map(({ state }) => state)).toEqual(['hidden', 'evaluating', 'failed', 'none'])
  })

  it('says where versions of the position define a criterion differently or lack it', () => {
    const older = makeCompared('b')
    const [depth] = older.position.criteria ?? []
    older.position = { ...older.position, version: 3, criteria: depth ? [{ ...depth, levels: [1, 2, 3, 4, 5].map((value) => ({ value, anchor: 'Another.' })) }] : [] }
    const rows = buildRows([makeCompared('a'), older])
    expect(rows.map(({ key, differs, cells }) => [key, differs, cells[1]?.state])).toEqual([
      ['depth', true, 'result'],
      ['care', true, 'absent'],
    ])
  })
})
