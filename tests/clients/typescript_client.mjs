// clients/typescript against the real API. test_typescript_client.py copies this file beside the compiled client.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import { ERROR_CODES, Viva, VivaError, WebhookVerificationError, verifyWebhook } from 'viva-client'
import { WebSocket } from 'ws'

const { API_URL, PROCESS_URL, CONTROL_URL, KEY, POSITION, CONSENT_VERSION, COPY, ENDED_INTERVIEW, EVALUATION } = process.env
const TIMEOUT = { timeout: 60_000 }
const QUICK = { attempts: 10_000, firstSeconds: 0.01, maxSeconds: 0.05 }
const UNKNOWN = 'int_000000000000000000000000'

// Node 20 has none
globalThis.WebSocket ??= WebSocket

const open = (options) => new Viva({ url: API_URL, token: KEY, calls: QUICK, streams: QUICK, ...options })

const newStart = (values) => ({
  candidateName: 'Ada Lovelace',
  positionKey: POSITION,
  channel: 'TEXT',
  consent: { textVersion: CONSENT_VERSION, recording: false },
  ...values,
})

/** Waits until the condition holds. Throws after 50 seconds. */
async function until(condition) {
  const deadline = Date.now() + 50_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`This never became true: ${condition}`)
    await sleep(10)
  }
}

/** Asks the test for something, such as to kill the API process, and returns the answer. */
async function ask(what, values = {}) {
  const response = await fetch(`${CONTROL_URL}/${what}`, { method: 'POST', body: JSON.stringify(values) })
  assert.equal(response.status, 200)
  return response.json()
}

/** A fetch whose first answers are lost after the request was executed (null), or replaced by these responses. */
function unreliableFetch(...script) {
  const bodies = []
  const unreliable = async (url, init) => {
    bodies.push(JSON.parse(init.body ?? '{}'))
    const replacement = script.shift()
    if (replacement) return replacement
    const response = await fetch(url, init)
    if (replacement === null) throw new TypeError('the response is lost')
    return response
  }
  return Object.assign(unreliable, { bodies })
}

const codeOf = (promise) => promise.then(() => 'no error', (error) => (error instanceof VivaError ? error.code : String(error)))

test('an interview is started once although the responses are lost', TIMEOUT, async () => {
  const unreliable = unreliableFetch(null, null)
  const viva = open({ fetch: unreliable })
  const { interview } = await viva.startInterview(newStart())
  assert.equal(new Set(unreliable.bodies.map(({ variables }) => variables.input.idempotencyKey)).size, 1)
  assert.equal(unreliable.bodies.length, 3)
  const keyed = newStart({ idempotencyKey: 'application-1' })
  const [first, second] = [await viva.startInterview(keyed), await viva.startInterview(keyed)]
  assert.equal(first.interview.id, second.interview.id)
  assert.notEqual(first.interview.id, interview.id)
})

test('retries are bounded, and long pauses are left to the caller', TIMEOUT, async () => {
  const down = unreliableFetch(...[1, 2, 3].map(() => new Response('<html>', { status: 503 })))
  assert.equal(await codeOf(open({ fetch: down, calls: { ...QUICK, attempts: 3 } }).latestCursor()), 'UNAVAILABLE')
  assert.equal(down.bodies.length, 3)
  const extensions = { code: 'RATE_LIMITED', requestId: 'r', retryAfterSeconds: 3600 }
  const limited = unreliableFetch(new Response(JSON.stringify({ errors: [{ message: 'Wait.', extensions }] }), { status: 429 }))
  const error = await open({ fetch: limited }).latestCursor().catch((failure) => failure)
  assert.deepEqual([error.code, error.details.retryAfterSeconds, limited.bodies.length], ['RATE_LIMITED', 3600, 1])
})

test('errors have the codes of the API', TIMEOUT, async () => {
  assert.deepEqual([...ERROR_CODES].sort(), JSON.parse(process.env.ERROR_CODES))
  const viva = open()
  assert.equal(await codeOf(viva.getInterview(UNKNOWN)), 'NOT_FOUND')
  assert.equal(await codeOf(viva.transcript(UNKNOWN)), 'NOT_FOUND')
  assert.equal(await codeOf(viva.request('{ unknown }', {})), 'BAD_INPUT')
  assert.equal(await codeOf(viva.follow(UNKNOWN).next()), 'NOT_FOUND')
  assert.equal(await codeOf(open({ token: 'viva_wrong' }).latestCursor()), 'UNAUTHENTICATED')
  assert.equal(await codeOf(open({ token: () => 'viva_wrong' }).follow(UNKNOWN).next()), 'UNAUTHENTICATED')
  const gone = open({ url: 'http://127.0.0.1:9', streams: { attempts: 2, firstSeconds: 0.01 } })
  assert.equal(await codeOf(gone.follow(UNKNOWN).next()), 'CONNECTION_FAILED')
})

