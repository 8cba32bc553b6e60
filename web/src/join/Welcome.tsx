import { CircleAlert, Clock, Keyboard, LogIn, MessageSquareText, Mic } from 'lucide-react'
import { type ReactNode, type Ref, useEffect, useId, useRef, useState } from 'react'
import { Button } from '../ui/Button'
import type { Invitation } from './documents'
import { Contact, Shell, Steps, Title } from './Shell'
import { useTexts } from './texts'

export interface Agreement {
  /** Whether the candidate also agrees to a recording. */
  recording: boolean
}

interface WelcomeProps {
  invitation: Invitation
  /** Whether the candidate is to speak. */
  isVoice: boolean
  /** Why the candidate is asked again, if so. */
  notice: ReactNode
  /** The state of the candidate's requests. */
  requests: ReactNode
  /** Opens the page with what the candidate can request. */
  onHelp: () => void
  onAgree: (agreement: Agreement) => void
}

/** First page of an invitation: what the interview is like, and the consent. Consent to the recording is separate and optional. */
export function Welcome({ invitation, isVoice, notice, requests, onHelp, onAgree }: WelcomeProps) {
  const { candidateName, organization, positionTitle, limitMinutes, consentText } = invitation
  const texts = useTexts()
  const { welcome, page } = texts
  return (
    <Shell
      invitation={invitation}
      isSplit
      action={
        <Button variant="link" onClick={onHelp}>
          {page.help}
        </Button>
      }
      footer={<span>{page.byViva(organization)}</span>}
    >
      <section className="hello">
        <Steps step={1} steps={isVoice ? 3 : 2} />
        <Title>{welcome.title(candidateName)}</Title>
        <p className="lead">{welcome.lead(positionTitle)}</p>
        <ul className="facts">
          <Fact icon={<MessageSquareText aria-hidden />} title={welcome.ai.title}>
            {welcome.ai.text(organization)}
          </Fact>
          <Fact icon={<Clock aria-hidden />} title={welcome.length.title(invitation.questions, limitMinutes)}>
            {welcome.length.text}
          </Fact>
          <Fact
            icon={isVoice ? <Mic aria-hidden /> : <Keyboard aria-hidden />}
            title={isVoice ? welcome.byVoice.title : welcome.byTyping.title}
          >
            {isVoice ? welcome.byVoice.text : welcome.byTyping.text}
          </Fact>
          <Fact icon={<LogIn aria-hidden />} title={welcome.leaving.title}>
            {welcome.leaving.text}
          </Fact>
        </ul>
        <div className="person">
          <p className="quiet small">{page.contact}</p>
          <p>
            <Contact invitation={invitation} />
          </p>
          {requests}
          <Button className="mt-4" onClick={onHelp}>
            {texts.rights.heading}
          </Button>
        </div>
      </section>
      <ConsentForm consentText={consentText} mayBeRecorded={invitation.channel === 'VOICE'} notice={notice} onAgree={onAgree} />
    </Shell>
  )
}

function Fact({ icon, title, children }: { icon: ReactNode; title: string; children: string }) {
  return (
    <li>
      {icon}
      <div>
        <b>{title}</b>
        <span>{children}</span>
      </div>
    </li>
  )
}

interface ConsentFormProps {
  consentText: Invitation['consentText']
  mayBeRecorded: boolean
  notice: ReactNode
  onAgree: (agreement: Agreement) => void
}

/** The consent text and its choices. Continuing too early leads to the first choice that is missing. */
export function ConsentForm({ consentText, mayBeRecorded, notice, onAgree }: ConsentFormProps) {
  const texts = useTexts()
  const { welcome } = texts
  const [agreesToTakePart, setAgreesToTakePart] = useState(false)
  const [recording, setRecording] = useState<boolean | null>(mayBeRecorded ? null : false)
  const [hasTried, setTried] = useState(false)
  useEffect(() => {
    // preload the next page
    void import('./DeviceCheck').catch(() => {})
  }, [])
  const recordingChoice = useRef<HTMLInputElement>(null)
  const consentChoice = useRef<HTMLInputElement>(null)
  // the last paragraph of the consent text is the label of the checkbox
  const paragraphs = consentText.text.split('\n\n')
  const statement = paragraphs.pop() ?? ''
  const choicesLeft = Number(recording === null) + Number(!agreesToTakePart)
  const goToMissingChoice = () => (recording === null ? recordingChoice : consentChoice).current?.focus()
  return (
    <form
      className="panel form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        setTried(true)
        if (recording === null || !agreesToTakePart) goToMissingChoice()
        else onAgree({ recording })
      }}
    >
      <section aria-labelledby="consent" lang={consentText.language} className="grid gap-3">
        <h2 id="consent" lang={texts.language} className="flex flex-wrap justify-between gap-x-3">
          {welcome.heading} <span className="small quiet font-normal">{welcome.version(consentText.version)}</span>
        </h2>
        {paragraphs.map((paragraph) => (
          <p key={paragraph} className="quiet text-pretty">
            {paragraph}
          </p>
        ))}
      </section>
      <hr />
      {mayBeRecorded && (
        <fieldset aria-describedby="recording-text">
          <legend>{welcome.recording.question}</legend>
          <p id="recording-text" className="quiet">
            {welcome.recording.text}
          </p>
          <div className="pair">
            <Choice
              ref={recordingChoice}
              name="recording"
              isChosen={recording === true}
              onChoose={() => setRecording(true)}
              label={welcome.recording.yes}
              hint={<span lang={consentText.language}>{consentText.recordingText}</span>}
            />
            <Choice
              name="recording"
              isChosen={recording === false}
              onChoose={() => setRecording(false)}
              label={welcome.recording.no}
              hint={welcome.recording.noHint}
            />
          </div>
          {hasTried && recording === null && <Missing>{welcome.chooseRecording}</Missing>}
        </fieldset>
      )}
      <div>
        <Choice ref={consentChoice} isChosen={agreesToTakePart} onChoose={setAgreesToTakePart} language={consentText.language} label={statement} />
        {hasTried && !agreesToTakePart && <Missing>{welcome.chooseConsent}</Missing>}
      </div>
      {notice}
      <div className="act sticky-act">
        <Button type="submit" variant="action">
          {texts.start.next}
        </Button>
        {choicesLeft > 0 && (
          <button type="button" className="text-link small min-h-11" onClick={goToMissingChoice}>
            {welcome.choicesLeft(choicesLeft)}
          </button>
        )}
      </div>
    </form>
  )
}

function Missing({ children }: { children: string }) {
  return (
    <p role="alert" className="missing">
      <CircleAlert aria-hidden className="mt-px size-4.5 shrink-0" /> {children}
    </p>
  )
}

interface ChoiceProps {
  /** Group of a radio button; without it, the choice is a checkbox. */
  name?: string
  isChosen: boolean
  onChoose: (isChosen: boolean) => void
  language?: string
  label: string
  hint?: ReactNode
  ref?: Ref<HTMLInputElement>
}

/** Checkbox or radio button whose whole card can be clicked. */
export function Choice({ name, isChosen, onChoose, language, label, hint, ref }: ChoiceProps) {
  const id = useId()
  return (
    <label lang={language} className="choice">
      <input
        ref={ref}
        type={name ? 'radio' : 'checkbox'}
        name={name}
        checked={isChosen}
        onChange={(event) => onChoose(event.target.checked)}
        aria-labelledby={id}
        aria-describedby={hint ? `${id}hint` : undefined}
      />
      <span className="min-w-0">
        <b id={id}>{label}</b>
        {hint && <small id={`${id}hint`}>{hint}</small>}
      </span>
    </label>
  )
}
