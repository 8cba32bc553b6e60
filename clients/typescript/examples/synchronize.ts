// Keeps a copy of all interviews in a file. It can be stopped and started at any moment.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { type InterviewDetailsFragment, Viva, VivaError } from 'viva-client'

interface Copy {
  cursor: string
  interviews: Record<string, { application: string | null; status: string }>
}

/** Replaces the file, so that the interviews and the cursor are always those of the same moment. */
async function save(file: string, copy: Copy): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(copy))
  await rename(`${file}.new`, file)
}

/** Notes the present state of an interview, or deletes what is known of it once it is erased. */
function note(copy: Copy, { id, externalId, status, erasedAt }: InterviewDetailsFragment): void {
  if (erasedAt) delete copy.interviews[id]
  else copy.interviews[id] = { application: externalId, status }
}

/** Reads all interviews. The changes after `cursor` follow. */
async function readAll(viva: Viva): Promise<Copy> {
  const copy: Copy = { cursor: await viva.latestCursor(), interviews: {} }
  for await (const interview of viva.listInterviews({ first: 100 })) note(copy, interview)
  return copy
}

/** Brings the copy up to date, and keeps it so until the signal. */
export async function synchronize(file: string, viva: Viva, signal?: AbortSignal): Promise<void> {
  let copy = await readFile(file, 'utf8').then((text) => JSON.parse(text) as Copy, () => readAll(viva))
  while (!signal?.aborted) {
    await save(file, copy)
    try {
      for await (const change of viva.changes(copy.cursor, signal ? { signal } : {})) {
        if (change.interview) note(copy, change.interview)
        copy.cursor = change.cursor
        await save(file, copy)
      }
    } catch (error) {
      if (!(error instanceof VivaError && error.code === 'CURSOR_EXPIRED')) throw error
      copy = await readAll(viva)
    }
  }
}

const { VIVA_URL, VIVA_KEY } = process.env
if (VIVA_URL && VIVA_KEY) await synchronize('interviews.json', new Viva({ url: VIVA_URL, token: VIVA_KEY }))
