import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useRef } from 'react'

interface PageProps {
  title: string
  /** Line above the title. */
  eyebrow?: ReactNode
  children: ReactNode
}

let isFirstPage = true

/** Sets the document title, and moves the focus to the heading of a page that replaces another one. Returns the heading's ref. */
export function usePageTitle(title: string): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null)
  useLayoutEffect(() => {
    // otherwise the focus would be lost with the button that opened this page, and screen readers would say nothing
    if (!isFirstPage) heading.current?.focus()
    isFirstPage = false
  }, [])
  useEffect(() => {
    const before = document.title
    document.title = `${title} · Viva`
    return () => {
      document.title = before
    }
  }, [title])
  return heading
}

/** Single-column page layout. */
export function Page({ title, eyebrow, children }: PageProps) {
  const heading = usePageTitle(title)
  return (
    <main className="mx-auto flex w-full max-w-2xl flex-col gap-5 px-5 py-10">
      <header>
        {eyebrow && <p className="text-quiet">{eyebrow}</p>}
        <h1 ref={heading} tabIndex={-1} className="text-xl font-semibold tracking-tight text-balance outline-none">
          {title}
        </h1>
      </header>
      {children}
    </main>
  )
}
