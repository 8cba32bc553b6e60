import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Connection } from '../api/connection'
import { Problem } from '../api/problem'
import { type Session, SessionContext } from '../desk/session'
import { TryOutButton } from './TryOutButton'

afterEach(cleanup)

const choose = (name: string) => {
  fireEvent.click(screen.getByRole('button', { name: 'Try it as a candidate' }))
  fireEvent.click(screen.getByRole('button', { name, hidden: true }))
}

describe('P2: TryOutButton', () => {
  const mutate = vi.fn()
  const may = vi.fn()
  const session = { connection: { mutate } as unknown as Connection, may } as unknown as Session
  const button = () => (
    <SessionContext value={session}>
      <TryOutButton positionKey="engineer" version={3} />
    </SessionContext>
  )
  const show = (mayStart = true) => {
    may.mockReturnValue(mayStart)
    render(button())
  }

  it('opens the interview in a tab that it had opened with the click', async () => {
    const tab = { location: { href: '' }, opener: window, close: vi.fn() }
    vi.stubGlobal('open', vi.fn(() => tab))
    mutate.mockResolvedValue({ startTryOut: { invite: { url: 'https://viva.example/join#invite' } } })
    show()
    choose('Typed')
    await vi.waitFor(() => expect(tab.location.href).toBe('https://viva.example/join#invite'))
    expect(tab.opener).toBeNull()
    expect(mutate.mock.lastCall?.[1]).toMatchObject({ input: { positionKey: 'engineer', version: 3, channel: 'TEXT' } })
    await vi.waitFor(() => expect(screen.queryByText(/Nobody is evaluated/u)).toBeNull())
  })

  it('offers a link if the browser blocks the tab', async () => {
    vi.stubGlobal('open', vi.fn(() => null))
    mutate.mockResolvedValue({ startTryOut: { invite: { url: 'https://viva.example/join#invite' } } })
    show()
    choose('By voice')
    const link = await screen.findByRole('link', { name: 'Open the interview', hidden: true })
    expect(link.getAttribute('href')).toBe('https://viva.example/join#invite')
  })

  it('closes the tab and says why if the server refuses', async () => {
    const tab = { location: { href: '' }, opener: window, close: vi.fn() }
    vi.stubGlobal('open', vi.fn(() => tab))
    mutate.mockRejectedValue(new Problem('RATE_LIMITED', 'The budget of 20 try-outs per day is used up.'))
    show()
    choose('By voice')
    expect(await screen.findByText('The budget of 20 try-outs per day is used up.')).toBeTruthy()
    expect(tab.close).toHaveBeenCalledOnce()
  })

  it('does not appear for those who may not start a try-out', () => {
    show(false)
    expect(screen.queryByRole('button')).toBeNull()
  })
})
