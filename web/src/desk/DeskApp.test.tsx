import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it, vi } from 'vitest'
import { cleanUpDesk, click, makeViewer, openDesk, press, type } from '../testing/desk'
import { ApiFailure } from '../testing/fakeApi'
import { makeInterview } from './interviews/testInterviews'

const signedOut = () => {
  throw new ApiFailure('UNAUTHENTICATED', 'Sign in first.')
}
const options = (signInOptions: object = {}) => ({ signInOptions: { apiKey: true, sandboxRoles: [], organizationSignIn: false, ...signInOptions } })

cleanUpDesk()

describe('S1: signing in', () => {
  it('refuses a wrong key in a sentence, and comes back to the address with a right one', async () => {
    const api = openDesk('/interviews?tab=scheduled', {
      Viewer: signedOut,
      SignInOptions: () => options(),
      SignIn: ({ input }) => {
        if ((input as { key: string }).key !== 'viva_right') throw new ApiFailure('UNAUTHENTICATED', 'invalid')
        return { signIn: { viewer: makeViewer() } }
      },
    })
    await screen.findByRole('heading', { name: 'Sign in' })
    fireEvent.change(await screen.findByLabelText('API key'), { target: { value: 'viva_wrong' } })
    click('Sign in')
    expect((await screen.findByRole('alert')).textContent).toContain('This API key is not valid')
    fireEvent.change(screen.getByLabelText('API key'), { target: { value: ' viva_right ' } })
    click('Sign in')
    await screen.findByText('Nothing is scheduled')
    expect(api.callsOf('SignIn').at(-1)).toEqual({ input: { key: 'viva_right' } })
    expect(window.location.search).toBe('?tab=scheduled')
  })

  it('leads to the identity provider of an organization, and back to the address', async () => {
    openDesk('/live', { Viewer: signedOut, SignInOptions: () => options({ apiKey: false, organizationSignIn: true }) })
    fireEvent.change(await screen.findByLabelText('Organization'), { target: { value: 'Engines & Co' } })
    const href = vi.spyOn(window.location, 'href', 'set').mockImplementation(() => {})
    click('Continue with your organization')
    expect(href).toHaveBeenCalledWith('/sign-in/oidc?organization=Engines+%26+Co&to=%2Flive')
    expect(screen.queryByLabelText('API key')).toBeNull()
  })

  it('says why somebody has to sign in again once the session has ended', async () => {
    let hasSession = true
    openDesk('/interviews', {
      Viewer: () => (hasSession ? { viewer: makeViewer() } : signedOut()),
      SignInOptions: () => options(),
      PositionChoices: () => (hasSession ? { positions: { nodes: [] }, interviews: { nodes: [] } } : signedOut()),
    })
    await screen.findByText('No interviews yet')
    hasSession = false
    press('n')
    await screen.findByText('Your session has ended. Please sign in again.')
  })

  it('signs out, and says it when that fails', async () => {
    let isDown = true
    openDesk('/interviews', {
      SignInOptions: () => options(),
      SignOut: () => {
        if (isDown) throw new ApiFailure('UNAVAILABLE', 'Try again in a moment.')
        return { signOut: { __typename: 'SignOutPayload' } }
      },
    })
    await screen.findByText('No interviews yet')
    click('Account: Grace Hopper')
    click('Sign out')
    await screen.findByText('Try again in a moment.')
    isDown = false
    click('Sign out')
    await screen.findByRole('heading', { name: 'Sign in' })
  })

  it('signs out when another tab does', async () => {
    openDesk('/interviews', { SignInOptions: () => options() })
    await screen.findByText('No interviews yet')
    fireEvent(window, new StorageEvent('storage', { key: 'viva.desk.signed-out' }))
    await screen.findByText('You have signed out.')
  })

  it('says that the desk cannot be opened, when the server does not answer', async () => {
    openDesk('/interviews', {
      Viewer: () => {
        throw new ApiFailure('UNAVAILABLE', 'The database does not answer. Try again in a moment.')
      },
    })
    await screen.findByRole('heading', { name: 'The desk could not be opened' })
    expect(screen.getByText('The database does not answer. Try again in a moment.')).toBeTruthy()
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy()
  })
})

