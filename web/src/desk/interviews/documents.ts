import { graphql } from '../../gql'
import type { ListedInterviewFragment } from '../../gql/graphql'

export type ListedInterview = ListedInterviewFragment

/** `results` adds what only callers with READ_EVALUATION may read; `counted` the total, which takes a large organization a second. */
export const INTERVIEWS = graphql(`
  query Interviews($filter: InterviewFilter, $orderBy: InterviewOrder, $first: Int!, $after: String, $results: Boolean!, $counted: Boolean!) {
    interviews(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      nodes { ...ListedInterview }
      pageInfo { hasNextPage endCursor }
      totalCount @include(if: $counted)
    }
  }
  fragment ListedInterview on Interview {
    id status endReason isPartial channel createdAt updatedAt scheduledFor startedAt endedAt expiresAt erasedAt externalId candidatePresent
    candidate { name }
    position { key version title }
    progress { question questions }
    decision @include(if: $results)
    evaluation @include(if: $results) { isBlind status overallScore recommendation flags }
  }
`)

export const TAB_COUNTS = graphql(`
  query TabCounts($results: Boolean!) {
    review: interviews(filter: { reviewed: false }, first: 0) @include(if: $results) { totalCount }
    live: interviews(filter: { statuses: [WAITING, IN_PROGRESS, ENDING] }, first: 0) { totalCount }
    scheduled: interviews(filter: { statuses: [SCHEDULED] }, first: 0) { totalCount }
    all: interviews(first: 0) { totalCount }
  }
`)

export const CHANGES_CURSOR = graphql(`
  query ChangesCursor {
    changes(first: 0) { latestCursor }
  }
`)

export const INTERVIEW_CHANGES = graphql(`
  subscription InterviewChanges($after: String, $results: Boolean!) {
    changed(after: $after) { cursor interviewId interview { ...ListedInterview } }
  }
`)

export const INVITE = graphql(`
  query Invite($id: ID!) {
    interview(id: $id) { invite { url expiresAt } }
  }
`)

export const POSITIONS = graphql(`
  query PositionChoices {
    positions(first: 100) { nodes { key version title language limitMinutes } }
    interviews(first: 1) { nodes { position { key } } }
  }
`)

export const SCHEDULE = graphql(`
  mutation Schedule($input: ScheduleInterviewInput!, $timeZone: String) {
    scheduleInterview(input: $input) { interview { id } invite { url expiresAt invitationText(timeZone: $timeZone) calendarFile } }
  }
`)

export const RENEW = graphql(`
  mutation Renew($input: RenewInviteInput!) {
    renewInvite(input: $input) { invite { url expiresAt } }
  }
`)

export const CANCEL = graphql(`
  mutation Cancel($input: CancelInterviewInput!) {
    cancelInterview(input: $input) { interview { id } }
  }
`)
