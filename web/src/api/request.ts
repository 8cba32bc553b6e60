/** The network has failed, or the server has not answered in time. */
export class NetworkFailure extends Error {
  override readonly name = 'NetworkFailure'
}

let latestRequestId: string | null = null

/** Returns the request id of the newest response, by which the server's logs can be searched; null before the first one. */
export const getLatestRequestId = (): string | null => latestRequestId

/**
 * Sends a request and reads the whole response. Rejects with a NetworkFailure. All requests of the pages go through here: to the caller
 * of fetch, a lost connection and a mistake in the page are both a TypeError.
 */
export async function request(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  try {
    // oxlint-disable-next-line no-restricted-globals -- the one place that may call it
    const response = await fetch(input, init)
    latestRequestId = response.headers.get('x-request-id') ?? latestRequestId
    // the connection may be lost while the body arrives
    const body = await response.arrayBuffer()
    const { status, statusText, headers } = response
    // a response with one of these must not have a body
    return new Response([204, 205, 304].includes(status) ? null : body, { status, statusText, headers })
  } catch (error) {
    throw new NetworkFailure('The request has failed.', { cause: error })
  }
}
