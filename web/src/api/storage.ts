/**
 * Storage of this browser that never throws: where it is blocked or full, values last as long as the page.
 * `tab` survives a reload, `browser` also lasts beyond the tab.
 */
export interface SafeStorage {
  get(key: string): string | null
  /** Stores a value; null removes it. Returns whether the value lasts beyond the page. */
  set(key: string, value: string | null): boolean
  /** Returns the keys that begin with the prefix. */
  keys(prefix: string): string[]
}

function openStorage(open: () => Storage): SafeStorage {
  const values = new Map<string, string | null>()
  return {
    get: (key) => {
      const value = values.get(key)
      if (value !== undefined) return value
      try {
        return open().getItem(key)
      } catch {
        return null
      }
    },
    set: (key, value) => {
      try {
        if (value === null) open().removeItem(key)
        else open().setItem(key, value)
        values.delete(key)
        return true
      } catch {
        values.set(key, value)
        return false
      }
    },
    keys: (prefix) => {
      const inPage = [...values].filter(([, value]) => value !== null).map(([key]) => key)
      try {
        return [...new Set([...inPage, ...Object.keys(open())])].filter((key) => key.startsWith(prefix))
      } catch {
        return inPage.filter((key) => key.startsWith(prefix))
      }
    },
  }
}

export const tabStorage: SafeStorage = openStorage(() => sessionStorage)
export const browserStorage: SafeStorage = openStorage(() => localStorage)
