import { useId } from 'react'
import type { Rubric, ReviewedCriterion } from './documents'
import { STATES } from './evaluationText'

const LEVELS = [1, 2, 3, 4, 5]

/** The AI's level on its scale, with the span of the passes. Without a level there is no scale, so that nothing can look low. */
export function AssessedLevel({ criterion }: { criterion: Pick<ReviewedCriterion, 'state' | 'level' | 'passLevels'> }) {
  const { state, level, passLevels } = criterion
  if (level == null) return <span className={`pill no-level ${state === 'NOT_DEMONSTRATED' ? 'demonstrable' : ''}`}>{STATES[state] ?? state}</span>
  const given = passLevels.filter((each) => each != null)
  const [lowest, highest] = [Math.min(level, ...given), Math.max(level, ...given)]
  return (
    <span className="scale" role="img" aria-label={`Level ${level} of 5${lowest < highest ? `, passes from ${lowest} to ${highest}` : ''}`}>
      {LEVELS.map((each) => (
        <i key={each} data-level={each === level ? 'given' : each >= lowest && each <= highest ? 'span' : undefined}>
          {each}
        </i>
      ))}
    </span>
  )
}

interface LevelPickerProps {
  name: string
  /** Undefined: no choice yet. Null: not assessed. */
  value: number | null | undefined
  onChange: (level: number | null) => void
}

/** Radio buttons for a person's level. */
export function LevelPicker({ name, value, onChange }: LevelPickerProps) {
  const group = useId()
  const radio = (level: number | null) => (
    <input type="radio" name={group} aria-label={level === null ? 'Not assessed' : `Level ${level}`} checked={value === level} onChange={() => onChange(level)} />
  )
  return (
    <fieldset className="line flex-wrap">
      <legend className="sr-only">{name}</legend>
      <label className="pill no-level" data-level={value === null ? 'given' : undefined}>
        {radio(null)} Not assessed
      </label>
      <span className="scale person">
        {LEVELS.map((level) => (
          <label key={level} data-level={value === level ? 'given' : undefined}>
            {radio(level)}
            {level}
          </label>
        ))}
      </span>
    </fieldset>
  )
}

/** What each level of a criterion means. The given one is in full, the others in one line until the pointer or the focus is on them. */
export function Anchors({ levels, level }: { levels: Rubric[number]['levels']; level: number | null | undefined }) {
  return (
    <ol className="anchors" aria-label="Anchors">
      {levels.map(({ value, anchor }) => (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the focus shows the whole text
        <li key={value} tabIndex={value === level ? undefined : 0} aria-current={value === level || undefined}>
          <b className="font-semibold">{value}</b>
          <span>{anchor}</span>
        </li>
      ))}
    </ol>
  )
}
