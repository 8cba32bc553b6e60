// Prints the result of each test of node:test as a line of JSON, for tests/protocols/node.py.
import { inspect } from 'node:util'

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    const error = data.details.error
    yield `${JSON.stringify({ name: data.name, error: error ? inspect(error.cause ?? error) : null })}\n`
  }
}
