import { X } from 'lucide-react'
import { type MouseEvent, type ReactNode, useId, useLayoutEffect, useRef } from 'react'

interface DialogProps {
  title: ReactNode
  onClose: () => void
  children: ReactNode
  /** `side` is a panel at the right edge. */
  shape?: 'regular' | 'narrow' | 'side'
  /** Whether the dialog has no visible title bar. */
  hasHiddenTitle?: boolean
}

const SHAPES = { regular: 'dialog', narrow: 'dialog dialog-narrow', side: 'dialog dialog-side' }

/** Modal dialog. Escape and a click beside it close it; the focus returns to where it was. */
export function Dialog({ title, onClose, children, shape = 'regular', hasHiddenTitle = false }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useLayoutEffect(() => {
    const opener = document.activeElement
    const element = dialog.current
    element?.showModal()
    // the field that the dialog was opened for, or else the title, which is then read first
    element?.querySelector<HTMLElement>('[data-first-focus]')?.focus()
    if (element && !element.querySelector('[data-first-focus]')) element.querySelector<HTMLElement>('[data-dialog-title]')?.focus()
    return () => {
      element?.close()
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus()
    }
  }, [])
  const closeOnBackdrop = (event: MouseEvent) => {
    if (event.target !== dialog.current) return
    const { left, right, top, bottom } = dialog.current.getBoundingClientRect()
    if (event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom) onClose()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- Escape does the same
    <dialog
      ref={dialog}
      className={SHAPES[shape]}
      aria-labelledby={titleId}
      onMouseDown={closeOnBackdrop}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <div className={hasHiddenTitle ? 'sr-only' : 'dialog-head'}>
        <h2 id={titleId} tabIndex={-1} data-dialog-title>
          {title}
        </h2>
        <span className="flex-1" />
        {!hasHiddenTitle && (
          <button type="button" className="btn btn-bare" onClick={onClose}>
            <X className="icon" aria-hidden /> Close <kbd className="wide-only">Esc</kbd>
          </button>
        )}
      </div>
      {children}
    </dialog>
  )
}

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
