import { Problem } from '../api/problem'
import { request } from '../api/request'

/** Downloads a file of the API: the session counts for POST requests only. Rejects with what toProblem converts. */
export async function downloadFile(path: string): Promise<void> {
  const response = await request(path, { method: 'POST' })
  // errors are sentences in plain text
  if (!response.ok) throw new Problem(response.status === 401 ? 'UNAUTHENTICATED' : 'UNAVAILABLE', await response.text())
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = readFilename(response.headers.get('content-disposition')) ?? path.slice(path.lastIndexOf('/') + 1)
  link.click()
  // the download has begun once the click has been handled
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** Returns the name that a Content-Disposition header gives. */
export function readFilename(header: string | null): string | null {
  return /filename="?([^";]+)"?/.exec(header ?? '')?.[1] ?? null
}
