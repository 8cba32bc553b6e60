import { useState } from 'react'
import { useSession } from '../desk/session'
import type { Action } from '../gql/graphql'
import { type ApiKey, CREATE_API_KEY } from './documents'
import { Field, findFieldError, FormDialog } from './form'
import { endOfDay, KEY_ROLES, type KeyRole, listGrantable, nameAction, ROLE_HINTS, ROLE_NAMES } from './settingsText'
import { useMutation } from './useMutation'

export interface NewSecret {
  key: ApiKey
  secret: string | null
  /** For how long the replaced key still works; null for a key that replaces none. */
  overlap: string | null
}

const FIELDS = ['name', 'role', 'permissions', 'expiresAt']

/** Makes an API key. By default a program's, which expires in a year. */
export function CreateKeyDialog({ onSecret, onClose }: { onSecret: (secret: NewSecret) => void; onClose: () => void }) {
  const { viewer } = useSession()
  const { isBusy, problem, run } = useMutation(CREATE_API_KEY)
  const [name, setName] = useState('')
  const [role, setRole] = useState<KeyRole>('INTEGRATION')
  const [expiry, setExpiry] = useState('365')
  const [date, setDate] = useState('')
  const [isTest, setTest] = useState(false)
  const [isNarrowed, setNarrowed] = useState(false)
  const [chosen, setChosen] = useState<readonly Action[]>([])
  const grantable = listGrantable(role, viewer.may)
  const create = async () => {
    const expiresAt = expiry === 'never' ? null : expiry === 'date' ? (date ? new Date(`${date}T23:59:59`).toISOString() : null) : endOfDay(Number(expiry))
    const permissions = isNarrowed ? grantable.filter((action) => chosen.includes(action)) : null
    const data = await run({ name, role, isTest, expiresAt, permissions })
    const result = data?.createApiKey
    if (result) onSecret({ key: result.apiKey, secret: result.secret ?? null, overlap: null })
  }
  const permissionsError = findFieldError(problem, 'permissions')
  return (
    <FormDialog title="Create a key" action="Create the key" isBusy={isBusy} problem={problem} fields={FIELDS} onSubmit={() => void create()} onClose={onClose}>
      <Field label="Name" error={findFieldError(problem, 'name')} hint="Who or what uses it. Reviews and logs state it.">
        {(control) => <input {...control} data-first-focus dir="auto" autoComplete="off" maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />}
      </Field>
      <Field label="Role" error={findFieldError(problem, 'role')} hint={ROLE_HINTS[role]}>
        {(control) => (
          <select {...control} value={role} onChange={(event) => setRole(event.target.value as KeyRole)}>
            {KEY_ROLES.map((value) => (
              <option key={value} value={value}>
                {ROLE_NAMES[value]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="Expires" error={findFieldError(problem, 'expiresAt')}>
        {(control) => (
          <>
            <select {...control} value={expiry} onChange={(event) => setExpiry(event.target.value)}>
              <option value="30">In 30 days</option>
              <option value="90">In 90 days</option>
              <option value="365">In a year</option>
              <option value="date">On a day</option>
              <option value="never">Never</option>
            </select>
            {expiry === 'date' && (
              <input type="date" required aria-label="Last day" className="input mt-1" value={date} onChange={(event) => setDate(event.target.value)} />
            )}
          </>
        )}
      </Field>
      <label className="line">
        <input type="checkbox" className="check" checked={isTest} onChange={(event) => setTest(event.target.checked)} />
        For the test environment, whose interviews are separate
      </label>
      <label className="line">
        <input type="checkbox" className="check" checked={isNarrowed} onChange={(event) => setNarrowed(event.target.checked)} />
        Allow only some actions
      </label>
      {isNarrowed && (
        <fieldset className="grid max-h-80 gap-2 overflow-auto" aria-describedby={permissionsError ? 'permissions-error' : undefined}>
          <legend className="sr-only">Actions</legend>
          {permissionsError && (
            <p id="permissions-error" role="alert" className="small text-bad">
              {permissionsError}
            </p>
          )}
          {grantable.map((action) => (
            <label key={action} className="line">
              <input
                type="checkbox"
                className="check"
                value={action}
                checked={chosen.includes(action)}
                onChange={(event) => setChosen(event.target.checked ? [...chosen, action] : chosen.filter((other) => other !== action))}
              />
              {nameAction(action)}
            </label>
          ))}
        </fieldset>
      )}
    </FormDialog>
  )
}
