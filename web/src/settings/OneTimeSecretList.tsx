import { Copy } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import { copyText } from '../desk/interviews/clipboard'
import { getOneTimeSecrets, type OneTimeSecret } from '../desk/oneTimeSecrets'
import { useSession } from '../desk/session'
import { useToast } from '../desk/Toast'

/** The keys and links of a section that cannot be shown again, until the person says that they are stored. */
export function OneTimeSecretList({ section }: { section: string }) {
  const secrets = getOneTimeSecrets(useSession().connection)
  const items = useSyncExternalStore(secrets.subscribe, secrets.getSnapshot).filter((item) => item.section === section)
  const toast = useToast()
  useEffect(
    () => () => {
      const label = secrets.getSnapshot().find((item) => item.section === section)?.label
      if (label) toast(`${label} is not stored yet. It stays in the settings until you sign out or close this page.`)
    },
    [secrets, section, toast],
  )
  return items.map((item) => <SecretNote key={item.secret} item={item} onStored={() => secrets.remove(item)} />)
}

function SecretNote({ item: { title, label, secret, hint }, onStored }: { item: OneTimeSecret; onStored: () => void }) {
  const toast = useToast()
  const field = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.scrollIntoView({ block: 'center' })
  }, [])
  const copy = async () => {
    if (await copyText(secret)) toast('It is on your clipboard.')
    else field.current?.select()
  }
  return (
    <div role="status" className="note note-info grid p-4">
      <p className="font-semibold">{title}</p>
      <div className="line flex-wrap">
        <input
          ref={field}
          readOnly
          aria-label={label}
          className="input flex-1 basis-48 font-mono max-[719px]:basis-full"
          value={secret}
          autoComplete="off"
          spellCheck={false}
          // backward, so that the field shows the beginning
          onFocus={({ currentTarget }) => {
            currentTarget.setSelectionRange(0, secret.length, 'backward')
            currentTarget.scrollLeft = 0
          }}
        />
        <button type="button" className="btn btn-primary max-[719px]:flex-1" onClick={() => void copy()}>
          <Copy className="icon" aria-hidden /> Copy
        </button>
        <button type="button" className="btn max-[719px]:flex-1" onClick={onStored}>
          I have stored it
        </button>
      </div>
      <p className="small quiet">{hint}</p>
    </div>
  )
}
