import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { cleanUpDesk, click, openDesk, type } from '../testing/desk'
import { ApiFailure } from '../testing/fakeApi'

const KEY = {
  id: 'k1',
  name: 'Careers site',
  role: 'INTEGRATION',
  isTest: false,
  createdAt: '2026-11-01T10:00:00Z',
  createdBy: 'Grace',
  lastUsedAt: null,
  expiresAt: null,
  revokedAt: null,
  isActive: true,
  isRotated: false,
  permissions: ['READ_POSITION'],
}
const pageOf = (nodes: readonly object[], hasNextPage = false) => ({ page: { nodes, pageInfo: { hasNextPage, endCursor: 'p1' } } })
const row = (name: string) => screen.getByRole('rowheader', { name: new RegExp(`^${name}`) }).closest('tr') ?? document.body
const asksBeforeClosing = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
const listShownKeys = () => screen.queryAllByRole<HTMLInputElement>('textbox', { name: 'The API key' }).map(({ value }) => value)

cleanUpDesk()

describe('K1: API keys', () => {
  it('shows a new key once', async () => {
    const keys: object[] = []
    const api = openDesk(
      '/settings/keys',
      {
        ApiKeys: () => pageOf(keys),
        CreateApiKey: () => {
          keys.push(KEY)
          return { createApiKey: { apiKey: KEY, secret: 'viva_secret' } }
        },
      },
      {},
      'ADMIN',
    )
    await screen.findByText('There is no key yet. Programs need one to call the API.')
    click('Create a key')
    type('Name', 'Careers site')
    fireEvent.change(screen.getByLabelText('Expires'), { target: { value: 'never' } })
    fireEvent.click(screen.getByRole('checkbox', { name: 'Allow only some actions' }))
    fireEvent.click(screen.getByRole('checkbox', { name: 'Read positions' }))
    click('Create the key')
    await screen.findByText(/This is the only time that it is shown/)
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'The API key' }).value).toBe('viva_secret')
    expect(api.callsOf('CreateApiKey')[0]).toMatchObject({ input: { name: 'Careers site', role: 'INTEGRATION', expiresAt: null, permissions: ['READ_POSITION'], isTest: false } })
    await waitFor(() => expect(row('Careers site').textContent).toContain('1 action only'))
    click('I have stored it')
    expect(screen.queryByRole('textbox', { name: 'The API key' })).toBeNull()
  })

  it('keeps keys that nobody has stored while the page is open, and deletes them with the drafts at sign-out', async () => {
    const secrets = ['viva_first', 'viva_second']
    openDesk(
      '/settings/keys',
      {
        ApiKeys: () => pageOf([KEY]),
        RotateApiKey: () => ({ rotateApiKey: { apiKey: KEY, secret: secrets.shift() } }),
        SignOut: () => ({ signOut: { __typename: 'SignOutPayload' } }),
        SignInOptions: () => ({ signInOptions: { apiKey: true, sandboxRoles: [], organizationSignIn: false } }),
      },
      {},
      'ADMIN',
    )
    await screen.findByText('1 in use')
    expect(asksBeforeClosing()).toBe(false)
    for (const count of [1, 2]) {
      click('Rotate Careers site')
      click('Rotate')
      await waitFor(() => expect(listShownKeys()).toHaveLength(count))
    }
    click('Live', 'link')
    await screen.findByText(/The API key is not stored yet/)
    expect(asksBeforeClosing()).toBe(true)
    click('Settings', 'link')
    await screen.findByRole('heading', { name: 'Settings' })
    click('API keys', 'link')
    await screen.findByText('1 in use')
    expect(listShownKeys()).toEqual(['viva_first', 'viva_second'])

    localStorage.setItem('viva.position.1.org_1.engineer', '{}')
    localStorage.setItem('viva.desk.letters', 'off')
    sessionStorage.setItem('viva.outbox.i1', '[]')
    click('Account: Grace Hopper')
    await screen.findByText('Signing out deletes a draft of a position that is not published, and 2 keys or links that you have not stored.')
    click('Sign out')
    await screen.findByRole('heading', { name: 'Sign in' })
    expect(asksBeforeClosing()).toBe(false)
    expect(localStorage.getItem('viva.position.1.org_1.engineer')).toBeNull()
    expect(localStorage.getItem('viva.desk.letters')).toBe('off')
    expect(sessionStorage.getItem('viva.outbox.i1')).toBe('[]')
    localStorage.clear()
  })

  it('ends on a day that the person chooses', async () => {
    const api = openDesk('/settings/keys', { ApiKeys: () => pageOf([]) }, {}, 'ADMIN')
    await screen.findByText(/There is no key yet/)
    click('Create a key')
    type('Name', 'Reporting')
    fireEvent.change(screen.getByLabelText('Role'), { target: { value: 'VIEWER' } })
    fireEvent.change(screen.getByLabelText('Expires'), { target: { value: 'date' } })
    fireEvent.change(screen.getByLabelText('Last day'), { target: { value: '2027-03-01' } })
    fireEvent.click(screen.getByRole('checkbox', { name: /^For the test environment/ }))
    click('Create the key')
    await screen.findByRole('alert')
    expect(api.callsOf('CreateApiKey')[0]).toMatchObject({
      input: { role: 'VIEWER', expiresAt: new Date('2027-03-01T23:59:59').toISOString(), permissions: null, isTest: true },
    })
  })

  it('rotates a key, and says when the answer that showed it was lost', async () => {
    const secrets: (string | null)[] = ['viva_second', null]
    const api = openDesk(
      '/settings/keys',
      { ApiKeys: () => pageOf([KEY]), RotateApiKey: () => ({ rotateApiKey: { apiKey: KEY, secret: secrets.shift() } }) },
      {},
      'ADMIN',
    )
    await screen.findByText('1 in use')
    click('Rotate Careers site')
    fireEvent.change(screen.getByLabelText('The old key still works'), { target: { value: '60' } })
    click('Rotate')
    await screen.findByText('The old key works for another hour.')
    expect(api.callsOf('RotateApiKey')[0]).toMatchObject({ input: { apiKeyId: 'k1', overlapMinutes: 60 } })
    click('I have stored it')
    click('Rotate Careers site')
    click('Rotate')
    expect((await screen.findByRole('alert')).textContent).toContain('Rotate it to get another one.')
  })

  it('revokes a key after a question, and shows what has happened to others', async () => {
    const old = { ...KEY, id: 'k2', name: 'Old', isActive: false, revokedAt: '2026-11-02T10:00:00Z' }
    const replaced = { ...KEY, id: 'k3', name: 'Replaced', isRotated: true }
    const api = openDesk('/settings/keys', { ApiKeys: () => pageOf([KEY, old, replaced]), RevokeApiKey: () => ({ revokeApiKey: { apiKey: old } }) }, {}, 'ADMIN')
    await screen.findByText('2 in use')
    expect(row('Old').textContent).toContain('Revoked 2 Nov')
    expect(within(row('Old')).queryByRole('button')).toBeNull()
    expect(within(row('Replaced')).queryByRole('button', { name: /^Rotate/ })).toBeNull()
    click('End it now: Replaced')
    click('Go back')
    expect(api.callsOf('RevokeApiKey')).toEqual([])
    click('Revoke Careers site')
    click('Revoke the key')
    await screen.findByText('The key is revoked.')
    expect(api.callsOf('RevokeApiKey')[0]).toMatchObject({ input: { apiKeyId: 'k1' } })
  })

  it('reads the next page below the first', async () => {
    const answers = { ApiKeys: ({ after }: { after?: string }) => (after ? pageOf([{ ...KEY, id: 'k2', name: 'Second' }]) : pageOf([KEY], true)) }
    openDesk('/settings/keys', answers, {}, 'ADMIN')
    fireEvent.click(await screen.findByRole('button', { name: 'Show more' }))
    await screen.findByText('Second')
    expect(row('Careers site')).toBeTruthy()
    expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull()
  })

  it('says why the keys cannot be read, and tries again', async () => {
    let isDown = true
    openDesk(
      '/settings/keys',
      {
        ApiKeys: () => {
          if (isDown) throw new ApiFailure('UNAVAILABLE', 'The database does not answer.')
          return pageOf([KEY])
        },
      },
      {},
      'ADMIN',
    )
    expect((await screen.findByRole('alert')).textContent).toContain('The database does not answer.')
    isDown = false
    click('Try again')
    await screen.findByText('Careers site')
    expect(screen.queryByRole('alert')).toBeNull()
  })
})

