interface Fiber {
  tag: number
  flags: number
  type: { displayName?: string; name?: string } | null
  child: Fiber | null
  sibling: Fiber | null
  alternate: Fiber | null
}

/** React's tags of components: functions, classes, forwarded refs, and memoized components. */
const COMPONENTS = new Set([0, 1, 11, 14, 15])
const PERFORMED_WORK = 1

let names: string[] | null = null

function collect(next: Fiber | null, before: Fiber | null, found: string[]): void {
  if (!next || next === before) return
  const { tag, flags, type } = next
  if (COMPONENTS.has(tag) && (!before || (flags & PERFORMED_WORK) !== 0)) found.push(type?.displayName ?? type?.name ?? 'anonymous')
  // React keeps the children of a component that it has skipped
  if (before && next.child === before.child) return
  for (let child = next.child; child; child = child.sibling) collect(child, child.alternate, found)
}

/** Makes React report what it renders, as its developer tools do. Must be called before React is loaded. */
export function reportRenders(): void {
  Object.assign(globalThis, {
    __REACT_DEVTOOLS_GLOBAL_HOOK__: {
      isDisabled: false,
      supportsFiber: true,
      inject: () => 1,
      checkDCE: () => {},
      onCommitFiberUnmount: () => {},
      onPostCommitFiberRoot: () => {},
      onCommitFiberRoot: (_: number, { current }: { current: Fiber }) => {
        if (names) collect(current, current.alternate, names)
      },
    },
  })
}

/** Returns the names of the components that an action renders. */
export async function recordRenders(action: () => void | Promise<void>): Promise<string[]> {
  const recorded: string[] = []
  names = recorded
  await action()
  names = null
  return recorded
}
