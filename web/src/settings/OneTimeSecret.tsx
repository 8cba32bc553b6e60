import { Copy } from 'lucide-react'
import { type ReactNode, useLayoutEffect, useRef } from 'react'
import { copyText } from '../desk/interviews/clipboard'
import { useToast } from '../desk/Toast'

interface OneTimeSecretProps {
  title: ReactNode
  label: string
  secret: string
  hint: ReactNode
  onStored: () => void
}

/** Shows a key or a link that cannot be shown again, until the person says that it is stored. */
export function OneTimeSecret({ title, label, secret, hint, onStored }: OneTimeSecretProps) {
  const toast = useToast()
  const field = useRef<HTMLInputElement>(null)
  useLayoutEffect(() => {
    field.current?.focus()
    field.current?.scrollIntoView({ block: 'center' })
    const askBeforeLeaving = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', askBeforeLeaving)
    return () => window.removeEventListener('beforeunload', askBeforeLeaving)
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
          onFocus={({ currentTarget }) => currentTarget.setSelectionRange(0, secret.length, 'backward')}
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
