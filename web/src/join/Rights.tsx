import { ArrowLeft } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { newKey } from '../api/idempotencyKey'
import { type Problem, toProblem } from '../api/problem'
import type { RequestFieldsFragment, RequestKind, RequestStatus } from '../gql/graphql'
import { Button } from '../ui/Button'
import { Confirm } from '../ui/Confirm'
import { Dialog } from '../ui/Dialog'
import { Notice } from '../ui/Notice'
import type { Invitation } from './documents'
import { ProblemText } from './ProblemText'
import { requestAccommodation, requestAlternative, withdrawConsent } from './session'
import { Shell, Title, TroubleFooter } from './Shell'
import { useTexts } from './texts'
import { Choice } from './Welcome'
import type { ConfirmationTexts } from './texts/rights'

/** Maximum characters of the description; the API's limit. */
const MAX_DETAILS = 2_000

type Option = Exclude<RequestKind, 'HUMAN'>

interface RightsProps {
  /** The invitation, with the present requests and accommodations. */
  invitation: Invitation
  invite: string
  /** Whether the candidate is to speak. */
  isVoice: boolean
  /** Called after a request, and when an open one may have been answered: reloads the invitation. */
  onChange: () => Promise<void>
  /** Called after the candidate was granted typing. */
  onTyping?: () => Promise<void>
}

/** What the candidate can request: adjustments, a person instead, opting out. Shows the state of the requests above. */
export function Rights({ invitation, invite, isVoice, onChange, onTyping }: RightsProps) {
  const { rights: texts } = useTexts()
  const { organization } = invitation
  if (invitation.mayRequest.length === 0) return null
  return (
    <div className="grid gap-6">
      <Requests invitation={invitation} onChange={onChange} />
      <RequestForm
        options={findOptions(invitation, isVoice)}
        invitation={invitation}
        onSubmit={async (kinds, details, idempotencyKey) => {
          await requestAccommodation({ invite, kinds, details, idempotencyKey })
          await onChange()
          if (kinds.includes('TYPING')) await onTyping?.()
        }}
      />
      <section className="grid gap-3 border-t border-line pt-6">
        <p>{texts.optOut}</p>
        <div className="flex flex-wrap gap-2">
          <ConfirmedButton
            texts={texts.alternative}
            keep={texts.keep}
            organization={organization}
            onConfirm={() => requestAlternative(invite).then(onChange)}
          />
          <ConfirmedButton
            texts={invitation.consent ? texts.withdrawal : texts.refusal}
            keep={texts.keep}
            organization={organization}
            onConfirm={() => withdrawConsent(invite, false).then(onChange)}
          />
        </div>
      </section>
    </div>
  )
}

/** Page with what the candidate can request before the interview. */
export function RightsPage({ onBack, ...props }: RightsProps & { onBack: () => void }) {
  const { rights: texts, page } = useTexts()
  return (
    <Shell
      invitation={props.invitation}
      action={
        <Button variant="link" onClick={onBack}>
          <ArrowLeft aria-hidden className="size-5" /> {page.back}
        </Button>
      }
      footer={<TroubleFooter invitation={props.invitation} />}
    >
      <Title>{texts.title}</Title>
      <p className="lead mb-8">{texts.intro}</p>
      <Rights {...props} />
    </Shell>
  )
}

/** Dialog with what the candidate can request during the interview. */
export function RightsDialog({ onClose, ...props }: RightsProps & { onClose: () => void }) {
  const { rights: texts, page } = useTexts()
  return (
    <Dialog title={texts.title} close={page.close} isSticky onClose={onClose}>
      <p className="quiet mb-6">{texts.intro}</p>
      <Rights {...props} />
    </Dialog>
  )
}

