import { RefreshCw, X } from 'lucide-react'
import { useSession } from '../session'
import type { ListedInterview } from './documents'

interface SelectionBarProps {
  rows: readonly ListedInterview[]
  onRenew: () => void
  onCancel: () => void
  onClear: () => void
}

/** What one can do with the selected interviews. */
export function SelectionBar({ rows, onRenew, onCancel, onClear }: SelectionBarProps) {
  const { may } = useSession()
  return (
    <div className="selection-bar" role="toolbar" aria-label="Selected interviews">
      <b className="px-2 font-medium" role="status">
        {rows.length} selected
      </b>
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
        Clear <kbd>Esc</kbd>
      </button>
    </div>
  )
}
