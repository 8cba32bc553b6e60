import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../api/connection'
import { Problem } from '../api/problem'
import { type Session, SessionContext } from '../desk/session'
import { INVITE_MEMBER } from './documents'
import { Field, findFieldError, Form } from './form'
import { useMutation } from './useMutation'

afterEach(cleanup)

const problemAt = (field: string | null, message: string) => new Problem('BAD_INPUT', message, null, 0, field)

describe('K1: findFieldError', () => {
  it.each([
    [problemAt('name', 'name is empty: send at least one visible character.'), 'name', 'Name is empty: send at least one visible character.'],
    [problemAt('contact.email', 'contact.email is not an address.'), 'contact.email', 'Email is not an address.'],
    [problemAt('permissions[2]', 'permissions[2]: the role may not review.'), 'permissions', 'The role may not review.'],
    [problemAt('names', 'names is empty.'), 'name', null],
    [problemAt(null, 'name is empty.'), 'name', null],
  ])('%s', (problem, field, sentence) => {
    expect(findFieldError(problem, field)).toBe(sentence)
  })
})

function InviteForm({ email, role = 'VIEWER' }: { email: string; role?: 'VIEWER' | 'ADMIN' }) {
  const { problem, run } = useMutation(INVITE_MEMBER)
  return (
    <Form problem={problem} fields={['email']} onSubmit={() => void run({ name: 'Grace', email, role })} footer={<button type="submit">Invite</button>}>
      <Field label="Email" error={findFieldError(problem, 'email')}>
        {(control) => <input {...control} readOnly value={email} />}
      </Field>
    </Form>
  )
}

describe('K1: a form', () => {
  const mutate = vi.fn()
  const session = { connection: { mutate } as unknown as Connection } as Session
  const show = (email: string) => (
    <SessionContext value={session}>
      <InviteForm email={email} />
    </SessionContext>
  )
  const keyOf = (call: number): string => (mutate.mock.calls[call] as [unknown, { input: { idempotencyKey: string } }])[1].input.idempotencyKey

  it('puts a problem at its field, and moves the focus there', async () => {
    mutate.mockReset().mockRejectedValueOnce(problemAt('email', 'email is not an address.'))
    render(show('grace'))
    fireEvent.click(screen.getByRole('button'))
    await screen.findByText('Email is not an address.')
    expect(document.activeElement).toBe(screen.getByLabelText('Email'))
    expect(screen.queryByRole('alert')).toBeNull()
  })

  it('repeats a lost attempt with its key, and another input with another one', async () => {
    mutate.mockReset().mockRejectedValue(new Problem('OFFLINE', 'We cannot reach the server.'))
    const { rerender } = render(show('grace@example.org'))
    const submit = async (count: number) => {
      fireEvent.click(screen.getByRole('button'))
      await waitFor(() => expect(mutate).toHaveBeenCalledTimes(count))
      await screen.findByRole('alert')
    }
    await submit(1)
    await submit(2)
    expect(keyOf(1)).toBe(keyOf(0))
    rerender(show('hopper@example.org'))
    await submit(3)
    expect(keyOf(2)).not.toBe(keyOf(1))
  })
})
