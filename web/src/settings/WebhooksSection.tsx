import { Ellipsis, KeyRound, List, Pencil, Plus, RefreshCw, Send, Trash2 } from 'lucide-react'
import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import { Link } from 'wouter'
import { ActionsDialog } from '../desk/ActionsDialog'
import { formatMoment } from '../desk/interviews/interviewText'
import { getOneTimeSecrets } from '../desk/oneTimeSecrets'
import { useSession } from '../desk/session'
import { useToast } from '../desk/Toast'
import type { WebhookDeliveryStatus } from '../gql/graphql'
import {
  DELETE_WEBHOOK_ENDPOINT,
  REPLAY_DELIVERIES,
  REPLAY_DELIVERY,
  ROTATE_WEBHOOK_SECRET,
  UPDATE_WEBHOOK_ENDPOINT,
  WEBHOOK_DELIVERIES,
  WEBHOOK_ENDPOINTS,
  type WebhookDelivery,
  type WebhookEndpoint,
} from './documents'
import { Field, FormDialog } from './form'
import { OneTimeSecretList } from './OneTimeSecretList'
import { SectionList } from './SectionList'
import { formatDay } from './settingsText'
import { useMutation } from './useMutation'
import { usePages } from './usePages'
import { type NewSigningSecret, WebhookDialog } from './WebhookDialog'
import { describeAttempt, describeDelivery, describeEndpoint, describeEvents, EVENT_NAMES } from './webhookText'

type Open = { dialog: 'create' } | { dialog: 'more' | 'edit' | 'rotate' | 'delete'; endpoint: WebhookEndpoint }

const SECTION = 'webhooks'

/** Webhooks: the URLs that receive events, their secrets, and what was delivered. */
export function WebhooksSection() {
  const { connection } = useSession()
  const { items, hasMore, problem, readMore, reload } = usePages(WEBHOOK_ENDPOINTS)
  const [open, setOpen] = useState<Open | null>(null)
  const [isLost, setLost] = useState(false)
  const [followedId, setFollowedId] = useState<string | null>(null)
  const followed = items?.find(({ id }) => id === followedId)
  const close = () => setOpen(null)
  const onDone = () => {
    close()
    reload()
  }
  const onSecret = ({ secret, isRotated }: NewSigningSecret) => {
    setLost(secret === null)
    if (secret !== null) {
      getOneTimeSecrets(connection).add({
        section: SECTION,
        title: `${isRotated ? 'The secret was rotated.' : 'The endpoint was added.'} This is the only time that its secret is shown.`,
        label: 'The signing secret',
        secret,
        hint: 'The receiver verifies each request with it, as libraries of Standard Webhooks do.',
      })
    }
    onDone()
  }
  return (
    <>
      <SectionList
        title="Webhooks"
        count={items && !hasMore && `${items.filter(({ pauseReason }) => !pauseReason).length} active`}
        action={
          <button type="button" className="btn" onClick={() => setOpen({ dialog: 'create' })}>
            <Plus className="icon" aria-hidden /> Add an endpoint
          </button>
        }
        columns={['URL', 'Events', 'State']}
        empty="No system receives events yet. Add the URL of one that needs to know when an interview or an evaluation is complete."
        rows={items && items.map((endpoint) => <EndpointRow key={endpoint.id} endpoint={endpoint} onOpen={setOpen} onFollow={setFollowedId} onChanged={reload} />)}
        {...{ hasMore, problem, readMore, reload }}
      >
        <OneTimeSecretList section={SECTION} />
        {isLost && (
          <p role="alert" className="note">
            The answer that showed the secret was lost. Rotate the secret of the endpoint to get another one.
          </p>
        )}
      </SectionList>
      {followed && <Deliveries key={followed.id} endpoint={followed} onClose={() => setFollowedId(null)} />}
      {open?.dialog === 'create' && <WebhookDialog onSecret={onSecret} onDone={onDone} onClose={close} />}
      {open?.dialog === 'more' && (
        <ActionsDialog
          title={<bdi>{open.endpoint.description ?? open.endpoint.url}</bdi>}
          onClose={close}
          actions={[
            { label: 'Edit', icon: Pencil, run: () => setOpen({ dialog: 'edit', endpoint: open.endpoint }) },
            { label: 'Rotate the secret', icon: KeyRound, run: () => setOpen({ dialog: 'rotate', endpoint: open.endpoint }) },
            { label: 'Delete', icon: Trash2, isDanger: true, run: () => setOpen({ dialog: 'delete', endpoint: open.endpoint }) },
          ]}
        />
      )}
      {open?.dialog === 'edit' && <WebhookDialog endpoint={open.endpoint} onSecret={onSecret} onDone={onDone} onClose={close} />}
      {open?.dialog === 'rotate' && <RotateDialog endpoint={open.endpoint} onSecret={onSecret} onClose={close} />}
      {open?.dialog === 'delete' && <DeleteDialog endpoint={open.endpoint} onDone={onDone} onClose={close} />}
    </>
  )
}

