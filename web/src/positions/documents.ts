import { graphql } from '../gql'
import type { CheckPositionQuery, PositionListQuery, PositionVersionFragment } from '../gql/graphql'

export type ListedPosition = NonNullable<PositionListQuery['page']>['nodes'][number]
export type PositionVersion = PositionVersionFragment
export type Warning = NonNullable<CheckPositionQuery['checkPosition']>[number]

export const POSITION_LIST = graphql(`
  query PositionList($after: String) {
    page: positions(includeArchived: true, first: 100, after: $after) {
      nodes { id key version title language limitMinutes archived createdAt createdBy interviewCount questions { key } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export const POSITION = graphql(`
  query PositionVersion($key: String!, $version: Int) {
    position(key: $key, version: $version) { ...PositionVersion }
  }
  fragment PositionVersion on Position {
    id key version title description language wrapUpAfterExchanges limitMinutes archived keyTerms blindReview correctionHours reopenMinutes
    extraTimeFactor createdAt createdBy
    questions { key text listenFor maxProbes criterionKeys }
    criteria { key name description weight levels { value anchor } }
    jobAnalysis { tasks method criteria { key reason weightReason } }
    facts { question answer }
  }
`)

export const POSITION_VERSIONS = graphql(`
  query PositionVersions($key: String!, $after: String) {
    page: positionVersions(key: $key, first: 20, after: $after) {
      nodes { ...PositionVersion }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export const SAVE_POSITION = graphql(`
  mutation SavePosition($input: SavePositionInput!) {
    savePosition(input: $input) { position { ...PositionVersion } }
  }
`)

export const CHECK_POSITION = graphql(`
  query CheckPosition($input: SavePositionInput!) {
    checkPosition(input: $input) { path message }
  }
`)

export const OPEN_INVITATIONS = graphql(`
  query OpenInvitations($key: String!) {
    interviews(filter: { positionKeys: [$key], statuses: [SCHEDULED, WAITING, IN_PROGRESS] }, first: 0) { totalCount }
  }
`)
