// A browser for tests/web: commands come as lines of JSON on stdin, each is answered by a line on stdout.
// It ends, and Chromium with it, when stdin is closed.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'

const { executable, arguments: flags, timeout } = JSON.parse(process.argv[2])
const AXE = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']

const browser = await chromium.launch({ executablePath: executable, headless: true, args: flags })
let context = null
let page = null
let complaints = []

const byRole = ({ role, name, exact = false }) => page.getByRole(role, { name, exact })

const commands = {
  // somebody else, who has never been here
  begin: async ({ permissions }) => {
    await context?.close()
    context = await browser.newContext({ viewport: { width: 1024, height: 900 }, permissions })
    context.setDefaultTimeout(timeout)
    page = await context.newPage()
    complaints = []
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
  },
  end: async () => {
    await context.close()
    context = null
  },
  open: async ({ url }) => {
    // an address that differs in its fragment only would not be loaded
    await page.goto('about:blank')
    await page.goto(url)
  },
  reload: () => page.reload(),
  click: (target) => byRole(target).click(),
  check: (target) => byRole({ role: 'checkbox', ...target }).check(),
  fill: ({ text, ...target }) => byRole({ role: 'textbox', ...target }).fill(text),
  press: ({ key }) => page.keyboard.press(key),
  see: ({ text, timeout: patience }) => page.getByText(text).first().waitFor({ timeout: patience }),
  miss: ({ text }) => page.getByText(text).first().waitFor({ state: 'hidden' }),
  lines: (target) => byRole(target).locator('p').allInnerTexts(),
  evaluate: ({ script }) => page.evaluate(script),
  // waitForFunction would need eval in the page, which its policy forbids
  until: async ({ script }) => {
    const end = Date.now() + timeout
    while (!(await page.evaluate(script))) {
      if (Date.now() > end) throw new Error(`never true: ${script}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  },
  offline: ({ isOffline }) => context.setOffline(isOffline),
  screenshot: async ({ path }) => {
    await page.screenshot({ path, fullPage: true })
  },
  scheme: ({ scheme }) => page.emulateMedia({ colorScheme: scheme }),
  complaints: async () => complaints,
  // what a person who uses a keyboard, a screen reader or a large font would stumble over
  violations: async () => {
    await page.evaluate(AXE)
    const found = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), RULES)
    return found.violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  },
}

process.stdout.write(`${JSON.stringify({ value: null })}\n`)
for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line)
  let answer
  try {
    answer = { value: (await commands[command](given)) ?? null }
  } catch (error) {
    answer = { error: String(error), text: await page?.locator('body').innerText().catch(() => '') }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
await browser.close()
