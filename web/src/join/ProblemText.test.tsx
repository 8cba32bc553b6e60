import { cleanup, render } from '@testing-library/react'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { Problem, toProblem } from '../api/problem'
import { ProblemText } from './ProblemText'
import { loadTexts, Localized } from './texts'

beforeAll(() => Promise.all(['de', 'es', 'fr'].map(loadTexts)))

afterEach(cleanup)

const TOO_EARLY = { message: 'Come back later.', extensions: { code: 'CONFLICT', opensAt: '2026-12-01T00:00:00.000Z' } }

it.each([
  ['en', /come back from .*2026/],
  ['de', /kommen Sie ab .*2026/],
  ['es', /Vuelva a partir de: .*2026/],
  ['fr', /revenir à partir de : .*2026/],
])('C7: says in %s when the candidate can come back', (language, expected) => {
  const { container } = render(
    <Localized language={language}>
      <ProblemText problem={toProblem([TOO_EARLY])} />
    </Localized>,
  )
  expect(container.textContent).toMatch(expected)
})

it.each([
  ['en', 'Something went wrong on this page. Your answers so far are saved. Please reload the page to continue. If you report it, please quote the request id r-17.'],
  ['de', 'Auf dieser Seite ist etwas schiefgegangen. Ihre bisherigen Antworten sind gespeichert. Bitte laden Sie die Seite neu, um fortzufahren. Wenn Sie es melden, nennen Sie bitte die Anfrage-ID r-17.'],
])('C7: does not blame the network for a failure of the page, in %s', (language, expected) => {
  const { container } = render(
    <Localized language={language}>
      <ProblemText problem={new Problem('PAGE_ERROR', '', null, 0, null, 'r-17')} />
    </Localized>,
  )
  expect(container.textContent).toBe(expected)
})

it('C7: shows other sentences of the API in English', () => {
  const { container } = render(
    <Localized language="de">
      <ProblemText problem={new Problem('CONFLICT', 'The invite has expired.')} />
    </Localized>,
  )
  expect(container.querySelector('[lang=en]')?.textContent).toBe('The invite has expired.')
})