interface EndpointRowProps {
  endpoint: WebhookEndpoint
  onOpen: (open: Open) => void
  onFollow: (id: string) => void
  onChanged: () => void
}

function EndpointRow({ endpoint, onOpen, onFollow, onChanged }: EndpointRowProps) {
  const toast = useToast()
  const { isBusy, problem, run } = useMutation(UPDATE_WEBHOOK_ENDPOINT)
  const state = describeEndpoint(endpoint)
  const name = endpoint.description ?? endpoint.url
  const setPaused = async (isPaused: boolean) => {
    if (!(await run({ webhookEndpointId: endpoint.id, isPaused }))) return
    toast(isPaused ? 'The endpoint is paused. Its events wait for up to 30 days.' : 'The endpoint is active again.')
    onChanged()
  }
  return (
    <tr className={endpoint.pauseReason ? 'quiet' : ''}>
      <th scope="row" className="min-w-56" title={`Added on ${formatDay(endpoint.createdAt)} by ${endpoint.createdBy}`}>
        {endpoint.description && <bdi className="block font-semibold">{endpoint.description}</bdi>}
        <span className={`line-clamp-2 break-all ${endpoint.description ? 'small quiet' : 'font-semibold'}`}>{endpoint.url}</span>
      </th>
      <td data-label="Events">
        <span title={endpoint.events.map((type) => EVENT_NAMES[type]).join(', ')}>{describeEvents(endpoint.events)}</span>
        {endpoint.includeDetails && <span className="small quiet">, with details</span>}
      </td>
      <td data-label="State" className={`min-w-24 ${state.isBad ? 'text-bad' : ''}`}>
        {state.text}
        {problem && (
          <span role="alert" className="small block text-bad">
            {problem.message}
          </span>
        )}
        {endpoint.lostChangesAt && <span className="small block text-warn">Events before {formatDay(endpoint.lostChangesAt)} were lost</span>}
        {endpoint.previousSecretExpiresAt && <span className="small quiet block">Both secrets sign until {formatMoment(endpoint.previousSecretExpiresAt)}</span>}
      </td>
      <td>
        <span className="line justify-end flex-wrap min-[1280px]:flex-nowrap">
          <button type="button" className="btn btn-bare btn-small" aria-label={`Deliveries to ${name}`} onClick={() => onFollow(endpoint.id)}>
            <List className="icon" aria-hidden /> Deliveries
          </button>
          <button
            type="button"
            className="btn btn-bare btn-small"
            aria-label={`${endpoint.pauseReason ? 'Resume' : 'Pause'} ${name}`}
            aria-disabled={isBusy}
            onClick={() => void setPaused(!endpoint.pauseReason)}
          >
            {endpoint.pauseReason ? 'Resume' : 'Pause'}
          </button>
          <button type="button" className="btn btn-bare btn-small wide-only" aria-label={`Edit ${name}`} onClick={() => onOpen({ dialog: 'edit', endpoint })}>
            Edit
          </button>
          <button type="button" className="btn btn-bare btn-small wide-only" aria-label={`Rotate the secret of ${name}`} onClick={() => onOpen({ dialog: 'rotate', endpoint })}>
            Rotate
          </button>
          <button type="button" className="btn btn-bare btn-small text-bad wide-only" aria-label={`Delete ${name}`} onClick={() => onOpen({ dialog: 'delete', endpoint })}>
            Delete
          </button>
          <button type="button" className="btn btn-bare btn-small phone-only" aria-label={`More for ${name}`} onClick={() => onOpen({ dialog: 'more', endpoint })}>
            <Ellipsis className="icon" aria-hidden /> More
          </button>
        </span>
      </td>
    </tr>
  )
}

