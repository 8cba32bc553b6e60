// graphql-ws: operations, resumption, and the close codes of the protocol.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'graphql-ws'
import { runExample } from './examples.mjs'
import { TIMEOUT, TOKEN, WEBSOCKET_URL, follow, restartServer, startInterview, testClient, until } from './interviews.mjs'

const { shown, client: guideClient, resumable } = await runExample('graphql-ws', 'client')

test('graphql-ws: the example of the API guide shows each turn once', TIMEOUT, () => {
  assert.deepEqual(shown.map(({ seq, text }) => [seq, text]), [[1, 'first'], [2, 'second']])
})

const execute = (query, variables) =>
  new Promise((resolve, reject) => {
    let result
    const error = (failure) => (Array.isArray(failure) ? resolve({ errors: failure }) : reject(failure))
    guideClient.subscribe({ query, variables }, { next: (value) => (result = value), error, complete: () => resolve(result) })
  })

const subscribeWith = (client) => (query, variables, sink) => client.subscribe({ query, variables }, sink)

testClient('graphql-ws', execute, subscribeWith(guideClient))

const open = (options) =>
  createClient({
    url: WEBSOCKET_URL,
    connectionParams: { authorization: `Bearer ${TOKEN}` },
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: () => sleep(50),
    ...options,
  })

test('graphql-ws: a subscription resumes after a restart of the server, and after a lost connection', TIMEOUT, async () => {
  const interview = await startInterview()
  const resuming = open()
  const followed = follow(subscribeWith(resumable(resuming)), { id: interview.id, after: 0 })
  await interview.send('first')
  await until(() => followed.texts.length === 1)
  await restartServer()
  await interview.send('second')
  await until(() => followed.texts.length === 2)
  resuming.terminate()
  await interview.send('third')
  await until(() => followed.texts.length === 3)
  await interview.end()
  assert.equal(await followed.end, 'complete')
  assert.deepEqual([followed.texts, followed.errors], [['first', 'second', 'third'], []])
})

test('graphql-ws: the server answers each ping', TIMEOUT, async () => {
  let pongs = 0
  const pinging = open({ keepAlive: 20, lazy: false, on: { pong: (isReceived) => (pongs += isReceived) } })
  await until(() => pongs === 3)
  await pinging.dispose()
})

/** Connects, does what `violate` does, and returns the close code with which the client gives up. */
async function findCloseCode(violate, options = {}) {
  let connections = 0
  const client = open({ on: { connected: (socket) => violate?.(socket), opened: () => connections++ }, ...options })
  const { errors, end } = follow(subscribeWith(client), {}, 'subscription { interviewsChanged { id } }')
  assert.equal(await end, 'error')
  assert.equal(connections, 1)
  await client.dispose()
  return errors[0].code
}

const SUBSCRIBE = JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'subscription { interviewsChanged { id } }' } })

const VIOLATIONS = {
  4400: ['a message that the protocol does not know', (socket) => socket.send('{"type": "start"}')],
  4409: ['an id that a running operation has', (socket) => [1, 2].forEach(() => socket.send(SUBSCRIBE))],
  4429: ['a second connection_init', (socket) => socket.send('{"type": "connection_init"}')],
}

for (const [code, [name, violate]] of Object.entries(VIOLATIONS)) {
  test(`graphql-ws: ${name} is closed with ${code}, which ends the retries`, TIMEOUT, async () => {
    assert.equal(await findCloseCode(violate), Number(code))
  })
}

test('graphql-ws: an invalid credential is closed with 4401, which ends the retries', TIMEOUT, async () => {
  const options = { connectionParams: { authorization: 'Bearer viva_wrong' } }
  assert.equal(await findCloseCode(undefined, options), 4401)
})

test('graphql-ws: a connection without connection_init is closed with 4408', TIMEOUT, async () => {
  const options = { url: process.env.SHORT_TIMEOUT_URL, connectionParams: () => new Promise(() => {}), shouldRetry: () => false }
  assert.equal(await findCloseCode(undefined, options), 4408)
})
