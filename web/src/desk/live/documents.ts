import { graphql } from '../../gql'
import type { LiveTileFragment } from '../../gql/graphql'

export type TileInterview = LiveTileFragment

export const LIVE_INTERVIEWS = graphql(`
  subscription LiveInterviews {
    liveInterviews {
      kind
      interview { ...LiveTile }
    }
  }
  fragment LiveTile on Interview {
    id status channel createdAt scheduledFor startedAt expiresAt pausedAt candidatePresent
    speechOutage { endedAt }
    candidate { name }
    position { title }
    progress { question questions elapsedSeconds }
    lastTurn { seq speaker channel text }
  }
`)

export const END = graphql(`
  mutation EndLiveInterview($input: EndInterviewInput!) {
    endInterview(input: $input) { interview { id } }
  }
`)
