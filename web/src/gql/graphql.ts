/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What a candidate can tell the interviewer without words. */
export type CandidateSignal =
  /** The interviewer answers once that the candidate may take their time. For 2 minutes it does not ask again whether the candidate is there, nor end the interview for silence; the time limit stays. */
  | 'MORE_TIME'
  /** The interviewer repeats the open question. Requests that arrive before the repetition give one repetition. */
  | 'REPEAT'
  /** The candidate is typing, which counts as presence for 15 seconds: repeat it every 5 seconds while the text changes. A candidate who is typing at the time limit has up to 2 more minutes to finish. It changes no field of the interview. */
  | 'TYPING';

/** How the interview is held. */
export type Channel =
  /** By typed messages (sendMessage). */
  | 'TEXT'
  /** By voice, in a LiveKit room. */
  | 'VOICE';

/** The candidate's consent. */
export type ConsentInput = {
  /** The language of the text that the candidate saw: ConsentText.language. Default: that of the interview. */
  language?: string | null | undefined;
  /** Whether the candidate also consents to audio and video recording. */
  recording: boolean;
  /** The digest of the text that the candidate saw: ConsentText.digest. If the text has changed since, the mutation is a CONFLICT. Default: the digest of the current text is recorded. */
  textDigest?: string | null | undefined;
  /** The version of the text that the candidate saw: ConsentText.version. */
  textVersion: string;
};

/** Whether a criterion has a level, and if not, why. Only a level enters the score. */
export type CriterionState =
  /** The criterion has a level, supported by quotes. */
  | 'ASSESSED'
  /** Its questions were not reached, too little was said, or no quote supports a level. Not a low level. */
  | 'NOT_ASSESSED'
  /** Its questions were asked and followed up, and the answers offered nothing on it. Not a low level. */
  | 'NOT_DEMONSTRATED';

/** The input of endInterview. */
export type EndInterviewInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string | number;
};

/** Why an interview ended. */
export type EndReason =
  /** The candidate wants a process without the AI interviewer, and said so or used requestAlternative. The state is OPTED_OUT; Interview.requests has the request. */
  | 'ALTERNATIVE_REQUESTED'
  /** The candidate ended the interview, by saying so or with endInterview. */
  | 'CANDIDATE_ENDED'
  /** The candidate left and did not return, or did not answer even when asked again. */
  | 'CANDIDATE_LEFT'
  /** The candidate withdrew the consent, by saying so or with withdrawConsent. The state is OPTED_OUT. */
  | 'CONSENT_WITHDRAWN'
  /** A technical failure ended the interview; endDetail has the details. */
  | 'FAILED'
  /** The position's limit of exchanges was reached. */
  | 'OUT_OF_EXCHANGES'
  /** The time limit was reached. */
  | 'OUT_OF_TIME'
  /** Somebody with an API key ended the interview (endInterview). */
  | 'RECRUITER_ENDED'
  /** The interviewer had asked all core questions and closed the interview. */
  | 'WRAPPED_UP';

/** The state of an evaluation. COMPLETED and FAILED are final. */
export type EvaluationStatus =
  /** Done. Its results never change; reviews are stored separately. */
  | 'COMPLETED'
  /** All attempts failed (see `failure`). Request another version with evaluateInterview. */
  | 'FAILED'
  /** Waiting to be made, or to be retried after a failure (see `failure`). */
  | 'PENDING'
  /** Being made. */
  | 'RUNNING';

/** What in the sentence of a quote may turn its meaning. */
export type EvidenceFlag =
  /** The sentence is about what would be or would have been. */
  | 'CONDITION'
  /** The sentence negates something. */
  | 'NEGATION'
  /** Somebody else than the candidate acts in the sentence. */
  | 'OTHER_SUBJECT';

