// What tests and pictures check on each page: axe-core, and what it cannot see.
/* oxlint-disable unicorn/consistent-function-scoping -- what page.evaluate runs in the page must be inside of it */
import { readFileSync } from 'node:fs'

const AXE = readFileSync(new URL('../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe-core leaves to people ("needs review"), and why it is right. Everything else that it cannot decide is a violation. */
const DECIDED = [
  // the arrow of a select is its background image, beside the text, which has the colours of other fields
  { pattern: /color-contrast: <select .*background image/ },
  // a drawing beside words that say the same
  { pattern: /color-contrast: <[^>]*aria-hidden="true".*non-text characters/ },
]

const describe = (kind, { id, nodes }) => nodes.map(({ html, any }) => `${kind} ${id}: ${html} ${any.map(({ message }) => message).join(' ')}`)

/** Returns the violations that axe-core finds, and what it could not decide, not even with the element in the middle of the page. */
export async function findViolations(page) {
  await page.evaluate(AXE)
  const { violations, incomplete } = await page.evaluate(async (tags) => {
    const { axe } = globalThis
    const found = await axe.run(document, { runOnly: tags })
    const dialog = [...document.querySelectorAll('dialog[open]')].at(-1)
    for (const result of found.incomplete) {
      const undecided = []
      for (const node of result.nodes) {
        const element = document.querySelector(node.target.at(-1))
        // nobody can read or use what a modal dialog covers
        if (element && dialog && !dialog.contains(element)) continue
        const scrolled = []
        for (let scroller = element?.parentElement; scroller; scroller = scroller.parentElement) scrolled.push([scroller, scroller.scrollTop])
        // bars that stay in view cover what is scrolled under them
        element?.scrollIntoView({ block: 'center', behavior: 'instant' })
        const decide = async () => {
          const again = element ? await axe.run(element, { runOnly: { type: 'rule', values: [result.id] } }) : found
          return again.violations.length === 0 && !again.incomplete.some(({ nodes }) => nodes.some(({ html }) => html === node.html))
        }
        let isDecided = await decide()
        if (!isDecided) {
          // there a bar at the bottom lies over nothing
          for (const [scroller] of scrolled) scroller.scrollTop = scroller.scrollHeight
          isDecided = await decide()
        }
        for (const [scroller, top] of scrolled) scroller.scrollTop = top
        if (!isDecided) undecided.push(node)
      }
      result.nodes = undecided
    }
    return { violations: found.violations, incomplete: found.incomplete }
  }, RULES)
  return [
    ...violations.flatMap((result) => describe(result.impact, result)),
    ...incomplete.flatMap((result) => describe('undecided', result)).filter((text) => !DECIDED.some(({ pattern }) => pattern.test(text))),
  ]
}

/** Goes through the page with Tab and back with Shift+Tab, and returns the focused elements that are out of view or under something. */
export async function findCoveredFocus(page, presses = 40) {
  const found = new Set()
  for (const key of ['Tab', 'Shift+Tab']) {
    for (let count = 0; count < presses; count++) {
      await page.keyboard.press(key)
      const problem = await page.evaluate(() => {
        const focused = document.activeElement
        if (!focused || focused === document.body) return ''
        // a control in a label is as large as the label
        const target = focused.matches('input[type=radio], input[type=checkbox]') ? (focused.closest('label') ?? focused) : focused
        const { left, top, width, height } = target.getBoundingClientRect()
        const [x, y] = [left + Math.min(width / 2, innerWidth / 2), top + Math.min(height / 2, 12)]
        const name = `${focused.tagName} ${focused.getAttribute('aria-label') ?? focused.textContent?.slice(0, 40)}`
        const hit = document.elementFromPoint(x, y)
        if (!hit) return `${name} is out of view at ${Math.round(x)}, ${Math.round(y)}`
        return target.contains(hit) || hit.contains(target) ? '' : `${name} is under ${hit.tagName} ${hit.className}`
      })
      if (problem) found.add(`${key}: ${problem}`)
    }
  }
  return [...found]
}

/** Returns what is wrong with the layout: sideways scrolling, and controls whose borders are hardly visible or that fingers miss. */
export function findLayoutProblems(page) {
  /* oxlint-disable unicorn/consistent-function-scoping -- the whole function runs in the page */
  return page.evaluate(() => {
    const found = []
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
    const readColor = (color) => {
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = color
      canvas.fillRect(0, 0, 1, 1)
      return [...canvas.getImageData(0, 0, 1, 1).data]
    }
    const mix = ([red, green, blue, alpha], below) => [red, green, blue].map((value, index) => (value * alpha + below[index] * (255 - alpha)) / 255)
    const findBackground = (element) => {
      if (!element) return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255]
      const color = readColor(getComputedStyle(element).backgroundColor)
      return color[3] === 255 ? color.slice(0, 3) : mix(color, findBackground(element.parentElement))
    }
    const luminance = (color) =>
      color.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)).reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0)
    const contrast = (one, other) => {
      const [lower, higher] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
      return (higher + 0.05) / (lower + 0.05)
    }
    const isCoarse = matchMedia('(pointer: coarse)').matches
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth > clientWidth) found.push(`the page scrolls sideways by ${scrollWidth - clientWidth} px`)
    for (const element of document.querySelectorAll('button, input, select, textarea, a[href], [role=radio]')) {
      const style = getComputedStyle(element)
      if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }) || element.closest('.sr-only') || element.disabled) continue
      const name = `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.slice(0, 40) ?? ''} ${element.className}`
      const outside = findBackground(element.parentElement)
      const border = readColor(style.borderTopColor)
      if (parseFloat(style.borderTopWidth) > 0 && border[3] > 0 && element.getAttribute('aria-disabled') !== 'true') {
        const ratio = Math.max(contrast(mix(border, outside), outside), contrast(findBackground(element), outside))
        if (ratio < 3) found.push(`${name}: its border has a contrast of ${ratio.toFixed(2)}`)
      }
      if (!isCoarse) continue
      if (element.matches('input, select, textarea') && !element.matches('[type=checkbox], [type=radio], [type=range]') && parseFloat(style.fontSize) < 16) {
        found.push(`${name}: its text has ${style.fontSize}`)
      }
      // links in sentences have the height of their line
      if (style.display === 'inline') continue
      const target = element.matches('[type=checkbox], [type=radio]') ? (element.closest('label') ?? element) : element
      const { width, height } = target.getBoundingClientRect()
      if (Math.min(width, height) < 43.5) found.push(`${name}: ${Math.round(width)} x ${Math.round(height)} px`)
    }
    return found
  })
  /* oxlint-enable unicorn/consistent-function-scoping */
}

/** Returns the share of the height that bars cover which stay in view while the page scrolls. */
export function measureBars(page) {
  return page.evaluate(() => {
    const isBar = (element) => element && (['fixed', 'sticky'].includes(getComputedStyle(element).position) || isBar(element.parentElement))
    const scroller = document.querySelector('.desk > main')
    const isOutside = (element) => Boolean(scroller && element && !scroller.contains(element))
    let covered = 0
    for (let y = 0; y < innerHeight; y += 4) {
      const element = document.elementFromPoint(innerWidth / 2, y)
      if (isBar(element) || isOutside(element)) covered++
    }
    return covered / (innerHeight / 4)
  })
}
