import type { ButtonHTMLAttributes, Ref } from 'react'

const VARIANTS = {
  action: 'border-transparent bg-action text-white hover:brightness-110',
  plain: 'border-control bg-panel hover:bg-hover',
  link: 'border-transparent text-accent hover:bg-tint',
  danger: 'border-control bg-panel text-bad hover:bg-bad-tint',
}

const SIZES = {
  regular: 'min-h-11 rounded-control px-4',
  compact: 'min-h-8 rounded-md px-3 text-small',
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** Use `action` for the primary action of a page. */
  variant?: keyof typeof VARIANTS
  /** `regular` is large enough for fingers; `compact` is for dense pages. */
  size?: keyof typeof SIZES
  ref?: Ref<HTMLButtonElement>
}

/** Button in the page's style. */
export function Button({ variant = 'plain', size = 'regular', ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`inline-flex shrink-0 items-center justify-center gap-2 border py-1.5 leading-tight font-[550] transition-colors duration-100 disabled:opacity-45 aria-disabled:opacity-45 ${SIZES[size]} ${VARIANTS[variant]} ${rest.className ?? ''}`}
    />
  )
}
