// urql: as the API guide configures it, with graphql-sse in place of graphql-ws, and with fetch alone (queries by GET).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, fetchExchange, subscriptionExchange } from '@urql/core'
import { createClient } from 'graphql-sse'
import { runExample } from './examples.mjs'
import { GRAPHQL_URL, TIMEOUT, TOKEN, testClient } from './interviews.mjs'

const { shown, urql } = await runExample('urql', 'urql')

test('urql: the example of the API guide shows the turns', TIMEOUT, () => {
  // urql repeats the last result when the subscription completes.
  const turns = new Map(shown.map(({ seq, text }) => [seq, text]))
  assert.deepEqual([...turns], [[1, 'first'], [2, 'second']])
})

const headers = { authorization: `Bearer ${TOKEN}` }
const options = { url: GRAPHQL_URL, fetchOptions: () => ({ headers }) }
const sse = createClient({ url: GRAPHQL_URL, headers })

const forwardSubscription = ({ query, variables }) => ({
  subscribe: (sink) => ({ unsubscribe: sse.subscribe({ query, variables }, sink) }),
})
const overGraphqlSse = new Client({ ...options, exchanges: [fetchExchange, subscriptionExchange({ forwardSubscription })] })
const overFetch = new Client({ ...options, fetchSubscriptions: true, exchanges: [fetchExchange] })

function testUrql(name, client) {
  async function execute(query, variables) {
    const run = query.startsWith('mutation') ? client.mutation : client.query
    const { data, error } = await run.call(client, query, variables, { requestPolicy: 'network-only' }).toPromise()
    if (error?.networkError) throw error
    return { data, errors: error?.graphQLErrors }
  }

  function subscribe(query, variables, { next, error, complete }) {
    let isEnded = false
    const subscription = client.subscription(query, variables).subscribe((result) => {
      if (isEnded) return
      isEnded = !result.hasNext
      if (result.error) error(result.error.networkError ?? result.error.graphQLErrors)
      else if (isEnded) complete()
      else next({ data: result.data })
    })
    return () => subscription.unsubscribe()
  }

  testClient(name, execute, subscribe)
}

testUrql('urql over WebSocket', urql)
testUrql('urql over graphql-sse', overGraphqlSse)
testUrql('urql over fetch', overFetch)
