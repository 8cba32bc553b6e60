// Measures pages with Lighthouse: tests/web/lighthouse.py starts the servers (`make lighthouse`). Fails below 95 in any category.
import lighthouse, { desktopConfig } from 'lighthouse'
import { launch } from 'puppeteer-core'

const { executable, url, token, pages } = JSON.parse(process.argv[2])
const MINIMUM = 95
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo']

const browser = await launch({ executablePath: executable, args: ['--no-sandbox', '--disable-gpu'], headless: true })
let isGood = true
for (const { name, path, isDesk } of pages) {
  const page = await browser.newPage()
  if (isDesk) {
    await page.goto(`${url}/sign-in`)
    const body = JSON.stringify({ query: 'mutation($key: String!) { signIn(input: {key: $key}) { expiresAt } }', variables: { key: token } })
    await page.evaluate((sent) => fetch('/graphql', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: sent }), body)
  }
  // candidates come with phones, recruiters with computers; the session must survive
  const flags = { onlyCategories: CATEGORIES, disableStorageReset: true, logLevel: 'error' }
  const { lhr } = await lighthouse(path, flags, isDesk ? desktopConfig : undefined, page)
  const scores = CATEGORIES.map((category) => Math.round(lhr.categories[category].score * 100))
  console.log(`${name}: ${CATEGORIES.map((category, index) => `${category} ${scores[index]}`).join(', ')}`)
  for (const { id, title, score, displayValue, details } of Object.values(lhr.audits)) {
    const weight = CATEGORIES.some((category) => lhr.categories[category].auditRefs.some((ref) => ref.id === id && ref.weight > 0))
    if (weight && score !== null && score < 0.9) console.log(`  ${id}: ${title} ${displayValue ?? ''} (${Math.round(score * 100)}) ${score === 0 ? JSON.stringify(details?.items ?? []).slice(0, 500) : ''}`)
  }
  if (scores.some((score) => score < MINIMUM)) isGood = false
  await page.close()
}
await browser.close()
if (!isGood) {
  console.error(`A page has less than ${MINIMUM} in a category.`)
  process.exit(1)
}
