import { formatMoment } from '../desk/interviews/interviewText'
import type { Action, Role } from '../gql/graphql'
import type { ApiKey } from './documents'

const DAY_MS = 86_400_000
const SOON_DAYS = 14

export const ROLE_NAMES: Record<Exclude<Role, 'CANDIDATE'>, string> = {
  ADMIN: 'Administrator',
  RECRUITER: 'Recruiter',
  VIEWER: 'Viewer',
  INTEGRATION: 'Integration',
}

export const ROLE_HINTS: Record<Exclude<Role, 'CANDIDATE'>, string> = {
  ADMIN: 'Everything, with members, keys, erasing and the audit log.',
  RECRUITER: 'Interviews, reviews, decisions and positions.',
  VIEWER: 'Reads interviews and transcripts. No emails, evaluations or recordings.',
  INTEGRATION: 'For programs: like a recruiter, without reviewing and positions.',
}

export const MEMBER_ROLES = ['ADMIN', 'RECRUITER', 'VIEWER'] as const
export const KEY_ROLES = ['INTEGRATION', 'RECRUITER', 'VIEWER', 'ADMIN'] as const

export type KeyRole = (typeof KEY_ROLES)[number]

export function nameRole(role: Role): string {
  return role === 'CANDIDATE' ? 'Candidate' : ROLE_NAMES[role]
}

/** Who may perform an action. Administrators may perform all but those of candidates, and the others fewer in this order. */
type Audience = 'administrators' | 'people' | 'programs' | 'viewers' | 'candidates'

/** What each action is called, and who may perform it. The API has the last word (tests/web/test_settings_page.py compares). */
const ACTIONS: Record<Action, readonly [name: string, audience: Audience]> = {
  READ_INTERVIEW: ['Read interviews and transcripts', 'viewers'],
  LIST_INTERVIEWS: ['List interviews', 'viewers'],
  READ_CANDIDATE: ['Read who the candidate is', 'viewers'],
  READ_EMAIL: ['Read candidates’ emails', 'programs'],
  READ_REFERENCES: ['Read references and details', 'viewers'],
  READ_POSITION: ['Read positions', 'viewers'],
  READ_QUESTIONS: ['Read questions and criteria', 'viewers'],
  READ_EVALUATION: ['Read evaluations, scores and decisions', 'programs'],
  READ_RAW_JUDGEMENT: ['Read the raw answers of the judge', 'administrators'],
  READ_RECORDING: ['Read recordings', 'programs'],
  START_INTERVIEW: ['Start interviews', 'programs'],
  SCHEDULE_INTERVIEW: ['Schedule interviews', 'programs'],
  RENEW_INVITE: ['Renew links of candidates', 'programs'],
  END_INTERVIEW: ['End interviews', 'programs'],
  REOPEN_INTERVIEW: ['Reopen interviews', 'people'],
  CANCEL_INTERVIEW: ['Cancel interviews', 'programs'],
  EVALUATE_INTERVIEW: ['Ask for evaluations', 'programs'],
  REVIEW_EVALUATION: ['Review evaluations', 'people'],
  SAVE_POSITION: ['Save positions', 'people'],
  START_TRY_OUT: ['Try out positions', 'people'],
  WRITE_NOTE: ['Write notes', 'people'],
  DELETE_ANY_NOTE: ['Delete notes of other people', 'administrators'],
  ERASE_INTERVIEW: ['Erase interviews', 'administrators'],
  READ_LEGAL_HOLD: ['Read legal holds', 'people'],
  SET_LEGAL_HOLD: ['Set and release legal holds', 'administrators'],
  READ_RETENTION_POLICY: ['Read the retention policy', 'programs'],
  UPDATE_RETENTION_POLICY: ['Update the retention policy', 'administrators'],
  READ_ORGANIZATION_USAGE: ['Read what the organization uses', 'people'],
  READ_DECISION_RECORDS: ['Read the records of erased interviews', 'administrators'],
  SET_DEMOGRAPHICS: ['Store demographic data', 'programs'],
  ANALYZE_IMPACT: ['Analyze impact', 'administrators'],
  UPDATE_NOTICE: ['Update the notice for candidates', 'administrators'],
  UPDATE_ORGANIZATION: ['Update the organization', 'administrators'],
  WITHDRAW_CONSENT: ['Withdraw a candidate’s consent', 'programs'],
  REQUEST_ACCOMMODATION: ['Make candidates’ requests', 'programs'],
  MANAGE_KEYS: ['Manage API keys', 'administrators'],
  MANAGE_MEMBERS: ['Manage members', 'administrators'],
  MANAGE_WEBHOOKS: ['Manage webhooks', 'administrators'],
  READ_AUDIT_LOG: ['Read the audit log', 'administrators'],
  READ_TRACE: ['Read where the time of replies went', 'administrators'],
  READ_REQUESTS: ['Read candidates’ requests', 'people'],
  RESOLVE_REQUEST: ['Answer candidates’ requests', 'people'],
  CORRECT_TURN: ['Correct what the transcript has', 'candidates'],
  SEND_MESSAGE: ['Send messages of the candidate', 'candidates'],
  SIGNAL_INTERVIEWER: ['Signal to the interviewer', 'candidates'],
}

