import { type ReactNode, useEffect } from 'react'

/** Single-column page layout; sets the document title. */
export function Page({ title, above, children }: { title: string; above?: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Viva`
  }, [title])
  return (
    <main className="mx-auto flex w-full max-w-2xl flex-col gap-5 px-5 py-10">
      <header>
        {above && <p className="text-quiet">{above}</p>}
        <h1 className="text-xl font-semibold tracking-tight text-balance">{title}</h1>
      </header>
      {children}
    </main>
  )
}