const LINK = { organization: 'Analytical Engines', name: 'Ada', email: 'ada@example.org', role: 'VIEWER', expiresAt: '2026-12-07T10:00:00Z', hasIdentityProvider: false }

describe('S1, K1: the page of an invitation', () => {
  it('says for whom it is, and signs in', async () => {
    openDesk('/sign-in#invitation=token', {
      MemberLink: ({ token }) => ({ memberLink: token === 'token' ? LINK : null }),
      AcceptInvitation: () => ({ acceptMemberInvitation: { viewer: makeViewer('VIEWER') } }),
    })
    await screen.findByRole('heading', { name: 'You are invited' })
    expect(screen.getByText('ada@example.org')).toBeTruthy()
    expect(screen.getByText('viewer')).toBeTruthy()
    click('Accept and sign in')
    await screen.findByText('No interviews yet')
    expect(window.location.pathname).toBe('/interviews')
    expect(window.location.hash).toBe('')
  })

  it('goes to the identity provider if the organization has one', async () => {
    openDesk('/sign-in#invitation=token', { MemberLink: () => ({ memberLink: { ...LINK, hasIdentityProvider: true } }) })
    await screen.findByText(/You sign in where your organization keeps its accounts/)
    const href = vi.spyOn(window.location, 'href', 'set').mockImplementation(() => {})
    click('Continue with your organization')
    expect(href).toHaveBeenCalledWith(expect.stringContaining('/sign-in/oidc?organization=Analytical+Engines'))
  })

  it('offers another way in after the link was used, and another try after an outage', async () => {
    let failure = new ApiFailure('UNAVAILABLE', 'Try again in a moment.')
    const answers = {
      MemberLink: () => {
        throw failure
      },
    }
    openDesk('/sign-in#invitation=token', answers)
    expect(await screen.findByRole('button', { name: 'Try again' })).toBeTruthy()
    failure = new ApiFailure('NOT_FOUND', 'The link was used.')
    cleanup()
    openDesk('/sign-in#invitation=token', answers)
    await screen.findByRole('heading', { name: 'This link cannot be used' })
    expect(screen.getByRole('link', { name: 'Sign in' })).toBeTruthy()
  })
})

describe('S2: the sandbox', () => {
  const sandbox = { Viewer: signedOut, SignInOptions: () => options({ sandboxRoles: ['ADMIN', 'RECRUITER'] }), SignIn: () => ({ signIn: { viewer: makeViewer() } }) }

  it('lets visitors in as a recruiter, with a key only if they ask for it', async () => {
    const api = openDesk('/', sandbox)
    await screen.findByText('Welcome to Viva')
    expect(screen.queryByLabelText('API key')).toBeNull()
    click('Sign in with an API key')
    expect(document.activeElement).toBe(screen.getByLabelText('API key'))
    click('Enter as recruiter')
    await screen.findByText('No interviews yet')
    expect(api.callsOf('SignIn')).toEqual([{ input: { sandboxRole: 'RECRUITER' } }])
  })

  it('makes an interview for a visitor, and says it when there is no position', async () => {
    openDesk('/', { ...sandbox, Schedule: () => ({ scheduleInterview: { interview: { id: 'i1' }, invite: { url: 'http://localhost/join#abc', expiresAt: '' } } }) })
    await screen.findByText('Welcome to Viva')
    const href = vi.spyOn(window.location, 'href', 'set').mockImplementation(() => {})
    click('Take the interview')
    await waitFor(() => expect(href).toHaveBeenCalledWith('http://localhost/join#abc'))
    cleanup()
    openDesk('/', { ...sandbox, PositionChoices: () => ({ positions: { nodes: [] }, interviews: { nodes: [] } }) })
    await screen.findByText('Welcome to Viva')
    click('Take the interview')
    await screen.findByText('There is no position yet: create one first.')
  })
})

