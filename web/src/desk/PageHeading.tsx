import type { ReactNode } from 'react'
import { usePageTitle } from '../ui/Page'

/** The heading of a page of the desk, which sets the document's title. */
export function PageHeading({ title, children }: { title: string; children?: ReactNode }) {
  const heading = usePageTitle(title)
  return (
    <h1 ref={heading} tabIndex={-1} className="cut">
      {children ?? title}
    </h1>
  )
}
