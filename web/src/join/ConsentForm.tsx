import { type ReactNode, useState } from 'react'
import { Button } from '../ui/Button'
import { Page } from '../ui/Page'
import type { Invitation } from './documents'
import { useTexts } from './texts'

export interface Agreement {
  /** Whether the candidate also agrees to a recording. */
  recording: boolean
}

interface ConsentFormProps {
  invitation: Invitation
  /** Why the candidate is asked again, if so. */
  notice: ReactNode
  /** What the candidate can request instead. */
  rights: ReactNode
  onAgree: (agreement: Agreement) => void
}

/** Introduction and consent. Consent to the recording is separate and optional. */
export function ConsentForm({ invitation, notice, rights, onAgree }: ConsentFormProps) {
  const { consentText, candidateName, organization, positionTitle, limitMinutes, channel } = invitation
  const texts = useTexts()
  const [agreesToTakePart, setAgreesToTakePart] = useState(false)
  const [agreesToRecording, setAgreesToRecording] = useState(false)
  // the last paragraph of the consent text is the label of the checkbox
  const paragraphs = consentText.text.split('\n\n')
  const statement = paragraphs.pop() ?? ''
  const isVoice = channel === 'VOICE'
  return (
    <Page title={texts.consent.title(candidateName)} eyebrow={`${positionTitle} · ${organization}`}>
      <ul className="list-disc space-y-1 pl-5">
        <li>{texts.consent.ai}</li>
        <li>{isVoice ? texts.consent.byVoice(limitMinutes) : texts.consent.byTyping(limitMinutes)}</li>
        <li>{texts.consent.leaving}</li>
      </ul>
      {rights}
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          onAgree({ recording: isVoice && agreesToRecording })
        }}
      >
        <section aria-labelledby="consent" lang={consentText.language} className="space-y-3 rounded-lg border border-line bg-panel p-5">
          <h2 id="consent" lang={texts.language} className="flex justify-between gap-3 font-semibold">
            {texts.consent.heading} <span className="font-normal text-quiet">{texts.consent.version(consentText.version)}</span>
          </h2>
          {paragraphs.map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        </section>
        {notice}
        <Choice isChosen={agreesToTakePart} onChoose={setAgreesToTakePart} language={consentText.language}>
          {statement}
        </Choice>
        {isVoice && (
          <Choice isChosen={agreesToRecording} onChoose={setAgreesToRecording}>
            {texts.consent.recording}
          </Choice>
        )}
        <Button type="submit" variant="action" className="self-start" disabled={!agreesToTakePart}>
          {texts.start.next}
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
