import { useLayoutEffect, useRef } from 'react'
import { browserStorage } from '../../api/storage'

const LETTERS_KEY = 'viva.desk.letters'

/** Whether single letters are shortcuts. People who dictate or who press keys by accident turn them off. */
export function areLettersOn(): boolean {
  return browserStorage.get(LETTERS_KEY) !== 'off'
}

export function setLettersOn(isOn: boolean): void {
  browserStorage.set(LETTERS_KEY, isOn ? null : 'off')
}

/** Returns the name of a pressed key, such as `j`, `Shift+x`, `Enter` or `Mod+k`, where Mod is Ctrl or Cmd. */
export function nameKey(event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const isLetter = /^[a-z]$/.test(key)
  const parts = [event.ctrlKey || event.metaKey ? 'Mod' : '', event.altKey ? 'Alt' : '', event.shiftKey && (isLetter || key.length > 1) ? 'Shift' : '']
  return [...parts.filter(Boolean), key].join('+')
}

/** Whether keys that are pressed in this element are text. */
export function isTextField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox' && target.type !== 'radio'
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
}

/** The action of each key. An action that returns false leaves the key to the browser. */
export type KeyActions = Record<string, () => void | boolean>

/** Finds the action of a pressed key: keys with Ctrl or Cmd work everywhere, all others neither in text nor beside an open dialog. */
export function findAction(event: KeyboardEvent, actions: KeyActions): (() => void | boolean) | undefined {
  const name = nameKey(event)
  if (event.defaultPrevented || event.isComposing) return undefined
  if (!name.startsWith('Mod+')) {
    if (isTextField(event.target) || document.querySelector('dialog[open]')) return undefined
    if (event.key.length === 1 && !areLettersOn()) return undefined
    // Enter and Space belong to the focused control
    if ((name === 'Enter' || name === ' ') && event.target instanceof HTMLElement && event.target.closest('a, button, input')) return undefined
  }
  return actions[name]
}

/**
 * Handles keys of the whole page from the moment the component is visible. Those of the shell give way to those of the page.
 */
export function useKeys(actions: KeyActions, owner: 'page' | 'shell' = 'page'): void {
  const current = useRef(actions)
  useLayoutEffect(() => {
    current.current = actions
  })
  useLayoutEffect(() => {
    const onKeyDown = (event: Event) => {
      if (!(event instanceof KeyboardEvent)) return
      const action = findAction(event, current.current)
      if (action && action() !== false) event.preventDefault()
    }
    // events reach the document first; the order of listeners would depend on which chunk is loaded first
    const target = owner === 'page' ? document : window
    target.addEventListener('keydown', onKeyDown)
    return () => target.removeEventListener('keydown', onKeyDown)
  }, [owner])
}

/** Moves the focus to an element that is visible now, or with the next frame. */
export function focusSoon(id: string): void {
  const focus = () => document.getElementById(id)?.focus()
  focus()
  if (document.activeElement?.id !== id) requestAnimationFrame(focus)
}
