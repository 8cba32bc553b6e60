/** Returns a random key, with which retries of a mutation have one effect. */
export function newKey(): string {
  // crypto.randomUUID exists in secure contexts only, and a development server may use plain http
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
