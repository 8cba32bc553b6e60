import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { cleanUpDesk, click, openDesk, type } from '../../testing/desk'
import { ApiFailure } from '../../testing/fakeApi'
import { saveText } from '../../ui/saveText'
import type { ImportedRow } from './documents'
import { formatResult, isTooLarge, readFile, summarize } from './importText'

vi.mock('../../ui/saveText', () => ({ saveText: vi.fn(), saveCalendarFile: vi.fn() }))

const makeRow = (values: Partial<ImportedRow>): ImportedRow => ({
  line: 2,
  candidateName: 'Ada Lovelace',
  externalId: 'A-1',
  positionKey: 'engineer',
  positionTitle: 'Engineer',
  scheduledFor: null,
  language: 'en',
  channel: 'VOICE',
  outcome: 'READY',
  faults: [],
  warnings: [],
  interview: null,
  ...values,
})
const INVALID = makeRow({ line: 3, candidateName: '<b>', outcome: 'INVALID', faults: [{ message: 'name is not a name: send letters.' }] })
const INVITE = { url: 'http://localhost/join#abc', expiresAt: '2026-12-08T10:00:00Z', invitationText: 'Hello Ada', calendarFile: 'BEGIN:VCALENDAR' }
const CREATED = makeRow({ outcome: 'CREATED', interview: { id: 'int_1' }, invite: INVITE })
const checked = { checkCandidateImport: { ignoredColumns: ['email'], rows: [makeRow({}), INVALID] } }
const imported = { importCandidates: { candidateImport: { ignoredColumns: [], rows: [CREATED, INVALID] } } }

const rowOf = (name: string) => screen.getByRole('rowheader', { name: new RegExp(name) }).closest('tr') ?? document.body
const check = () => {
  type('Content of the file', 'name,reference\nAda Lovelace,A-1\n<b>,\n')
  click('Check')
}

cleanUpDesk()

describe('L2: importing candidates', () => {
  it('shows what is wrong before it imports, and the links afterwards', async () => {
    const api = openDesk('/interviews/import', { CheckImport: () => checked, ImportCandidates: () => imported })
    await screen.findByRole('heading', { name: 'Import candidates' })
    expect(screen.getByRole('button', { name: 'Check' })).toHaveProperty('disabled', true)
    await screen.findByRole('option', { name: 'Engineer' })
    fireEvent.change(screen.getByLabelText('Position of rows that name none'), { target: { value: 'engineer' } })
    check()
    const summary = await screen.findByText('2 candidates: 1 can be imported, 1 with faults, not imported.')
    expect(document.activeElement).toBe(summary)
    expect(screen.getByText(/These columns are not imported/).textContent).toContain('email')
    expect(rowOf('<b>').textContent).toContain('Not importedname is not a name')
    expect(api.callsOf('CheckImport')).toMatchObject([{ input: { csv: 'name,reference\nAda Lovelace,A-1\n<b>,\n', positionKey: 'engineer', channel: 'VOICE' } }])
    expect(api.callsOf('ImportCandidates')).toEqual([])

    click('Import 1 candidate')
    await screen.findByText('2 candidates: 1 created, 1 with faults, not imported.')
    expect(api.callsOf('ImportCandidates')).toMatchObject([api.callsOf('CheckImport')[0]])
    const row = within(rowOf('Ada Lovelace'))
    expect(row.getByRole('link', { name: 'Created' }).getAttribute('href')).toBe('/interviews/int_1')
    for (const name of [/^Copy link/, /^Copy invitation/, /^Calendar file/]) expect(row.getByRole('button', { name })).toBeTruthy()
    click('CSV with links')
    expect(vi.mocked(saveText).mock.calls[0]?.[1]).toContain('http://localhost/join#abc')

    click('Change the file')
    expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Content of the file' }).value).toContain('Ada Lovelace')
  })

  it('says that a failed import can be repeated, and a refused file why', async () => {
    const failures = [new ApiFailure('BAD_INPUT', 'csv cannot be imported: it has no column with the title name.'), new ApiFailure('UNAVAILABLE', 'Try again in a moment.')]
    openDesk('/interviews/import', {
      CheckImport: () => {
        const [failure] = failures
        if (failure?.code === 'BAD_INPUT') {
          failures.shift()
          throw failure
        }
        return checked
      },
      ImportCandidates: () => {
        const failure = failures.shift()
        if (failure) throw failure
        return imported
      },
    })
    await screen.findByRole('heading', { name: 'Import candidates' })
    check()
    expect((await screen.findByRole('alert')).textContent).toBe('csv cannot be imported: it has no column with the title name.')
    check()
    await screen.findByText(/1 can be imported/)
    click('Import 1 candidate')
    expect((await screen.findByRole('alert')).textContent).toContain('no candidate is imported twice')
    click('Import 1 candidate')
    await screen.findByText(/1 created/)
  })

  it('offers to import what the rate limit has left', async () => {
    const postponed = makeRow({ outcome: 'POSTPONED', faults: [{ message: 'Too many invites.' }] })
    openDesk('/interviews/import', {
      CheckImport: () => checked,
      ImportCandidates: () => ({ importCandidates: { candidateImport: { ignoredColumns: [], rows: [postponed] } } }),
    })
    await screen.findByRole('heading', { name: 'Import candidates' })
    check()
    await screen.findByText(/1 can be imported/)
    click('Import 1 candidate')
    await screen.findByText('1 candidate: 1 not yet imported.')
    expect(screen.getByRole('button', { name: 'Import 1 candidate' })).toBeTruthy()
  })

  it('is not for viewers', async () => {
    openDesk('/interviews/import', {}, {}, 'VIEWER')
    await screen.findByText('Your role may not schedule interviews.')
  })

  it('reads a chosen file into the form', async () => {
    openDesk('/interviews/import')
    await screen.findByRole('heading', { name: 'Import candidates' })
    fireEvent.change(screen.getByLabelText('Choose a CSV file'), { target: { files: [new File([new Uint8Array([0x4a, 0xfc, 0x72, 0x67])], 'a.csv')] } })
    await waitFor(() => expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Content of the file' }).value).toBe('Jürg'))
    expect(screen.getByText(/read as Windows-1252/)).toBeTruthy()
  })
})

describe('L2: readFile', () => {
  it.each<[string, number[], boolean]>([
    ['UTF-8', [0x4a, 0xc3, 0xbc], false],
    ['UTF-8 with a mark', [0xef, 0xbb, 0xbf, 0x4a, 0xc3, 0xbc], false],
    ['UTF-16', [0xff, 0xfe, 0x4a, 0x00, 0xfc, 0x00], false],
    ['Windows-1252', [0x4a, 0xfc], true],
  ])('reads %s', async (_, bytes, isGuess) => {
    expect(await readFile(new Blob([new Uint8Array(bytes)]))).toEqual({ text: 'Jü', isGuess })
  })
})

describe('L2: the result of an import', () => {
  it('has no cell that a spreadsheet runs', () => {
    const text = formatResult([makeRow({ candidateName: '=1+1', externalId: '@SUM(A1)', outcome: 'CREATED', invite: INVITE })])
    expect(text.split('\r\n')[1]).toBe(`2,'=1+1,'@SUM(A1),Engineer,,Created,http://localhost/join#abc,2026-12-08T10:00:00Z,`)
    expect(summarize([makeRow({ outcome: 'EXISTING' })])).toBe('1 candidate: 1 known already.')
  })

  it('knows which files are too large for a request', () => {
    expect([isTooLarge('a'.repeat(249_000)), isTooLarge('\n'.repeat(130_000))]).toEqual([false, true])
  })
})