/** Why an evaluation has no overall score. If several apply, the first of this order. */
export type InconclusiveReason =
  /** The interview ended early for another reason than its plan before every question was answered. */
  | 'BROKEN_OFF'
  /** The candidate ended the interview before every question was answered. */
  | 'CANDIDATE_STOPPED'
  /** More than half of the candidate's words were recognized with low confidence. */
  | 'HEARD_BADLY'
  /** Claude was away for more than a third of the replies, so answers were not followed up as for others. */
  | 'HELD_BY_CODE'
  /** `coverage` is below 0.6. */
  | 'LOW_COVERAGE'
  /** The candidate said nothing. */
  | 'NOTHING_SAID'
  /** More than half of the candidate's words are in another language than the interview's. */
  | 'OTHER_LANGUAGE'
  /** In every pass, more than a third of the model's quotes were not in the transcript. */
  | 'UNRELIABLE_QUOTES';

/** The state of an interview. It moves from SCHEDULED through WAITING, IN_PROGRESS and ENDING to COMPLETED, or ends as CANCELLED, EXPIRED or OPTED_OUT. COMPLETED, CANCELLED, EXPIRED, FAILED and OPTED_OUT are final, unless the interview is reopened (reopenInterview, renewInvite, joinInterview): then it is SCHEDULED until the candidate is back. */
export type InterviewStatus =
  /** Cancelled before the conversation began, or erased before it ended. */
  | 'CANCELLED'
  /** Ended. An evaluation has been requested automatically. */
  | 'COMPLETED'
  /** No more messages are accepted; the last turns are being stored. */
  | 'ENDING'
  /** The candidate had not joined by expiresAt. renewInvite and reopenInterview make it SCHEDULED again. */
  | 'EXPIRED'
  /** Not used at present. A technical failure ends an interview as COMPLETED with endReason FAILED, so that what was said is evaluated. Handle it like COMPLETED without an evaluation. */
  | 'FAILED'
  /** The conversation is under way. */
  | 'IN_PROGRESS'
  /** The candidate has withdrawn the consent or wants a process without the AI interviewer (endReason). Nothing is evaluated, and it says nothing about the candidate: it is not a rejection. */
  | 'OPTED_OUT'
  /** Created or reopened; the candidate has not joined yet. */
  | 'SCHEDULED'
  /** The candidate may enter the room or chat, or is there; the conversation has not begun. */
  | 'WAITING';

/** Whether an invite can be used. States may be added: treat an unknown one as OVER. */
export type InvitationState =
  /** The organization has cancelled the interview. */
  | 'CANCELLED'
  /** The organization has closed its interviews, and the candidate can only write to it (Invitation.contact). */
  | 'CLOSED'
  /** The interview can be joined from opensAt. */
  | 'EARLY'
  /** The candidate did not join in time. Only a new invite (renewInvite) helps. */
  | 'EXPIRED'
  /** The interview has ended because of a failure. joinInterview reopens it until canReopenUntil, if that is set. */
  | 'FAILED'
  /** joinInterview begins the interview, or lets the candidate return to it. */
  | 'OPEN'
  /** The interview has ended. joinInterview reopens it until canReopenUntil, if that is set. */
  | 'OVER';

/** The input of joinInterview. */
export type JoinInterviewInput = {
  /** The channel to continue in. VOICE is UNAVAILABLE on a server without LiveKit. Default: the interview's current channel. */
  channel?: Channel | null | undefined;
  /** Required for the first join, else BAD_INPUT. Later joins ignore it: the first consent is final. */
  consent?: ConsentInput | null | undefined;
  /** The token of the invite. */
  invite: string;
  /** Whether to reopen an interview that has ended early (Invitation.canReopenUntil). Send true if the candidate asks to come back, and false if the client joins again without being asked. Default: it is reopened unless the candidate ended it. */
  reopen?: boolean | null | undefined;
};

