import { useState } from 'react'
import type { Turn } from '../api/transcript'
import { type Session, useSession } from '../desk/session'
import type { Note, ReviewedInterview } from './documents'

/** Where a note is: on a turn, or at a moment of the recording. */
export type NotePlace = { seq: number } | { at: string }

/**
 * Chooses what a new note is on: while the recording plays, what one hears; else the focused line, the position of the paused recording,
 * or the line that was chosen last. Null if there is none of these.
 */
export function choosePlace(page: {
  focusedSeq: number | null
  chosenSeq: number | null
  isPlaying: boolean
  /** Seconds from the start of the recording; null if playback has not begun. */
  position: number | null
  startedAt: string | null
}): NotePlace | null {
  const { focusedSeq, chosenSeq, isPlaying, position, startedAt } = page
  if (position !== null && startedAt !== null && (isPlaying || focusedSeq === null)) return { at: new Date(Date.parse(startedAt) + position * 1_000).toISOString() }
  const seq = focusedSeq ?? chosenSeq
  return seq === null ? null : { seq }
}

/** Returns the seq of the turn beside which a note stands: its own, or the one that was being spoken at its moment. */
export function findSeq(place: { seq?: number | null | undefined; at?: string | null | undefined }, turns: readonly Pick<Turn, 'seq' | 'startedAt'>[]): number | null {
  if (place.seq != null) return place.seq
  const at = Date.parse(place.at ?? '')
  return (turns.findLast(({ startedAt }) => Date.parse(startedAt) <= at) ?? turns[0])?.seq ?? null
}

/** Groups notes by the turn beside which they stand. Notes at moments come in the order of these. */
export function groupNotes(notes: readonly Note[], turns: readonly Pick<Turn, 'seq' | 'startedAt'>[]): ReadonlyMap<number, readonly Note[]> {
  const bySeq = new Map<number, Note[]>()
  for (const note of notes) {
    const seq = findSeq(note, turns)
    if (seq !== null) bySeq.set(seq, [...(bySeq.get(seq) ?? []), note])
  }
  for (const [seq, found] of bySeq) bySeq.set(seq, found.toSorted((one, other) => (one.at ?? '').localeCompare(other.at ?? '')))
  return bySeq
}

const NO_NOTES: readonly Note[] = []

/**
 * The notes of an interview with the changes that this page has made and no event has reported yet. A blind reviewer's stream does not
 * wake for notes, so that they would be missing until something else changes.
 */
export function useNotes(interview: Pick<ReviewedInterview, 'notes'> | null) {
  const [added, setAdded] = useState<readonly Note[]>([])
  const [deleted, setDeleted] = useState<ReadonlySet<string>>(new Set())
  const reported = interview?.notes ?? NO_NOTES
  return {
    notes: mergeNotes(reported, added, deleted),
    add: (note: Note) => setAdded((before) => [...before, note]),
    remove: (id: string) => setDeleted((before) => new Set([...before, id])),
  }
}

/** Texts of notes that are not saved. They outlive the page of their interview, as the drafts of reviews do, and end with the session. */
const noteDrafts = new WeakMap<Session, Map<string, string>>()

/** Returns the text of the note that the caller has begun on an interview, and a function that changes it. */
export function useNoteDraft(interviewId: string): [string, (text: string) => void] {
  const session = useSession()
  const [text, setText] = useState(() => noteDrafts.get(session)?.get(interviewId) ?? '')
  const change = (next: string) => {
    const drafts = noteDrafts.get(session) ?? new Map<string, string>()
    noteDrafts.set(session, drafts.set(interviewId, next))
    setText(next)
  }
  return [text, change]
}

/** Returns the reported notes with those that were added since, and without those that were deleted. */
export function mergeNotes(reported: readonly Note[], added: readonly Note[], deleted: ReadonlySet<string>): readonly Note[] {
  const known = new Set(reported.map(({ id }) => id))
  const all = [...reported, ...added.filter(({ id }) => !known.has(id))]
  return deleted.size > 0 ? all.filter(({ id }) => !deleted.has(id)) : all
}
