import { graphql } from '../gql'
import type { InvitationQuery, StateSubscription } from '../gql/graphql'

export type Invitation = NonNullable<InvitationQuery['invitation']>
export type InterviewState = StateSubscription['interviewChanged']

export const INVITATION = graphql(`
  query Invitation($token: String!) {
    invitation(token: $token) {
      interviewId status state organization contact { name email } logoUrl positionTitle candidateName language channel
      limitMinutes questions scheduledFor opensAt canReopenUntil calendarFile
      consentText { version language text digest recordingText }
      consent { recording withdrawnAt }
      mayRequest endReason
      requests { ...RequestFields }
      accommodations { timeFactor captions typing }
      isTryOut
    }
  }
  fragment RequestFields on CandidateRequest {
    id kinds details status note
  }
`)

export const JOIN = graphql(`
  mutation Join($input: JoinInterviewInput!) {
    joinInterview(input: $input) {
      interview { id consent { recording withdrawnAt } mayBeRecorded }
      access { token room { url name token } }
    }
  }
`)

export const STATE = graphql(`
  subscription State($id: ID!) {
    interviewChanged(interviewId: $id) {
      status endReason startedAt pausedAt channel
      speechOutage { endedAt }
      progress { question questions elapsedSeconds limitSeconds }
      requests { ...RequestFields }
      accommodations { timeFactor captions typing }
    }
  }
`)

export const WITHDRAW = graphql(`
  mutation Withdraw($input: WithdrawConsentInput!) {
    withdrawConsent(input: $input) { receipt }
  }
`)

export const REQUEST_ACCOMMODATION = graphql(`
  mutation RequestAccommodation($input: RequestAccommodationInput!) {
    requestAccommodation(input: $input) { interview { id } }
  }
`)

export const REQUEST_ALTERNATIVE = graphql(`
  mutation RequestAlternative($input: RequestAlternativeInput!) {
    requestAlternative(input: $input) { interview { id } }
  }
`)

export const SEND = graphql(`
  mutation Send($input: SendMessageInput!) {
    sendMessage(input: $input) { turn { seq } }
  }
`)

export const SIGNAL = graphql(`
  mutation Signal($input: SignalInterviewerInput!) {
    signalInterviewer(input: $input) { interview { id } }
  }
`)

export const END = graphql(`
  mutation End($input: EndInterviewInput!) {
    endInterview(input: $input) { interview { status } }
  }
`)
