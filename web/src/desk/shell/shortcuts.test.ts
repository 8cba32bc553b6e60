import { renderHook } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { findAction, nameKey, setLettersOn, useKeys } from './shortcuts'

const press = (key: string, modifiers: Partial<KeyboardEventInit> = {}, target: EventTarget = document.body) => {
  const event = new KeyboardEvent('keydown', { key, ...modifiers })
  Object.defineProperty(event, 'target', { value: target })
  return event
}

describe('S3: nameKey', () => {
  it.each([
    ['j', {}, 'j'],
    ['X', { shiftKey: true }, 'Shift+x'],
    ['?', { shiftKey: true }, '?'],
    ['k', { ctrlKey: true }, 'Mod+k'],
    ['k', { metaKey: true }, 'Mod+k'],
    ['ArrowDown', {}, 'ArrowDown'],
  ])('names %s with %j %s', (key, modifiers, name) => {
    expect(nameKey(press(key, modifiers))).toBe(name)
  })
})

describe('S3: findAction', () => {
  afterEach(() => {
    setLettersOn(true)
    document.body.replaceChildren()
  })
  const run = vi.fn()
  const actions = { j: run, 'Mod+k': run, Enter: run, ArrowDown: run }
  const isFound = (event: KeyboardEvent) => findAction(event, actions) !== undefined

  it('leaves letters to text fields, and handles keys with Ctrl in them', () => {
    const field = document.createElement('input')
    expect(isFound(press('j', {}, field))).toBe(false)
    expect(isFound(press('k', { ctrlKey: true }, field))).toBe(true)
    const box = document.createElement('input')
    box.type = 'checkbox'
    expect(isFound(press('j', {}, box))).toBe(true)
  })

  it('leaves Enter to the focused control', () => {
    expect(isFound(press('Enter'))).toBe(true)
    expect(isFound(press('Enter', {}, document.createElement('button')))).toBe(false)
  })

  it('does nothing behind an open dialog', () => {
    document.body.innerHTML = '<dialog open></dialog>'
    expect(isFound(press('j'))).toBe(false)
  })

  it('ignores single characters that are turned off, and no other keys', () => {
    setLettersOn(false)
    expect(isFound(press('j'))).toBe(false)
    expect(isFound(press('ArrowDown'))).toBe(true)
  })
})

const dispatch = () => document.body.dispatchEvent(press('n', { bubbles: true, cancelable: true }))

describe('S3: useKeys', () => {
  it('lets a page that is loaded later take a key from the shell, or leave it', () => {
    const shell = vi.fn()
    const page = vi.fn<() => boolean>().mockReturnValueOnce(true).mockReturnValueOnce(false)
    renderHook(() => useKeys({ n: shell }, 'shell'))
    renderHook(() => useKeys({ n: page }))
    dispatch()
    expect([page.mock.calls.length, shell.mock.calls.length]).toEqual([1, 0])
    dispatch()
    expect([page.mock.calls.length, shell.mock.calls.length]).toEqual([2, 1])
  })
})
