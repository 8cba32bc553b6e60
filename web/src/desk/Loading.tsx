import { type ReactNode, useEffect, useState } from 'react'

const DELAY_MS = 300

/** Says that something is loading. The placeholders appear after a moment, because most answers arrive before. */
export function Loading({ label, children }: { label: string; children: ReactNode }) {
  const [isVisible, setVisible] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setVisible(true), DELAY_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div role="status">
      <span className="sr-only">{label}</span>
      {isVisible && children}
    </div>
  )
}

/** Bars in place of lines of text, with these widths in percent. */
export function Bars({ widths }: { widths: readonly number[] }) {
  return widths.map((width, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- bars have no other identity
    <span key={index} className="skeleton block" style={{ width: `${width}%` }} aria-hidden />
  ))
}
