import { afterEach, describe, expect, it, vi } from 'vitest'
import SCRIPT from './oldBrowsers.js?raw'

function openPage(css: object | undefined, language = 'en-GB'): void {
  document.body.innerHTML = '<div id="root"></div>'
  vi.stubGlobal('CSS', css)
  vi.spyOn(navigator, 'language', 'get').mockReturnValue(language)
  // oxlint-disable-next-line no-implied-eval -- as the browser runs it
  new Function(SCRIPT)()
}

describe('oldBrowsers.js', () => {
  afterEach(() => vi.unstubAllGlobals())

  it.each([
    ['Safari 16.3, which cannot register properties', { supports: vi.fn(() => true) }],
    ['Chrome 110, which cannot mix colours', { supports: vi.fn(() => false), registerProperty: vi.fn() }],
    ['a browser without any of it', undefined],
  ])('tells people who use %s what to do, in place of the page', (_, css) => {
    openPage(css, 'fr-CA')
    expect(document.getElementById('root')).toBeNull()
    expect(document.querySelector('main')?.lang).toBe('fr')
    expect(document.body.textContent).toContain('Votre navigateur est trop ancien')
  })

  it('leaves the page to browsers that are new enough', () => {
    openPage({ supports: () => true, registerProperty: () => {} })
    expect(document.body.innerHTML).toBe('<div id="root"></div>')
  })
})
