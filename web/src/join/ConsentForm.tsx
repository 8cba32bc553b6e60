import { useState } from 'react'
import { Button } from '../ui/Button'
import { Page } from '../ui/Page'
import type { Invitation } from './JoinPage'

export interface Agreement {
  /** Whether to a recording besides. */
  recording: boolean
}

/** What this is, in the words that the candidate agrees to: taking part and the recording apart from each other. */
export function ConsentForm({ invitation, onAgree }: { invitation: Invitation; onAgree: (agreement: Agreement) => void }) {
  const { consentText, candidateName, organization, positionTitle, limitMinutes, channel } = invitation
  const [takesPart, setTakesPart] = useState(false)
  const [recording, setRecording] = useState(false)
  // the text ends with what is said by ticking the box
  const paragraphs = consentText.text.split('\n\n')
  const promise = paragraphs.pop() ?? ''
  const isVoice = channel === 'VOICE'
  return (
    <Page title={`Hello ${candidateName}`} above={`${positionTitle} · ${organization}`}>
      <ul className="list-disc space-y-1 pl-5">
        <li>You talk to an AI. People decide.</li>
        <li>
          It takes {limitMinutes} minutes at most, {isVoice ? 'by voice; you can type instead at any time.' : 'in writing.'}
        </li>
        <li>You can leave and come back by the same link, and end it whenever you like.</li>
      </ul>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          onAgree({ recording: isVoice && recording })
        }}
      >
        <section aria-labelledby="consent" lang={consentText.language} className="space-y-3 rounded-lg border border-line bg-panel p-5">
          <h2 id="consent" lang="en" className="flex justify-between font-semibold">
            What you agree to <span className="font-normal text-quiet">version {consentText.version}</span>
          </h2>
          {paragraphs.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </section>
        <Choice isChosen={takesPart} onChoose={setTakesPart} language={consentText.language}>
          {promise}
        </Choice>
        {isVoice && (
          <Choice isChosen={recording} onChoose={setRecording}>
            The interview may be recorded. (You can take part without it.)
          </Choice>
        )}
        <Button type="submit" kind="action" className="self-start" disabled={!takesPart}>
          Continue
        </Button>
      </form>
    </Page>
  )
}

interface ChoiceProps {
  isChosen: boolean
  onChoose: (isChosen: boolean) => void
  language?: string
  children: string
}

function Choice({ isChosen, onChoose, language, children }: ChoiceProps) {
  return (
    <label lang={language} className="flex items-start gap-3">
      <input type="checkbox" checked={isChosen} onChange={(event) => onChoose(event.target.checked)} className="mt-1 size-4 accent-action" />
      <span>{children}</span>
    </label>
  )
}
