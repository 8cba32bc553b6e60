// The audits of graphql-http: how a server has to answer over HTTP, by the specification.
import { test } from 'node:test'
import { serverAudits } from 'graphql-http'

for (const audit of serverAudits({ url: process.env.GRAPHQL_URL })) {
  test(`${audit.id} ${audit.name}`, async () => {
    const result = await audit.fn()
    if (result.status !== 'ok') throw new Error(`${result.status}: ${result.reason}`)
  })
}
