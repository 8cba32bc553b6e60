import { ArrowRight } from 'lucide-react'
import { type Change, compareTexts } from './diff'

const KINDS: Record<Change['kind'], string> = { added: 'Added', removed: 'Removed', changed: 'Changed' }

/** The differences of two versions, by part, with the words that differ marked. */
export function ChangeList({ changes, empty }: { changes: readonly Change[]; empty: string }) {
  if (changes.length === 0) return <p className="quiet">{empty}</p>
  const parts = [...new Set(changes.map(({ part }) => part))]
  return parts.map((part) => (
    <section key={part} className="grid gap-2">
      <h3 className="small quiet font-medium">{part}</h3>
      <ul className="grid gap-2">
        {changes
          .filter((change) => change.part === part)
          .map(({ label, kind, before, after }) => (
            <li key={label + kind} className="edit-card grid gap-1">
              <div className="line">
                <bdi className="cut font-medium">{label}</bdi>
                <span className="flex-1" />
                <span className="small quiet flex-none">{KINDS[kind]}</span>
              </div>
              <p className="change-text" dir="auto">
                <Difference before={before} after={after} />
              </p>
            </li>
          ))}
      </ul>
    </section>
  ))
}

/** Characters of a value that is shown as a whole. */
const MAX_VALUE = 24

function Difference({ before, after }: { before: string; after: string }) {
  if (before && after && Math.max(before.length, after.length) <= MAX_VALUE) {
    return (
      <>
        <del>{before}</del> <ArrowRight className="icon mb-0.5 inline" aria-hidden /> <ins>{after}</ins>
      </>
    )
  }
  return compareTexts(before, after).map(({ kind, text }, index) => {
    // oxlint-disable-next-line react/no-array-index-key -- the pieces of a text have no other identity
    if (kind === 'added') return <ins key={index}>{text}</ins>
    // oxlint-disable-next-line react/no-array-index-key -- the pieces of a text have no other identity
    return kind === 'removed' ? <del key={index}>{text}</del> : text
  })
}
