import { useCallback, useEffect, useState } from 'react'
import { Connection, type Credential } from '../api/connection'
import { Problem, toProblem } from '../api/problem'
import type { ViewerQuery } from '../gql/graphql'
import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import { VIEWER } from './documents'
import { Review } from './Review'

const TOKEN_STORAGE_KEY = 'viva.token'

interface Caller {
  connection: Connection
  role: ViewerQuery['viewer']['role']
}

/** Asks for an API token, then shows the interview. */
export function ReviewPage({ id }: { id: string }) {
  const [caller, setCaller] = useState<Caller | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isSigningIn, setSigningIn] = useState(() => sessionStorage.getItem(TOKEN_STORAGE_KEY) === null)

  const signOut = useCallback((reason: Problem) => {
    sessionStorage.removeItem(TOKEN_STORAGE_KEY)
    setCaller(null)
    setProblem(reason)
    setSigningIn(true)
  }, [])
  const signIn = useCallback(
    async (token: string) => {
      setProblem(null)
      const connection = new Connection(new ApiToken(token, signOut))
      try {
        const { viewer } = await connection.query(VIEWER, {})
        sessionStorage.setItem(TOKEN_STORAGE_KEY, token)
        setCaller({ connection, role: viewer.role })
        setSigningIn(false)
      } catch (error) {
        const signInProblem = toProblem(error)
        if (signInProblem.isTransient) setProblem(signInProblem)
        setSigningIn(true)
      }
    },
    [signOut],
  )
  useEffect(() => {
    const token = sessionStorage.getItem(TOKEN_STORAGE_KEY)
    // oxlint-disable-next-line react/set-state-in-effect -- state is set only after the response arrives
    if (token) void signIn(token)
  }, [signIn])

  if (caller) return <Review id={id} connection={caller.connection} canReadAll={caller.role !== 'VIEWER' && caller.role !== 'CANDIDATE'} />
  if (!isSigningIn) return <Page title="Interview">{null}</Page>
  return <TokenForm problem={problem} onToken={(token) => void signIn(token)} />
}

/** An API token cannot be renewed: the caller has to enter another one. */
class ApiToken implements Credential {
  constructor(
    readonly token: string,
    private readonly onInvalid: (reason: Problem) => void,
  ) {}

  renew(): Promise<void> {
    const problem = new Problem('FORBIDDEN', 'This token is invalid or has been revoked. Please enter another one.')
    this.onInvalid(problem)
    return Promise.reject(problem)
  }
}

function TokenForm({ problem, onToken }: { problem: Problem | null; onToken: (token: string) => void }) {
  const [token, setToken] = useState('')
  return (
    <Page title="Sign in">
      <form
        className="flex flex-col items-start gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (token.trim()) onToken(token.trim())
        }}
      >
        <label className="w-full space-y-1">
          <span className="font-medium">API token</span>
          <input
            type="password"
            autoComplete="off"
            value={token}
            onChange={(event) => setToken(event.target.value)}
            className="block min-h-9 w-full rounded-md border border-line bg-panel px-3"
          />
        </label>
        <p className="text-quiet">The token is stored in this browser tab only, and removed when you close it.</p>
        {problem && <Notice tone="bad">{problem.message}</Notice>}
        <Button type="submit" variant="action" disabled={!token.trim()}>
          Open the interview
        </Button>
      </form>
    </Page>
  )
}
