import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parse } from 'graphql'
import { anonymous, Connection, type Credential } from './connection'
import { toProblem } from './problem'

const QUERY = parse('query Anything { anything }') as Parameters<Connection['query']>[0]

/** Runs a query over this fetch, and returns the problem of its failure. */
async function queryOver(fetch: () => unknown, credential: Credential = anonymous) {
  vi.stubGlobal('fetch', fetch)
  return toProblem(await new Connection(credential).query(QUERY, {}).catch((error: unknown) => error))
}

const HTML = { headers: { 'content-type': 'text/html' } }
const report = () => vi.mocked(console.error)

describe('C7: toProblem', () => {
  beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))
  afterEach(() => void vi.unstubAllGlobals())

  it.each([
    ['a lost connection', () => Promise.reject(new TypeError('Failed to fetch'))],
    ['a time-out', () => Promise.reject(new DOMException('signal timed out', 'TimeoutError'))],
    ['a connection that is lost while the answer arrives', () => ({ headers: new Headers(), arrayBuffer: () => Promise.reject(new TypeError('network error')) })],
    ['the error page of a proxy', () => new Response('<h1>Bad gateway</h1>', { status: 502, statusText: 'Bad Gateway', ...HTML })],
    ['the page of a captive portal', () => new Response('<h1>Welcome to the hotel</h1>', HTML)],
  ])('reads %s as the network failing', async (_, fetch) => {
    expect((await queryOver(fetch)).code).toBe('OFFLINE')
    expect(report()).not.toHaveBeenCalled()
  })

  it.each([
    ['closed without a close frame', { code: 1006, reason: '' }],
    ['closed by a server that shuts down', { code: 1013, reason: 'try again later' }],
    ['failing', new Event('error')],
  ])('reads a WebSocket that is %s as the network failing', (_, failure) => {
    expect(toProblem(failure).code).toBe('OFFLINE')
    expect(report()).not.toHaveBeenCalled()
  })

  it('reads an answer without data and errors as a failure of the server', async () => {
    expect((await queryOver(() => new Response('{"data":null}', { headers: { 'content-type': 'application/json' } }))).code).toBe('INTERNAL')
  })

  it.each([
    ['a mistake in the code', new TypeError("Cannot read properties of undefined (reading 'length')")],
    ['a refusal of the browser', new DOMException('The element is gone.', 'NotFoundError')],
  ])('reads %s as a failure of the page, and reports it once', (_, error) => {
    const problem = toProblem(error)
    expect(problem.code).toBe('PAGE_ERROR')
    expect(problem.isTransient).toBe(false)
    expect(problem.message).toMatch(/^Something went wrong on this page\./)
    expect(toProblem(error)).toBe(problem)
    expect(report().mock.calls).toEqual([[error]])
  })

  it('reads a mistake while a request is prepared as a failure of the page', async () => {
    const mistake = new TypeError('the access is missing')
    const credential = {
      ...anonymous,
      get token(): string {
        throw mistake
      },
    }
    expect((await queryOver(() => Promise.reject(new TypeError('Failed to fetch')), credential)).code).toBe('PAGE_ERROR')
    expect(report()).toHaveBeenCalledExactlyOnceWith(mistake)
  })

  it('names the newest request, by which the logs can be searched', async () => {
    await queryOver(() => new Response('{"data":{"anything":1}}', { headers: { 'content-type': 'application/json', 'x-request-id': 'r-17' } }))
    const problem = toProblem(new RangeError('Invalid array length'))
    expect(problem.message).toContain('quote the request id r-17')
    expect(problem.requestId).toBe('r-17')
  })
})
