import type { ReactNode } from 'react'
import { Dialog } from '../ui/Dialog'

interface ConfirmDialogProps {
  title: ReactNode
  children: ReactNode
  /** The label of the button that confirms. */
  action: string
  isDanger?: boolean
  onConfirm: () => void
  onClose: () => void
}

/** Asks before an action that cannot be undone. */
export function ConfirmDialog({ title, children, action, isDanger = true, onConfirm, onClose }: ConfirmDialogProps) {
  return (
    <Dialog title={title} onClose={onClose} shape="narrow">
      <div className="dialog-body">{children}</div>
      <div className="dialog-foot">
        <button type="button" className="btn" onClick={onClose}>
          Go back
        </button>
        <button type="button" className={`btn ${isDanger ? 'btn-danger' : 'btn-primary'}`} onClick={onConfirm}>
          {action}
        </button>
      </div>
    </Dialog>
  )
}
