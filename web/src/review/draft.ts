import { useState } from 'react'
import { newKey } from '../api/idempotencyKey'
import { type Session, useSession } from '../desk/session'
import type { Decision } from '../gql/graphql'

/** A level that a person gives. Null is "not assessed". */
export interface GivenLevel {
  level: number | null
  reason: string
}

/** What a reviewer has entered and not yet saved. */
export interface Draft {
  levels: Readonly<Record<string, GivenLevel>>
  decision: Decision | null
  reason: string
  /** Makes a retry of the same draft safe. */
  key: string
}

const newDraft = (): Draft => ({ levels: {}, decision: null, reason: '', key: newKey() })

/** Drafts outlive the page of their interview, so that moving to the next one and back loses nothing. They end with the session. */
const drafts = new WeakMap<Session, Map<string, Draft>>()

export interface DraftEditor {
  draft: Draft
  change: (part: Partial<Omit<Draft, 'key'>>) => void
  /** Sets the level of a criterion; undefined takes it back. */
  setLevel: (criterionKey: string, level: GivenLevel | undefined) => void
  clear: () => void
}

/** Returns the caller's draft of an evaluation, and functions that change it. */
export function useDraft(evaluationId: string): DraftEditor {
  const session = useSession()
  const [, render] = useState(0)
  const stored = drafts.get(session) ?? new Map<string, Draft>()
  drafts.set(session, stored)
  const draft = stored.get(evaluationId) ?? newDraft()
  stored.set(evaluationId, draft)
  const set = (next: Draft) => {
    stored.set(evaluationId, next)
    render((count) => count + 1)
  }
  const read = () => stored.get(evaluationId) ?? draft
  return {
    draft,
    change: (part) => set({ ...read(), ...part, key: newKey() }),
    setLevel: (criterionKey, level) => {
      const { [criterionKey]: _, ...others } = read().levels
      set({ ...read(), levels: level ? { ...others, [criterionKey]: level } : others, key: newKey() })
    },
    clear: () => set(newDraft()),
  }
}

/** Returns why a review cannot be saved yet; null if it can. */
export function findMissingPart(draft: Draft, nameOf: (criterionKey: string) => string): string | null {
  if (!draft.decision) return 'Choose a decision.'
  if (!draft.reason.trim()) return 'Give a reason for the decision.'
  const unexplained = Object.entries(draft.levels).find(([, { reason }]) => !reason.trim())
  return unexplained ? `Say why you changed the level of ${nameOf(unexplained[0])}.` : null
}
