import type { ReactNode } from 'react'
import type { Connection } from '../api/connection'

/** A key or a link that the API shows once. */
export interface OneTimeSecret {
  /** The section of the settings that shows it. */
  section: string
  title: ReactNode
  label: string
  secret: string
  hint: ReactNode
}

const askBeforeLeaving = (event: BeforeUnloadEvent) => event.preventDefault()

/**
 * The secrets that nobody has said to have stored. They outlive the section that shows them, and the browser asks before it closes the
 * page: after that, they are lost.
 */
export class OneTimeSecrets {
  private items: readonly OneTimeSecret[] = []
  private readonly listeners = new Set<() => void>()

  /** Calls `listener` after each change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Returns the secrets, oldest first: a new list after each change. */
  readonly getSnapshot = (): readonly OneTimeSecret[] => this.items

  add(item: OneTimeSecret): void {
    this.update([...this.items, item])
  }

  remove(item: OneTimeSecret): void {
    this.update(this.items.filter((other) => other !== item))
  }

  clear(): void {
    this.update([])
  }

  private update(items: readonly OneTimeSecret[]): void {
    this.items = items
    removeEventListener('beforeunload', askBeforeLeaving)
    if (items.length > 0) addEventListener('beforeunload', askBeforeLeaving)
    for (const listener of this.listeners) listener()
  }
}

const byConnection = new WeakMap<Connection, OneTimeSecrets>()

/** Returns the secrets of the person who is signed in. */
export function getOneTimeSecrets(connection: Connection): OneTimeSecrets {
  const secrets = byConnection.get(connection) ?? new OneTimeSecrets()
  byConnection.set(connection, secrets)
  return secrets
}