test('follow has no gap through kills, freezes and revoked keys', TIMEOUT, async () => {
  const { id, keys } = await ask('begin')
  const spoken = []
  const followed = []
  const speak = async () => spoken.push(...(await ask('speak')))
  let connections = 0
  class CountedWebSocket extends globalThis.WebSocket {
    constructor(...options) {
      super(...options)
      connections++
    }
  }
  const viva = open({ url: PROCESS_URL, token: () => keys.shift(), webSocket: CountedWebSocket, pingMs: 200, timeoutMs: 1_000 })
  const following = (async () => {
    for await (const { seq, text } of viva.follow(id)) followed.push({ seq, text })
  })()
  const arrive = () => Promise.race([until(() => followed.length === spoken.length), following])
  await speak()
  await arrive()
  await ask('kill')
  await speak()
  await ask('start')
  await arrive()
  const before = connections
  await ask('freeze')
  await speak()
  // as on a machine that was suspended: the connection looks open, but nothing comes through it
  await until(() => connections > before)
  await ask('thaw')
  await arrive()
  await ask('revoke')
  await until(() => !keys.length)
  await speak()
  await ask('end')
  await following
  assert.deepEqual(followed, spoken)
})

test('a stream ends with its signal', TIMEOUT, async () => {
  const { interview } = await open().startInterview(newStart())
  const abort = new AbortController()
  const turn = open().follow(interview.id, { signal: abort.signal }).next()
  setTimeout(() => abort.abort(), 50)
  assert.deepEqual(await turn, { value: undefined, done: true })
})

test('lists and files', TIMEOUT, async () => {
  const viva = open()
  const listed = []
  for await (const { id } of viva.listInterviews({ first: 1 })) listed.push(id)
  assert.equal(new Set(listed).size, listed.length)
  assert.ok(listed.length > 2 && listed.includes(ENDED_INTERVIEW))
  const text = async (file) => new TextDecoder().decode(await file)
  assert.equal(JSON.parse(await text(viva.transcript(ENDED_INTERVIEW))).turns[0].text, 'Good morning.')
  assert.match(await text(viva.report(EVALUATION, 'html')), /Grace Hopper/)
})

test('the example holds a copy of all interviews', TIMEOUT, async () => {
  const { synchronize } = await import('./dist/examples/synchronize.js')
  const abort = new AbortController()
  const viva = open()
  const copying = synchronize(COPY, viva, abort.signal)
  const read = async (id) => JSON.parse(await readFile(COPY, 'utf8').catch(() => '{"interviews": {}}')).interviews[id]?.status
  await until(async () => (await read(ENDED_INTERVIEW)) === 'COMPLETED')
  const { interview } = await viva.startInterview(newStart())
  await until(async () => (await read(interview.id)) === 'WAITING')
  await viva.cancelInterview({ interviewId: interview.id })
  await until(async () => (await read(interview.id)) === 'CANCELLED')
  abort.abort()
  await copying
})

test('the example starts an interview and prints its turns', TIMEOUT, async (t) => {
  const { interviewCandidate } = await import('./dist/examples/startAndFollow.js')
  const { mock } = t.mock.method(console, 'log', () => undefined)
  const running = interviewCandidate(open(), 'application-4711')
  await until(() => mock.callCount())
  await ask('answer')
  await running
  const [[, link], ...turns] = mock.calls.map((call) => call.arguments)
  assert.match(link, /\/join#/)
  assert.deepEqual(turns, [['1. CANDIDATE: Good morning.']])
})

test('the example accepts genuine webhooks only', TIMEOUT, async () => {
  process.env.WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const { events, receive } = await import('./dist/examples/receiveWebhook.js')
  const body = '{"type": "interview.completed", "timestamp": "2026-11-30T16:20:31Z", "data": {"interviewId": "int_1"}}'
  const at = new Date()
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(process.env.WEBHOOK_SECRET).sign('msg_1', at, body),
  }
  const send = (text) => receive(new Request('http://receiver', { method: 'POST', headers, body: text }))
  const statuses = [await send(body), await send(body), await send('{}')].map(({ status }) => status)
  assert.deepEqual(statuses, [204, 204, 401])
  assert.deepEqual([...events.values()].map(({ type }) => type), ['interview.completed'])
  assert.throws(() => verifyWebhook(process.env.WEBHOOK_SECRET, body, {}), WebhookVerificationError)
})
