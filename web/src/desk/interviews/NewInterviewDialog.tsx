import { CalendarPlus, Check, Copy, Keyboard, Mail, Mic } from 'lucide-react'
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react'
import { newKey } from '../../api/idempotencyKey'
import { Problem, toProblem } from '../../api/problem'
import type { Channel } from '../../gql/graphql'
import { TryOutButton } from '../../positions/TryOutButton'
import { Dialog } from '../../ui/Dialog'
import { saveCalendarFile } from '../../ui/saveText'
import { useSession } from '../session'
import { copyText } from './clipboard'
import { SCHEDULE } from './documents'
import { formatMoment } from './interviewText'
import { usePositions } from './usePositions'

const MAX_RESUME = 20_000

interface Created {
  name: string
  url: string
  opensAt: string | null
  expiresAt: string
  isCopied: boolean
  invitationText: string | null
  calendarFile: string | null
}

const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language' })

/** Creates an interview from a name, for the position that was used last, and puts the candidate's link on the clipboard. */
export function NewInterviewDialog({ onClose }: { onClose: () => void }) {
  const { connection, may } = useSession()
  const { positions, lastUsed, problem: positionsProblem } = usePositions()
  const [name, setName] = useState('')
  const [chosenKey, setChosenKey] = useState<string | null>(null)
  const [channel, setChannel] = useState<Channel>('VOICE')
  const [hasTime, setHasTime] = useState(false)
  const [time, setTime] = useState('')
  const [reference, setReference] = useState('')
  const [resume, setResume] = useState('')
  const [error, setError] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [created, setCreated] = useState<Created | null>(null)
  const nameField = useRef<HTMLInputElement>(null)
  // a repetition after a lost answer must not create another interview
  const idempotencyKey = useRef(newKey())

  const positionKey = chosenKey ?? (positions.some(({ key }) => key === lastUsed) ? lastUsed : positions[0]?.key) ?? null
  const position = positions.find(({ key }) => key === positionKey)

  const create = async (isLast: boolean) => {
    if (isBusy) return
    const candidateName = name.trim()
    if (!candidateName) {
      setError('Enter the candidate’s name.')
      nameField.current?.focus()
      return
    }
    if (!positionKey || (hasTime && !time)) {
      setError(positionKey ? 'Choose the time.' : 'Choose a position.')
      return
    }
    setBusy(true)
    setError(null)
    const scheduledFor = hasTime ? new Date(time).toISOString() : null
    const result = connection.mutate(SCHEDULE, {
      input: {
        candidateName,
        positionKey,
        channel,
        scheduledFor,
        externalId: reference.trim() || null,
        resume: resume.trim() || null,
        idempotencyKey: idempotencyKey.current,
      },
      timeZone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
    })
    const link = result.then(({ scheduleInterview }) => {
      if (!scheduleInterview) throw new Problem('INTERNAL', 'The server did not answer. Please try again.')
      return scheduleInterview.invite
    })
    const isCopied = await copyText(link.then(({ url }) => url))
    try {
      const { url, expiresAt, invitationText = null, calendarFile = null } = await link
      setCreated({ name: candidateName, url, opensAt: scheduledFor, expiresAt, isCopied, invitationText, calendarFile })
      idempotencyKey.current = newKey()
      setName('')
      setReference('')
      setResume('')
      if (!isLast) nameField.current?.focus()
    } catch (failure) {
      const problem = toProblem(failure)
      // a definite refusal stores nothing, so the corrected form is another request
      if (!problem.isTransient) idempotencyKey.current = newKey()
      setError(problem.message)
    } finally {
      setBusy(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void create(true)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void create(false)
    }
  }
  const isNameMissing = error !== null && !name.trim()
  return (
    <Dialog title="New interview" onClose={onClose}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- a shortcut of the second button */}
      <form onSubmit={submit} onKeyDown={onKeyDown}>
        <div className="dialog-body">
          <div className="form-grid">
            <div className="field wide">
              <label htmlFor="new-name">Candidate’s name</label>
              <input
                id="new-name"
                ref={nameField}
                className="input"
                dir="auto"
                maxLength={80}
                autoComplete="off"
                data-first-focus
                aria-invalid={isNameMissing || undefined}
                aria-describedby={error ? 'new-error' : undefined}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            </div>
            <div className="field wide">
              <label htmlFor="new-position">Position</label>
              <select id="new-position" className="input" value={positionKey ?? ''} onChange={(event) => setChosenKey(event.target.value)}>
                {positions.length === 0 && <option value="">{positionsProblem ? 'The positions could not be read' : 'Loading…'}</option>}
                {positions.map(({ key, title, version }) => (
                  <option key={key} value={key}>
                    {title} (version {version}
                    {key === lastUsed && ', used last'})
                  </option>
                ))}
              </select>
            </div>
            <div className="field" role="radiogroup" aria-labelledby="new-channel">
              <span id="new-channel" className="label">
                How
              </span>
              <div className="grid grid-cols-2 gap-1">
                <button type="button" role="radio" aria-checked={channel === 'VOICE'} className="btn" onClick={() => setChannel('VOICE')}>
                  <Mic className="icon" aria-hidden /> Voice
                </button>
                <button type="button" role="radio" aria-checked={channel === 'TEXT'} className="btn" onClick={() => setChannel('TEXT')}>
                  <Keyboard className="icon" aria-hidden /> Typed
                </button>
              </div>
            </div>
            <div className="field">
              <label htmlFor="new-when">When</label>
              <select id="new-when" className="input" value={hasTime ? 'time' : 'any'} onChange={(event) => setHasTime(event.target.value === 'time')}>
                <option value="any">Any time</option>
                <option value="time">At a time</option>
              </select>
              {hasTime && (
                <input
                  type="datetime-local"
                  aria-label="Date and time"
                  className="input mt-1"
                  value={time}
                  onChange={(event) => setTime(event.target.value)}
                />
              )}
            </div>
            <div className="field">
              <label htmlFor="new-reference">
                Reference <span className="quiet font-normal">optional</span>
              </label>
              <input
                id="new-reference"
                className="input"
                maxLength={200}
                autoComplete="off"
                placeholder="Your own id, such as REQ-2214"
                value={reference}
                onChange={(event) => setReference(event.target.value)}
              />
            </div>
            <div className="field">
              <label htmlFor="new-resume">
                Résumé <span className="quiet font-normal">optional</span>
              </label>
              <textarea
                id="new-resume"
                className="input"
                rows={1}
                placeholder="Paste its text"
                maxLength={MAX_RESUME}
                dir="auto"
                value={resume}
                onChange={(event) => setResume(event.target.value)}
              />
              {resume.length > 0 && (
                <span className="small quiet">
                  {resume.length.toLocaleString('en')} of {MAX_RESUME.toLocaleString('en')}
                </span>
              )}
            </div>
          </div>
          {error && (
            <p id="new-error" role="alert" className="note note-bad">
              {error}
            </p>
          )}
        </div>
        <div className="dialog-foot">
          <p className="small quiet w-full">
            {position && `${position.limitMinutes} minutes at most, in ${LANGUAGES.of(position.language) ?? position.language}, recorded only with consent. `}
            Nothing is sent by mail: you share the link.
          </p>
          <button type="button" className="btn" aria-disabled={isBusy} onClick={() => void create(false)}>
            Create and add another <kbd className="wide-only">Ctrl ↵</kbd>
          </button>
          <button type="submit" className="btn btn-primary" aria-disabled={isBusy}>
            {isBusy ? 'Creating…' : 'Create, copy link'} <kbd className="wide-only">Enter</kbd>
          </button>
        </div>
      </form>
      {created && <CreatedNote created={created} />}
      {positionKey && may('START_TRY_OUT') && (
        <div className="dialog-foot">
          <p className="small quiet flex-1">Would you like to see it first?</p>
          <TryOutButton positionKey={positionKey} />
        </div>
      )}
    </Dialog>
  )
}

