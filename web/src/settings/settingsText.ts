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

/** What a key may be narrowed to. What no key may do, because only candidates may, is left out. */
const ACTION_NAMES: Partial<Record<Action, string>> = {
  READ_INTERVIEW: 'Read interviews and transcripts',
  LIST_INTERVIEWS: 'List interviews',
  READ_CANDIDATE: 'Read who the candidate is',
  READ_EMAIL: 'Read candidates’ emails',
  READ_REFERENCES: 'Read references and details',
  READ_POSITION: 'Read positions',
  READ_QUESTIONS: 'Read questions and criteria',
  READ_EVALUATION: 'Read evaluations, scores and decisions',
  READ_RAW_JUDGEMENT: 'Read the raw answers of the judge',
  READ_RECORDING: 'Read recordings',
  START_INTERVIEW: 'Start interviews',
  SCHEDULE_INTERVIEW: 'Schedule interviews',
  RENEW_INVITE: 'Renew links of candidates',
  END_INTERVIEW: 'End interviews',
  REOPEN_INTERVIEW: 'Reopen interviews',
  CANCEL_INTERVIEW: 'Cancel interviews',
  EVALUATE_INTERVIEW: 'Ask for evaluations',
  REVIEW_EVALUATION: 'Review evaluations',
  SAVE_POSITION: 'Save positions',
  START_TRY_OUT: 'Try out positions',
  WRITE_NOTE: 'Write notes',
  DELETE_ANY_NOTE: 'Delete notes of other people',
  ERASE_INTERVIEW: 'Erase interviews',
  READ_LEGAL_HOLD: 'Read legal holds',
  SET_LEGAL_HOLD: 'Set and release legal holds',
  READ_RETENTION_POLICY: 'Read the retention policy',
  UPDATE_RETENTION_POLICY: 'Update the retention policy',
  READ_ORGANIZATION_USAGE: 'Read what the organization uses',
  READ_DECISION_RECORDS: 'Read the records of erased interviews',
  SET_DEMOGRAPHICS: 'Store demographic data',
  ANALYZE_IMPACT: 'Analyze impact',
  UPDATE_NOTICE: 'Update the notice for candidates',
  UPDATE_ORGANIZATION: 'Update the organization',
  WITHDRAW_CONSENT: 'Withdraw a candidate’s consent',
  REQUEST_ACCOMMODATION: 'Make candidates’ requests',
  MANAGE_KEYS: 'Manage API keys',
  MANAGE_MEMBERS: 'Manage members',
  MANAGE_WEBHOOKS: 'Manage webhooks',
  READ_AUDIT_LOG: 'Read the audit log',
  READ_TRACE: 'Read where the time of replies went',
  READ_REQUESTS: 'Read candidates’ requests',
  RESOLVE_REQUEST: 'Answer candidates’ requests',
}

/** The actions that only an administrator may perform; the API has the last word (tests/web/test_settings_page.py compares). */
const ADMIN_ONLY: ReadonlySet<Action> = new Set<Action>([
  'ERASE_INTERVIEW',
  'DELETE_ANY_NOTE',
  'UPDATE_NOTICE',
  'UPDATE_ORGANIZATION',
  'READ_RAW_JUDGEMENT',
  'SET_LEGAL_HOLD',
  'UPDATE_RETENTION_POLICY',
  'READ_DECISION_RECORDS',
  'ANALYZE_IMPACT',
  'MANAGE_KEYS',
  'MANAGE_MEMBERS',
  'MANAGE_WEBHOOKS',
  'READ_AUDIT_LOG',
  'READ_TRACE',
])
const NOT_FOR_PROGRAMS: ReadonlySet<Action> = new Set<Action>([
  'REVIEW_EVALUATION',
  'SAVE_POSITION',
  'START_TRY_OUT',
  'WRITE_NOTE',
  'READ_LEGAL_HOLD',
  'READ_REQUESTS',
  'RESOLVE_REQUEST',
  'REOPEN_INTERVIEW',
  'READ_ORGANIZATION_USAGE',
])
const FOR_VIEWERS: ReadonlySet<Action> = new Set<Action>(['READ_INTERVIEW', 'LIST_INTERVIEWS', 'READ_CANDIDATE', 'READ_REFERENCES', 'READ_POSITION', 'READ_QUESTIONS'])

/** Returns the actions, of those that the caller may perform, that a key with this role may be used for. */
export function listGrantable(role: KeyRole, own: readonly Action[]): readonly Action[] {
  const excluded: Record<KeyRole, (action: Action) => boolean> = {
    ADMIN: () => false,
    RECRUITER: (action) => ADMIN_ONLY.has(action),
    INTEGRATION: (action) => ADMIN_ONLY.has(action) || NOT_FOR_PROGRAMS.has(action),
    VIEWER: (action) => !FOR_VIEWERS.has(action),
  }
  return own.filter((action) => !excluded[role](action))
}

export function nameAction(action: Action): string {
  const words = action.toLowerCase().replaceAll('_', ' ')
  return ACTION_NAMES[action] ?? words.charAt(0).toUpperCase() + words.slice(1)
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
