import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react'

const VISIBLE_MS = 5_000

const ToastContext = createContext<(text: ReactNode) => void>(() => {})

/** Returns a function that shows a sentence for a few seconds. Screen readers announce it. */
export const useToast = () => useContext(ToastContext)

/** Shows one sentence at a time at the bottom of the page. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [text, setText] = useState<ReactNode>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const show = useCallback((next: ReactNode) => {
    clearTimeout(timer.current)
    setText(next)
    timer.current = setTimeout(() => setText(null), VISIBLE_MS)
  }, [])
  useEffect(() => () => clearTimeout(timer.current), [])
  return (
    <ToastContext value={show}>
      {children}
      <div role="status" className="pointer-events-none fixed inset-x-4 bottom-16 z-10 flex justify-center">
        {text && <div className="rounded-lg bg-ink px-4 py-2 text-sm text-panel shadow-lg">{text}</div>}
      </div>
    </ToastContext>
  )
}
