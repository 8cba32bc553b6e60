// Drives a browser for tests/web: reads commands as lines of JSON from stdin, and answers each with a line on stdout.
// Exits, and closes Chromium, when stdin is closed.
import { createInterface } from 'node:readline'
import { chromium } from 'playwright-core'
import { findCoveredFocus, findLayoutProblems, findViolations, measureBars } from './accessibility.mjs'

const { executable, arguments: flags, timeout } = JSON.parse(process.argv[2])

const browser = await chromium.launch({ executablePath: executable, headless: true, args: flags })
let context = null
let page = null
let pageErrors = []

const byRole = ({ role, name, exact = false }) => page.getByRole(role, { name, exact })

const commands = {
  // opens a new browser context, without cookies or storage
  begin: async ({ permissions, hasTouch }) => {
    await context?.close()
    context = await browser.newContext({ viewport: { width: 1024, height: 900 }, permissions, hasTouch })
    context.setDefaultTimeout(timeout)
    page = await context.newPage()
    pageErrors = []
    page.on('console', (message) => {
      if (message.text().includes('Content Security Policy')) pageErrors.push(message.text())
    })
    page.on('pageerror', (error) => pageErrors.push(String(error)))
  },
  end: async () => {
    await context.close()
    context = null
  },
  open: async ({ url }) => {
    // navigating to a URL that differs only in its fragment would not load the page
    await page.goto('about:blank')
    await page.goto(url)
  },
  reload: () => page.reload(),
  click: (target) => byRole(target).click(),
  check: (target) => byRole({ role: 'checkbox', ...target }).check(),
  fill: ({ text, ...target }) => byRole({ role: 'textbox', ...target }).fill(text),
  press: ({ key }) => page.keyboard.press(key),
  see: ({ text, timeout: seeTimeout }) => page.getByText(text).first().waitFor({ timeout: seeTimeout }),
  miss: ({ text }) => page.getByText(text).first().waitFor({ state: 'hidden' }),
  lines: (target) => byRole(target).locator('p').allInnerTexts(),
  evaluate: ({ script }) => page.evaluate(script),
  // waitForFunction needs eval, which the page's Content-Security-Policy forbids
  until: async ({ script }) => {
    const end = Date.now() + timeout
    while (!(await page.evaluate(script))) {
      if (Date.now() > end) throw new Error(`timed out waiting for: ${script}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  },
  offline: ({ isOffline }) => context.setOffline(isOffline),
  screenshot: async ({ path }) => {
    await page.screenshot({ path, fullPage: true })
  },
  scheme: ({ scheme }) => page.emulateMedia({ colorScheme: scheme }),
  pageErrors: async () => pageErrors,
  // a page that the browser has frozen, as when the computer sleeps, runs no timers
  lifecycle: async ({ state }) => {
    const session = await context.newCDPSession(page)
    await session.send('Page.setWebLifecycleState', { state })
    await session.detach()
  },
  resize: (size) => page.setViewportSize(size),
  violations: () => findViolations(page),
  coveredFocus: () => findCoveredFocus(page),
  layout: () => findLayoutProblems(page),
  bars: () => measureBars(page),
}

process.stdout.write(`${JSON.stringify({ value: null })}\n`)
for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...parameters } = JSON.parse(line)
  let answer
  try {
    answer = { value: (await commands[command](parameters)) ?? null }
  } catch (error) {
    answer = { error: String(error), text: await page?.locator('body').innerText().catch(() => '') }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
await browser.close()
