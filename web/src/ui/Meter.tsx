/** Bar that shows a level from 0 to 1. */
export function Meter({ label, level }: { label: string; level: number }) {
  return <meter aria-label={label} value={level} className="h-3 w-full" />
}
