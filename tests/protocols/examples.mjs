// The JavaScript examples of the API guide, as modules.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { WebSocket } from 'ws'
import { GRAPHQL_URL, TOKEN, WEBSOCKET_URL, startInterview, until } from './interviews.mjs'

// Node 20 has none
globalThis.WebSocket ??= WebSocket

const guide = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8')

function findExample(heading) {
  const section = guide.split(`\n### ${heading}\n`)[1]
  return section.split('```js\n')[1].split('\n```')[0]
}

const WRAPPER = findExample('graphql-ws').split('\nresumable(client).subscribe')[0]

/** Runs an example against the server, and returns the turns that it showed and the variables that it defines. */
export async function runExample(heading, ...names) {
  const interview = await startInterview()
  await interview.send('first')
  const shown = []
  let isEnded = false
  Object.assign(globalThis, {
    id: interview.id,
    getToken: () => TOKEN,
    show: (turn) => shown.push(turn),
    report: (error) => shown.push(error),
    showEnd: () => (isEnded = true),
  })
  const example = findExample(heading)
  const source = heading === 'graphql-ws' ? example : `${WRAPPER}\n${example}`
  const folder = await mkdtemp(join(tmpdir(), 'viva-example-'))
  try {
    const file = join(folder, 'example.mjs')
    await writeFile(
      file,
      `${source}\nexport { ${names.join(', ')} }\n`
        .replaceAll('wss://viva.example/graphql', WEBSOCKET_URL)
        .replaceAll('https://viva.example/graphql', GRAPHQL_URL)
        .replaceAll(/ from '([^']+)'/g, (_, name) => ` from '${import.meta.resolve(name)}'`),
    )
    const variables = await import(pathToFileURL(file))
    await until(() => shown.length)
    await interview.send('second')
    await until(() => shown.length > 1)
    await interview.end()
    if (heading !== 'urql') await until(() => isEnded)
    return { shown, ...variables }
  } finally {
    await rm(folder, { recursive: true })
  }
}
