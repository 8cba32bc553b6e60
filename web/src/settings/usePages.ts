import type { TypedDocumentNode } from '@urql/core'
import { useEffect, useState } from 'react'
import { Problem, toProblem } from '../api/problem'
import { useSession } from '../desk/session'

interface PageOf<Item> {
  page: { nodes: readonly Item[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } | null
}

type ItemOf<Data extends PageOf<unknown>> = NonNullable<Data['page']>['nodes'][number]

interface State<Data extends PageOf<unknown>> {
  /** Null until the first answer. */
  items: readonly ItemOf<Data>[] | null
  /** The newest answer, for what is not in the list. */
  data: Data | null
}

interface Pages<Data extends PageOf<unknown>> extends State<Data> {
  hasMore: boolean
  problem: Problem | null
  /** Reads the next page. */
  readMore(): void
  /** Reads the list from its beginning. What is shown stays until the answer has arrived. */
  reload(): void
}

/** Reads a list page by page. The query names its connection `page`; `variables` are those besides `after`. */
export function usePages<Data extends PageOf<unknown>, Variables extends object = object>(
  document: TypedDocumentNode<Data, Variables & { after?: string | null | undefined }>,
  variables?: Variables,
): Pages<Data> {
  const { connection } = useSession()
  const [state, setState] = useState<State<Data>>({ items: null, data: null })
  const [problem, setProblem] = useState<Problem | null>(null)
  const [request, setRequest] = useState<{ after: string | null }>({ after: null })
  const given = JSON.stringify(variables ?? {})
  useEffect(() => {
    let isCurrent = true
    const read = async () => {
      try {
        const data = await connection.query(document, { ...(JSON.parse(given) as Variables), ...request })
        if (!isCurrent) return
        const nodes: readonly ItemOf<Data>[] | undefined = data.page?.nodes
        if (!nodes) throw new Problem('INTERNAL', 'The server did not answer. Please try again.')
        setProblem(null)
        setState((previous) => ({ items: request.after ? [...(previous.items ?? []), ...nodes] : nodes, data }))
      } catch (error) {
        if (isCurrent) setProblem(toProblem(error))
      }
    }
    void read()
    return () => {
      isCurrent = false
    }
  }, [connection, document, given, request])
  const { hasNextPage = false, endCursor = null } = state.data?.page?.pageInfo ?? {}
  return {
    ...state,
    hasMore: hasNextPage,
    problem,
    readMore: () => setRequest({ after: endCursor }),
    reload: () => setRequest({ after: null }),
  }
}
