import { CalendarPlus, Copy, Download, Mail } from 'lucide-react'
import { type ChangeEvent, useLayoutEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { Problem, toProblem } from '../../api/problem'
import type { Channel } from '../../gql/graphql'
import { saveCalendarFile, saveText } from '../../ui/saveText'
import { copyText } from '../interviews/clipboard'
import { CHANNELS } from '../interviews/interviewText'
import { usePositions } from '../interviews/usePositions'
import { PageHeading } from '../PageHeading'
import { useSession } from '../session'
import { useToast } from '../Toast'
import { CHECK_IMPORT, IMPORT, type ImportedRow } from './documents'
import { buildTemplate, countRows, describeOutcome, describeTime, formatResult, isTooLarge, readFile, summarize } from './importText'
import { OWN_TIME_ZONE, TIME_ZONES } from './timeZones'

interface Result {
  rows: readonly ImportedRow[]
  ignoredColumns: readonly string[]
  /** Whether the rows were imported, not only checked. */
  isImported: boolean
}

/** Imports candidates from a CSV file: the file, what is wrong with its rows, and the links of those that were imported. */
export default function ImportPage() {
  const { connection, may } = useSession()
  const [csv, setCsv] = useState('')
  const [isGuess, setGuess] = useState(false)
  const [positionKey, setPositionKey] = useState('')
  const [channel, setChannel] = useState<Channel>('VOICE')
  const [timeZone, setTimeZone] = useState(OWN_TIME_ZONE)
  const [result, setResult] = useState<Result | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isBusy, setBusy] = useState(false)
  const summary = useRef<HTMLParagraphElement>(null)
  useLayoutEffect(() => {
    // what is new on the page is read first
    if (result) summary.current?.focus()
  }, [result])

  const send = async (isImport: boolean) => {
    if (isBusy) return
    setBusy(true)
    setProblem(null)
    const variables = { input: { csv, positionKey: positionKey || null, channel, timeZone }, timeZone }
    try {
      const found = isImport
        ? (await connection.mutate(IMPORT, variables)).importCandidates?.candidateImport
        : (await connection.query(CHECK_IMPORT, variables)).checkCandidateImport
      if (!found) throw new Problem('INTERNAL', 'The server did not answer. Please try again.')
      setResult({ ...found, isImported: isImport })
    } catch (error) {
      setProblem(toProblem(error))
    } finally {
      setBusy(false)
    }
  }
  const choose = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? []
    if (!file) return
    const content = await readFile(file)
    setCsv(content.text)
    setGuess(content.isGuess)
    // the same file can be chosen again once it was changed
    target.value = ''
  }
  const startAgain = (isNew: boolean) => {
    setResult(null)
    setProblem(null)
    if (isNew) setCsv('')
  }

  if (!may('SCHEDULE_INTERVIEW')) {
    return (
      <main>
        <div className="page-state">
          <PageHeading title="Import candidates" />
          <p className="quiet">Your role may not schedule interviews.</p>
        </div>
      </main>
    )
  }
  const notice = problem && (
    <p role="alert" className="note note-bad">
      <span>
        {problem.message}
        {problem.isTransient && ' You can try again: no candidate is imported twice.'}
      </span>
    </p>
  )
  return (
    <main>
      <header className="top-bar">
        <PageHeading title="Import candidates" />
        <span className="flex-1" />
        <Link href="/interviews?tab=all" className="btn btn-bare">
          Interviews
        </Link>
      </header>
      {result ? (
        <section className="grid grid-cols-[minmax(0,1fr)] gap-4 px-6 pb-6 max-[1199px]:px-4">
          <p ref={summary} tabIndex={-1} role="status" className="font-semibold outline-none">
            {summarize(result.rows)}
          </p>
          {result.ignoredColumns.length > 0 && (
            <p className="note">
              <span>
                These columns are not imported: <bdi>{result.ignoredColumns.join(', ')}</bdi>.
              </span>
            </p>
          )}
          {notice}
          <ResultActions result={result} isBusy={isBusy} onImport={() => void send(true)} onBack={startAgain} />
          <RowTable rows={result.rows} isImported={result.isImported} />
        </section>
      ) : (
        <form
          className="grid max-w-[720px] grid-cols-[minmax(0,1fr)] gap-4 px-6 pb-6 max-[1199px]:px-4"
          onSubmit={(event) => {
            event.preventDefault()
            void send(false)
          }}
        >
          <p className="quiet">
            The first line names the columns: name, and if you like reference, position (its key), scheduled for, language and channel (voice or text). At most 500 candidates.
            You see what is wrong before anything is stored.
          </p>
          <div className="line flex-wrap">
            <label className="btn focus-within:outline-2">
              Choose a CSV file
              <input type="file" className="sr-only" accept=".csv,.tsv,.txt,text/csv" onChange={(event) => void choose(event)} />
            </label>
            <button type="button" className="btn btn-bare" onClick={() => saveText('candidates.csv', buildTemplate(), 'text/csv')}>
              <Download className="icon" aria-hidden /> Template
            </button>
          </div>
          <div className="field">
            <label htmlFor="import-csv">Content of the file</label>
            <textarea
              id="import-csv"
              className="input font-mono"
              rows={10}
              dir="auto"
              spellCheck={false}
              placeholder="You can also paste rows from a spreadsheet."
              value={csv}
              onChange={(event) => {
                setCsv(event.target.value)
                setGuess(false)
              }}
            />
          </div>
          {isGuess && <p className="note">The file is not in UTF-8, and was read as Windows-1252. Please check names with accents.</p>}
          <div className="form-grid">
            <div className="field">
              <label htmlFor="import-position">Position of rows that name none</label>
              <PositionSelect value={positionKey} onChange={setPositionKey} />
            </div>
            <div className="field">
              <label htmlFor="import-channel">Channel of rows that name none</label>
              <select id="import-channel" className="input" value={channel} onChange={(event) => setChannel(event.target.value as Channel)}>
                <option value="VOICE">{CHANNELS.VOICE}</option>
                <option value="TEXT">{CHANNELS.TEXT}</option>
              </select>
            </div>
            <div className="field">
              <label htmlFor="import-zone">Time zone of times without an offset</label>
              <select id="import-zone" className="input" value={timeZone} onChange={(event) => setTimeZone(event.target.value)}>
                {TIME_ZONES.map((zone) => (
                  <option key={zone}>{zone}</option>
                ))}
              </select>
            </div>
          </div>
          {isTooLarge(csv) && (
            <p role="alert" className="note note-bad">
              This is too large for one import. Please split it into files of at most 200 KB.
            </p>
          )}
          {notice}
          <div className="line">
            <button type="submit" className="btn btn-primary" disabled={!csv.trim() || isTooLarge(csv)} aria-disabled={isBusy}>
              {isBusy ? 'Checking…' : 'Check'}
            </button>
            <span className="small quiet">Nothing is stored yet.</span>
          </div>
        </form>
      )}
    </main>
  )
}

