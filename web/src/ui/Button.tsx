import type { ButtonHTMLAttributes } from 'react'

const VARIANTS = {
  action: 'border-transparent bg-action text-white hover:brightness-110',
  plain: 'border-line bg-panel hover:bg-tint',
  danger: 'border-line bg-panel text-bad hover:bg-tint',
}

/** Button in the page's style; use `action` for the primary action of a page. */
export function Button({ variant = 'plain', ...rest }: ButtonHTMLAttributes<HTMLButtonElement> & { variant?: keyof typeof VARIANTS }) {
  return (
    <button
      type="button"
      {...rest}
      className={`inline-flex min-h-9 items-center justify-center gap-2 rounded-md border px-3.5 py-1.5 font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-55 ${VARIANTS[variant]} ${rest.className ?? ''}`}
    />
  )
}
