import { type RefObject, useLayoutEffect, useRef, useState } from 'react'

interface OpenItems {
  ref: RefObject<HTMLElement | null>
  isOpen: (id: string) => boolean
  toggle: (id: string) => void
  /** Opens an item that has been added, and moves the focus to its first field. */
  open: (id: string) => void
}

/** Which items of a list are open. */
export function useOpenItems(items: readonly { id: string }[]): OpenItems {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const ref = useRef<HTMLElement>(null)
  const added = useRef<string | null>(null)
  useLayoutEffect(() => {
    if (added.current !== null) ref.current?.querySelector<HTMLElement>(`[data-item="${added.current}"] [data-item-focus]`)?.focus()
    added.current = null
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- an added item has fields once the items have changed
  }, [items])
  return {
    ref,
    isOpen: (id) => opened.has(id),
    toggle: (id) =>
      setOpened((previous) => {
        const next = new Set(previous)
        if (!next.delete(id)) next.add(id)
        return next
      }),
    open: (id) => {
      added.current = id
      setOpened((previous) => new Set(previous).add(id))
    },
  }
}
