import type { Decision, Recommendation } from '../../gql/graphql'
import type { ListedInterview } from './documents'

export const RECOMMENDATIONS: Record<Recommendation, string> = {
  STRONG_HIRE: 'Strong hire',
  HIRE: 'Hire',
  NO_HIRE: 'No hire',
  STRONG_NO_HIRE: 'Strong no hire',
  INCONCLUSIVE: 'Inconclusive',
}

export const DECISIONS: Record<Decision, string> = { ADVANCE: 'Advanced', HOLD: 'On hold', REJECT: 'Rejected' }

export const CHANNELS = { VOICE: 'Voice', TEXT: 'Typed' }

/** The state of an interview in a few words. */
export function describeStatus({ status, candidatePresent, isPartial, erasedAt, progress }: ListedInterview): string {
  const steps = `${progress.question} of ${progress.questions}`
  switch (status) {
    case 'SCHEDULED':
      return 'Scheduled'
    case 'WAITING':
      if (candidatePresent === null || candidatePresent === undefined) return 'Opened'
      return candidatePresent ? 'Waiting, in the room' : 'Waiting, not there'
    case 'IN_PROGRESS':
      return candidatePresent === false ? `Live, ${steps}, away` : `Live, ${steps}`
    case 'ENDING':
      return 'Ending'
    case 'COMPLETED':
      return isPartial ? `Broken off, ${steps}` : 'Completed'
    case 'CANCELLED':
      return erasedAt ? 'Erased' : 'Cancelled'
    case 'EXPIRED':
      return 'Expired'
    case 'OPTED_OUT':
      return 'Opted out'
    case 'FAILED':
      return 'Failed'
    default:
      // the API may add states that this page does not know
      return status
  }
}

export function isOpen(status: ListedInterview['status']): boolean {
  return status === 'WAITING' || status === 'IN_PROGRESS'
}

/** Formats a time relative to today: "Today 11:20", "27 Nov 16:45". */
export function formatMoment(iso: string, now: Date = new Date()): string {
  const moment = new Date(iso)
  const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(moment)
  const days = Math.round((startOfDay(moment).getTime() - startOfDay(now).getTime()) / 86_400_000)
  const name = { '-1': 'Yesterday', '0': 'Today', '1': 'Tomorrow' }[String(days)]
  if (name) return `${name} ${time}`
  const hasOtherYear = moment.getFullYear() !== now.getFullYear()
  const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...(hasOtherYear && { year: 'numeric' }) }).format(moment)
  return hasOtherYear ? date : `${date} ${time}`
}

function startOfDay(moment: Date): Date {
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate())
}

/** The time that matters in the interview's state. */
export function describeTime(interview: ListedInterview, now?: Date): string {
  const { status, scheduledFor, startedAt, endedAt, createdAt } = interview
  if (status === 'SCHEDULED') return scheduledFor ? formatMoment(scheduledFor, now) : 'Any time'
  if (status === 'IN_PROGRESS' && startedAt) return formatMoment(startedAt, now).replace('Today', 'Started')
  return formatMoment(endedAt ?? startedAt ?? scheduledFor ?? createdAt, now)
}

export function nameOf(interview: Pick<ListedInterview, 'candidate' | 'erasedAt'>): string {
  return interview.candidate?.name ?? (interview.erasedAt ? 'Erased candidate' : 'Candidate')
}