/** The band of the overall score. It is computed from the score alone: 75 and above, 50, 25, and below. It is a recommendation; people decide (reviewEvaluation). */
export type Recommendation =
  /** The overall score is at least 50 and below 75. */
  | 'HIRE'
  /** No score: `inconclusiveReason` says why. */
  | 'INCONCLUSIVE'
  /** The overall score is at least 25 and below 50. */
  | 'NO_HIRE'
  /** The overall score is at least 75. */
  | 'STRONG_HIRE'
  /** The overall score is below 25. */
  | 'STRONG_NO_HIRE';

/** The content of a recording. */
export type RecordingKind =
  /** Both voices, in stereo: the candidate on the left, the interviewer on the right. */
  | 'AUDIO'
  /** The candidate's voice only. */
  | 'CANDIDATE_TRACK'
  /** The candidate's video with both voices, if the camera was on. */
  | 'COMPOSITE'
  /** The interviewer's voice only. */
  | 'INTERVIEWER_TRACK';

/** The state of a recording. COMPLETED and FAILED are final. */
export type RecordingStatus =
  /** Being recorded or processed. */
  | 'ACTIVE'
  /** Stored; `url` plays it. */
  | 'COMPLETED'
  /** Recording failed (see `failure`). `url` plays what was recorded until then, if anything. */
  | 'FAILED'
  /** A recorder has been requested. */
  | 'STARTING';

/** The input of requestAccommodation. */
export type RequestAccommodationInput = {
  /** The candidate's own words. Only recruiters, administrators and the candidate can read them. At most 2,000 characters. */
  details?: string | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. Either interviewId, with a credential that may act for the candidate, or invite. */
  interviewId?: string | number | null | undefined;
  /** The token of the invite, which is then the credential. Works before and after the first join. */
  invite?: string | null | undefined;
  /** What the candidate needs. At least one. */
  kinds: Array<RequestKind>;
};

/** The input of requestAlternative. */
export type RequestAlternativeInput = {
  /** The candidate's own words. Only recruiters, administrators and the candidate can read them. At most 2,000 characters. */
  details?: string | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. Either interviewId, with a credential that may act for the candidate, or invite. */
  interviewId?: string | number | null | undefined;
  /** The token of the invite, which is then the credential. Works before and after the first join. */
  invite?: string | null | undefined;
};

/** What a candidate requests. */
export type RequestKind =
  /** What the interviewer says, in writing. Granted automatically. */
  | 'CAPTIONS'
  /** A longer time limit. Granted automatically with the factor of the position (extraTimeFactor), unless that is 1. */
  | 'EXTRA_TIME'
  /** A conversation with a person. People answer it (resolveRequest). */
  | 'HUMAN'
  /** Anything else. People answer it (resolveRequest). */
  | 'OTHER'
  /** Typed answers. Granted automatically. */
  | 'TYPING';

/** The state of a candidate's request. */
export type RequestStatus =
  /** Declined by a person. */
  | 'DECLINED'
  /** Granted, automatically or by a person. */
  | 'GRANTED'
  /** Nobody has answered it yet (resolveRequest). */
  | 'OPEN';

/** What people should look at before they rely on an evaluation. Flags may be added. */
export type ReviewFlag =
  /** The candidate addresses the evaluator in the turns named by `evaluatorAddresses`. */
  | 'ADDRESSES_EVALUATOR'
  /** The passes lead to different recommendations. */
  | 'BANDS_DIFFER'
  /** The passes differ by two levels or more. */
  | 'LEVELS_DIFFER'
  /** Some passes gave a level and some did not. */
  | 'PARTLY_ASSESSED'
  /** Sentences of the model were removed. */
  | 'PROSE_REMOVED'
  /** A pass does not count, because more than a third of its quotes were not in the transcript. */
  | 'UNRELIABLE_QUOTES';

