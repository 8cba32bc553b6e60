import { Plus, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { getOneTimeSecrets, type OneTimeSecret } from '../desk/oneTimeSecrets'
import { useSession } from '../desk/session'
import { useToast } from '../desk/Toast'
import { CreateKeyDialog, type NewSecret } from './CreateKeyDialog'
import { API_KEYS, type ApiKey, REVOKE_API_KEY, ROTATE_API_KEY } from './documents'
import { Field, findFieldError, FormDialog } from './form'
import { OneTimeSecretList } from './OneTimeSecretList'
import { SectionList } from './SectionList'
import { describeExpiry, describeLastUse, formatDay, listGrantable, nameAction, nameRole } from './settingsText'
import { useMutation } from './useMutation'
import { usePages } from './usePages'

const SECTION = 'keys'

function describeSecret({ name }: ApiKey, secret: string, overlap: string | null): OneTimeSecret {
  return {
    section: SECTION,
    title: (
      <>
        The key “<bdi>{name}</bdi>” was {overlap ? 'rotated' : 'made'}. This is the only time that it is shown.
      </>
    ),
    label: 'The API key',
    secret,
    hint: overlap ? `The old key ${overlap}.` : 'Send it as Authorization: Bearer, from programs that can store it safely.',
  }
}

/** API keys: what they are for, when they end and were last used; creating, rotating and revoking them. */
export function KeysSection() {
  const { connection } = useSession()
  const { items, hasMore, problem, readMore, reload } = usePages(API_KEYS)
  const [isCreating, setCreating] = useState(false)
  const [rotated, setRotated] = useState<ApiKey | null>(null)
  const [revoked, setRevoked] = useState<ApiKey | null>(null)
  const [lostName, setLostName] = useState<string | null>(null)
  const onSecret = ({ key, secret, overlap }: NewSecret) => {
    setCreating(false)
    setRotated(null)
    setLostName(secret === null ? key.name : null)
    if (secret !== null) getOneTimeSecrets(connection).add(describeSecret(key, secret, overlap))
    reload()
  }
  return (
    <>
      <SectionList
        title="API keys"
        count={items && !hasMore && `${items.filter(({ isActive }) => isActive).length} in use`}
        action={
          <button type="button" className="btn" onClick={() => setCreating(true)}>
            <Plus className="icon" aria-hidden /> Create a key
          </button>
        }
        columns={['Name', 'Role', 'Made', 'Expires', 'Last use']}
        empty="There is no key yet. Programs need one to call the API."
        rows={items && items.map((key) => <KeyRow key={key.id} apiKey={key} onRotate={setRotated} onRevoke={setRevoked} />)}
        {...{ hasMore, problem, readMore, reload }}
      >
        <OneTimeSecretList section={SECTION} />
        {lostName !== null && (
          <p role="alert" className="note">
            The key “{lostName}” was made, but the answer that showed it was lost. Rotate it to get another one.
          </p>
        )}
      </SectionList>
      {isCreating && <CreateKeyDialog onSecret={onSecret} onClose={() => setCreating(false)} />}
      {rotated && <RotateDialog apiKey={rotated} onSecret={onSecret} onClose={() => setRotated(null)} />}
      {revoked && (
        <RevokeDialog
          apiKey={revoked}
          onDone={() => {
            setRevoked(null)
            reload()
          }}
          onClose={() => setRevoked(null)}
        />
      )}
    </>
  )
}

interface KeyRowProps {
  apiKey: ApiKey
  onRotate: (key: ApiKey) => void
  onRevoke: (key: ApiKey) => void
}

function KeyRow({ apiKey: key, onRotate, onRevoke }: KeyRowProps) {
  const { viewer } = useSession()
  const expiry = describeExpiry(key)
  const isReplaced = key.isRotated && key.isActive
  const isNarrowed = key.role !== 'CANDIDATE' && key.permissions.length < listGrantable(key.role, viewer.may).length
  return (
    <tr className={key.isActive ? '' : 'quiet'}>
      <th scope="row">
        <bdi className="font-semibold">{key.name}</bdi>{' '}
        <span className="small quiet">{[isReplaced && 'old', key.isTest && 'test'].filter(Boolean).join(', ')}</span>
      </th>
      <td data-label="Role">
        {nameRole(key.role)}
        {isNarrowed && (
          <span className="small quiet" title={key.permissions.map(nameAction).join(', ')}>
            {' '}
            {key.permissions.length} {key.permissions.length === 1 ? 'action' : 'actions'} only
          </span>
        )}
      </td>
      <td data-label="Made">
        {formatDay(key.createdAt)}
        {key.createdBy && (
          <span className="small quiet">
            {' '}
            by <bdi>{key.createdBy}</bdi>
          </span>
        )}
      </td>
      <td data-label="Expires" className={expiry.isSoon ? 'text-warn' : ''}>
        {expiry.text}
      </td>
      <td data-label="Last use">{describeLastUse(key.lastUsedAt, 'Not used yet')}</td>
      <td>
        {key.isActive && (
          <span className="line justify-end">
            {!key.isRotated && (
              <button type="button" className="btn btn-bare btn-small" aria-label={`Rotate ${key.name}`} onClick={() => onRotate(key)}>
                <RefreshCw className="icon" aria-hidden /> Rotate
              </button>
            )}
            <button type="button" className="btn btn-bare btn-small text-bad" aria-label={`${isReplaced ? 'End it now:' : 'Revoke'} ${key.name}`} onClick={() => onRevoke(key)}>
              {isReplaced ? 'End it now' : 'Revoke'}
            </button>
          </span>
        )}
      </td>
    </tr>
  )
}

const OVERLAPS: readonly (readonly [number, string, string])[] = [
  [1_440, 'For a day', 'works for another day, so that nothing breaks while you change it'],
  [10_080, 'For 7 days', 'works for another 7 days, so that nothing breaks while you change it'],
  [60, 'For an hour', 'works for another hour'],
  [0, 'Not at all', 'has stopped working'],
]

function RotateDialog({ apiKey, onSecret, onClose }: { apiKey: ApiKey; onSecret: (secret: NewSecret) => void; onClose: () => void }) {
  const { isBusy, problem, run } = useMutation(ROTATE_API_KEY)
  const [overlapMinutes, setOverlap] = useState(1_440)
  const rotate = async () => {
    const data = await run({ apiKeyId: apiKey.id, overlapMinutes })
    const result = data?.rotateApiKey
    if (result) onSecret({ key: result.apiKey, secret: result.secret ?? null, overlap: OVERLAPS.find(([minutes]) => minutes === overlapMinutes)?.[2] ?? '' })
  }
  return (
    <FormDialog title="Rotate this key?" action="Rotate" isBusy={isBusy} problem={problem} fields={['overlapMinutes']} onSubmit={() => void rotate()} onClose={onClose}>
      <p>
        A new key replaces “<bdi>{apiKey.name}</bdi>”. It is the same caller, with the same role, and is shown once.
      </p>
      <Field label="The old key still works" error={findFieldError(problem, 'overlapMinutes')}>
        {(control) => (
          <select {...control} value={overlapMinutes} onChange={(event) => setOverlap(Number(event.target.value))}>
            {OVERLAPS.map(([minutes, text]) => (
              <option key={minutes} value={minutes}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
    </FormDialog>
  )
}

function RevokeDialog({ apiKey, onDone, onClose }: { apiKey: ApiKey; onDone: () => void; onClose: () => void }) {
  const toast = useToast()
  const { isBusy, problem, run } = useMutation(REVOKE_API_KEY)
  const revoke = async () => {
    if (!(await run({ apiKeyId: apiKey.id }))) return
    toast('The key is revoked.')
    onDone()
  }
  return (
    <FormDialog title="Revoke this key?" action="Revoke the key" isDanger isBusy={isBusy} problem={problem} fields={[]} onSubmit={() => void revoke()} onClose={onClose}>
      <p>
        Requests with “<bdi>{apiKey.name}</bdi>” are refused from now on, and sessions that began with it end. This cannot be undone.
      </p>
    </FormDialog>
  )
}
