// Checks what the browser loads first on each kind of page: `npm run check` runs it after the build.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const ASSETS = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'assets')
const FILES = readdirSync(ASSETS)
/** Kilobytes, compressed by gzip unless the file is compressed already. A page is the chunk of its component, and what that imports. */
const BUDGETS = [
  { name: 'consent page', chunk: 'JoinPage', kilobytes: 105 },
  { name: 'desk page', chunk: 'DeskApp', kilobytes: 150 },
  { name: 'room', chunk: 'VoiceRoom', kilobytes: 165, alone: true },
]
const MAX_CSS = 14
const MAX_FONT = 60

const measure = (file) => gzipSync(readFileSync(join(ASSETS, file))).length / 1_000
const find = (chunk) => FILES.find((file) => file.startsWith(`${chunk}-`) && file.endsWith('.js'))

/** Returns a chunk and those that it imports statically. */
function collect(file, found = new Set()) {
  if (found.has(file)) return found
  found.add(file)
  for (const [, imported] of readFileSync(join(ASSETS, file), 'utf8').matchAll(/(?:from|import)\s*["'`]\.\/([\w.-]+\.js)["'`]/g)) collect(imported, found)
  return found
}

const results = BUDGETS.map(({ name, chunk, kilobytes, alone }) => {
  const file = find(chunk)
  const files = alone ? [file] : [...collect(find('index')), ...collect(file)]
  return { name, kilobytes, actual: [...new Set(files)].reduce((sum, each) => sum + measure(each), 0) }
})
// no page loads the styles of both
const css = FILES.filter((file) => file.endsWith('.css'))
for (const [name, others] of [
  ["styles of the candidate's pages", /^(?:Desk|Review|Player|Compare|Live|Positions)/u],
  ['styles of the desk', /^(?:Join|Interview|DeviceCheck|VoiceRoom)/u],
]) {
  results.push({ name, kilobytes: MAX_CSS, actual: css.filter((file) => !others.test(file)).reduce((sum, file) => sum + measure(file), 0) })
}
for (const font of FILES.filter((file) => file.endsWith('.woff2'))) {
  results.push({ name: font, kilobytes: MAX_FONT, actual: readFileSync(join(ASSETS, font)).length / 1_000 })
}
for (const { name, kilobytes, actual } of results) console.log(`${name}: ${actual.toFixed(1)} of ${kilobytes} kB`)
if (results.some(({ kilobytes, actual }) => !(actual <= kilobytes))) {
  console.error('A page is larger than its budget.')
  process.exit(1)
}
