import { useEffect, useState } from 'react'
import { getRememberedList } from '../desk/interviews/openedList'
import { useSession } from '../desk/session'
import { NEEDS_REVIEW } from './documents'
import { Review } from './Review'

/** The page of one interview: transcript, recording and evaluation, as far as the caller may read them. */
export default function ReviewPage({ id }: { id: string }) {
  const session = useSession()
  const { connection } = session
  const mayReadResults = session.may('READ_EVALUATION')
  const [list, setList] = useState(() => getRememberedList(session))
  useEffect(() => {
    if (list.length > 0 || !mayReadResults) return
    let isCurrent = true
    // after a deep link, what needs review is the list; without it, the page only lacks the way to the next interview
    connection.query(NEEDS_REVIEW, {}).then(
      ({ interviews }) => isCurrent && setList(interviews.nodes.map((node) => node.id)),
      () => {},
    )
    return () => {
      isCurrent = false
    }
  }, [connection, list, mayReadResults])
  return <Review key={id} id={id} list={list} />
}
