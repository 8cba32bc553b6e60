import { expect, it } from 'vitest'
import { readTarget } from './signInTarget'

const ORIGIN = 'https://viva.example'

it.each([
  ['/interviews/abc?tab=all#turn', '/interviews/abc?tab=all#turn'],
  ['/sign-in', '/interviews'],
  ['/sign-in?to=%2F', '/interviews'],
  ['/sign-in?to=%2Finterviews%2Fabc%3Ftab%3Dall', '/interviews/abc?tab=all'],
  ['/sign-in?to=%2Fsign-in', '/interviews'],
  ['/sign-in?to=https%3A%2F%2Fevil.example%2F', '/interviews'],
  ['/sign-in?to=%2F%2Fevil.example%2Flive', '/interviews'],
  ['/sign-in?to=%2F%5Cevil.example%2Flive', '/interviews'],
  ['/sign-in?to=javascript%3Aalert(1)', '/interviews'],
])('S1: opens after %s the address %s', (address, target) => {
  expect(readTarget(new URL(address, ORIGIN))).toBe(target)
})
