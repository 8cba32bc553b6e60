import { graphql } from '../gql'
import type { ReviewedSubscription } from '../gql/graphql'

export type ReviewedInterview = ReviewedSubscription['interviewChanged']
export type ReviewedEvaluation = NonNullable<ReviewedInterview['evaluation']>
export type ReviewedCriterion = ReviewedEvaluation['criteria'][number]
export type QuotedEvidence = ReviewedCriterion['evidence'][number]
export type Note = NonNullable<ReviewedInterview['notes']>[number]
export type Rubric = NonNullable<ReviewedInterview['position']['criteria']>

/** `results`, `recording` and `questions` add the fields that not every role may read. Without `version`, the evaluation is the one that counts. */
export const REVIEWED = graphql(`
  subscription Reviewed($id: ID!, $version: Int, $results: Boolean!, $recording: Boolean!, $questions: Boolean!) {
    interviewChanged(interviewId: $id) {
      id status endReason isPartial endDetail channel createdAt scheduledFor startedAt durationSeconds erasedAt externalId isTryOut
      candidate { name }
      position {
        title version
        questions @include(if: $questions) { key criterionKeys }
        criteria @include(if: $questions) { key name weight levels { value anchor } }
      }
      progress { question questions elapsedSeconds limitSeconds }
      consent { recording }
      corrections { seq text }
      latency { replies p50 { heard } p95 { heard } }
      recordings @include(if: $recording) { ...RecordingFields }
      notes @include(if: $results) { ...NoteFields }
      reviewReasons @include(if: $results)
      decision @include(if: $results)
      adoptions @include(if: $results) { version reason adoptedBy adoptedAt }
      evaluation(version: $version) @include(if: $results) {
        id version isBlind status failure overallScore lowestScore highestScore inconclusiveReason recommendation summary coverage sandbox flags
        model completedAt positionVersion
        passes { number claimedQuotes failedQuotes }
        criteria {
          key name weight state level rationale passLevels spread flags
          questions { questionKey asked answered }
          evidence { quote seq start end sentence sentenceStart flags }
        }
        ratings { reviewer createdAt levels { criterionKey level reason } }
        reviews { decision reason reviewer createdAt overallScore overrides { criterionKey level reason } }
      }
    }
  }
  fragment RecordingFields on Recording {
    id kind status url downloadUrl: url(download: true) mimeType startedAt durationSeconds failure
  }
  fragment NoteFields on Note {
    id seq at text author createdAt mayDelete
  }
`)

export const RECORDINGS = graphql(`
  query Recordings($id: ID!) {
    interview(id: $id) { recordings { ...RecordingFields } }
  }
`)

export const VERSIONS = graphql(`
  query EvaluationVersions($id: ID!) {
    interview(id: $id) {
      evaluation { version }
      evaluationVersions(first: 100) { nodes { id version status isBlind overallScore recommendation createdAt requestedBy requestReason } }
    }
  }
`)

export const NEEDS_REVIEW = graphql(`
  query NeedsReview {
    interviews(filter: { reviewed: false }, first: 100) { nodes { id } }
  }
`)

export const REVIEW = graphql(`
  mutation ReviewEvaluation($input: ReviewEvaluationInput!) {
    reviewEvaluation(input: $input) { evaluation { id } }
  }
`)

export const RATE = graphql(`
  mutation RateEvaluation($input: RateEvaluationInput!) {
    rateEvaluation(input: $input) { evaluation { id } }
  }
`)

export const ADD_NOTE = graphql(`
  mutation AddNote($input: AddNoteInput!) {
    addNote(input: $input) { note { ...NoteFields } }
  }
`)

export const DELETE_NOTE = graphql(`
  mutation DeleteNote($input: DeleteNoteInput!) {
    deleteNote(input: $input) { interview { id } }
  }
`)

export const EVALUATE = graphql(`
  mutation EvaluateInterview($input: EvaluateInterviewInput!) {
    evaluateInterview(input: $input) { evaluation { id version } }
  }
`)

export const ADOPT = graphql(`
  mutation AdoptEvaluation($input: AdoptEvaluationInput!) {
    adoptEvaluation(input: $input) { evaluation { id } }
  }
`)

export const ERASE = graphql(`
  mutation EraseInterview($input: EraseInterviewInput!) {
    eraseInterview(input: $input) { interview { id } }
  }
`)
