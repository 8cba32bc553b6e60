import { expect, it, vi } from 'vitest'
import type { Connection } from '../../api/connection'
import { Problem } from '../../api/problem'
import { performBulk } from './bulk'

it('L3: continues after a failure, and returns its sentence by the interview', async () => {
  const mutate = vi.fn((_: unknown, { input }: { input: { interviewId: string; idempotencyKey: string } }) =>
    input.interviewId === 'b' ? Promise.reject(new Problem('CONFLICT', 'It is over.')) : Promise.resolve({}),
  )
  const done: number[] = []
  const failures = await performBulk({ mutate } as unknown as Connection, 'renew', ['a', 'b', 'c', 'd', 'e', 'f'], (count) => done.push(count))
  expect([...failures]).toEqual([['b', 'It is over.']])
  expect(done).toEqual([1, 2, 3, 4, 5, 6])
  expect(new Set(mutate.mock.calls.map(([, { input }]) => input.idempotencyKey)).size).toBe(6)
})
