import { graphql } from '../../gql'
import type { ImportedRowFragment } from '../../gql/graphql'

export type ImportedRow = ImportedRowFragment

/** `isImport` adds the links, which the check of a file does not need. */
export const CHECK_IMPORT = graphql(`
  query CheckImport($input: ImportCandidatesInput!, $timeZone: String, $isImport: Boolean = false) {
    checkCandidateImport(input: $input) { ignoredColumns rows { ...ImportedRow } }
  }
  fragment ImportedRow on CandidateImportRow {
    line candidateName externalId positionKey positionTitle scheduledFor language channel outcome
    faults { message }
    warnings { message }
    interview { id }
    invite @include(if: $isImport) { url expiresAt invitationText(timeZone: $timeZone) calendarFile }
  }
`)

export const IMPORT = graphql(`
  mutation ImportCandidates($input: ImportCandidatesInput!, $timeZone: String, $isImport: Boolean = true) {
    importCandidates(input: $input) { candidateImport { ignoredColumns rows { ...ImportedRow } } }
  }
`)
