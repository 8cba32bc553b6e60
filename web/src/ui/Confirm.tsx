import { useEffect, useId, useRef } from 'react'
import { Button } from './Button'

interface ConfirmProps {
  title: string
  text: string
  yes: string
  no: string
  onAnswer: (isYes: boolean) => void
}

/** Modal confirmation of what cannot be undone: the answer that changes nothing stands out, and Escape gives it. */
export function Confirm({ title, text, yes, no, onAnswer }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={`${id}title`}
      aria-describedby={`${id}text`}
      onCancel={() => onAnswer(false)}
      className="m-auto w-[calc(100vw-2rem)] max-w-md rounded-panel border border-line bg-raised p-6 text-ink shadow-panel"
    >
      <h2 id={`${id}title`} className="text-xl leading-snug font-semibold">
        {title}
      </h2>
      <p id={`${id}text`} className="mt-2 text-quiet">
        {text}
      </p>
      <div className="mt-6 flex flex-wrap justify-end gap-2">
        <Button variant="danger" onClick={() => onAnswer(true)}>
          {yes}
        </Button>
        {/* oxlint-disable-next-line jsx-a11y/no-autofocus -- the safe answer of a dialog that has just opened */}
        <Button variant="action" autoFocus onClick={() => onAnswer(false)}>
          {no}
        </Button>
      </div>
    </dialog>
  )
}
