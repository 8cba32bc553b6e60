import { LogOut } from 'lucide-react'
import { useState } from 'react'
import { toProblem } from '../../api/problem'
import { Dialog } from '../../ui/Dialog'
import { useSession } from '../session'
import { describeLoss } from '../signOut'

/** Says who is signed in, and signs out. */
export function UserDialog({ onClose }: { onClose: () => void }) {
  const { connection, viewer, signOut } = useSession()
  const loss = describeLoss(connection)
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const leave = async () => {
    setBusy(true)
    try {
      await signOut()
    } catch (error) {
      setProblem(toProblem(error).message)
      setBusy(false)
    }
  }
  return (
    <Dialog title={<bdi>{viewer.name}</bdi>} onClose={onClose} shape="narrow">
      <div className="dialog-body">
        <p className="quiet">
          Signed in to <bdi className="font-medium">{viewer.organization.name}</bdi>. The session ends after 12 hours. Signing out ends it in all tabs of this
          browser.
        </p>
        {loss && <p className="note">{loss}</p>}
        {problem && (
          <p role="alert" className="note note-bad">
            {problem}
          </p>
        )}
      </div>
      <div className="dialog-foot">
        <button type="button" className="btn" aria-disabled={isBusy} onClick={() => void leave()}>
          <LogOut className="icon" aria-hidden /> Sign out
        </button>
      </div>
    </Dialog>
  )
}
