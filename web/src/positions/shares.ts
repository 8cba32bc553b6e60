/** Largest difference from 100 that comes from rounding to tenths. */
const TOLERANCE = 0.05

/** Returns the weights as percentages that add up to exactly 100: whole ones if all are, and else with one decimal. */
export function toShares(weights: readonly number[]): string[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (!(total > 0)) return weights.map(() => '0')
  const exact = weights.map((weight) => (weight / total) * 100)
  const factor = exact.every((share) => Math.abs(share - Math.round(share)) < 1e-6) ? 1 : 10
  const units = exact.map((share) => Math.floor(share * factor + 1e-6))
  const left = 100 * factor - units.reduce((sum, unit) => sum + unit, 0)
  // the largest remainders get what rounding down has left over
  const byRemainder = exact.map((share, index) => ({ index, remainder: share * factor - (units[index] ?? 0) })).toSorted((a, b) => b.remainder - a.remainder)
  for (const { index } of byRemainder.slice(0, left)) units[index] = (units[index] ?? 0) + 1
  return units.map((unit) => String(unit / factor))
}

/** Returns the number that a person has entered, with a point or a comma; NaN for anything else. */
export function parseNumber(text: string): number {
  const trimmed = text.trim()
  return /^\d+([.,]\d+)?$/.test(trimmed) ? Number(trimmed.replace(',', '.')) : Number.NaN
}

/** Returns the sum of the shares; those that are not numbers count as none. */
export function sumShares(shares: readonly string[]): number {
  const sum = shares.reduce((total, share) => total + (parseNumber(share) || 0), 0)
  return Math.round(sum * 100) / 100
}

export function addUp(shares: readonly string[]): boolean {
  return Math.abs(sumShares(shares) - 100) < TOLERANCE
}

/** Returns shares in the same proportions that add up to 100; equal ones if none is above 0. */
export function scaleShares(shares: readonly string[]): string[] {
  const numbers = shares.map((share) => parseNumber(share) || 0)
  return toShares(numbers.some((share) => share > 0) ? numbers : numbers.map(() => 1))
}
