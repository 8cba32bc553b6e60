import { formatCell } from '../interviews/csv'
import type { ImportedRow } from './documents'

/** Bytes of the file within a request, of which the API accepts 256 KiB. */
export const MAX_BYTES = 250_000

/** Returns a file with all columns and an example. */
export function buildTemplate(): string {
  const day = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10)
  return `name,reference,position,scheduled for,language,channel\r\nAda Lovelace,REQ-2214,,${day} 10:00,,voice\r\n`
}

/** Returns the text of a file, and whether its encoding was guessed: older spreadsheets do not write UTF-8. */
export async function readFile(file: Blob): Promise<{ text: string; isGuess: boolean }> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: new TextDecoder('utf-16le').decode(bytes), isGuess: false }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isGuess: false }
  } catch {
    return { text: new TextDecoder('windows-1252').decode(bytes), isGuess: true }
  }
}

/** Whether the file is too large for a request, in which line ends and quotes take two bytes. */
export function isTooLarge(csv: string): boolean {
  return new Blob([JSON.stringify(csv)]).size > MAX_BYTES
}

const OUTCOMES: Record<ImportedRow['outcome'], string> = {
  READY: 'Will be created',
  CREATED: 'Created',
  EXISTING: 'Exists already',
  INVALID: 'Not imported',
  POSTPONED: 'Not yet imported',
}

export function describeOutcome({ outcome }: ImportedRow): string {
  // the API may add outcomes that this page does not know
  return OUTCOMES[outcome] ?? outcome
}

const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** When the interview is, in the reader's time zone. A row that is not valid may have no time that can be understood. */
export function describeTime({ scheduledFor, outcome }: ImportedRow): string {
  if (scheduledFor) return TIME.format(new Date(scheduledFor))
  return outcome === 'INVALID' ? 'Not clear' : 'Any time'
}

export const countRows = (rows: readonly ImportedRow[], outcome: ImportedRow['outcome']) => rows.filter((row) => row.outcome === outcome).length

/** Returns how many rows have each outcome, in a sentence. */
export function summarize(rows: readonly ImportedRow[]): string {
  const parts: [ImportedRow['outcome'], string][] = [
    ['READY', 'can be imported'],
    ['CREATED', 'created'],
    ['EXISTING', 'known already'],
    ['INVALID', 'with faults, not imported'],
    ['POSTPONED', 'not yet imported'],
  ]
  const texts = parts.map(([outcome, text]) => [countRows(rows, outcome), text] as const).filter(([count]) => count > 0)
  return `${rows.length} ${rows.length === 1 ? 'candidate' : 'candidates'}: ${texts.map(([count, text]) => `${count} ${text}`).join(', ')}.`
}

/** Returns what became of each row, with the links, as CSV by RFC 4180. */
export function formatResult(rows: readonly ImportedRow[]): string {
  const heading = ['Line', 'Candidate', 'Reference', 'Position', 'Scheduled for', 'Result', 'Link', 'Link ends', 'Remarks']
  const lines = rows.map((row) => [
    row.line,
    row.candidateName,
    row.externalId,
    row.positionTitle ?? row.positionKey,
    row.scheduledFor,
    describeOutcome(row),
    row.invite?.url,
    row.invite?.expiresAt,
    [...row.faults, ...row.warnings].map(({ message }) => message).join(' '),
  ])
  return `\uFEFF${[heading, ...lines.map((cells) => cells.map(formatCell))].map((cells) => cells.join(',')).join('\r\n')}\r\n`
}
