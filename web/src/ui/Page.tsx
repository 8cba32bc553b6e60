import { type ReactNode, useEffect } from 'react'

/** Single-column page layout, which sets the document title. `eyebrow` is a line above the title. */
export function Page({ title, eyebrow, children }: { title: string; eyebrow?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Viva`
  }, [title])
  return (
    <main className="mx-auto flex w-full max-w-2xl flex-col gap-5 px-5 py-10">
      <header>
        {eyebrow && <p className="text-quiet">{eyebrow}</p>}
        <h1 className="text-xl font-semibold tracking-tight text-balance">{title}</h1>
      </header>
      {children}
    </main>
  )
}
