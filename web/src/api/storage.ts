/**
 * Storage of this browser that never throws: where it is blocked or full, values last as long as the page.
 * `tab` survives a reload, `browser` also lasts beyond the tab.
 */
export interface SafeStorage {
  get(key: string): string | null
  /** Stores a value; null removes it. Returns whether the value lasts beyond the page. */
  set(key: string, value: string | null): boolean
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
  }
}

export const tabStorage: SafeStorage = openStorage(() => sessionStorage)
export const browserStorage: SafeStorage = openStorage(() => localStorage)
