// Interviews to test clients with, and what every client has to be able to do with them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

export const { GRAPHQL_URL, WEBSOCKET_URL, TOKEN } = process.env
export const TIMEOUT = { timeout: 30_000 }

export const TURNS = `subscription Turns($id: ID!, $after: Int!) {
  turnAdded(interviewId: $id, after: $after) { seq speaker text }
}`
const START = `mutation Start($input: StartInterviewInput!) {
  startInterview(input: $input) { interview { id } access { token } }
}`
const SEND = `mutation Send($id: ID!, $text: String!) {
  sendMessage(input: { interviewId: $id, text: $text }) { turn { seq } }
}`
const END = `mutation End($id: ID!) { endInterview(input: { interviewId: $id }) { interview { status } } }`

/** Waits until the condition holds. Throws after 25 seconds, so that the process ends. */
export async function until(condition) {
  const deadline = Date.now() + 25_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`This never became true: ${condition}`)
    await sleep(10)
  }
}

async function post(query, variables, token) {
  const response = await fetch(GRAPHQL_URL, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const { data, errors } = await response.json()
  assert.equal(errors, undefined)
  return data
}

/** Starts an interview. `send` sends a message of its candidate, `end` ends it. */
export async function startInterview(execute = (query, variables) => post(query, variables, TOKEN).then((data) => ({ data }))) {
  const input = {
    candidateName: 'Ada Lovelace',
    positionKey: process.env.POSITION,
    channel: 'TEXT',
    consent: { textVersion: process.env.CONSENT_VERSION, recording: false },
  }
  const { data, errors } = await execute(START, { input })
  assert.deepEqual(errors ?? [], [])
  const { interview, access } = data.startInterview
  return {
    id: interview.id,
    send: (text) => post(SEND, { id: interview.id, text }, access.token),
    end: () => post(END, { id: interview.id }, TOKEN),
  }
}

/** Collects what a subscription delivers. `end` resolves when it is complete or has failed. */
export function follow(subscribe, variables, query = TURNS) {
  const followed = { texts: [], errors: [] }
  followed.end = new Promise((resolve) => {
    followed.stop = subscribe(query, variables, {
      next({ data, errors }) {
        if (data) followed.texts.push(data.turnAdded.text)
        followed.errors.push(...(errors ?? []))
      },
      error(error) {
        followed.errors.push(...[error].flat())
        resolve('error')
      },
      complete: () => resolve('complete'),
    })
  })
  return followed
}

const codes = (errors) => errors.map((error) => error.extensions?.code ?? error)

/**
 * Tests a client.
 *
 * @param name of the client, in the names of the tests
 * @param execute (query, variables) => promise of { data, errors }
 * @param subscribe (query, variables, sink) => function that ends the subscription
 */
export function testClient(name, execute, subscribe) {
  test(`${name}: a query returns data`, TIMEOUT, async () => {
    const { data } = await execute('query Viewer { viewer { role } }', {})
    assert.equal(data.viewer.role, 'RECRUITER')
  })

  test(`${name}: errors have their codes`, TIMEOUT, async () => {
    const unknown = await execute('query Unknown($id: ID!) { interview(id: $id) { id } }', { id: 'int_000000000000000000000000' })
    assert.deepEqual(codes(unknown.errors), ['NOT_FOUND'])
    const invalid = await execute('query Invalid { unknown }', {})
    assert.deepEqual(codes(invalid.errors), ['BAD_INPUT'])
  })

  test(`${name}: a subscription delivers stored and new turns, and completes with the interview`, TIMEOUT, async () => {
    const interview = await startInterview(execute)
    await interview.send('first')
    const followed = follow(subscribe, { id: interview.id, after: 0 })
    await until(() => followed.texts.length === 1)
    await interview.send('second')
    await until(() => followed.texts.length === 2)
    await interview.end()
    assert.equal(await followed.end, 'complete')
    assert.deepEqual([followed.texts, followed.errors], [['first', 'second'], []])
  })

  test(`${name}: a refused subscription ends with the code of the error`, TIMEOUT, async () => {
    const followed = follow(subscribe, { id: 'int_000000000000000000000000', after: 0 })
    await followed.end
    assert.deepEqual(codes(followed.errors), ['NOT_FOUND'])
  })

  test(`${name}: a subscription that the client ends delivers nothing more`, TIMEOUT, async () => {
    const interview = await startInterview(execute)
    await interview.send('first')
    const followed = follow(subscribe, { id: interview.id, after: 0 })
    const other = follow(subscribe, { id: interview.id, after: 1 })
    await until(() => followed.texts.length === 1)
    followed.stop()
    await interview.send('second')
    await until(() => other.texts.length === 1)
    other.stop()
    assert.deepEqual([followed.texts, followed.errors], [['first'], []])
  })
}

/** Restarts the server. */
export async function restartServer() {
  const response = await fetch(process.env.RESTART_URL, { method: 'POST' })
  assert.equal(response.status, 204)
}
