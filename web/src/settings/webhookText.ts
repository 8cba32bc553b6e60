import { formatMoment } from '../desk/interviews/interviewText'
import type { WebhookEventType, WebhookFailure, WebhookPauseReason } from '../gql/graphql'
import type { WebhookDelivery, WebhookEndpoint } from './documents'

/** The types of events in the words of the desk, in the order of an interview. */
export const EVENT_NAMES: Record<WebhookEventType, string> = {
  INTERVIEW_STARTED: 'Interview started',
  INTERVIEW_COMPLETED: 'Interview completed',
  INTERVIEW_FAILED: 'Interview failed',
  INTERVIEW_CANCELLED: 'Interview cancelled',
  INTERVIEW_EXPIRED: 'Invite expired',
  INTERVIEW_OPTED_OUT: 'Candidate opted out',
  INTERVIEW_IN_TROUBLE: 'Interview in trouble',
  INTERVIEW_ERASED: 'Interview erased',
  EVALUATION_COMPLETED: 'Evaluation completed',
  EVALUATION_FAILED: 'Evaluation failed',
  EVALUATION_REVIEWED: 'Evaluation reviewed',
  RECORDING_COMPLETED: 'Recording completed',
  CANDIDATE_REQUEST: 'Candidate’s request',
}
export const EVENT_TYPES = Object.keys(EVENT_NAMES) as readonly WebhookEventType[]

const PAUSES: Record<WebhookPauseReason, string> = {
  REQUESTED: 'Paused',
  FAILING: 'Paused: every attempt failed for 5 days',
  GONE: 'Paused: the receiver answered 410',
  UNDECRYPTABLE: 'Paused: rotate the secret, then resume',
}

const FAILURES: Record<WebhookFailure, string> = {
  STATUS: 'Not accepted',
  TIMEOUT: 'No answer in time',
  CONNECTION: 'No connection',
  CERTIFICATE: 'Invalid certificate',
  ADDRESS_REFUSED: 'Not a public address',
}

/** Says in a few words whether an endpoint works, and whether somebody should look at that. */
export function describeEndpoint(endpoint: Pick<WebhookEndpoint, 'pauseReason' | 'failingSince'>, now: Date = new Date()): { text: string; isBad: boolean } {
  if (endpoint.pauseReason) return { text: PAUSES[endpoint.pauseReason], isBad: endpoint.pauseReason !== 'REQUESTED' }
  if (endpoint.failingSince) return { text: `Failing since ${formatMoment(endpoint.failingSince, now)}`, isBad: true }
  return { text: 'Active', isBad: false }
}

/** Says which events an endpoint receives. */
export function describeEvents(events: readonly WebhookEventType[]): string {
  if (events.length === EVENT_TYPES.length) return 'All'
  const [first] = events
  return events.length === 1 && first ? EVENT_NAMES[first] : `${events.length} of ${EVENT_TYPES.length}`
}

/** Says what became of a delivery, and whether it needs attention. */
export function describeDelivery(delivery: Pick<WebhookDelivery, 'status' | 'attempts' | 'nextAttemptAt'>, now: Date = new Date()): { text: string; isBad: boolean } {
  if (delivery.status === 'DELIVERED') return { text: 'Delivered', isBad: false }
  if (delivery.status === 'FAILED') return { text: 'Failed', isBad: true }
  if (!delivery.attempts || !delivery.nextAttemptAt || new Date(delivery.nextAttemptAt) <= now) return { text: 'Waiting', isBad: false }
  return { text: `Next attempt ${formatMoment(delivery.nextAttemptAt, now)}`, isBad: true }
}

/** Describes the last attempt of a delivery: "204 in 85 ms", "500, not accepted". */
export function describeAttempt(delivery: Pick<WebhookDelivery, 'newestAttempts'>): string {
  const last = delivery.newestAttempts.at(-1)
  if (!last) return 'None yet'
  if (!last.failure) return `${last.responseStatus ?? ''} in ${last.latencyMs} ms`
  return last.responseStatus ? `${last.responseStatus}, ${FAILURES[last.failure].toLowerCase()}` : FAILURES[last.failure]
}
