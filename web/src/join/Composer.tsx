import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import type { OutboxState } from './outbox'

/** Of one message, as the API has it. */
const LONGEST = 20_000

interface ComposerProps {
  draft: string
  onDraft: (text: string) => void
  sent: OutboxState
  isOver: boolean
  onSend: (text: string) => void
}

/** Where the candidate types. Enter sends, Shift+Enter breaks the line. */
export function Composer({ draft, onDraft, sent, isOver, onSend }: ComposerProps) {
  const text = draft.trim()
  const send = () => {
    if (!text || isOver) return
    onSend(text)
    onDraft('')
  }
  return (
    <form
      className="space-y-2"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <div className="flex items-end gap-2">
        <textarea
          aria-label="Type your answer"
          placeholder="Type your answer"
          rows={2}
          maxLength={LONGEST}
          value={draft}
          disabled={isOver}
          onChange={(event) => onDraft(event.target.value)}
          onKeyDown={(event) => {
            // while an input method composes, Enter belongs to it
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            send()
          }}
          className="field-sizing-content max-h-48 min-h-16 w-full resize-none rounded-md border border-line bg-panel px-3 py-2 placeholder:text-quiet"
        />
        <Button type="submit" disabled={!text || isOver}>
          Send
        </Button>
      </div>
      {sent.problem?.isPassing && <Notice tone="warn">Your message is not stored yet: {sent.problem.message}</Notice>}
      {sent.refused !== null && (
        <Notice tone="bad">
          “{sent.refused}” was not stored. {sent.problem?.message}
        </Notice>
      )}
    </form>
  )
}