const STATUSES: Record<'all' | 'failed' | 'waiting', WebhookDeliveryStatus[] | null> = { all: null, failed: ['FAILED'], waiting: ['PENDING'] }

/** The deliveries to an endpoint, newest first, and sending them again. */
function Deliveries({ endpoint, onClose }: { endpoint: WebhookEndpoint; onClose: () => void }) {
  const panel = useRef<HTMLDivElement>(null)
  const [filter, setFilter] = useState<keyof typeof STATUSES>('all')
  const [isReplaying, setReplaying] = useState(false)
  const variables = useMemo(() => ({ endpointId: endpoint.id, statuses: STATUSES[filter] }), [endpoint.id, filter])
  const deliveries = usePages(WEBHOOK_DELIVERIES, variables)
  useLayoutEffect(() => panel.current?.focus(), [])
  return (
    <div ref={panel} tabIndex={-1} role="region" aria-label={`Deliveries to ${endpoint.description ?? endpoint.url}`} className="wide">
      <SectionList
        title="Deliveries"
        count={<bdi>{endpoint.description ?? endpoint.url}</bdi>}
        action={
          <button type="button" className="btn btn-bare" onClick={onClose}>
            Close
          </button>
        }
        columns={['Event', 'Occurred', 'State', 'Attempts', 'Last attempt']}
        empty={filter === 'all' ? 'Nothing was sent in the last 30 days.' : 'There is none.'}
        rows={deliveries.items && deliveries.items.map((delivery) => <DeliveryRow key={delivery.id} delivery={delivery} onChanged={deliveries.reload} />)}
        {...deliveries}
      >
        <div className="line flex-wrap">
          <select className="input w-auto" aria-label="Show" value={filter} onChange={(event) => setFilter(event.target.value as keyof typeof STATUSES)}>
            <option value="all">All</option>
            <option value="failed">Failed</option>
            <option value="waiting">Waiting</option>
          </select>
          <button type="button" className="btn" onClick={deliveries.reload}>
            <RefreshCw className="icon" aria-hidden /> Refresh
          </button>
          <button type="button" className="btn" onClick={() => setReplaying(true)}>
            <Send className="icon" aria-hidden /> Send again
          </button>
        </div>
      </SectionList>
      {isReplaying && (
        <ReplayDialog
          endpoint={endpoint}
          onDone={() => {
            setReplaying(false)
            deliveries.reload()
          }}
          onClose={() => setReplaying(false)}
        />
      )}
    </div>
  )
}

function DeliveryRow({ delivery, onChanged }: { delivery: WebhookDelivery; onChanged: () => void }) {
  const toast = useToast()
  const { isBusy, problem, run } = useMutation(REPLAY_DELIVERY)
  const state = describeDelivery(delivery)
  const replay = async () => {
    if (!(await run({ webhookDeliveryId: delivery.id }))) return
    toast('It is sent again.')
    onChanged()
  }
  return (
    <tr>
      <th scope="row">
        <Link href={`/interviews/${delivery.interviewId}`} className="font-semibold">
          {EVENT_NAMES[delivery.type]}
        </Link>
      </th>
      <td data-label="Occurred">{formatMoment(delivery.occurredAt)}</td>
      <td data-label="State" className={state.isBad ? 'text-bad' : ''}>
        {state.text}
        {problem && (
          <span role="alert" className="small block">
            {problem.message}
          </span>
        )}
      </td>
      <td data-label="Attempts">{delivery.attempts}</td>
      <td data-label="Last attempt">{describeAttempt(delivery)}</td>
      <td>
        <span className="line justify-end">
          <button type="button" className="btn btn-bare btn-small" aria-label={`Send again: ${EVENT_NAMES[delivery.type]}, ${formatMoment(delivery.occurredAt)}`} aria-disabled={isBusy} onClick={() => void replay()}>
            Send again
          </button>
        </span>
      </td>
    </tr>
  )
}

