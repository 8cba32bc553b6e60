import { type ReactNode, useEffect, useRef } from 'react'

interface PageProps {
  title: string
  /** Line above the title. */
  eyebrow?: ReactNode
  children: ReactNode
}

let isFirstPage = true

/** Single-column page layout, which sets the document title. A page that replaces another one takes the focus to its title. */
export function Page({ title, eyebrow, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // otherwise the focus would be lost with the button that opened this page, and screen readers would say nothing
    if (!isFirstPage) heading.current?.focus()
    isFirstPage = false
  }, [])
  useEffect(() => {
    document.title = `${title} · Viva`
  }, [title])
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
