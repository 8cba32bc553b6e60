import { useEffect, useRef } from 'react'
import { Button } from './Button'

interface ConfirmProps {
  title: string
  text: string
  yes: string
  no: string
  onAnswer: (isYes: boolean) => void
}

/** Modal confirmation dialog; Escape answers no. */
export function Confirm({ title, text, yes, no, onAnswer }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      onCancel={() => onAnswer(false)}
      className="m-auto max-w-md rounded-lg border border-line bg-panel p-5 text-ink shadow-xl"
    >
      <h2 id="confirm-title" className="font-semibold">
        {title}
      </h2>
      <p id="confirm-text" className="mt-1 text-quiet">
        {text}
      </p>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={() => onAnswer(false)}>{no}</Button>
        <Button variant="danger" onClick={() => onAnswer(true)}>
          {yes}
        </Button>
      </div>
    </dialog>
  )
}
