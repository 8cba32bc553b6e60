import { Webhook } from 'standardwebhooks'

export { WebhookVerificationError } from 'standardwebhooks'

/** The body of a webhook. */
export interface WebhookEvent {
  type: string
  timestamp: string
  data: Record<string, unknown>
}

/**
 * Returns the event in the body of a webhook, as it came. Throws WebhookVerificationError if it is not genuine. An event can come
 * several times: the header `webhook-id` identifies it.
 */
export function verifyWebhook(secret: string, body: string, headers: Headers | Record<string, string>): WebhookEvent {
  return new Webhook(secret).verify(body, headers instanceof Headers ? Object.fromEntries(headers) : headers) as WebhookEvent
}
