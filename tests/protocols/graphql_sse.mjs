// graphql-sse: operations and resumption in distinct connections mode, the only mode of the API.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'graphql-sse'
import { runExample } from './examples.mjs'
import { GRAPHQL_URL, TIMEOUT, TOKEN, follow, restartServer, startInterview, testClient, until } from './interviews.mjs'

const open = (options) =>
  createClient({ url: GRAPHQL_URL, headers: { authorization: `Bearer ${TOKEN}` }, retry: () => sleep(50), ...options })

const client = open()

const execute = (query, variables) =>
  new Promise((resolve, reject) => {
    let result
    client.subscribe({ query, variables }, { next: (value) => (result = value), error: reject, complete: () => resolve(result) })
  })

const subscribeWith = (client) => (query, variables, sink) => client.subscribe({ query, variables }, sink)

testClient('graphql-sse', execute, subscribeWith(client))

test('graphql-sse: a subscription resumes after a restart of the server', TIMEOUT, async () => {
  const { resumable } = await runExample('graphql-ws')
  const interview = await startInterview()
  const followed = follow(subscribeWith(resumable(open({ retryAttempts: 1000 }))), { id: interview.id, after: 0 })
  await interview.send('first')
  await until(() => followed.texts.length === 1)
  await restartServer()
  await interview.send('second')
  await until(() => followed.texts.length === 2)
  await interview.end()
  assert.equal(await followed.end, 'complete')
  assert.deepEqual([followed.texts, followed.errors], [['first', 'second'], []])
})

test('graphql-sse: an invalid credential ends the subscription with UNAUTHENTICATED', TIMEOUT, async () => {
  const stranger = open({ headers: { authorization: 'Bearer viva_wrong' } })
  const { errors, end } = follow(subscribeWith(stranger), {}, 'subscription { interviewsChanged { id } }')
  await end
  assert.deepEqual(errors.map((error) => error.extensions.code), ['UNAUTHENTICATED'])
})

test('graphql-sse: single connection mode is refused with 405', TIMEOUT, async () => {
  const single = open({ singleConnection: true, retryAttempts: 0 })
  const { errors, end } = follow(subscribeWith(single), {}, 'subscription { interviewsChanged { id } }')
  assert.equal(await end, 'error')
  assert.equal(errors[0].response.status, 405)
})