const MEMBER = { id: 'm1', name: 'Grace Hopper', email: 'grace@example.org', role: 'ADMIN', invitedBy: null, createdAt: '2026-11-01T10:00:00Z', lastSignedInAt: null, hasIdentity: false }
const INVITATION = { id: 'n1', name: 'Ada', email: 'ada@example.org', role: 'VIEWER', invitedBy: 'Grace', createdAt: '2026-11-29T10:00:00Z', expiresAt: '2027-12-06T10:00:00Z', isRenewal: false }

/** Opens the members, and returns the API. */
async function openMembers(answers: Parameters<typeof openDesk>[1] = {}) {
  const api = openDesk(
    '/settings/members',
    { Members: () => ({ ...pageOf([MEMBER, { ...MEMBER, id: 'm2', name: 'Linus', hasIdentity: true }]), viewer: { member: { id: 'm1' } } }), MemberInvitations: () => pageOf([INVITATION]), ...answers },
    {},
    'ADMIN',
  )
  await screen.findByText('Linus')
  await screen.findByText(/^ada@example.org/)
  return api
}

describe('K1: members', () => {
  it('says who belongs to the organization, and who was invited', async () => {
    await openMembers()
    expect(row('Grace Hopper').textContent).toContain('grace@example.org, you')
    expect(within(row('Linus')).queryByRole('button', { name: /^New link/ })).toBeNull()
    expect(row('Ada').textContent).toContain('by Grace')
  })

  it('makes an invitation, and shows its link once', async () => {
    const failures = [new ApiFailure('BAD_INPUT', 'email is not an email address: send one.', { field: 'email' })]
    const api = await openMembers({
      InviteMember: () => {
        const failure = failures.shift()
        if (failure) throw failure
        return { inviteMember: { invitation: INVITATION, url: 'http://localhost/sign-in#invitation=a' } }
      },
    })
    click('Invite a person')
    type('Name', 'Ada')
    type('Email address', 'ada')
    fireEvent.change(screen.getByLabelText('Role'), { target: { value: 'VIEWER' } })
    click('Make the link')
    await screen.findByText('Email is not an email address: send one.')
    expect(document.activeElement).toBe(screen.getByLabelText('Email address'))
    type('Email address', 'ada@example.org')
    click('Make the link')
    await screen.findByText(/An invitation for/)
    expect(api.callsOf('InviteMember').at(-1)).toMatchObject({ input: { name: 'Ada', email: 'ada@example.org', role: 'VIEWER' } })
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'The link' }).value).toBe('http://localhost/sign-in#invitation=a')
  })

  it('changes a member, and sends what was changed only', async () => {
    const api = await openMembers({ UpdateMember: () => ({ updateMember: { member: MEMBER } }) })
    click('Edit Linus')
    click('Save')
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    expect(api.callsOf('UpdateMember')).toEqual([])
    click('Edit Linus')
    fireEvent.change(screen.getByLabelText('Role'), { target: { value: 'RECRUITER' } })
    click('Save')
    await waitFor(() => expect(api.callsOf('UpdateMember')[0]).toMatchObject({ input: { memberId: 'm2', role: 'RECRUITER' } }))
    expect(api.callsOf('UpdateMember')[0]?.input).not.toHaveProperty('name')
  })

  it('makes a link to sign in again, removes a person, and revokes a link', async () => {
    const api = await openMembers({
      RenewMemberLink: () => ({ renewMemberLink: { invitation: { ...INVITATION, isRenewal: true }, url: 'http://localhost/sign-in#invitation=b' } }),
      RemoveMember: () => ({ removeMember: { member: { id: 'm2' } } }),
      RevokeMemberInvitation: () => ({ revokeMemberInvitation: { invitation: { id: 'n1' } } }),
    })
    click('New link for Grace Hopper')
    click('Make the link')
    await screen.findByText(/A link to sign in, for/)
    click('Remove Linus')
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: /^Remove/ }))
    await screen.findByText('The person is no longer a member.')
    click('Revoke the link of Ada')
    fireEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: /^Revoke/ }))
    await waitFor(() => expect(api.callsOf('RevokeMemberInvitation')[0]).toMatchObject({ input: { memberInvitationId: 'n1' } }))
    expect(api.callsOf('RemoveMember')[0]).toMatchObject({ input: { memberId: 'm2' } })
  })
})