const AUDIENCES: Record<KeyRole, readonly Audience[]> = {
  ADMIN: ['administrators', 'people', 'programs', 'viewers'],
  RECRUITER: ['people', 'programs', 'viewers'],
  INTEGRATION: ['programs', 'viewers'],
  VIEWER: ['viewers'],
}

/** Actions by their names. A server that is newer than the page may have others. */
const KNOWN_ACTIONS: Partial<typeof ACTIONS> = ACTIONS

/** Returns the actions, of those that the caller may perform, that a key with this role may be used for. */
export function listGrantable(role: KeyRole, own: readonly Action[]): readonly Action[] {
  return own.filter((action) => AUDIENCES[role].some((audience) => audience === KNOWN_ACTIONS[action]?.[1]))
}

export function nameAction(action: Action): string {
  const words = action.toLowerCase().replaceAll('_', ' ')
  return KNOWN_ACTIONS[action]?.[0] ?? words.charAt(0).toUpperCase() + words.slice(1)
}

/** Formats a day: "3 Mar", "3 Mar 2027". */
export function formatDay(iso: string, now: Date = new Date()): string {
  const moment = new Date(iso)
  const year = moment.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const)
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...year }).format(moment)
}

/** Says when a key ends or has ended, and whether somebody should look at that. */
export function describeExpiry(key: Pick<ApiKey, 'expiresAt' | 'revokedAt' | 'isActive'>, now: Date = new Date()): { text: string; isSoon: boolean } {
  if (key.revokedAt) return { text: `Revoked ${formatDay(key.revokedAt, now)}`, isSoon: false }
  if (!key.expiresAt) return { text: 'Never', isSoon: false }
  const left = new Date(key.expiresAt).getTime() - now.getTime()
  if (!key.isActive || left <= 0) return { text: `Expired ${formatDay(key.expiresAt, now)}`, isSoon: false }
  if (left < DAY_MS) return { text: left < DAY_MS / 24 ? 'Ends within the hour' : `Ends in ${Math.floor(left / (DAY_MS / 24))} h`, isSoon: true }
  const days = Math.floor(left / DAY_MS)
  const day = formatDay(key.expiresAt, now)
  return days < SOON_DAYS ? { text: `${day}, in ${days} ${days === 1 ? 'day' : 'days'}`, isSoon: true } : { text: day, isSoon: false }
}

export function describeLastUse(iso: string | null | undefined, none: string, now: Date = new Date()): string {
  return iso ? formatMoment(iso, now) : none
}

/** Returns the end of the day so many days from now, so that a repeated attempt sends the same time. */
export function endOfDay(days: number, now: Date = new Date()): string {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 23, 59, 59).toISOString()
}