function CreatedNote({ created }: { created: Created }) {
  const [isCopiedNow, setCopiedNow] = useState<boolean | null>(null)
  const isCopied = isCopiedNow ?? created.isCopied
  const { invitationText, calendarFile } = created
  const [isInvitationCopied, setInvitationCopied] = useState<boolean | null>(null)
  return (
    <div className="grid gap-2 bg-tint px-6 py-4 max-[719px]:px-4" role="status">
      <p className="line font-semibold">
        <Check className="icon" aria-hidden />
        <span>
          Created for <bdi>{created.name}</bdi>. {isCopied ? 'The link is on your clipboard.' : 'Copy the link below.'}
        </span>
      </p>
      <div className="line">
        <input
          readOnly
          aria-label="The candidate’s link"
          className="input small quiet"
          value={created.url}
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" className="btn" onClick={() => void copyText(created.url).then(setCopiedNow)}>
          <Copy className="icon" aria-hidden /> {isCopied ? 'Copy again' : 'Copy'}
        </button>
      </div>
      <div className="line flex-wrap">
        {invitationText && (
          <button type="button" className="btn" onClick={() => void copyText(invitationText).then(setInvitationCopied)}>
            <Mail className="icon" aria-hidden /> {isInvitationCopied ? 'Invitation copied' : 'Copy invitation'}
          </button>
        )}
        {calendarFile && (
          <button type="button" className="btn" onClick={() => saveCalendarFile(calendarFile)}>
            <CalendarPlus className="icon" aria-hidden /> Calendar file
          </button>
        )}
      </div>
      {isInvitationCopied === false && invitationText && (
        // the browser refuses the clipboard
        <textarea readOnly aria-label="The invitation" className="input" rows={6} value={invitationText} onFocus={(event) => event.currentTarget.select()} />
      )}
      <p className="small quiet">
        {created.opensAt ? `The link opens 15 minutes before ${formatMoment(created.opensAt)}` : 'The link is open now'} and ends {formatMoment(created.expiresAt)}.
        Copy it again from the interview’s row.
      </p>
    </div>
  )
}
