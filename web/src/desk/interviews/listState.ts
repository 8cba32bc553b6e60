import type { Channel, Decision, InterviewFilter, InterviewOrder, InterviewOrderField } from '../../gql/graphql'

export type Tab = 'review' | 'live' | 'scheduled' | 'all'

/** What the list shows. All of it is in the URL, so that a link opens the same list. */
export interface ListState {
  tab: Tab
  search: string
  positions: string[]
  channel: Channel | null
  decision: Decision | null
  /** Created within so many days. */
  days: number | null
  /** Null: the order of the tab. */
  order: InterviewOrder | null
}

const TABS: readonly Tab[] = ['review', 'live', 'scheduled', 'all']
const CHANNELS: readonly Channel[] = ['VOICE', 'TEXT']
const DECISIONS: readonly Decision[] = ['ADVANCE', 'HOLD', 'REJECT']
export const DAYS: readonly number[] = [7, 30, 90]
const ORDERS: readonly InterviewOrderField[] = ['CANDIDATE', 'CREATED_AT', 'UPDATED_AT', 'STARTED_AT', 'SCHEDULED_FOR', 'SCORE']

const TAB_ORDERS: Record<Tab, InterviewOrder> = {
  review: { field: 'CREATED_AT', direction: 'DESC' },
  live: { field: 'CREATED_AT', direction: 'DESC' },
  scheduled: { field: 'SCHEDULED_FOR', direction: 'ASC' },
  all: { field: 'CREATED_AT', direction: 'DESC' },
}

const TAB_FILTERS: Record<Tab, InterviewFilter> = {
  review: { reviewed: false },
  live: { statuses: ['WAITING', 'IN_PROGRESS', 'ENDING'] },
  scheduled: { statuses: ['SCHEDULED'] },
  all: {},
}

function pick<Value>(values: readonly Value[], text: unknown): Value | null {
  return values.find((value) => String(value) === text) ?? null
}

/** Reads the state from the URL. Unknown values, and those that need results that the caller may not read, are left out. */
export function parseListState(params: URLSearchParams, mayReadResults: boolean): ListState {
  const [field, direction] = (params.get('order') ?? '').split('.')
  const orderField = pick(ORDERS, field)
  const tab = pick(TABS, params.get('tab')) ?? 'all'
  return {
    tab: tab === 'review' && !mayReadResults ? 'all' : tab,
    search: (params.get('q') ?? '').slice(0, 200),
    positions: params.getAll('position').slice(0, 100),
    channel: pick(CHANNELS, params.get('channel')),
    decision: mayReadResults ? pick(DECISIONS, params.get('decision')) : null,
    days: pick(DAYS, params.get('days')),
    order:
      orderField && (orderField !== 'SCORE' || mayReadResults) ? { field: orderField, direction: direction === 'ASC' ? 'ASC' : 'DESC' } : null,
  }
}

/** Returns the query of the URL for a state; what is the default is left out. */
export function formatListState(state: ListState): string {
  const params = new URLSearchParams()
  if (state.tab !== 'all') params.set('tab', state.tab)
  if (state.search) params.set('q', state.search)
  for (const key of state.positions) params.append('position', key)
  if (state.channel) params.set('channel', state.channel)
  if (state.decision) params.set('decision', state.decision)
  if (state.days) params.set('days', String(state.days))
  if (state.order) params.set('order', `${state.order.field}.${state.order.direction}`)
  return params.toString()
}

export function getOrder({ tab, order }: ListState): InterviewOrder {
  return order ?? TAB_ORDERS[tab]
}

/** Returns the filter of a state without its search. `today` fixes the beginning of a period, so that all pages have the same one. */
export function buildFilter(state: ListState, today: Date): InterviewFilter {
  const filter: InterviewFilter = { ...TAB_FILTERS[state.tab] }
  if (state.positions.length > 0) filter.positionKeys = state.positions
  if (state.channel) filter.channels = [state.channel]
  if (state.decision) filter.decisions = [state.decision]
  if (state.days) {
    const since = new Date(today)
    since.setHours(0, 0, 0, 0)
    since.setDate(since.getDate() - state.days)
    filter.createdAtOrAfter = since.toISOString()
  }
  return filter
}

/** Returns the order after a click on a column's heading: the column's own direction first, then the other one. */
export function toggleOrder(current: InterviewOrder, field: InterviewOrderField): InterviewOrder {
  const first = field === 'CANDIDATE' ? 'ASC' : 'DESC'
  if (current.field !== field) return { field, direction: first }
  return { field, direction: current.direction === 'ASC' ? 'DESC' : 'ASC' }
}
