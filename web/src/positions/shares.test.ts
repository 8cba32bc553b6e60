import { describe, expect, it } from 'vitest'
import { addUp, scaleShares, sumShares, toShares } from './shares'

describe('P1: shares of weights', () => {
  it.each([
    [[3, 2.5, 2, 1.5, 1], ['30', '25', '20', '15', '10']],
    [[1, 1, 1], ['33.4', '33.3', '33.3']],
    [[1, 1, 1, 1, 1, 1, 1], ['14.3', '14.3', '14.3', '14.3', '14.3', '14.3', '14.2']],
    [[0.001, 1000], ['0', '100']],
    [[7], ['100']],
    [[], []],
  ])('%j are %j', (weights, shares) => {
    expect(toShares(weights)).toEqual(shares)
  })

  it('add up to 100 for any weights', () => {
    for (let count = 1; count <= 20; count++) {
      const weights = Array.from({ length: count }, (_, index) => ((index * 7919) % 997) + 0.25)
      expect(addUp(toShares(weights))).toBe(true)
    }
  })

  it('are read with a point or a comma, and not taken for 100 before they are', () => {
    expect(sumShares(['33,4', '33.3', '33.3'])).toBe(100)
    expect(addUp(['33,4', '33.3', '33.3'])).toBe(true)
    expect(addUp(['30', '', '60'])).toBe(false)
    expect(addUp(['30', '-20', '70'])).toBe(true)
    expect(addUp(['50', '50.1'])).toBe(false)
  })

  it('keep their proportions when they are scaled', () => {
    expect(scaleShares(['30', '30', '20'])).toEqual(['37.5', '37.5', '25'])
    expect(scaleShares(['', 'x'])).toEqual(['50', '50'])
  })
})
