import { useSyncExternalStore } from 'react'

/** The words that the interviewer is speaking in the room. They change several times in a second, and so are no state of the page. */
export class SpokenWords {
  private text: string | null = null
  private readonly listeners = new Set<() => void>()

  /** Calls `listener` after each change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly getSnapshot = (): string | null => this.text

  /** Replaces the words; null if the interviewer is silent, or if a stored turn has replaced them. */
  set(text: string | null): void {
    if (text === this.text) return
    this.text = text
    for (const listener of this.listeners) listener()
  }
}

/** The words of a typed interview, in which nobody speaks. */
const NO_WORDS = new SpokenWords()

/** Returns the words. For the component that shows them. */
export function useSpokenWords(words: SpokenWords | null): string | null {
  const { subscribe, getSnapshot } = words ?? NO_WORDS
  return useSyncExternalStore(subscribe, getSnapshot)
}

/** Returns whether there are words. */
export function useHasSpokenWords(words: SpokenWords | null): boolean {
  const { subscribe, getSnapshot } = words ?? NO_WORDS
  return useSyncExternalStore(subscribe, () => getSnapshot() !== null)
}
