import type { Connection } from '../api/connection'
import { browserStorage } from '../api/storage'
import { getOneTimeSecrets } from './oneTimeSecrets'

/** Beginning of the keys under which this browser stores drafts of positions. */
export const DRAFT_PREFIX = 'viva.position.'

/** Changes when somebody signs out, which the other tabs of this browser notice. */
export const SIGNED_OUT_KEY = 'viva.desk.signed-out'

/** Says what signing out deletes from this browser; null if it deletes nothing. */
export function describeLoss(connection: Connection): string | null {
  const drafts = browserStorage.keys(DRAFT_PREFIX).length
  const secrets = getOneTimeSecrets(connection).getSnapshot().length
  const losses = [
    drafts > 0 && (drafts === 1 ? 'a draft of a position that is not published' : `${drafts} drafts of positions that are not published`),
    secrets > 0 && (secrets === 1 ? 'a key or link that you have not stored' : `${secrets} keys or links that you have not stored`),
  ].filter(Boolean)
  return losses.length > 0 ? `Signing out deletes ${losses.join(', and ')}.` : null
}

/** Deletes what the person who signs out has left in this browser: the next one who uses it must not find it. */
export function forgetPerson(connection: Connection): void {
  for (const key of browserStorage.keys(DRAFT_PREFIX)) browserStorage.set(key, null)
  getOneTimeSecrets(connection).clear()
  browserStorage.set(SIGNED_OUT_KEY, new Date().toISOString())
}
