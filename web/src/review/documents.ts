import { graphql } from '../gql'
import type { ReviewedSubscription } from '../gql/graphql'

export type ReviewedInterview = ReviewedSubscription['interviewChanged']

/** `all` adds the fields that the VIEWER role may not read. */
export const REVIEWED = graphql(`
  subscription Reviewed($id: ID!, $all: Boolean!) {
    interviewChanged(interviewId: $id) {
      status endReason isPartial endDetail channel startedAt durationSeconds erasedAt
      candidate { name }
      position { title }
      progress { question questions exchanges elapsedSeconds limitSeconds }
      consent { recording }
      corrections { seq text }
      latency { replies p50 { heard } p95 { heard } }
      recordings @include(if: $all) { ...RecordingFields }
      evaluation @include(if: $all) {
        isBlind status failure overallScore lowestScore highestScore inconclusiveReason recommendation summary coverage sandbox flags
        criteria {
          key name state level rationale passLevels spread flags
          questions { questionKey answered }
          evidence { quote seq start sentence sentenceStart flags }
        }
      }
    }
  }
  fragment RecordingFields on Recording {
    id kind status url mimeType startedAt durationSeconds failure
  }
`)

export const RECORDINGS = graphql(`
  query Recordings($id: ID!) {
    interview(id: $id) { recordings { ...RecordingFields } }
  }
`)
