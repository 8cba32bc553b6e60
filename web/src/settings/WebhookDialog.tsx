import { useState } from 'react'
import type { WebhookEventType } from '../gql/graphql'
import { CREATE_WEBHOOK_ENDPOINT, UPDATE_WEBHOOK_ENDPOINT, type WebhookEndpoint } from './documents'
import { Field, findFieldError, FormDialog } from './form'
import { useMutation } from './useMutation'
import { EVENT_NAMES, EVENT_TYPES } from './webhookText'

export interface NewSigningSecret {
  /** Null if the answer that had it was lost. */
  secret: string | null
  isRotated: boolean
}

const FIELDS = ['url', 'description', 'events', 'includeDetails']

interface WebhookDialogProps {
  /** The endpoint to change; without it, a new one is added. */
  endpoint?: WebhookEndpoint
  onSecret: (secret: NewSigningSecret) => void
  onDone: () => void
  onClose: () => void
}

/** Adds a webhook endpoint, or changes one. */
export function WebhookDialog({ endpoint, onSecret, onDone, onClose }: WebhookDialogProps) {
  const creation = useMutation(CREATE_WEBHOOK_ENDPOINT)
  const update = useMutation(UPDATE_WEBHOOK_ENDPOINT)
  const { isBusy, problem } = endpoint ? update : creation
  const [url, setUrl] = useState(endpoint?.url ?? 'https://')
  const [description, setDescription] = useState(endpoint?.description ?? '')
  const [events, setEvents] = useState<readonly WebhookEventType[]>(endpoint?.events ?? EVENT_TYPES)
  const [includeDetails, setDetails] = useState(endpoint?.includeDetails ?? false)
  const submit = async () => {
    const fields = { url, description: description || null, events: EVENT_TYPES.filter((type) => events.includes(type)), includeDetails }
    if (endpoint) {
      if (await update.run({ webhookEndpointId: endpoint.id, ...fields })) onDone()
      return
    }
    const data = await creation.run(fields)
    const result = data?.createWebhookEndpoint
    if (result) onSecret({ secret: result.secret ?? null, isRotated: false })
  }
  const eventsError = findFieldError(problem, 'events')
  return (
    <FormDialog
      title={endpoint ? 'Change the endpoint' : 'Add an endpoint'}
      action={endpoint ? 'Save' : 'Add the endpoint'}
      isBusy={isBusy}
      problem={problem}
      fields={FIELDS}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <Field label="URL" error={findFieldError(problem, 'url')} hint="An https address that is reachable from the internet.">
        {(control) => <input {...control} data-first-focus type="url" inputMode="url" autoComplete="off" spellCheck={false} maxLength={2000} value={url} onChange={(event) => setUrl(event.target.value)} />}
      </Field>
      <Field label="What it is for" error={findFieldError(problem, 'description')} hint="For you and your colleagues. It can stay empty.">
        {(control) => <input {...control} dir="auto" autoComplete="off" maxLength={200} value={description} onChange={(event) => setDescription(event.target.value)} />}
      </Field>
      <fieldset className="grid gap-2" aria-describedby={eventsError ? 'events-error' : undefined}>
        <legend className="mb-1 font-semibold">Events</legend>
        {eventsError && (
          <p id="events-error" role="alert" className="small text-bad">
            {eventsError}
          </p>
        )}
        <div className="grid max-h-60 gap-2 overflow-auto">
          {EVENT_TYPES.map((type) => (
            <label key={type} className="line">
              <input
                type="checkbox"
                className="check"
                value={type}
                checked={events.includes(type)}
                onChange={(event) => setEvents(event.target.checked ? [...events, type] : events.filter((other) => other !== type))}
              />
              {EVENT_NAMES[type]}
            </label>
          ))}
        </div>
      </fieldset>
      <label className="line">
        <input type="checkbox" className="check flex-none" checked={includeDetails} onChange={(event) => setDetails(event.target.checked)} />
        With status, reference, score and decision. Otherwise events have ids only.
      </label>
    </FormDialog>
  )
}