const HOUR_MS = 3_600_000
const PERIODS: readonly (readonly [number, string])[] = [
  [1, 'The last hour'],
  [24, 'The last day'],
  [168, 'The last 7 days'],
  [720, 'The last 30 days'],
]

function ReplayDialog({ endpoint, onDone, onClose }: { endpoint: WebhookEndpoint; onDone: () => void; onClose: () => void }) {
  const toast = useToast()
  const { isBusy, problem, run } = useMutation(REPLAY_DELIVERIES)
  const [hours, setHours] = useState(24)
  const [isFailedOnly, setFailedOnly] = useState(true)
  // a repeated attempt sends the same time
  const [openedAt] = useState(() => Date.now())
  const replay = async () => {
    const since = new Date(openedAt - hours * HOUR_MS).toISOString()
    const data = await run({ webhookEndpointId: endpoint.id, since, statuses: isFailedOnly ? ['FAILED'] : null })
    const count = data?.replayDeliveries?.deliveries
    if (count === undefined) return
    toast(count === 1 ? 'One event is sent again.' : `${count} events are sent again.`)
    onDone()
  }
  return (
    <FormDialog title="Send events again?" action="Send again" isBusy={isBusy} problem={problem} fields={[]} onSubmit={() => void replay()} onClose={onClose}>
      <p>Each event keeps its webhook-id, by which the receiver recognizes what it has already.</p>
      <Field label="Events of">
        {(control) => (
          <select {...control} value={hours} onChange={(event) => setHours(Number(event.target.value))}>
            {PERIODS.map(([value, text]) => (
              <option key={value} value={value}>
                {text}
              </option>
            ))}
          </select>
        )}
      </Field>
      <label className="line">
        <input type="checkbox" className="check" checked={isFailedOnly} onChange={(event) => setFailedOnly(event.target.checked)} />
        Only those that failed
      </label>
    </FormDialog>
  )
}

const OVERLAPS: readonly (readonly [number, string])[] = [
  [1_440, 'For a day'],
  [10_080, 'For 7 days'],
  [60, 'For an hour'],
  [0, 'Not at all'],
]

function RotateDialog({ endpoint, onSecret, onClose }: { endpoint: WebhookEndpoint; onSecret: (secret: NewSigningSecret) => void; onClose: () => void }) {
  const { isBusy, problem, run } = useMutation(ROTATE_WEBHOOK_SECRET)
  const [overlapMinutes, setOverlap] = useState(1_440)
  const rotate = async () => {
    const data = await run({ webhookEndpointId: endpoint.id, overlapMinutes })
    const result = data?.rotateWebhookSecret
    if (result) onSecret({ secret: result.secret ?? null, isRotated: true })
  }
  return (
    <FormDialog title="Rotate the secret?" action="Rotate" isBusy={isBusy} problem={problem} fields={[]} onSubmit={() => void rotate()} onClose={onClose}>
      <p>A new secret signs from now on. While both sign, the receiver may know either of them.</p>
      <Field label="The old secret also signs">
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

function DeleteDialog({ endpoint, onDone, onClose }: { endpoint: WebhookEndpoint; onDone: () => void; onClose: () => void }) {
  const toast = useToast()
  const { isBusy, problem, run } = useMutation(DELETE_WEBHOOK_ENDPOINT)
  const remove = async () => {
    if (!(await run({ webhookEndpointId: endpoint.id }))) return
    toast('The endpoint is deleted.')
    onDone()
  }
  return (
    <FormDialog title="Delete this endpoint?" action="Delete the endpoint" isDanger isBusy={isBusy} problem={problem} fields={[]} onSubmit={() => void remove()} onClose={onClose}>
      <p className="break-words">
        <bdi>{endpoint.url}</bdi> receives nothing from now on. Its secret and its deliveries are deleted, which cannot be undone.
      </p>
    </FormDialog>
  )
}