/** Reloads the invitation when the candidate returns to the page while a request is open. */
function useReloadOnReturn({ requests }: Invitation, onChange: () => Promise<void>): void {
  const isOpen = requests.some(({ status }) => status === 'OPEN')
  useEffect(() => {
    if (!isOpen) return
    const reload = () => {
      if (!document.hidden) void onChange()
    }
    document.addEventListener('visibilitychange', reload)
    return () => document.removeEventListener('visibilitychange', reload)
  }, [isOpen, onChange])
}

function isGranted(kind: RequestKind, { accommodations }: Invitation): boolean {
  if (kind === 'EXTRA_TIME') return accommodations.timeFactor > 1
  return (kind === 'CAPTIONS' && accommodations.captions) || (kind === 'TYPING' && accommodations.typing)
}

/** Returns what can still be requested. Captions and typing only make sense to candidates who would otherwise speak. */
function findOptions(invitation: Invitation, isVoice: boolean): Option[] {
  const waiting = new Set(invitation.requests.filter(({ status }) => status === 'OPEN').flatMap(({ kinds }) => kinds))
  return invitation.mayRequest.filter((kind): kind is Option => {
    if (kind === 'HUMAN') return false
    if (kind === 'OTHER') return true
    return !isGranted(kind, invitation) && !waiting.has(kind) && (isVoice || kind === 'EXTRA_TIME')
  })
}

/** Returns the requests that people answer; the others were granted automatically. */
export function findRequestsToPeople(invitation: Invitation): RequestFieldsFragment[] {
  return invitation.requests.filter(({ kinds }) => kinds.some((kind) => !isGranted(kind, invitation)))
}

/** The state of the candidate's requests. Screen readers announce changes. */
export function Requests({ invitation, onChange }: Pick<RightsProps, 'invitation' | 'onChange'>) {
  const { rights: texts } = useTexts()
  useReloadOnReturn(invitation, onChange)
  const granted = (['EXTRA_TIME', 'CAPTIONS', 'TYPING'] as const).filter((kind) => isGranted(kind, invitation))
  const others = findRequestsToPeople(invitation)
  const isEmpty = granted.length + others.length === 0
  return (
    <div role="status">
      {!isEmpty && (
        <div className="mt-4 space-y-1 rounded-control border border-line bg-tint px-4 py-3">
          <h2>{texts.requested}</h2>
          <ul className="space-y-1">
            {granted.map((kind) => (
              <Item key={kind} status="GRANTED">
                {texts.granted[kind](invitation.limitMinutes)}
              </Item>
            ))}
            {others.map((request) => (
              <Item key={request.id} status={request.status}>
                <RequestState request={request} invitation={invitation} />
              </Item>
            ))}
          </ul>
          {others.some(({ status }) => status === 'OPEN') && <p className="text-quiet">{texts.outlook}</p>}
        </div>
      )}
    </div>
  )
}

const MARKS: Record<RequestStatus, string> = { OPEN: '…', GRANTED: '✓', DECLINED: '–' }

function Item({ status, children }: { status: RequestStatus; children: ReactNode }) {
  return (
    <li className="flex gap-2">
      <span aria-hidden className={`w-4 shrink-0 text-center ${status === 'GRANTED' ? 'text-good' : 'text-quiet'}`}>
        {MARKS[status]}
      </span>
      <span className="min-w-0 wrap-anywhere">{children}</span>
    </li>
  )
}

/** A request that people answer, and their answer. */
export function RequestState({ request, invitation }: { request: RequestFieldsFragment; invitation: Invitation }) {
  const { rights: texts } = useTexts()
  const { kinds, details, status, note } = request
  // the candidate's own words say more than the name of the kind
  const named = kinds.filter((kind) => !isGranted(kind, invitation) && !(kind === 'OTHER' && details))
  const names = named.map((kind) => (kind === 'HUMAN' ? texts.person : texts.kinds[kind].label))
  return (
    <>
      {names.join(', ')}
      {names.length > 0 && details && ', '}
      {details && <q>{details}</q>}: {texts.answers[status](invitation.organization)}
      {note && <q className="mt-1 block border-l-2 border-line pl-3">{note}</q>}
    </>
  )
}

