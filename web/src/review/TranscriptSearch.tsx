import { useLayoutEffect, useRef, useState } from 'react'
import type { Turn } from '../api/transcript'

/** Returns the seqs of the turns that contain the words, in any case. */
export function findTurns(turns: readonly Pick<Turn, 'seq' | 'text'>[], words: string): number[] {
  const wanted = words.trim().toLocaleLowerCase()
  if (!wanted) return []
  return turns.filter(({ text }) => text.toLocaleLowerCase().includes(wanted)).map(({ seq }) => seq)
}

interface TranscriptSearchProps {
  turns: readonly Turn[]
  onFind: (seq: number) => void
  onClose: () => void
}

/** Finds words in the transcript. Enter goes to the next turn that has them, Escape closes. */
export function TranscriptSearch({ turns, onFind, onClose }: TranscriptSearchProps) {
  const [words, setWords] = useState('')
  const [index, setIndex] = useState(0)
  const field = useRef<HTMLInputElement>(null)
  const found = findTurns(turns, words)
  useLayoutEffect(() => field.current?.focus(), [])
  const go = (seqs: readonly number[], next: number) => {
    setIndex(next)
    const seq = seqs[next]
    if (seq !== undefined) onFind(seq)
  }
  return (
    <div role="search" className="line px-6 pt-3">
      <input
        ref={field}
        className="input"
        aria-label="Search in the transcript"
        placeholder="Search in the transcript"
        value={words}
        onChange={(event) => {
          setWords(event.target.value)
          go(findTurns(turns, event.target.value), 0)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') {
            const seq = found[index]
            onClose()
            if (seq !== undefined) document.getElementById(`turn-${seq}`)?.focus()
          }
          if (event.key === 'Enter' && found.length > 0) go(found, (index + (event.shiftKey ? found.length - 1 : 1)) % found.length)
        }}
      />
      <span role="status" className="small quiet">
        {words.trim() && (found.length > 0 ? `${index + 1} of ${found.length}` : 'Not found')}
      </span>
      <button type="button" className="btn btn-bare btn-small" onClick={onClose}>
        Close
      </button>
    </div>
  )
}
