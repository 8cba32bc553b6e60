import { describe, expect, it, vi } from 'vitest'
import type { Connection } from '../../api/connection'
import { formatCell, formatCsv, MAX_ROWS, readAll } from './csv'
import type { ListedInterview } from './documents'
import type { ListRequest } from './interviewList'
import { makeInterview } from './testInterviews'

describe('L3: formatCell', () => {
  it.each(['=1+1', '+1', '-1', '@SUM(A1)', ' =1+1', '\t=1+1', '\r=1', '\u0000=1', '\n+1', '＝1+1', '＋1', '－1', '＠A1', '\ttext'])(
    'makes %j text that no spreadsheet runs',
    (text) => {
      const cell = formatCell(text)
      expect(cell.startsWith(`'`) || cell.startsWith(`"'`)).toBe(true)
    },
  )

  it.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['O’Neill-Ng', 'O’Neill-Ng'],
    ['a, b', '"a, b"'],
    ['say "no"', '"say ""no"""'],
    ['two\nlines', '"two\nlines"'],
    [null, ''],
    [-3, '-3'],
  ])('formats %j as %j', (value, cell) => {
    expect(formatCell(value)).toBe(cell)
  })
})

describe('L3: formatCsv', () => {
  it('has results only for callers who may read them, and never those that a blind review hides', () => {
    const scored = makeInterview({ evaluation: { isBlind: false, status: 'COMPLETED', overallScore: 70, recommendation: 'HIRE', flags: [] }, decision: 'HOLD' })
    const blind = makeInterview({ evaluation: { isBlind: true, status: 'COMPLETED', overallScore: 70, recommendation: 'HIRE', flags: [] } })
    const [heading, first, second] = formatCsv([scored, blind], true).split('\r\n')
    expect(heading).toMatch(/,Score,Band,Decision$/)
    expect(first).toMatch(/,70,Hire,On hold$/)
    expect(second).toMatch(/,,,$/)
    expect(formatCsv([scored], false)).not.toMatch(/70|Hire|On hold/)
  })
})

describe('L3: readAll', () => {
  const request: ListRequest = { filter: {}, orderBy: {}, search: '', mayReadResults: true }

  it(`stops at ${MAX_ROWS} interviews`, async () => {
    let count = 0
    const query = vi.fn(() => {
      const nodes = Array.from({ length: 100 }, () => makeInterview({ id: String(count++) }))
      return Promise.resolve({ interviews: { nodes, pageInfo: { hasNextPage: true, endCursor: 'c' }, totalCount: 1e6 } })
    })
    const found: ListedInterview[] = await readAll({ query } as unknown as Connection, request, () => {}, new AbortController().signal)
    expect(found).toHaveLength(MAX_ROWS)
    expect(query).toHaveBeenCalledTimes(MAX_ROWS / 100)
  })
})
