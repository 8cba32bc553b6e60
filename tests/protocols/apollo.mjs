// Apollo Client as the API guide configures it: HttpLink for queries and mutations, GraphQLWsLink for subscriptions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gql } from '@apollo/client'
import { runExample } from './examples.mjs'
import { TIMEOUT, testClient } from './interviews.mjs'

const { shown, apollo } = await runExample('Apollo Client', 'apollo')

test('Apollo Client: the example of the API guide shows each turn once', TIMEOUT, () => {
  assert.deepEqual(shown.map(({ seq, text }) => [seq, text]), [[1, 'first'], [2, 'second']])
})

const OPTIONS = { errorPolicy: 'all', fetchPolicy: 'no-cache' }

async function execute(query, variables) {
  const { data, error } = query.startsWith('mutation')
    ? await apollo.mutate({ mutation: gql(query), variables, ...OPTIONS })
    : await apollo.query({ query: gql(query), variables, ...OPTIONS })
  return { data, errors: error?.errors }
}

function subscribe(query, variables, { next, error, complete }) {
  const subscription = apollo.subscribe({ query: gql(query), variables, ...OPTIONS }).subscribe({
    next: (result) => next({ data: result.data, errors: result.error?.errors }),
    error,
    complete,
  })
  return () => subscription.unsubscribe()
}

testClient('Apollo Client', execute, subscribe)
