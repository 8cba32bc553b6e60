import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, vi } from 'vitest'
import DeskApp from '../desk/DeskApp'
import type { Viewer } from '../desk/session'
import type { Action } from '../gql/graphql'
import { FakeApi } from './fakeApi'

const RECRUITER: readonly Action[] = [
  'READ_INTERVIEW',
  'LIST_INTERVIEWS',
  'READ_CANDIDATE',
  'READ_POSITION',
  'READ_QUESTIONS',
  'READ_EVALUATION',
  'READ_RECORDING',
  'SCHEDULE_INTERVIEW',
  'RENEW_INVITE',
  'END_INTERVIEW',
  'CANCEL_INTERVIEW',
  'EVALUATE_INTERVIEW',
  'REVIEW_EVALUATION',
]
const ADMIN: readonly Action[] = [...RECRUITER, 'ERASE_INTERVIEW', 'UPDATE_ORGANIZATION', 'MANAGE_MEMBERS', 'MANAGE_KEYS']
const VIEWER: readonly Action[] = ['READ_INTERVIEW', 'LIST_INTERVIEWS', 'READ_CANDIDATE']
const MAY = { ADMIN, RECRUITER, VIEWER }

export function makeViewer(role: keyof typeof MAY = 'RECRUITER'): Viewer {
  return { role, name: 'Grace Hopper', may: [...MAY[role]], organization: { id: 'org_1', name: 'Analytical Engines' } }
}

export const NO_INTERVIEWS = { interviews: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 } }

const POSITIONS = [
  { key: 'engineer', version: 2, title: 'Engineer', language: 'en', limitMinutes: 30 },
  { key: 'weberei', version: 1, title: 'Weberei', language: 'de', limitMinutes: 45 },
]

type Api = ConstructorParameters<typeof FakeApi>

/** Opens an address of the desk with a session of this role, in front of an API with these answers. */
export function openDesk(path: string, answers: Api[0] = {}, streams: Api[1] = {}, role: keyof typeof MAY = 'RECRUITER'): FakeApi {
  const counts = { totalCount: 3 }
  const api = new FakeApi(
    {
      Viewer: () => ({ viewer: makeViewer(role) }),
      ChangesCursor: () => ({ changes: { latestCursor: 'c0' } }),
      Interviews: () => NO_INTERVIEWS,
      TabCounts: () => ({ review: counts, live: counts, scheduled: counts, all: counts }),
      PositionChoices: () => ({ positions: { nodes: POSITIONS }, interviews: { nodes: [{ position: { key: 'engineer' } }] } }),
      ...answers,
    },
    streams,
  )
  window.history.replaceState(null, '', path)
  // happy-dom lays nothing out: the list shows no rows without a size
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(900)
  render(<DeskApp />)
  return api
}

export const click = (name: string | RegExp, role = 'button') => fireEvent.click(screen.getByRole(role, { name }))
export const type = (name: string | RegExp, value: string) => fireEvent.change(screen.getByRole('textbox', { name }), { target: { value } })
export const press = (key: string, options: object = {}) => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...options })

/** Unmounts the desk after each test of a file. */
export function cleanUpDesk(): void {
  afterEach(() => {
    vi.useRealTimers()
    cleanup()
    vi.unstubAllGlobals()
  })
}
