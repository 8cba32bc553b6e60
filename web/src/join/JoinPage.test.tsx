import { describe, expect, it } from 'vitest'
import { findInvite } from './JoinPage'

describe('C9: findInvite', () => {
  it.each([
    ['https://viva.example/join#eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl', 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl'],
    [' viva.example/join#abcdefghijklmnop_q-r ', 'abcdefghijklmnop_q-r'],
    ['https://viva.example/join', null],
    ['https://viva.example/join#', null],
    ['hello', null],
  ])('reads %s', (link, invite) => {
    expect(findInvite(link)).toBe(invite)
  })
})
