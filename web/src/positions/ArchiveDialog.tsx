import { useEffect, useState } from 'react'
import { useSession } from '../desk/session'
import { useToast } from '../desk/Toast'
import { FormDialog } from '../settings/form'
import { useMutation } from '../settings/useMutation'
import { contentOf } from './content'
import { OPEN_INVITATIONS, type PositionVersion, SAVE_POSITION } from './documents'

interface ArchiveDialogProps {
  base: PositionVersion
  onClose: () => void
  onDone: (version: PositionVersion) => void
  onConflict: () => void
}

/** Archives a position, or restores an archived one, after saying what that means for its invitations. */
export function ArchiveDialog({ base, onClose, onDone, onConflict }: ArchiveDialogProps) {
  const toast = useToast()
  const { isBusy, problem, run } = useMutation(SAVE_POSITION)
  const open = useOpenInvitations(base.key)
  const submit = async () => {
    const data = await run({ ...contentOf(base), archived: !base.archived, basedOnVersion: base.version }, ({ code }) => code === 'CONFLICT' && onConflict())
    const version = data?.savePosition?.position
    if (!version) return
    toast(version.archived ? 'Archived. New interviews are refused.' : 'Restored. New interviews can use it.')
    onDone(version)
  }
  return (
    <FormDialog
      title={base.archived ? 'Restore this position?' : 'Archive this position?'}
      action={base.archived ? 'Restore the position' : 'Archive the position'}
      isBusy={isBusy}
      problem={problem}
      fields={[]}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      {base.archived ? (
        <p>
          New interviews for “<bdi>{base.title}</bdi>” can be made again, with the content of version {base.version}.
        </p>
      ) : (
        <>
          <p>
            New interviews for “<bdi>{base.title}</bdi>” are refused from now on. You can restore it at any time.
          </p>
          <p>
            {describeOpen(open)} Interviews that are over keep their transcripts and results.
          </p>
        </>
      )}
    </FormDialog>
  )
}

function describeOpen(open: number | null): string {
  if (open === null) return 'Candidates who have a link can still use it.'
  if (open === 0) return 'No invitation is open.'
  return open === 1 ? 'One invitation is open: its candidate can still use the link.' : `${open} invitations are open: their candidates can still use the links.`
}

/** Returns how many interviews for the position have not ended; null until that is known. */
function useOpenInvitations(key: string): number | null {
  const { connection } = useSession()
  const [open, setOpen] = useState<number | null>(null)
  useEffect(() => {
    let isCurrent = true
    connection
      .query(OPEN_INVITATIONS, { key })
      .then(({ interviews }) => isCurrent && setOpen(interviews.totalCount))
      // the dialog says the same without the number
      .catch(() => {})
    return () => {
      isCurrent = false
    }
  }, [connection, key])
  return open
}
