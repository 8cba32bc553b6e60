import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../api/connection'
import { Problem } from '../api/problem'
import { type Session, SessionContext } from '../desk/session'
import {
  CREATE_WEBHOOK_ENDPOINT,
  REPLAY_DELIVERIES,
  REPLAY_DELIVERY,
  ROTATE_WEBHOOK_SECRET,
  UPDATE_WEBHOOK_ENDPOINT,
  WEBHOOK_DELIVERIES,
  type WebhookDelivery,
  type WebhookEndpoint,
} from './documents'
import { WebhooksSection } from './WebhooksSection'

const ENDPOINT: WebhookEndpoint = {
  id: 'whe_1',
  url: 'https://ats.example.org/hook',
  description: 'ATS',
  events: ['INTERVIEW_COMPLETED'],
  includeDetails: false,
  createdAt: '2026-11-01T10:00:00Z',
  createdBy: 'Ngozi',
  pauseReason: null,
  failingSince: null,
  lostChangesAt: null,
  previousSecretExpiresAt: null,
}
const DELIVERY: WebhookDelivery = {
  id: 'whd_1',
  type: 'INTERVIEW_COMPLETED',
  occurredAt: '2026-11-02T10:00:00Z',
  status: 'FAILED',
  attempts: 80,
  nextAttemptAt: null,
  interviewId: 'int_1',
  newestAttempts: [{ attemptedAt: '2026-11-05T10:00:00Z', latencyMs: 40, responseStatus: 500, failure: 'STATUS' }],
}
const pageOf = (nodes: readonly unknown[]) => ({ page: { nodes, pageInfo: { hasNextPage: false, endCursor: null } } })

let endpoints: readonly WebhookEndpoint[]
const query = vi.fn((document: unknown, _variables: unknown) => Promise.resolve(pageOf(document === WEBHOOK_DELIVERIES ? [DELIVERY] : endpoints)))
const mutate = vi.fn((_document: unknown, _variables: { input: object }): Promise<unknown> => Promise.resolve({}))
const session = { connection: { query, mutate } as unknown as Connection } as Session
const press = (name: string | RegExp, within_: HTMLElement = document.body) => fireEvent.click(within(within_).getByRole('button', { name }))
const show = () =>
  render(
    <SessionContext value={session}>
      <WebhooksSection />
    </SessionContext>,
  )

beforeEach(() => {
  endpoints = [ENDPOINT]
  mutate.mockReset()
  HTMLDialogElement.prototype.showModal ??= vi.fn()
  HTMLElement.prototype.scrollIntoView ??= vi.fn()
})
afterEach(cleanup)

describe('K1: webhooks in the settings', () => {
  it('adds an endpoint, and shows its secret once', async () => {
    endpoints = []
    mutate.mockRejectedValueOnce(new Problem('BAD_INPUT', 'url: it is not an https URL. Send one.', null, 0, 'url')).mockResolvedValueOnce({
      createWebhookEndpoint: { webhookEndpoint: ENDPOINT, secret: 'whsec_once' },
    })
    show()
    await screen.findByText(/No system receives events yet/)
    press('Add an endpoint')
    const dialog = screen.getByRole('dialog', { hidden: true })
    fireEvent.change(within(dialog).getByLabelText('URL'), { target: { value: ENDPOINT.url } })
    fireEvent.click(within(dialog).getByLabelText('Interview started'))
    press('Add the endpoint', dialog)
    await within(dialog).findByText('It is not an https URL. Send one.')
    press('Add the endpoint', dialog)
    expect(await screen.findByLabelText<HTMLInputElement>('The signing secret')).toHaveProperty('value', 'whsec_once')
    const [document, { input }] = mutate.mock.lastCall as [unknown, { input: { url: string; events: string[]; includeDetails: boolean } }]
    expect(document).toBe(CREATE_WEBHOOK_ENDPOINT)
    expect(input).toMatchObject({ url: ENDPOINT.url, includeDetails: false })
    expect(input.events).not.toContain('INTERVIEW_STARTED')
    expect(input.events).toContain('EVALUATION_COMPLETED')
    press('I have stored it')
    expect(screen.queryByLabelText('The signing secret')).toBeNull()
  })

  it('pauses, and says why an endpoint is paused', async () => {
    endpoints = [ENDPOINT, { ...ENDPOINT, id: 'whe_2', description: 'Old', pauseReason: 'GONE' }]
    mutate.mockResolvedValue({ updateWebhookEndpoint: { webhookEndpoint: ENDPOINT } })
    show()
    await screen.findByText('Paused: the receiver answered 410')
    press('Pause ATS')
    await waitFor(() => expect(mutate).toHaveBeenCalledTimes(1))
    expect(mutate.mock.lastCall).toMatchObject([UPDATE_WEBHOOK_ENDPOINT, { input: { webhookEndpointId: 'whe_1', isPaused: true } }])
    press('Resume Old')
    await waitFor(() => expect(mutate).toHaveBeenCalledTimes(2))
    expect(mutate.mock.lastCall).toMatchObject([UPDATE_WEBHOOK_ENDPOINT, { input: { webhookEndpointId: 'whe_2', isPaused: false } }])
  })

  it('rotates the secret with an overlap', async () => {
    mutate.mockResolvedValue({ rotateWebhookSecret: { webhookEndpoint: ENDPOINT, secret: null } })
    show()
    fireEvent.click(await screen.findByRole('button', { name: 'Rotate the secret of ATS' }))
    const dialog = screen.getByRole('dialog', { hidden: true })
    fireEvent.change(within(dialog).getByLabelText('The old secret also signs'), { target: { value: '60' } })
    press('Rotate', dialog)
    await screen.findByText(/The answer that showed the secret was lost/)
    expect(mutate.mock.lastCall).toMatchObject([ROTATE_WEBHOOK_SECRET, { input: { overlapMinutes: 60 } }])
  })

  it('lists deliveries, and sends one or all that failed again', async () => {
    mutate.mockImplementation((document) =>
      Promise.resolve(document === REPLAY_DELIVERY ? { replayDelivery: { delivery: DELIVERY } } : { replayDeliveries: { deliveries: 3 } }),
    )
    show()
    fireEvent.click(await screen.findByRole('button', { name: 'Deliveries to ATS' }))
    const panel = screen.getByRole('region', { name: 'Deliveries to ATS' })
    expect(document.activeElement).toBe(panel)
    await within(panel).findByText('500, not accepted')
    fireEvent.change(within(panel).getByLabelText('Show'), { target: { value: 'failed' } })
    await waitFor(() => expect(query.mock.lastCall?.[1]).toMatchObject({ endpointId: 'whe_1', statuses: ['FAILED'] }))
    press(/^Send again: Interview completed/, panel)
    await waitFor(() => expect(mutate.mock.lastCall).toMatchObject([REPLAY_DELIVERY, { input: { webhookDeliveryId: 'whd_1' } }]))
    press('Send again', panel)
    press('Send again', screen.getByRole('dialog', { hidden: true }))
    await waitFor(() => expect(mutate.mock.lastCall).toMatchObject([REPLAY_DELIVERIES, { input: { webhookEndpointId: 'whe_1', statuses: ['FAILED'] } }]))
  })
})