/** The role of a caller. API keys have one of the first four roles, and members one of the first three. */
export type Role =
  /** May do everything in the organization except write as the candidate. */
  | 'ADMIN'
  /** A candidate, identified by the token of joinInterview or startInterview. Reads, writes to and ends that one interview. */
  | 'CANDIDATE'
  /** For programs. Like RECRUITER, except for reviewing evaluations, saving positions, reopening interviews, and reading legal holds and what the organization uses. */
  | 'INTEGRATION'
  /** Like ADMIN, except for erasing interviews, reading raw judgements, legal holds, members, API keys, the audit log, the retention policy, the notice, decision records and impact analyses. */
  | 'RECRUITER'
  /** Reads interviews, transcripts, positions and live streams. Cannot read emails, evaluations, decisions or recordings, nor filter or sort by them, and cannot change anything. */
  | 'VIEWER';

/** The input of sendMessage. */
export type SendMessageInput = {
  /** Makes retries safe. Repeating the mutation with the same key and the same text returns the stored turn; the same key with another text is a CONFLICT. A key never expires, and is unique within the interview. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string | number;
  /** The message. At most 20,000 characters, and at least one that is not whitespace. */
  text: string;
};

/** The input of signalInterviewer. */
export type SignalInterviewerInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string | number;
  /** The signal. */
  signal: CandidateSignal;
};

/** The speaker of a turn. */
export type Speaker =
  /** The candidate. */
  | 'CANDIDATE'
  /** The AI interviewer. */
  | 'INTERVIEWER';

/** The input of withdrawConsent. */
export type WithdrawConsentInput = {
  /** Whether to erase the whole interview as well, as by eraseInterview. Candidates may always ask for it; for them, role ADMIN. */
  eraseData?: boolean;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. Either interviewId, with a credential that may act for the candidate, or invite. */
  interviewId?: string | number | null | undefined;
  /** The token of the invite, which is then the credential. Works before and after the first join. */
  invite?: string | null | undefined;
  /** The reason, which Interview.withdrawalReason returns. At most 2,000 characters. */
  reason?: string | null | undefined;
};

export type TranscriptQueryVariables = Exact<{
  id: string | number;
  after: number;
}>;


export type TranscriptQuery = { transcript: { lastSeq: number, isComplete: boolean, turns: Array<{ id: string, seq: number, speaker: Speaker, text: string, channel: Channel, questionKey: string | null, startedAt: string, endedAt: string, interrupted: boolean, language: string | null, isUncertain: boolean, uncertainWords: Array<{ start: number, end: number }> }> } | null };

export type TurnFieldsFragment = { id: string, seq: number, speaker: Speaker, text: string, channel: Channel, questionKey: string | null, startedAt: string, endedAt: string, interrupted: boolean, language: string | null, isUncertain: boolean, uncertainWords: Array<{ start: number, end: number }> };

export type TurnAddedSubscriptionVariables = Exact<{
  id: string | number;
  after: number;
}>;


export type TurnAddedSubscription = { turnAdded: { id: string, seq: number, speaker: Speaker, text: string, channel: Channel, questionKey: string | null, startedAt: string, endedAt: string, interrupted: boolean, language: string | null, isUncertain: boolean, uncertainWords: Array<{ start: number, end: number }> } };

export type InterimSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type InterimSubscription = { interimTranscript: { speaker: Speaker, text: string, afterSeq: number, at: string } };

export type InterimFieldsFragment = { speaker: Speaker, text: string, afterSeq: number, at: string };

export type InvitationQueryVariables = Exact<{
  token: string;
}>;


export type InvitationQuery = { invitation: { interviewId: string, status: InterviewStatus, state: InvitationState, organization: string, logoUrl: string | null, positionTitle: string, candidateName: string, language: string, channel: Channel, limitMinutes: number, questions: number, scheduledFor: string | null, opensAt: string | null, canReopenUntil: string | null, mayRequest: Array<RequestKind>, endReason: EndReason | null, contact: { name: string, email: string } | null, consentText: { version: string, language: string, text: string, digest: string, recordingText: string }, consent: { recording: boolean, withdrawnAt: string | null } | null, requests: Array<{ id: string, kinds: Array<RequestKind>, details: string | null, status: RequestStatus, note: string | null }>, accommodations: { timeFactor: number, captions: boolean, typing: boolean } } | null };

