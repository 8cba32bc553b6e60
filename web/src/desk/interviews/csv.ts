import type { Connection } from '../../api/connection'
import type { ListedInterview } from './documents'
import { INTERVIEWS } from './documents'
import { buildSearches, type ListRequest } from './interviewList'
import { DECISIONS, describeStatus, RECOMMENDATIONS } from './interviewText'

export const MAX_ROWS = 5_000
const PAGE_SIZE = 100

/**
 * Returns one cell of a CSV file. Spreadsheets run a cell that begins with = + - @ or a control character as a formula, also
 * after spaces and in full width: an apostrophe in front of it makes it text.
 */
export function formatCell(value: string | number | null | undefined): string {
  if (typeof value === 'number') return String(value)
  const text = value ?? ''
  const isFormula = /^[\s\p{Cc}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/u.test(text) || /^[\t\r\n]/.test(text)
  const safe = isFormula ? `'${text}` : text
  return /[",;\r\n\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

type Column = [title: string, value: (interview: ListedInterview) => string | number | null | undefined]

const COLUMNS: Column[] = [
  ['Candidate', ({ candidate }) => candidate?.name],
  ['Reference', ({ externalId }) => externalId],
  ['Position', ({ position }) => position.title],
  ['Version', ({ position }) => position.version],
  ['Status', describeStatus],
  ['Channel', ({ channel }) => (channel === 'VOICE' ? 'Voice' : 'Typed')],
  ['Created', ({ createdAt }) => createdAt],
  ['Scheduled for', ({ scheduledFor }) => scheduledFor],
  ['Started', ({ startedAt }) => startedAt],
  ['Ended', ({ endedAt }) => endedAt],
]

const RESULT_COLUMNS: Column[] = [
  ['Score', ({ evaluation }) => (evaluation?.isBlind ? null : evaluation?.overallScore)],
  ['Band', ({ evaluation }) => (evaluation?.recommendation && !evaluation.isBlind ? RECOMMENDATIONS[evaluation.recommendation] : null)],
  ['Decision', ({ decision }) => (decision ? DECISIONS[decision] : null)],
]

/** Returns the interviews as CSV by RFC 4180; spreadsheets need the mark at the beginning to read UTF-8. */
export function formatCsv(interviews: readonly ListedInterview[], mayReadResults: boolean): string {
  const columns = mayReadResults ? [...COLUMNS, ...RESULT_COLUMNS] : COLUMNS
  const lines = [columns.map(([title]) => title), ...interviews.map((interview) => columns.map(([, value]) => formatCell(value(interview))))]
  return `\uFEFF${lines.map((cells) => cells.join(',')).join('\r\n')}\r\n`
}

/** Reads what the list shows, up to MAX_ROWS. Rejects with a Problem. */
export async function readAll(connection: Connection, request: ListRequest, onProgress: (count: number) => void, signal: AbortSignal) {
  const found = new Map<string, ListedInterview>()
  for (const filter of buildSearches(request)) {
    let after: string | null = null
    do {
      const { interviews }: { interviews: { nodes: ListedInterview[]; pageInfo: { hasNextPage: boolean; endCursor?: string | null } } } =
        await connection.query(INTERVIEWS, {
          filter,
          orderBy: request.orderBy,
          first: PAGE_SIZE,
          after,
          results: request.mayReadResults,
          counted: false,
        })
      if (signal.aborted) return []
      for (const interview of interviews.nodes) found.set(interview.id, interview)
      onProgress(Math.min(found.size, MAX_ROWS))
      after = interviews.pageInfo.hasNextPage ? (interviews.pageInfo.endCursor ?? null) : null
    } while (after && found.size < MAX_ROWS)
  }
  return [...found.values()].slice(0, MAX_ROWS)
}
