import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import type { OutboxState } from './outbox'
import { ProblemText } from './ProblemText'
import { useTexts } from './texts'

/** Maximum characters of a message; the API's limit. */
const MAX_LENGTH = 20_000

interface ComposerProps {
  draft: string
  onDraft: (text: string) => void
  outboxState: OutboxState
  isOver: boolean
  onSend: (text: string) => void
}

/** Message box. Enter sends; Shift+Enter adds a line break. */
export function Composer({ draft, onDraft, outboxState, isOver, onSend }: ComposerProps) {
  const { room } = useTexts()
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
          aria-label={room.answer}
          placeholder={room.answer}
          rows={2}
          maxLength={MAX_LENGTH}
          value={draft}
          disabled={isOver}
          onChange={(event) => onDraft(event.target.value)}
          onKeyDown={(event) => {
            // Enter belongs to the input method while it is composing
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
            event.preventDefault()
            send()
          }}
          className="field-sizing-content max-h-48 min-h-16 w-full resize-none rounded-md border border-line bg-panel px-3 py-2 placeholder:text-quiet"
        />
        <Button type="submit" disabled={!text || isOver}>
          {room.send}
        </Button>
      </div>
      {outboxState.problem?.isTransient && (
        <Notice tone="warn">
          {room.isUnsaved} <ProblemText problem={outboxState.problem} />
        </Notice>
      )}
      {outboxState.refused !== null && (
        <Notice tone="bad">
          {room.wasRefused(outboxState.refused)} {outboxState.problem && <ProblemText problem={outboxState.problem} />}
        </Notice>
      )}
    </form>
  )
}
