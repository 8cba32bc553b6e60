import { type FormEvent, type ReactNode, useId, useLayoutEffect, useRef } from 'react'
import type { Problem } from '../api/problem'
import { Dialog } from '../ui/Dialog'

/** What connects a control with its label and its error. */
interface ControlProps {
  id: string
  className: string
  'aria-invalid': true | undefined
  'aria-describedby': string | undefined
}

interface FieldProps {
  label: ReactNode
  /** What is wrong with the value. */
  error?: string | null | undefined
  hint?: ReactNode
  children: (control: ControlProps) => ReactNode
}

/** A labelled control, with the sentence that says what is wrong with its value. */
export function Field({ label, error, hint, children }: FieldProps) {
  const id = useId()
  const noteId = `${id}note`
  return (
    <div className="field wide">
      <label htmlFor={id}>{label}</label>
      {children({ id, className: 'input', 'aria-invalid': error ? true : undefined, 'aria-describedby': error || hint ? noteId : undefined })}
      {(error || hint) && (
        <span id={noteId} className={`small ${error ? 'text-bad' : 'quiet'}`}>
          {error || hint}
        </span>
      )}
    </div>
  )
}

/** Returns the sentence of a problem that is about this field of the input, or about a part of it. */
export function findFieldError(problem: Problem | null, field: string): string | null {
  const path = problem?.field
  if (!problem || !path || !(path === field || path.startsWith(`${field}[`))) return null
  // sentences begin with the path in the input, which is for programs
  const rest = problem.message.startsWith(path) ? problem.message.slice(path.length) : null
  const sentence = rest === null ? problem.message : rest.startsWith(': ') ? rest.slice(2) : `${path.split('.').at(-1)}${rest}`
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}

interface FormProps {
  problem: Problem | null
  /** The fields that show their own errors. */
  fields: readonly string[]
  onSubmit: () => void
  /** What follows the fields and the problem. */
  footer: ReactNode
  bodyClass?: string
  children: ReactNode
}

/** A form that shows a problem at its field if there is one, and else below the fields. */
export function Form({ problem, fields, onSubmit, footer, bodyClass = 'dialog-body', children }: FormProps) {
  const form = useRef<HTMLFormElement>(null)
  useLayoutEffect(() => {
    if (problem) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [problem])
  const submit = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  const isAtField = fields.some((field) => findFieldError(problem, field))
  return (
    <form ref={form} noValidate onSubmit={submit}>
      <div className={bodyClass}>
        {children}
        {problem && !isAtField && (
          <p role="alert" className="note note-bad">
            {problem.message}
          </p>
        )}
      </div>
      {footer}
    </form>
  )
}

interface FormDialogProps extends Omit<FormProps, 'footer' | 'bodyClass'> {
  title: ReactNode
  /** The label of the button that submits. */
  action: string
  isBusy: boolean
  isDanger?: boolean
  onClose: () => void
}

/** A form in a dialog. */
export function FormDialog({ title, action, isBusy, isDanger = false, onClose, ...form }: FormDialogProps) {
  return (
    <Dialog title={title} onClose={onClose} shape="narrow">
      <Form
        {...form}
        footer={
          <div className="dialog-foot">
            <button type="button" className="btn" onClick={onClose}>
              Go back
            </button>
            <button type="submit" className={`btn ${isDanger ? 'btn-danger' : 'btn-primary'}`} aria-disabled={isBusy}>
              {action}
            </button>
          </div>
        }
      />
    </Dialog>
  )
}