function PositionSelect({ value, onChange }: { value: string; onChange: (key: string) => void }) {
  const { positions, problem } = usePositions()
  return (
    <>
      <select id="import-position" className="input" value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">Every row names its position</option>
        {positions.map(({ key, title }) => (
          <option key={key} value={key}>
            {title}
          </option>
        ))}
      </select>
      {problem && <span className="small text-bad">The positions could not be read. {problem.message}</span>}
    </>
  )
}

interface ResultActionsProps {
  result: Result
  isBusy: boolean
  onImport: () => void
  onBack: (isNew: boolean) => void
}

function ResultActions({ result: { rows, isImported }, isBusy, onImport, onBack }: ResultActionsProps) {
  const left = countRows(rows, isImported ? 'POSTPONED' : 'READY')
  const hasLinks = rows.some(({ invite }) => invite)
  return (
    <div className="line flex-wrap">
      {left > 0 && (
        <button type="button" className="btn btn-primary" aria-disabled={isBusy} onClick={onImport}>
          {isBusy ? 'Importing…' : `Import ${left} ${left === 1 ? 'candidate' : 'candidates'}`}
        </button>
      )}
      {hasLinks && (
        <button
          type="button"
          className={left > 0 ? 'btn' : 'btn btn-primary'}
          onClick={() => saveText(`links-${new Date().toISOString().slice(0, 10)}.csv`, formatResult(rows), 'text/csv')}
        >
          <Download className="icon" aria-hidden /> CSV with links
        </button>
      )}
      <button type="button" className="btn" onClick={() => onBack(false)}>
        Change the file
      </button>
      {isImported && (
        <button type="button" className="btn" onClick={() => onBack(true)}>
          Import another file
        </button>
      )}
      {hasLinks && <span className="small quiet">Nothing is sent by mail: you share the links.</span>}
    </div>
  )
}

