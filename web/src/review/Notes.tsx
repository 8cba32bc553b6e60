import { Play, StickyNote, Trash2 } from 'lucide-react'
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react'
import { newKey } from '../api/idempotencyKey'
import { toProblem } from '../api/problem'
import { ConfirmDialog } from '../desk/ConfirmDialog'
import { formatMoment } from '../desk/interviews/interviewText'
import { useSession } from '../desk/session'
import { useToast } from '../desk/Toast'
import { ADD_NOTE, DELETE_NOTE, type Note } from './documents'
import type { NotePlace } from './notes'
import { formatOffset } from './turnText'
import { useSubmit } from './useSubmit'

const MAX_CHARACTERS = 2_000

interface NoteFormProps {
  interviewId: string
  place: NotePlace
  /** seq of the turn beside which the note will stand. */
  seq: number
  /** What the note is on, such as "at 1:23". */
  moment: string
  /** The text of a form that was closed before it was saved. */
  draft: string
  onDraft: (text: string) => void
  onAdded: (note: Note) => void
  onClose: () => void
}

/** Writes a note. Ctrl and Enter save it; Escape closes the form and keeps the text for the next one. */
export function NoteForm({ interviewId, place, seq, moment, draft, onDraft, onAdded, onClose }: NoteFormProps) {
  const { connection } = useSession()
  const { isBusy, problem, run } = useSubmit()
  const [key, setKey] = useState(newKey)
  const field = useRef<HTMLTextAreaElement>(null)
  const text = draft.trim()
  const length = Array.from(text).length
  const isValid = length > 0 && length <= MAX_CHARACTERS
  useLayoutEffect(() => {
    const opener = document.activeElement
    field.current?.focus()
    field.current?.scrollIntoView({ block: 'nearest' })
    return () => {
      const target = opener instanceof HTMLElement && opener.isConnected && opener !== document.body ? opener : document.getElementById(`turn-${seq}`)
      target?.focus()
    }
  }, [seq])
  const change = (next: string) => {
    onDraft(next)
    // the same key with another text would be a conflict
    setKey(newKey())
  }
  const save = async () => {
    if (!isValid) return
    let note: Note | undefined
    const isSaved = await run(async () => {
      note = (await connection.mutate(ADD_NOTE, { input: { interviewId, ...place, text, idempotencyKey: key } })).addNote?.note
    })
    if (!isSaved) return
    if (note) onAdded(note)
    onDraft('')
    onClose()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose()
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save()
    else return
    event.preventDefault()
    // these keys belong to the form, not to the page
    event.stopPropagation()
  }
  return (
    <li className="turn-note">
      <StickyNote className="icon text-accent" aria-hidden />
      <div className="grid gap-2">
        <label htmlFor="note" className="small font-medium">
          Note {moment}
        </label>
        <textarea ref={field} id="note" className="input" rows={2} value={draft} aria-describedby="note-hint" onChange={(event) => change(event.target.value)} onKeyDown={onKeyDown} />
        <div className="line flex-wrap">
          <button type="button" className="btn btn-primary btn-small" aria-disabled={!isValid || isBusy} onClick={() => void save()}>
            Save <kbd className="wide-only">Ctrl ↵</kbd>
          </button>
          <button type="button" className="btn btn-bare btn-small" onClick={onClose}>
            Cancel
          </button>
          <span id="note-hint" className={`small ${length > MAX_CHARACTERS ? 'text-bad' : 'quiet'}`}>
            {length > MAX_CHARACTERS - 200 ? `${length} of ${MAX_CHARACTERS} characters` : 'Your team sees it. Candidates and the AI never do.'}
          </span>
        </div>
        {problem && (
          <p role="alert" className="note note-bad">
            {problem.message}
          </p>
        )}
      </div>
    </li>
  )
}

interface NoteItemProps {
  interviewId: string
  note: Note
  /** The note's offset in the recording, in seconds; null for a note on a turn, or if nothing can be played. */
  seconds: number | null
  onPlay: (seconds: number) => void
  onDeleted: (id: string) => void
}

/** A note beside its turn. */
export function NoteItem({ interviewId, note, seconds, onPlay, onDeleted }: NoteItemProps) {
  const { connection, may } = useSession()
  const toast = useToast()
  const [isAsking, setAsking] = useState(false)
  const { id, text, author, createdAt, mayDelete } = note
  const remove = async () => {
    setAsking(false)
    try {
      await connection.mutate(DELETE_NOTE, { input: { interviewId, noteId: id } })
      onDeleted(id)
      toast('The note is deleted.')
    } catch (error) {
      toast(`The note could not be deleted. ${toProblem(error).message}`)
    }
  }
  return (
    <li className="turn-note">
      <StickyNote className="icon text-accent" aria-hidden />
      <div className="grid">
        <p className="whitespace-pre-wrap">
          <span className="sr-only">Note: </span>
          {text}
        </p>
        <p className="small quiet line flex-wrap">
          <span>
            <bdi>{author}</bdi> · {formatMoment(createdAt)}
          </span>
          {seconds !== null && (
            <button type="button" className="btn btn-bare btn-small" aria-label={`Play from the note at ${formatOffset(seconds)}`} onClick={() => onPlay(seconds)}>
              <Play className="icon" aria-hidden /> {formatOffset(seconds)}
            </button>
          )}
          {mayDelete && may('WRITE_NOTE') && (
            <button type="button" className="btn btn-bare btn-small" onClick={() => setAsking(true)}>
              <Trash2 className="icon" aria-hidden /> Delete<span className="sr-only"> the note</span>
            </button>
          )}
        </p>
        {isAsking && (
          <ConfirmDialog title="Delete this note?" action="Delete the note" onConfirm={() => void remove()} onClose={() => setAsking(false)}>
            <p className="quiet">It disappears for everybody, and cannot be restored.</p>
          </ConfirmDialog>
        )}
      </div>
    </li>
  )
}
