import type { ReactNode } from 'react'

const TONES = {
  info: 'border-line bg-tint',
  warn: 'border-warn/30 bg-warn-tint',
  bad: 'border-bad/40 bg-bad-tint text-bad',
}

/** Message that screen readers announce when it appears. An error interrupts what they are reading. */
export function Notice({ tone = 'info', children }: { tone?: keyof typeof TONES; children: ReactNode }) {
  return (
    <div role={tone === 'bad' ? 'alert' : 'status'} className={`rounded-control border px-4 py-3 ${TONES[tone]}`}>
      {children}
    </div>
  )
}