interface RequestFormProps {
  options: Option[]
  invitation: Invitation
  /** Rejects with a Problem. The key is the same for a repetition of the same request. */
  onSubmit: (kinds: Option[], details: string | null, idempotencyKey: string) => Promise<void>
}

function RequestForm({ options, invitation, onSubmit }: RequestFormProps) {
  const { rights: texts } = useTexts()
  const [chosen, setChosen] = useState<readonly Option[]>([])
  const [details, setDetails] = useState('')
  const [isSending, setSending] = useState(false)
  const [advice, setAdvice] = useState<string | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const attempt = useRef({ input: '', key: '' })
  const kinds = options.filter((kind) => chosen.includes(kind))
  const isOther = kinds.includes('OTHER')

  const submit = async () => {
    if (isSending) return
    const description = isOther ? details.trim() : null
    setProblem(null)
    setAdvice(kinds.length === 0 ? texts.nothingChosen : description === '' ? texts.nothingDescribed : null)
    if (kinds.length === 0 || description === '') return
    setSending(true)
    const input = JSON.stringify([kinds, description])
    if (attempt.current.input !== input) attempt.current = { input, key: newKey() }
    try {
      await onSubmit(kinds, description, attempt.current.key)
      attempt.current = { input: '', key: '' }
      setChosen([])
      setDetails('')
    } catch (error) {
      setProblem(toProblem(error))
    } finally {
      setSending(false)
    }
  }
  return (
    <form
      noValidate
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <fieldset className="grid gap-3">
        <legend className="sr-only">{texts.heading}</legend>
        {options.map((kind) => (
          <Choice
            key={kind}
            isChosen={kinds.includes(kind)}
            onChoose={(isChosen) => setChosen(isChosen ? [...kinds, kind] : kinds.filter((it) => it !== kind))}
            label={texts.kinds[kind].label}
            hint={texts.kinds[kind].hint(invitation.limitMinutes, invitation.organization)}
          />
        ))}
      </fieldset>
      {isOther && (
        <label className="field">
          <span className="font-[550]">{texts.details}</span>
          <textarea rows={3} maxLength={MAX_DETAILS} value={details} onChange={({ target }) => setDetails(target.value)} className="input" />
        </label>
      )}
      {advice && <Notice tone="bad">{advice}</Notice>}
      {problem && <ProblemNotice problem={problem} />}
      <Button type="submit" variant="action" aria-disabled={isSending}>
        {texts.submit}
      </Button>
    </form>
  )
}

function ProblemNotice({ problem }: { problem: Problem }) {
  return (
    <Notice tone="bad">
      <ProblemText problem={problem} />
    </Notice>
  )
}

interface ConfirmedButtonProps {
  texts: ConfirmationTexts
  /** The answer that changes nothing. */
  keep: string
  organization: string
  /** Rejects with a Problem. */
  onConfirm: () => Promise<void>
}

/** A button for what cannot be undone, with a confirmation. */
export function ConfirmedButton({ texts, keep, organization, onConfirm }: ConfirmedButtonProps) {
  const [state, setState] = useState<'idle' | 'confirming' | 'running'>('idle')
  const [problem, setProblem] = useState<Problem | null>(null)
  const onAnswer = async (isYes: boolean) => {
    setState(isYes ? 'running' : 'idle')
    setProblem(null)
    if (!isYes) return
    try {
      await onConfirm()
    } catch (error) {
      setProblem(toProblem(error))
    } finally {
      setState('idle')
    }
  }
  return (
    <>
      <Button disabled={state === 'running'} onClick={() => setState('confirming')}>
        {texts.label}
      </Button>
      {problem && <ProblemNotice problem={problem} />}
      {state === 'confirming' && (
        <Confirm title={texts.title} text={texts.text(organization)} yes={texts.confirm} no={keep} onAnswer={(isYes) => void onAnswer(isYes)} />
      )}
    </>
  )
}
