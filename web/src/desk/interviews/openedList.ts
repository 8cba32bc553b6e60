import type { Session } from '../session'

const lists = new WeakMap<Session, readonly string[]>()

/** Remembers the interviews of the list that was open last, in its order, so that a review leads to the next one. */
export function rememberList(session: Session, ids: readonly string[]): void {
  lists.set(session, ids)
}

/** Returns the interviews of the list that was open last; none after a deep link. */
export function getRememberedList(session: Session): readonly string[] {
  return lists.get(session) ?? []
}