export type RequestFieldsFragment = { id: string, kinds: Array<RequestKind>, details: string | null, status: RequestStatus, note: string | null };

export type JoinMutationVariables = Exact<{
  input: JoinInterviewInput;
}>;


export type JoinMutation = { joinInterview: { interview: { id: string, mayBeRecorded: boolean, consent: { recording: boolean, withdrawnAt: string | null } | null }, access: { token: string, room: { url: string, name: string, token: string } | null } } | null };

export type StateSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type StateSubscription = { interviewChanged: { status: InterviewStatus, endReason: EndReason | null, startedAt: string | null, pausedAt: string | null, channel: Channel, speechOutage: { endedAt: string | null } | null, progress: { question: number, questions: number, elapsedSeconds: number, limitSeconds: number }, requests: Array<{ id: string, kinds: Array<RequestKind>, details: string | null, status: RequestStatus, note: string | null }> | null, accommodations: { timeFactor: number, captions: boolean, typing: boolean } | null } };

export type WithdrawMutationVariables = Exact<{
  input: WithdrawConsentInput;
}>;


export type WithdrawMutation = { withdrawConsent: { receipt: string | null } | null };

export type RequestAccommodationMutationVariables = Exact<{
  input: RequestAccommodationInput;
}>;


export type RequestAccommodationMutation = { requestAccommodation: { interview: { id: string } } | null };

export type RequestAlternativeMutationVariables = Exact<{
  input: RequestAlternativeInput;
}>;


export type RequestAlternativeMutation = { requestAlternative: { interview: { id: string } } | null };

export type SendMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMutation = { sendMessage: { turn: { seq: number } } | null };

export type SignalMutationVariables = Exact<{
  input: SignalInterviewerInput;
}>;


export type SignalMutation = { signalInterviewer: { interview: { id: string } } | null };

export type EndMutationVariables = Exact<{
  input: EndInterviewInput;
}>;


export type EndMutation = { endInterview: { interview: { status: InterviewStatus } } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { role: Role, name: string, organization: { name: string } } };

export type ReviewedSubscriptionVariables = Exact<{
  id: string | number;
  all: boolean;
}>;


export type ReviewedSubscription = { interviewChanged: { status: InterviewStatus, endReason: EndReason | null, isPartial: boolean, endDetail: string | null, channel: Channel, startedAt: string | null, durationSeconds: number | null, erasedAt: string | null, candidate: { name: string } | null, position: { title: string }, progress: { question: number, questions: number, exchanges: number, elapsedSeconds: number, limitSeconds: number }, consent: { recording: boolean } | null, corrections: Array<{ seq: number, text: string }>, latency: { replies: number, p50: { heard: number | null }, p95: { heard: number | null } } | null, recordings?: Array<{ id: string, kind: RecordingKind, status: RecordingStatus, url: string | null, mimeType: string | null, startedAt: string | null, durationSeconds: number | null, failure: string | null }> | null, evaluation?: { isBlind: boolean, status: EvaluationStatus, failure: string | null, overallScore: number | null, lowestScore: number | null, highestScore: number | null, inconclusiveReason: InconclusiveReason | null, recommendation: Recommendation | null, summary: string | null, coverage: number | null, sandbox: boolean, flags: Array<ReviewFlag>, criteria: Array<{ key: string, name: string, state: CriterionState, level: number | null, rationale: string, passLevels: Array<number | null>, spread: number | null, flags: Array<ReviewFlag>, questions: Array<{ questionKey: string, answered: boolean }>, evidence: Array<{ quote: string, seq: number, start: number, sentence: string, sentenceStart: number, flags: Array<EvidenceFlag> }> }> } | null } };

