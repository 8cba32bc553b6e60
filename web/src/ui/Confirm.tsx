import { useId } from 'react'
import { Button } from './Button'
import { Dialog } from './Dialog'

interface ConfirmProps {
  title: string
  text: string
  yes: string
  no: string
  onAnswer: (isYes: boolean) => void
}

/** Modal confirmation of what cannot be undone: the answer that changes nothing stands out, and Escape gives it. */
export function Confirm({ title, text, yes, no, onAnswer }: ConfirmProps) {
  const textId = useId()
  return (
    <Dialog title={title} shape="narrow" close={null} describedBy={textId} onClose={() => onAnswer(false)}>
      <p id={textId} className="quiet">
        {text}
      </p>
      <div className="dialog-foot">
        <Button variant="danger" onClick={() => onAnswer(true)}>
          {yes}
        </Button>
        <Button variant="action" data-first-focus onClick={() => onAnswer(false)}>
          {no}
        </Button>
      </div>
    </Dialog>
  )
}
