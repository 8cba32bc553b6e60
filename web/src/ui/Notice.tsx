import type { ReactNode } from 'react'

const TONES = {
  info: 'border-line bg-tint',
  warn: 'border-transparent bg-warn-tint text-warn',
  bad: 'border-bad text-bad',
}

/** Message that screen readers announce when it appears. An error interrupts what they are reading. */
export function Notice({ tone = 'info', children }: { tone?: keyof typeof TONES; children: ReactNode }) {
  return (
    <div role={tone === 'bad' ? 'alert' : 'status'} className={`rounded-md border px-3.5 py-2 ${TONES[tone]}`}>
      {children}
    </div>
  )
}
