import { describe, expect, it } from 'vitest'
import { buildFilter, formatListState, getOrder, parseListState, toggleOrder } from './listState'

const parse = (query: string, mayReadResults = true) => parseListState(new URLSearchParams(query), mayReadResults)

describe('L1: parseListState', () => {
  it.each([
    '',
    'tab=scheduled',
    'tab=review&q=ada&position=engineer&position=support&channel=VOICE&decision=HOLD&days=30&order=SCORE.ASC',
  ])('returns to the same URL: %s', (query) => {
    expect(formatListState(parse(query))).toBe(query)
  })

  it('leaves out what it does not know', () => {
    expect(formatListState(parse('tab=x&channel=FAX&decision=MAYBE&days=3&order=SALARY.DESC&other=1'))).toBe('')
  })

  it('leaves out what needs results that the caller may not read', () => {
    expect(formatListState(parse('tab=review&decision=HOLD&order=SCORE.DESC&q=ada', false))).toBe('q=ada')
  })
})

describe('L1: buildFilter', () => {
  it('combines tab, filters and a period that begins with a day', () => {
    const today = new Date(2026, 10, 30, 15, 30)
    expect(buildFilter(parse('tab=live&position=a&channel=TEXT&days=7'), today)).toEqual({
      statuses: ['WAITING', 'IN_PROGRESS', 'ENDING'],
      positionKeys: ['a'],
      channels: ['TEXT'],
      createdAtOrAfter: new Date(2026, 10, 23).toISOString(),
    })
  })
})

describe('L1: order', () => {
  it('is that of the tab until a heading is clicked, which turns it at the second click', () => {
    expect(getOrder(parse('tab=scheduled'))).toEqual({ field: 'SCHEDULED_FOR', direction: 'ASC' })
    const byScore = toggleOrder(getOrder(parse('')), 'SCORE')
    expect(byScore).toEqual({ field: 'SCORE', direction: 'DESC' })
    expect(toggleOrder(byScore, 'SCORE').direction).toBe('ASC')
    expect(toggleOrder(byScore, 'CANDIDATE').direction).toBe('ASC')
  })
})
