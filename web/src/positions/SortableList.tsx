import { ArrowDown, ArrowUp, GripVertical, Trash2 } from 'lucide-react'
import { type DragEvent, type KeyboardEvent, type ReactNode, useLayoutEffect, useRef, useState } from 'react'
import { useEditing } from './editing'

interface SortableListProps<Item extends { id: string }> {
  items: readonly Item[]
  /** What one item is called: "Question". */
  noun: string
  onMove: (id: string, to: number) => void
  onRemove: (id: string) => void
  /** Renders an item, with the handle to drag it by and the buttons that move and remove it. */
  children: (item: Item, index: number, handle: ReactNode, buttons: ReactNode) => ReactNode
  isOpen: (item: Item, index: number) => boolean
}

/** A list whose items are moved with the mouse, with Alt and an arrow key, or with buttons. A live region says the new place. */
export function SortableList<Item extends { id: string }>({ items, noun, onMove, onRemove, children, isOpen }: SortableListProps<Item>) {
  const { isReadOnly } = useEditing()
  const [announcement, announce] = useState('')
  const [dragged, setDragged] = useState<string | null>(null)
  /** Index before which the dragged item would be put. */
  const [gap, setGap] = useState<number | null>(null)
  const list = useRef<HTMLOListElement>(null)
  const focused = useRef<HTMLElement | null>(null)
  useLayoutEffect(() => {
    // browsers take the focus from an element that moves in the document
    if (focused.current?.isConnected && document.activeElement !== focused.current) focused.current.focus()
    focused.current = null
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- items move when they change
  }, [items])

  const move = (id: string, to: number) => {
    const from = items.findIndex((item) => item.id === id)
    const place = Math.max(0, Math.min(to, items.length - 1))
    if (place === from) {
      announce(`${noun} ${from + 1} is ${from === 0 ? 'the first' : 'the last'}.`)
      return
    }
    focused.current = document.activeElement instanceof HTMLElement && document.activeElement !== document.body ? document.activeElement : null
    onMove(id, place)
    announce(`${noun} moved to place ${place + 1} of ${items.length}.`)
  }
  const remove = (id: string) => {
    const index = items.findIndex((item) => item.id === id)
    const neighbour = list.current?.children[index + 1] ?? list.current?.children[index - 1]
    focused.current = neighbour?.querySelector<HTMLElement>('[data-toggle]') ?? null
    onRemove(id)
    announce(`${noun} ${index + 1} removed.`)
  }
  const onKeyDown = (event: KeyboardEvent, id: string, index: number) => {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    // Alt and an arrow open a select
    if (!event.altKey || !step || isReadOnly || event.target instanceof HTMLSelectElement) return
    event.preventDefault()
    move(id, index + step)
  }
  const onDragOver = (event: DragEvent<HTMLElement>, index: number) => {
    if (dragged === null) return
    event.preventDefault()
    const { top, height } = event.currentTarget.getBoundingClientRect()
    setGap(event.clientY < top + height / 2 ? index : index + 1)
  }
  const onDrop = (event: DragEvent) => {
    if (dragged === null || gap === null) return
    event.preventDefault()
    const from = items.findIndex(({ id }) => id === dragged)
    const to = gap > from ? gap - 1 : gap
    if (to !== from) move(dragged, to)
    setDragged(null)
    setGap(null)
  }
  return (
    <>
      <ol ref={list} className="grid gap-2">
        {items.map((item, index) => (
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the buttons inside do the same
          <li
            key={item.id}
            className="edit-card"
            data-open={isOpen(item, index) || undefined}
            data-dragged={item.id === dragged || undefined}
            data-gap={gap === index ? 'before' : gap === items.length && index === items.length - 1 ? 'after' : undefined}
            onKeyDown={(event) => onKeyDown(event, item.id, index)}
            onDragOver={(event) => onDragOver(event, index)}
            onDrop={onDrop}
          >
            {children(
              item,
              index,
              isReadOnly ? null : (
                <span
                  draggable
                  className="drag-handle"
                  title="Drag to move"
                  onDragStart={(event) => {
                    const card = event.currentTarget.closest('li')
                    if (card) event.dataTransfer.setDragImage(card, 16, 16)
                    event.dataTransfer.effectAllowed = 'move'
                    event.dataTransfer.setData('text/plain', noun)
                    setDragged(item.id)
                  }}
                  onDragEnd={() => {
                    setDragged(null)
                    setGap(null)
                  }}
                >
                  <GripVertical className="icon" aria-hidden />
                </span>
              ),
              isReadOnly ? null : (
                <>
                  <button type="button" className="btn btn-bare btn-small" aria-disabled={index === 0} onClick={() => move(item.id, index - 1)}>
                    <ArrowUp className="icon" aria-hidden /> Up
                  </button>
                  <button type="button" className="btn btn-bare btn-small" aria-disabled={index === items.length - 1} onClick={() => move(item.id, index + 1)}>
                    <ArrowDown className="icon" aria-hidden /> Down
                  </button>
                  <button type="button" className="btn btn-bare btn-small text-bad" onClick={() => remove(item.id)}>
                    <Trash2 className="icon" aria-hidden /> Remove
                  </button>
                </>
              ),
            )}
          </li>
        ))}
      </ol>
      <p role="status" className="sr-only">
        {announcement}
      </p>
    </>
  )
}
