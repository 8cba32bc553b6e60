import { Columns3, RefreshCw, X } from 'lucide-react'
import { useId } from 'react'
import { refuseCount } from '../../compare/comparison'
import { useSession } from '../session'
import { useToast } from '../Toast'
import type { ListedInterview } from './documents'

interface SelectionBarProps {
  rows: readonly ListedInterview[]
  onRenew: () => void
  onCancel: () => void
  onCompare: () => void
  onClear: () => void
}

/** What one can do with the selected interviews. */
export function SelectionBar({ rows, onRenew, onCancel, onCompare, onClear }: SelectionBarProps) {
  const { may } = useSession()
  const toast = useToast()
  const refusalId = useId()
  const refusal = refuseComparison(rows)
  return (
    <div className="selection-bar" role="toolbar" aria-label="Selected interviews">
      <b className="px-2 font-medium" role="status">
        {rows.length} selected
      </b>
      {may('READ_EVALUATION') && (
        <button
          type="button"
          className="btn btn-bare"
          aria-disabled={refusal !== null}
          aria-describedby={refusal === null ? undefined : refusalId}
          title={refusal ?? undefined}
          onClick={() => (refusal === null ? onCompare() : toast(refusal))}
        >
          <Columns3 className="icon" aria-hidden /> Compare
          {refusal !== null && (
            <span id={refusalId} className="sr-only">
              {refusal}
            </span>
          )}
        </button>
      )}
      {may('RENEW_INVITE') && (
        <button type="button" className="btn btn-bare" onClick={onRenew}>
          <RefreshCw className="icon" aria-hidden /> Renew {rows.length === 1 ? 'link' : 'links'}
        </button>
      )}
      {may('CANCEL_INTERVIEW') && (
        <button type="button" className="btn btn-bare" onClick={onCancel}>
          <X className="icon" aria-hidden /> Cancel {rows.length === 1 ? 'interview' : 'interviews'}
        </button>
      )}
      <button type="button" className="btn btn-bare" onClick={onClear}>
        Clear <kbd className="wide-only">Esc</kbd>
      </button>
    </div>
  )
}

/** Why the selected interviews cannot be compared; null if they can. */
export function refuseComparison(rows: readonly Pick<ListedInterview, 'position'>[]): string | null {
  const refusal = refuseCount(rows.length)
  if (refusal) return refusal
  return new Set(rows.map(({ position }) => position.key)).size > 1 ? 'The interviews are for different positions.' : null
}
