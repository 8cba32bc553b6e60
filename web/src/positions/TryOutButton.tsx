import { ExternalLink, Keyboard, Mic, UserRound } from 'lucide-react'
import { useState } from 'react'
import { Dialog } from '../ui/Dialog'
import { useSession } from '../desk/session'
import type { Channel } from '../gql/graphql'
import { useMutation } from '../settings/useMutation'
import { START_TRY_OUT } from './tryOut'

interface TryOutProps {
  positionKey: string
  /** The version to try; the newest one if it is left out. */
  version?: number
  /** The button's label where there is little room. */
  label?: string
}

/** Opens a try-out of the position, for those who may start one. Nothing appears for others. */
export function TryOutButton({ label = 'Try it as a candidate', ...props }: TryOutProps) {
  const { may } = useSession()
  const [isOpen, setOpen] = useState(false)
  if (!may('START_TRY_OUT')) return null
  return (
    <>
      <button type="button" className="btn" onClick={() => setOpen(true)}>
        <UserRound className="icon" aria-hidden /> {label}
      </button>
      {isOpen && <TryOutDialog {...props} onClose={() => setOpen(false)} />}
    </>
  )
}

/** Asks how the interview is to be held, and opens it in another tab. */
function TryOutDialog({ positionKey, version, onClose }: Omit<TryOutProps, 'label'> & { onClose: () => void }) {
  const { isBusy, problem, run } = useMutation(START_TRY_OUT)
  const [url, setUrl] = useState<string | null>(null)
  const start = async (channel: Channel) => {
    if (isBusy) return
    // opened before the server answers, because browsers block a tab that no click opens
    const tab = open('', '_blank')
    const started = (await run({ positionKey, version, channel }))?.startTryOut
    if (!tab || !started) {
      tab?.close()
      setUrl(started?.invite.url ?? null)
      return
    }
    tab.opener = null
    tab.location.href = started.invite.url
    onClose()
  }
  return (
    <Dialog title="Try it as a candidate" onClose={onClose} shape="narrow">
      <div className="dialog-body">
        <p>
          You take the interview yourself, in a new tab{version ? `, with version ${version}` : ''}. Nobody is evaluated, no list shows it, and it is deleted within a day, with its
          recording.
        </p>
        {problem && (
          <p role="alert" className="note note-bad">
            {problem.message}
          </p>
        )}
        {url && (
          <p role="status" className="note">
            Your browser has blocked the tab.{' '}
            <a className="link" href={url} target="_blank" rel="noreferrer" onClick={onClose}>
              <ExternalLink className="icon" aria-hidden /> Open the interview
            </a>
          </p>
        )}
      </div>
      <div className="dialog-foot">
        <button type="button" className="btn" aria-disabled={isBusy} onClick={() => void start('TEXT')}>
          <Keyboard className="icon" aria-hidden /> Typed
        </button>
        <button type="button" className="btn btn-primary" data-first-focus aria-disabled={isBusy} onClick={() => void start('VOICE')}>
          <Mic className="icon" aria-hidden /> {isBusy ? 'Opening…' : 'By voice'}
        </button>
      </div>
    </Dialog>
  )
}
