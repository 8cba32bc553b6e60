import { useCallback, useEffect, useState } from 'react'
import { Connection, type Credential } from '../api/connection'
import { Problem, problemOf } from '../api/problem'
import type { ViewerQuery } from '../gql/graphql'
import { Button } from '../ui/Button'
import { Notice } from '../ui/Notice'
import { Page } from '../ui/Page'
import { VIEWER } from './documents'
import { Review } from './Review'

const KEPT = 'viva.token'

interface Caller {
  connection: Connection
  role: ViewerQuery['viewer']['role']
}

/** The page of an interview, for whoever shows an API token. */
export function ReviewPage({ id }: { id: string }) {
  const [caller, setCaller] = useState<Caller | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [isAsking, setAsking] = useState(() => sessionStorage.getItem(KEPT) === null)

  const leave = useCallback((why: Problem) => {
    sessionStorage.removeItem(KEPT)
    setCaller(null)
    setProblem(why)
    setAsking(true)
  }, [])
  const enter = useCallback(
    async (token: string) => {
      setProblem(null)
      const connection = new Connection(new Key(token, leave))
      try {
        const { viewer } = await connection.query(VIEWER, {})
        sessionStorage.setItem(KEPT, token)
        setCaller({ connection, role: viewer.role })
        setAsking(false)
      } catch (error) {
        const met = problemOf(error)
        if (met.isPassing) setProblem(met)
        setAsking(true)
      }
    },
    [leave],
  )
  useEffect(() => {
    const kept = sessionStorage.getItem(KEPT)
    // oxlint-disable-next-line react/set-state-in-effect -- it sets state once it has been answered
    if (kept) void enter(kept)
  }, [enter])

  if (caller) return <Review id={id} connection={caller.connection} canReadAll={caller.role !== 'VIEWER' && caller.role !== 'CANDIDATE'} />
  if (!isAsking) return <Page title="Interview">{null}</Page>
  return <TokenForm problem={problem} onToken={(token) => void enter(token)} />
}

/** An API token: when it has ended, only another one helps. */
class Key implements Credential {
  constructor(
    readonly token: string,
    private readonly onEnd: (why: Problem) => void,
  ) {}

  renew(): Promise<void> {
    const why = new Problem('FORBIDDEN', 'This token is not valid, or not any more. Enter another one.')
    this.onEnd(why)
    return Promise.reject(why)
  }
}

function TokenForm({ problem, onToken }: { problem: Problem | null; onToken: (token: string) => void }) {
  const [token, setToken] = useState('')
  return (
    <Page title="Who is reading?">
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
        <p className="text-quiet">It stays in this tab until you close it.</p>
        {problem && <Notice tone="bad">{problem.message}</Notice>}
        <Button type="submit" kind="action" disabled={!token.trim()}>
          Open the interview
        </Button>
      </form>
    </Page>
  )
}
