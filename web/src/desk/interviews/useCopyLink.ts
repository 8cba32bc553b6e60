import { useCallback } from 'react'
import { Problem, toProblem } from '../../api/problem'
import { useSession } from '../session'
import { useToast } from '../Toast'
import { copyText } from './clipboard'
import { INVITE } from './documents'

/** Returns a function that copies a candidate's present link. It replaces no link. */
export function useCopyLink(): (interview: { id: string }) => Promise<void> {
  const { connection } = useSession()
  const toast = useToast()
  return useCallback(
    async ({ id }) => {
      const link = connection.query(INVITE, { id }).then(({ interview }) => {
        if (!interview?.invite) throw new Problem('CONFLICT', 'The link opens nothing any more. Renew it to get another one.')
        return interview.invite.url
      })
      const isCopied = await copyText(link)
      try {
        const url = await link
        toast(isCopied ? 'The link is on your clipboard.' : url)
      } catch (error) {
        toast(toProblem(error).message)
      }
    },
    [connection, toast],
  )
}
