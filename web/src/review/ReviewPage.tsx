import { useSession } from '../desk/session'
import { Review } from './Review'

/** The page of one interview: transcript, recording and evaluation, as far as the caller may read them. */
export default function ReviewPage({ id }: { id: string }) {
  const { connection, may } = useSession()
  return <Review key={id} id={id} connection={connection} canReadAll={may('READ_EVALUATION') && may('READ_RECORDING')} />
}
