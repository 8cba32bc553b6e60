import type { LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { Dialog } from '../ui/Dialog'

export interface DialogAction {
  label: string
  icon: LucideIcon
  isDanger?: boolean
  /** A page to go to, or what else to do. */
  run: string | (() => void)
}

interface ActionsDialogProps {
  title: ReactNode
  actions: readonly DialogAction[]
  onClose: () => void
}

/** Actions for which a small screen has no room, one below the other. An action that opens another dialog replaces this one. */
export function ActionsDialog({ title, actions, onClose }: ActionsDialogProps) {
  return (
    <Dialog title={title} onClose={onClose} shape="narrow">
      <div className="py-2">
        {actions.map(({ label, icon: Icon, isDanger, run }) => {
          const className = `option w-full hover:bg-hover ${isDanger ? 'text-bad' : ''}`
          const content = (
            <>
              <Icon className="icon" aria-hidden /> {label}
            </>
          )
          return typeof run === 'string' ? (
            <Link key={label} href={run} className={className}>
              {content}
            </Link>
          ) : (
            <button key={label} type="button" className={className} onClick={run}>
              {content}
            </button>
          )
        })}
      </div>
    </Dialog>
  )
}