describe('S3: the shell', () => {
  it('has a way home from an unknown address, signed in or not', async () => {
    openDesk('/nowhere', { Viewer: signedOut, SignInOptions: () => options() })
    await screen.findByRole('heading', { name: 'There is no such page' })
    expect(screen.getByRole('link', { name: 'Home' }).getAttribute('href')).toBe('/')
    cleanup()
    openDesk('/interviews/a/b')
    await screen.findByRole('heading', { name: 'There is no such page' })
    fireEvent.click(within(screen.getByRole('main')).getByRole('button', { name: /^Search/ }))
    expect(screen.getByRole('combobox')).toBeTruthy()
  })

  it('finds pages and candidates in the palette, by keyboard', async () => {
    const found = [makeInterview({ id: 'i7', candidate: { name: 'Maya Lindqvist' } })]
    const api = openDesk('/interviews', {
      Interviews: ({ first }) => ({ interviews: { nodes: first === 8 ? found : [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 } }),
    })
    await screen.findByText('No interviews yet')
    press('k', { ctrlKey: true })
    const field = screen.getByRole('combobox')
    expect(document.activeElement).toBe(field)
    fireEvent.change(field, { target: { value: 'ma' } })
    await screen.findByRole('option', { name: /Maya Lindqvist/ })
    expect(api.callsOf('Interviews').at(-1)).toMatchObject({ filter: { candidate: 'ma' }, first: 8 })
    fireEvent.change(field, { target: { value: 'live' } })
    press('Enter')
    await waitFor(() => expect(window.location.pathname).toBe('/live'))
    expect(screen.queryByRole('combobox')).toBeNull()

    press('k', { ctrlKey: true })
    fireEvent.change(screen.getByRole('combobox'), { target: { value: 'zzz' } })
    expect(screen.getByText(/Nothing matches/)).toBeTruthy()
    fireEvent.change(screen.getByRole('combobox'), { target: { value: '' } })
    press('ArrowUp')
    expect(screen.getByRole('option', { selected: true }).textContent).toContain('Account')
    press('ArrowDown')
    press('ArrowDown')
    expect(screen.getByRole('option', { selected: true }).textContent).toContain('Needs review')
  })

  it('lists the keys, turns single letters off, and gives the focus back', async () => {
    openDesk('/interviews')
    await screen.findByText('No interviews yet')
    screen.getByRole('button', { name: /^Keys/ }).focus()
    press('?')
    fireEvent.click(screen.getByRole('checkbox', { name: 'Single characters are shortcuts' }))
    fireEvent.click(screen.getByRole('button', { name: /^Close/ }))
    expect(document.activeElement).toBe(screen.getByRole('button', { name: /^Keys/ }))
    press('n')
    expect(screen.queryByRole('heading', { name: 'New interview' })).toBeNull()
    click(/^Keys/)
    fireEvent.click(screen.getByRole('checkbox', { name: 'Single characters are shortcuts' }))
    fireEvent.click(screen.getByRole('button', { name: /^Close/ }))
    press('n')
    expect(screen.getByRole('heading', { name: 'New interview' })).toBeTruthy()
    type('Candidate’s name', 'n')
    expect(screen.getAllByRole('heading', { name: 'New interview' })).toHaveLength(1)
  })
})

describe('S3: a page that fails', () => {
  it('is replaced by a sentence that blames nobody, beside the way to the other pages', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    openDesk('/interviews', { Interviews: () => ({ interviews: { nodes: [{ id: 'i1' }], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 1 } }) })
    await screen.findByRole('heading', { name: 'Something went wrong on this page' })
    const reload = vi.spyOn(window.location, 'reload').mockImplementation(() => {})
    click('Reload the page')
    expect(reload).toHaveBeenCalledOnce()
    click(/Settings|Live/, 'link')
    await screen.findByRole('heading', { name: 'Live' })
  })
})
