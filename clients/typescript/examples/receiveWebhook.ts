// Receives webhooks, with the Request and Response of fetch, which most frameworks have.
import { type WebhookEvent, WebhookVerificationError, verifyWebhook } from 'viva-client'

/** In place of your database, in which `webhook-id` is unique: an event may come several times. */
export const events = new Map<string, WebhookEvent>()

/** Stores an event, and answers immediately: do the work afterwards. */
export async function receive(request: Request): Promise<Response> {
  const id = request.headers.get('webhook-id') ?? ''
  try {
    events.set(id, verifyWebhook(process.env.WEBHOOK_SECRET ?? '', await request.text(), request.headers))
  } catch (error) {
    if (error instanceof WebhookVerificationError) return new Response(null, { status: 401 })
    throw error
  }
  return new Response(null, { status: 204 })
}
