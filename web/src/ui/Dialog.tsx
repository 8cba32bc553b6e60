import { X } from 'lucide-react'
import { type MouseEvent, type ReactNode, useId, useLayoutEffect, useRef } from 'react'

interface DialogProps {
  title: ReactNode
  onClose: () => void
  children: ReactNode
  /** `side` is a panel at the right edge. */
  shape?: 'regular' | 'narrow' | 'side'
  /** Label of the button that closes the dialog; null for one without the button. */
  close?: ReactNode
  /** Whether the dialog has no visible title bar. */
  hasHiddenTitle?: boolean
  /** Whether a click beside the dialog leaves it open, as it should where something may have been typed. */
  isSticky?: boolean
  /** Id of the element that the title needs to be understood. */
  describedBy?: string
}

const SHAPES = { regular: 'dialog', narrow: 'dialog dialog-narrow', side: 'dialog dialog-side' }
const CLOSE = (
  <>
    Close <kbd className="wide-only">Esc</kbd>
  </>
)

/** Modal dialog, in the style of the pages around it. Escape closes it; the focus returns to where it was. */
export function Dialog({ title, onClose, children, shape = 'regular', close = CLOSE, hasHiddenTitle = false, isSticky = false, describedBy }: DialogProps) {
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
    if (isSticky || event.target !== dialog.current) return
    const { left, right, top, bottom } = dialog.current.getBoundingClientRect()
    if (event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom) onClose()
  }
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions -- Escape does the same
    <dialog
      ref={dialog}
      className={SHAPES[shape]}
      aria-labelledby={titleId}
      aria-describedby={describedBy}
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
        {!hasHiddenTitle && close !== null && (
          <button type="button" className="dialog-close btn btn-bare" onClick={onClose}>
            <X className="icon" aria-hidden /> {close}
          </button>
        )}
      </div>
      {children}
    </dialog>
  )
}
