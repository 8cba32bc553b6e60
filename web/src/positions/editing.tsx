import { TriangleAlert } from 'lucide-react'
import { createContext, type ReactNode, useContext } from 'react'
import type { Problem } from '../api/problem'
import { Field, findFieldError } from '../settings/form'
import type { Warning } from './documents'

interface Editing {
  /** Whether the caller may only read. */
  isReadOnly: boolean
  /** What the API refuses, once the person has asked to publish. */
  problem: Problem | null
  warnings: readonly Warning[]
}

export const EditingContext = createContext<Editing>({ isReadOnly: false, problem: null, warnings: [] })

export const useEditing = () => useContext(EditingContext)

/** Whether the path is of this value or of a part of it. */
export function isWithin(path: string | null | undefined, value: string): boolean {
  return path === value || Boolean(path?.startsWith(`${value}.`) || path?.startsWith(`${value}[`))
}

/** What people should consider about values that are valid. */
export function Warnings({ of: paths }: { of: (path: string) => boolean }) {
  const { warnings } = useEditing()
  return warnings
    .filter(({ path }) => paths(path))
    .map(({ path, message }) => (
      <p key={path + message} className="small flex gap-1 text-warn">
        <TriangleAlert className="icon" aria-hidden /> <span>{message}</span>
      </p>
    ))
}

/** What is wrong with a list as a whole. */
export function ListProblem({ path }: { path: string }) {
  const { problem } = useEditing()
  if (problem?.field !== path) return null
  return (
    <p role="alert" tabIndex={-1} data-invalid className="note note-bad">
      {findFieldError(problem, path)}
    </p>
  )
}

interface TextFieldProps {
  /** The path of the value in the input of savePosition. */
  path: string
  label: ReactNode
  hint?: ReactNode
  value: string
  onChange: (value: string) => void
  /** Lines of a field that grows with its text; one line without. */
  rows?: number
  /** Whether it takes digits. */
  isNumber?: boolean
  /** Marks the field that gets the focus when its item is added. */
  isFirst?: boolean
}

/** A text of the position, with what is wrong with it and what to consider. */
export function TextField({ path, label, hint, value, onChange, rows, isNumber = false, isFirst = false }: TextFieldProps) {
  const { isReadOnly, problem } = useEditing()
  const rest = { value, readOnly: isReadOnly, ...(isFirst && { 'data-item-focus': true }) }
  return (
    <div className="grid gap-1">
      <Field label={label} error={findFieldError(problem, path)} hint={hint}>
        {(control) =>
          rows ? (
            <textarea {...control} {...rest} dir="auto" rows={rows} className={`input field-sizing-content supports-[field-sizing:content]:resize-none ${rows > 1 ? 'min-h-13' : ''}`} onChange={(event) => onChange(event.target.value)} />
          ) : (
            <input {...control} {...rest} autoComplete="off" {...(isNumber ? { inputMode: 'decimal' as const } : { dir: 'auto' })} onChange={(event) => onChange(event.target.value)} />
          )
        }
      </Field>
      <Warnings of={(warned) => warned === path} />
    </div>
  )
}

interface SelectFieldProps {
  path: string
  label: ReactNode
  hint?: ReactNode
  value: string
  options: readonly (readonly [value: string, text: string])[]
  onChange: (value: string) => void
}

export function SelectField({ path, label, hint, value, options, onChange }: SelectFieldProps) {
  const { isReadOnly, problem } = useEditing()
  return (
    <Field label={label} error={findFieldError(problem, path)} hint={hint}>
      {(control) => (
        <select {...control} value={value} disabled={isReadOnly} onChange={(event) => onChange(event.target.value)}>
          {options.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