const COLUMNS = ['Line', 'Candidate', 'Position', 'When', 'How', 'Result']

function RowTable({ rows, isImported }: { rows: readonly ImportedRow[]; isImported: boolean }) {
  return (
    <table className="settings-table stacked-table">
      <thead>
        <tr>
          {COLUMNS.map((column) => (
            <th key={column} scope="col" className="whitespace-nowrap">
              {column}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.line}>
            <td data-label="Line" className="whitespace-nowrap">{row.line}</td>
            <th scope="row">
              <bdi className="font-semibold">{row.candidateName || '(no name)'}</bdi>{' '}
              {row.externalId && <bdi className="small quiet whitespace-nowrap">{row.externalId}</bdi>}
            </th>
            <td data-label="Position">
              <bdi>{row.positionTitle ?? row.positionKey}</bdi>
            </td>
            <td data-label="When" className="whitespace-nowrap">{describeTime(row)}</td>
            <td data-label="How" className="whitespace-nowrap">{row.channel && CHANNELS[row.channel]}</td>
            <td>
              <RowResult row={row} isImported={isImported} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function RowResult({ row, isImported }: { row: ImportedRow; isImported: boolean }) {
  const { outcome, faults, warnings, interview, invite } = row
  const text = describeOutcome(row)
  return (
    <div className="grid gap-1 py-1">
      <span className={outcome === 'INVALID' ? 'font-medium text-bad' : 'font-medium'}>
        {interview ? (
          <Link href={`/interviews/${interview.id}`} className="underline">
            {text}
          </Link>
        ) : (
          text
        )}
      </span>
      {[...faults, ...warnings].map(({ message }) => (
        <span key={message} className="small">
          {message}
        </span>
      ))}
      {isImported && invite && <LinkActions name={row.candidateName} invite={invite} />}
    </div>
  )
}

function LinkActions({ name, invite }: { name: string; invite: NonNullable<ImportedRow['invite']> }) {
  const toast = useToast()
  const { url, invitationText, calendarFile } = invite
  const copy = async (text: string, what: string) => toast((await copyText(text)) ? `${what} is on your clipboard.` : text)
  return (
    <span className="line flex-wrap">
      <button type="button" className="btn btn-small" onClick={() => void copy(url, 'The link')}>
        <Copy className="icon" aria-hidden /> Copy link <span className="sr-only">of {name}</span>
      </button>
      {invitationText && (
        <button type="button" className="btn btn-small" onClick={() => void copy(invitationText, 'The invitation')}>
          <Mail className="icon" aria-hidden /> Copy invitation <span className="sr-only">of {name}</span>
        </button>
      )}
      {calendarFile && (
        <button type="button" className="btn btn-small" onClick={() => saveCalendarFile(calendarFile)}>
          <CalendarPlus className="icon" aria-hidden /> Calendar file <span className="sr-only">of {name}</span>
        </button>
      )}
    </span>
  )
}