export type RecordingFieldsFragment = { id: string, kind: RecordingKind, status: RecordingStatus, url: string | null, mimeType: string | null, startedAt: string | null, durationSeconds: number | null, failure: string | null };

export type RecordingsQueryVariables = Exact<{
  id: string | number;
}>;


export type RecordingsQuery = { interview: { recordings: Array<{ id: string, kind: RecordingKind, status: RecordingStatus, url: string | null, mimeType: string | null, startedAt: string | null, durationSeconds: number | null, failure: string | null }> | null } | null };

export const TurnFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TurnFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Turn"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"questionKey"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"interrupted"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"isUncertain"}},{"kind":"Field","name":{"kind":"Name","value":"uncertainWords"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}}]}}]} as unknown as DocumentNode<TurnFieldsFragment, unknown>;
export const InterimFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterimFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InterimTranscript"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"afterSeq"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]} as unknown as DocumentNode<InterimFieldsFragment, unknown>;
export const RequestFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RequestFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CandidateRequest"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"note"}}]}}]} as unknown as DocumentNode<RequestFieldsFragment, unknown>;
export const RecordingFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recording"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"mimeType"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}}]}}]} as unknown as DocumentNode<RecordingFieldsFragment, unknown>;
export const TranscriptDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Transcript"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"transcript"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"interviewId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"turns"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TurnFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastSeq"}},{"kind":"Field","name":{"kind":"Name","value":"isComplete"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TurnFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Turn"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"questionKey"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"interrupted"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"isUncertain"}},{"kind":"Field","name":{"kind":"Name","value":"uncertainWords"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}}]}}]} as unknown as DocumentNode<TranscriptQuery, TranscriptQueryVariables>;
export const TurnAddedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"TurnAdded"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"turnAdded"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"interviewId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TurnFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TurnFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Turn"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"questionKey"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"interrupted"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"isUncertain"}},{"kind":"Field","name":{"kind":"Name","value":"uncertainWords"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}}]}}]} as unknown as DocumentNode<TurnAddedSubscription, TurnAddedSubscriptionVariables>;
export const InterimDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"Interim"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interimTranscript"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"interviewId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterimFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterimFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InterimTranscript"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"afterSeq"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]} as unknown as DocumentNode<InterimSubscription, InterimSubscriptionVariables>;
export const InvitationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Invitation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"token"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invitation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"token"},"value":{"kind":"Variable","name":{"kind":"Name","value":"token"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"organization"}},{"kind":"Field","name":{"kind":"Name","value":"contact"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"logoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"positionTitle"}},{"kind":"Field","name":{"kind":"Name","value":"candidateName"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"limitMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"questions"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"opensAt"}},{"kind":"Field","name":{"kind":"Name","value":"canReopenUntil"}},{"kind":"Field","name":{"kind":"Name","value":"consentText"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"digest"}},{"kind":"Field","name":{"kind":"Name","value":"recordingText"}}]}},{"kind":"Field","name":{"kind":"Name","value":"consent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recording"}},{"kind":"Field","name":{"kind":"Name","value":"withdrawnAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"mayRequest"}},{"kind":"Field","name":{"kind":"Name","value":"endReason"}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RequestFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accommodations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"timeFactor"}},{"kind":"Field","name":{"kind":"Name","value":"captions"}},{"kind":"Field","name":{"kind":"Name","value":"typing"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RequestFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CandidateRequest"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"note"}}]}}]} as unknown as DocumentNode<InvitationQuery, InvitationQueryVariables>;
export const JoinDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Join"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JoinInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"joinInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"consent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recording"}},{"kind":"Field","name":{"kind":"Name","value":"withdrawnAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"mayBeRecorded"}}]}},{"kind":"Field","name":{"kind":"Name","value":"access"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"}},{"kind":"Field","name":{"kind":"Name","value":"room"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"token"}}]}}]}}]}}]}}]} as unknown as DocumentNode<JoinMutation, JoinMutationVariables>;
export const StateDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"State"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"interviewId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"endReason"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedAt"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"speechOutage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"questions"}},{"kind":"Field","name":{"kind":"Name","value":"elapsedSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"limitSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RequestFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accommodations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"timeFactor"}},{"kind":"Field","name":{"kind":"Name","value":"captions"}},{"kind":"Field","name":{"kind":"Name","value":"typing"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RequestFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CandidateRequest"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"note"}}]}}]} as unknown as DocumentNode<StateSubscription, StateSubscriptionVariables>;
export const WithdrawDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Withdraw"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"WithdrawConsentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"withdrawConsent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"receipt"}}]}}]}}]} as unknown as DocumentNode<WithdrawMutation, WithdrawMutationVariables>;
export const RequestAccommodationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RequestAccommodation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RequestAccommodationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requestAccommodation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<RequestAccommodationMutation, RequestAccommodationMutationVariables>;
export const RequestAlternativeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RequestAlternative"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RequestAlternativeInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requestAlternative"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<RequestAlternativeMutation, RequestAlternativeMutationVariables>;
export const SendDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Send"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SendMessageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sendMessage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"turn"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"seq"}}]}}]}}]}}]} as unknown as DocumentNode<SendMutation, SendMutationVariables>;
export const SignalDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Signal"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SignalInterviewerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signalInterviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<SignalMutation, SignalMutationVariables>;
export const EndDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"End"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EndInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]}}]} as unknown as DocumentNode<EndMutation, EndMutationVariables>;
export const ViewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;
export const ReviewedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"Reviewed"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"all"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"interviewId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"endReason"}},{"kind":"Field","name":{"kind":"Name","value":"isPartial"}},{"kind":"Field","name":{"kind":"Name","value":"endDetail"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"erasedAt"}},{"kind":"Field","name":{"kind":"Name","value":"candidate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"position"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"title"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"questions"}},{"kind":"Field","name":{"kind":"Name","value":"exchanges"}},{"kind":"Field","name":{"kind":"Name","value":"elapsedSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"limitSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"consent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recording"}}]}},{"kind":"Field","name":{"kind":"Name","value":"corrections"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"Field","name":{"kind":"Name","value":"latency"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"}},{"kind":"Field","name":{"kind":"Name","value":"p50"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"heard"}}]}},{"kind":"Field","name":{"kind":"Name","value":"p95"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"heard"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"recordings"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"all"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordingFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"evaluation"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"all"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isBlind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}},{"kind":"Field","name":{"kind":"Name","value":"overallScore"}},{"kind":"Field","name":{"kind":"Name","value":"lowestScore"}},{"kind":"Field","name":{"kind":"Name","value":"highestScore"}},{"kind":"Field","name":{"kind":"Name","value":"inconclusiveReason"}},{"kind":"Field","name":{"kind":"Name","value":"recommendation"}},{"kind":"Field","name":{"kind":"Name","value":"summary"}},{"kind":"Field","name":{"kind":"Name","value":"coverage"}},{"kind":"Field","name":{"kind":"Name","value":"sandbox"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"rationale"}},{"kind":"Field","name":{"kind":"Name","value":"passLevels"}},{"kind":"Field","name":{"kind":"Name","value":"spread"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}},{"kind":"Field","name":{"kind":"Name","value":"questions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"questionKey"}},{"kind":"Field","name":{"kind":"Name","value":"answered"}}]}},{"kind":"Field","name":{"kind":"Name","value":"evidence"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quote"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"sentence"}},{"kind":"Field","name":{"kind":"Name","value":"sentenceStart"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}}]}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recording"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"mimeType"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}}]}}]} as unknown as DocumentNode<ReviewedSubscription, ReviewedSubscriptionVariables>;
export const RecordingsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Recordings"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordingFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recording"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"mimeType"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}}]}}]} as unknown as DocumentNode<RecordingsQuery, RecordingsQueryVariables>;