import { ArrowUp, Mic, TriangleAlert } from 'lucide-react'
import { type ReactNode, type Ref, useState } from 'react'
import { Button } from '../ui/Button'
import type { OutboxState } from './outbox'
import { ProblemText } from './ProblemText'
import { useTexts } from './texts'

/** Maximum characters of a message; the API's limit. */
const MAX_LENGTH = 20_000
/** From here on, the candidate is shown how many characters are left. */
const COUNTER_LENGTH = 18_000

/** Whether Enter sends. On touch screens it starts a new line, because their keyboards have no Shift + Enter. */
const enterSends = !matchMedia('(pointer: coarse)').matches

interface ComposerProps {
  draft: string
  /** Whether the draft survives a reload. */
  isDraftSaved: boolean
  onDraft: (text: string) => void
  outboxState: OutboxState
  isOver: boolean
  onSend: (text: string) => void
  /** Returns to voice; null if the interview is typed. */
  onSpeak: (() => void) | null
  /** One line about what does not work at the moment. */
  trouble: ReactNode
  ref?: Ref<HTMLTextAreaElement>
}

/** Message box. */
export function Composer({ draft, isDraftSaved, onDraft, outboxState, isOver, onSend, onSpeak, trouble, ref }: ComposerProps) {
  const { room } = useTexts()
  const [hasTyped, setTyped] = useState(false)
  const text = draft.trim()
  // the API counts code points
  const length = text.length > COUNTER_LENGTH ? [...text].length : text.length
  const canSend = text !== '' && length <= MAX_LENGTH && !isOver
  const send = () => {
    if (!canSend) return
    onSend(text)
    onDraft('')
  }
  const say = () => {
    const { problem, refused } = outboxState
    if (refused !== null) {
      return (
        <p role="alert" className="say warn">
          <TriangleAlert aria-hidden />
          <span>
            {room.wasRefused(refused.length > 60 ? `${refused.slice(0, 60)}…` : refused)} {problem && <ProblemText problem={problem} />}
          </span>
        </p>
      )
    }
    if (length > MAX_LENGTH) return <Warning>{room.tooLong(length - MAX_LENGTH)}</Warning>
    if (problem) return <Warning>{problem.isTransient ? room.isUnsaved : <ProblemText problem={problem} />}</Warning>
    if (trouble) return <Warning>{trouble}</Warning>
    if (length >= COUNTER_LENGTH) return <p className="say">{room.charactersLeft(MAX_LENGTH - length)}</p>
    return (
      <p className="say">
        <span>
          {hasTyped && text && isDraftSaved && `${room.draft} `}
          <span className={enterSends ? 'wide-only' : ''}>{enterSends ? room.enterSends : room.enterBreaks}</span>
        </span>
      </p>
    )
  }
  return (
    <form
      className="write"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        ref={ref}
        aria-label={room.answer}
        placeholder={room.answer}
        value={draft}
        disabled={isOver}
        onChange={(event) => {
          setTyped(true)
          onDraft(event.target.value)
        }}
        onKeyDown={(event) => {
          // Enter belongs to the input method while it is composing
          if (!enterSends || event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          send()
        }}
      />
      <footer>
        {say()}
        {onSpeak && (
          <Button variant="link" onClick={onSpeak}>
            <Mic aria-hidden className="wide-only size-5" /> {room.speak}
          </Button>
        )}
        <Button type="submit" variant="action" aria-disabled={!canSend}>
          <ArrowUp aria-hidden className="size-5" /> {room.send}
        </Button>
      </footer>
    </form>
  )
}

function Warning({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="say warn">
      <TriangleAlert aria-hidden /> <span>{children}</span>
    </p>
  )
}