const ORGANIZATION = { id: 'o1', name: 'Analytical Engines', logoUrl: null, contact: null }

describe('K1: the organization', () => {
  it('saves what was changed, with a logo', async () => {
    const saved = { ...ORGANIZATION, name: 'Engines & Co', contact: { name: 'Grace', email: 'grace@example.org' }, logoUrl: '/logos/1.png' }
    const failures = [new ApiFailure('BAD_INPUT', 'contact.email is empty: send an address.', { field: 'contact.email' })]
    const api = openDesk(
      '/settings',
      {
        OwnOrganization: () => ({ viewer: { organization: ORGANIZATION } }),
        UpdateOrganization: () => {
          const failure = failures.shift()
          if (failure) throw failure
          return { updateOrganization: { organization: saved } }
        },
      },
      {},
      'ADMIN',
    )
    await screen.findByText('What candidates see')
    expect(window.location.pathname).toBe('/settings/organization')
    type('Name', 'Engines & Co')
    type('Contact', 'Grace')
    click('Save')
    await screen.findByText('Email is empty: send an address.')
    type('Email address of the contact', 'grace@example.org')
    const picker = document.querySelector<HTMLInputElement>('input[type=file]') ?? document.createElement('input')
    const choose = (file: File) => fireEvent.change(picker, { target: { files: [file] } })
    choose(new File(['GIF'], 'logo.gif', { type: 'image/gif' }))
    await screen.findByText(/neither a PNG nor a JPEG/)
    choose(new File(['PNG'], 'logo.png', { type: 'image/png' }))
    await screen.findByRole('img', { name: 'The logo' })
    click('Save')
    await screen.findByText('Saved. Candidates see it from now on.')
    expect(api.callsOf('UpdateOrganization').at(-1)).toMatchObject({
      input: { name: 'Engines & Co', contact: { name: 'Grace', email: 'grace@example.org' }, logo: btoa('PNG') },
    })
    expect(screen.getByRole('img', { name: 'The logo' }).getAttribute('src')).toBe('/logos/1.png')
    click('Remove')
    click('Save')
    await waitFor(() => expect(api.callsOf('UpdateOrganization').at(-1)).toMatchObject({ input: { logo: null } }))
  })

  it('says why it cannot be read', async () => {
    openDesk(
      '/settings/organization',
      {
        OwnOrganization: () => {
          throw new ApiFailure('UNAVAILABLE', 'The database does not answer.')
        },
      },
      {},
      'ADMIN',
    )
    expect((await screen.findByRole('alert')).textContent).toContain('The database does not answer.')
  })

  it('has nothing for recruiters', async () => {
    openDesk('/settings')
    await screen.findByText('Your role changes no settings. An administrator of your organization does.')
    expect(screen.queryByRole('link', { name: /API explorer/ })).toBeNull()
  })
})
