import { createContext, useContext } from 'react'
import { Connection, type Credential } from '../api/connection'
import { Problem } from '../api/problem'
import { graphql } from '../gql'
import type { Action, ViewerQuery } from '../gql/graphql'

export type Viewer = ViewerQuery['viewer']

export const VIEWER = graphql(`
  query Viewer {
    viewer { role name may organization { id name } }
  }
`)

export const SIGN_IN_OPTIONS = graphql(`
  query SignInOptions {
    signInOptions { apiKey sandboxRoles organizationSignIn }
  }
`)

export const SIGN_IN = graphql(`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) { viewer { role name may organization { id name } } }
  }
`)

export const MEMBER_LINK = graphql(`
  query MemberLink($token: String!) {
    memberLink(token: $token) { organization name email role expiresAt hasIdentityProvider }
  }
`)

export const ACCEPT_INVITATION = graphql(`
  mutation AcceptInvitation($token: String!) {
    acceptMemberInvitation(input: { token: $token }) { viewer { role name may organization { id name } } }
  }
`)

export const SIGN_OUT = graphql(`
  mutation SignOut {
    signOut(input: {}) { __typename }
  }
`)

/** What every page of the desk needs: the caller's connection, and what the caller may do. */
export interface Session {
  readonly connection: Connection
  readonly viewer: Viewer
  /** Whether the caller may perform an action: pages show what this allows, and never ask for the role. */
  may(action: Action): boolean
  signOut(): Promise<void>
  /** Reads the viewer again, after a change of the own name, role or organization. */
  refresh(): Promise<void>
}

/** The session cookie is the credential, and scripts cannot read it: a call that it does not authenticate ends the session here. */
class CookieCredential implements Credential {
  readonly token = null

  constructor(private readonly onSignedOut: () => void) {}

  renew(): Promise<void> {
    this.onSignedOut()
    return Promise.reject(new Problem('UNAUTHENTICATED', 'Your session has ended. Please sign in again.'))
  }
}

/** Returns a connection that the session cookie authenticates. */
export function connectWithCookie(onSignedOut: () => void): Connection {
  return new Connection(new CookieCredential(onSignedOut))
}

export const SessionContext = createContext<Session | null>(null)

/** Returns the session of the page, which the desk renders only once somebody has signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('useSession is used outside of the desk')
  return session
}

/** Whether the settings have a section for a caller who may do this. */
export function hasSettings(may: Session['may']): boolean {
  return may('UPDATE_ORGANIZATION') || may('MANAGE_MEMBERS') || may('MANAGE_KEYS') || may('MANAGE_WEBHOOKS')
}
