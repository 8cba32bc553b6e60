import { X } from 'lucide-react'
import { type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import { Button } from './Button'

interface DialogProps {
  title: string
  /** Label of the button that closes the dialog. */
  close: string
  onClose: () => void
  children: ReactNode
}

/** Modal dialog; Escape closes it, and the focus returns to where it was. */
export function Dialog({ title, close, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useLayoutEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      className="m-auto max-h-[calc(100dvh-2rem)] w-[calc(100vw-2rem)] max-w-xl rounded-panel border border-line bg-raised p-6 text-ink shadow-panel"
    >
      <header className="mb-4 flex items-start justify-between gap-4">
        <h2 id={id} className="text-xl leading-snug font-semibold">
          {title}
        </h2>
        <Button variant="link" className="-mt-2 -mr-2" onClick={onClose}>
          <X aria-hidden className="size-5" /> {close}
        </Button>
      </header>
      {children}
    </dialog>
  )
}
