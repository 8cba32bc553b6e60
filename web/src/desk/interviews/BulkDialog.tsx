import { ConfirmDialog } from '../ConfirmDialog'
import type { BulkAction } from './bulk'
import type { ListedInterview } from './documents'
import { isOpen, nameOf } from './interviewText'

const MAX_NAMES = 8

/** Whether a new link would put the candidate out of an interview. */
export function isDisturbedByRenewal({ status, candidatePresent }: ListedInterview): boolean {
  return status === 'IN_PROGRESS' || (status === 'WAITING' && candidatePresent !== false)
}

interface BulkDialogProps {
  action: BulkAction
  rows: readonly ListedInterview[]
  onConfirm: () => void
  onClose: () => void
}

/** Asks before links are renewed or interviews cancelled, and names the candidates whom it would put out. */
export function BulkDialog({ action, rows, onConfirm, onClose }: BulkDialogProps) {
  const count = rows.length === 1 ? 'one' : String(rows.length)
  const isRenewal = action === 'renew'
  const open = rows.filter((row) => (isRenewal ? isDisturbedByRenewal(row) : isOpen(row.status)))
  const title = isRenewal ? `Renew ${count} ${rows.length === 1 ? 'link' : 'links'}?` : `Cancel ${count} ${rows.length === 1 ? 'interview' : 'interviews'}?`
  return (
    <ConfirmDialog
      title={title}
      action={isRenewal ? (open.length > 0 ? 'Renew, and put them out' : 'Renew') : 'Cancel the interviews'}
      isDanger={!isRenewal || open.length > 0}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <p>
        {isRenewal
          ? 'The links that candidates have stop working. Copy the new ones from the rows, and send them.'
          : 'Candidates can no longer join. An interview whose conversation has begun cannot be cancelled, only ended.'}
      </p>
      {open.length > 0 && (
        <div className="note">
          <span>
            <b className="font-semibold">{isRenewal ? 'This puts out, in the middle of the interview:' : 'These have been opened by their candidates:'}</b>
            <ul className="mt-1 list-disc pl-5">
              {open.slice(0, MAX_NAMES).map((row) => (
                <li key={row.id}>
                  <bdi>{nameOf(row)}</bdi>
                </li>
              ))}
              {open.length > MAX_NAMES && <li>and {open.length - MAX_NAMES} more</li>}
            </ul>
          </span>
        </div>
      )}
    </ConfirmDialog>
  )
}
