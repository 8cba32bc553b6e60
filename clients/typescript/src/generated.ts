/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The input of cancelInterview. */
export type CancelInterviewInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string;
  /** The reason, which Interview.endDetail returns. At most 2,000 characters. */
  reason?: string | null | undefined;
};

/** What changed. Kinds may be added: read the interview again for an unknown one. */
export type ChangeKind =
  /** Recordings, transcript or everything personal was erased, or the erasure was confirmed. What you have stored of it has to be erased as well. */
  | 'ERASURE'
  /** An evaluation was requested, advanced, was completed, failed or was adopted; the interview's score may have changed with it. Not for VIEWER. */
  | 'EVALUATION'
  /** An interview was created, or something of it changed other than its turns: its state, progress, times, requests, corrections or candidate's questions. */
  | 'INTERVIEW'
  /** A recording began, was completed or failed. Not for VIEWER. */
  | 'RECORDING'
  /** A person reviewed or rated an evaluation; the interview's decision may have changed with it. Not for VIEWER. */
  | 'REVIEW'
  | '%future added value';

/** How the interview is held. */
export type Channel =
  /** By typed messages (sendMessage). */
  | 'TEXT'
  /** By voice, in a LiveKit room. */
  | 'VOICE'
  | '%future added value';

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
  | 'NOT_DEMONSTRATED'
  | '%future added value';

/** A person's decision about the candidate. */
export type Decision =
  /** The candidate advances to the next step. */
  | 'ADVANCE'
  /** The decision is postponed. */
  | 'HOLD'
  /** The candidate is rejected. */
  | 'REJECT'
  | '%future added value';

/** The input of endInterview. */
export type EndInterviewInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string;
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
  | 'WRAPPED_UP'
  | '%future added value';

/** The input of evaluateInterview. */
export type EvaluateInterviewInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string;
  /** Why another version is needed, which Evaluation.requestReason returns. At most 2,000 characters. */
  reason?: string | null | undefined;
};

/** The state of an evaluation. COMPLETED and FAILED are final. */
export type EvaluationStatus =
  /** Done. Its results never change; reviews are stored separately. */
  | 'COMPLETED'
  /** All attempts failed (see `failure`). Request another version with evaluateInterview. */
  | 'FAILED'
  /** Waiting to be made, or to be retried after a failure (see `failure`). */
  | 'PENDING'
  /** Being made. */
  | 'RUNNING'
  | '%future added value';

/** What startInterview and scheduleInterview do if there is an interview with the same `externalId` and `positionKey`. */
export type IfExists =
  /** Create another one. */
  | 'CREATE'
  /** Return the newest of them, whatever its state and other input, and create one only if there is none. It has no end in time, and calls at the same moment create one. Needs `externalId`. Erased interviews do not count. */
  | 'RETURN_EXISTING'
  | '%future added value';

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
  | 'UNRELIABLE_QUOTES'
  | '%future added value';

/** Selects interviews. An interview is selected if it meets all given conditions. */
export type InterviewFilter = {
  /** Every word is the beginning of a word in the candidate's name or email address, ignoring case, accents, apostrophes and hyphens: jose finds José, lukasz Łukasz, obrien O'Brien. For VIEWER, the name only. At most 200 characters. */
  candidate?: string | null | undefined;
  /**
   * The same as `channels`, with which it cannot be combined.
   * @deprecated Use `channels`. To be removed after 2027-12-31.
   */
  channel?: Array<Channel> | null | undefined;
  /** Its current channel is one of these. */
  channels?: Array<Channel> | null | undefined;
  /**
   * The same as `createdAtOrAfter`, with which it cannot be combined.
   * @deprecated Use `createdAtOrAfter`. To be removed after 2027-12-31.
   */
  createdAfter?: string | null | undefined;
  /** It was created at this time or later. */
  createdAtOrAfter?: string | null | undefined;
  /** It was created before this time. Must be later than createdAtOrAfter. */
  createdBefore?: string | null | undefined;
  /**
   * The same as `decisions`, with which it cannot be combined.
   * @deprecated Use `decisions`. To be removed after 2027-12-31.
   */
  decision?: Array<Decision> | null | undefined;
  /** Its decision is one of these. Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER. */
  decisions?: Array<Decision> | null | undefined;
  /**
   * The same as `evaluationStatuses`, with which it cannot be combined.
   * @deprecated Use `evaluationStatuses`. To be removed after 2027-12-31.
   */
  evaluationStatus?: Array<EvaluationStatus> | null | undefined;
  /** The newest version of its evaluation, whether or not that version counts, is in one of these states. FORBIDDEN for VIEWER. */
  evaluationStatuses?: Array<EvaluationStatus> | null | undefined;
  /**
   * The same as `externalIds`, with which it cannot be combined.
   * @deprecated Use `externalIds`. To be removed after 2027-12-31.
   */
  externalId?: Array<string> | null | undefined;
  /** Its externalId is one of these. At most 100 values. */
  externalIds?: Array<string> | null | undefined;
  /** true: its candidate has made a request that nobody has answered yet; false: there is none. FORBIDDEN for INTEGRATION and VIEWER. */
  hasOpenRequests?: boolean | null | undefined;
  /** Its overall score, 0 to 100, is at most this. Must not be below minScore. Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER. */
  maxScore?: number | null | undefined;
  /** Its overall score, 0 to 100, is at least this. Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER. */
  minScore?: number | null | undefined;
  /**
   * The same as `positionKeys`, with which it cannot be combined.
   * @deprecated Use `positionKeys`. To be removed after 2027-12-31.
   */
  positionKey?: Array<string> | null | undefined;
  /** Its position has one of these keys, in any version. At most 100 keys. */
  positionKeys?: Array<string> | null | undefined;
  /** Its position has this version. Use it with positionKeys for a list whose scores all stand on one rubric; without it, compare Interview.position.version. */
  positionVersion?: number | null | undefined;
  /**
   * The same as `recommendations`, with which it cannot be combined.
   * @deprecated Use `recommendations`. To be removed after 2027-12-31.
   */
  recommendation?: Array<Recommendation> | null | undefined;
  /** The version of its evaluation that counts recommends one of these. Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER. */
  recommendations?: Array<Recommendation> | null | undefined;
  /** true: it is evaluated, and a person has decided (Interview.decision is not null); false: it is evaluated, and nobody has decided yet. Leaves out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER. */
  reviewed?: boolean | null | undefined;
  /** Its scheduledFor is this time or later. Leaves out interviews without one. */
  scheduledAfter?: string | null | undefined;
  /** Its scheduledFor is before this time. Must be later than scheduledAfter. Leaves out interviews without one. */
  scheduledBefore?: string | null | undefined;
  /**
   * The same as `statuses`, with which it cannot be combined.
   * @deprecated Use `statuses`. To be removed after 2027-12-31.
   */
  status?: Array<InterviewStatus> | null | undefined;
  /** Its state is one of these. */
  statuses?: Array<InterviewStatus> | null | undefined;
  /**
   * The same as `updatedAtOrAfter`, with which it cannot be combined.
   * @deprecated Use `updatedAtOrAfter`. To be removed after 2027-12-31.
   */
  updatedAfter?: string | null | undefined;
  /** It last changed at this time or later. A change may become visible after others with a later time: to poll, subtract 2 minutes from the greatest `updatedAt` that you have, and expect to read interviews again. Query.changes needs no time and repeats nothing. */
  updatedAtOrAfter?: string | null | undefined;
};

/** The order of a list of interviews. Interviews with equal values are ordered by id. */
export type InterviewOrder = {
  /** The direction. */
  direction?: OrderDirection;
  /** The field to order by. */
  field?: InterviewOrderField;
};

/** The field by which a list of interviews is ordered. Interviews without a value come last in descending order. */
export type InterviewOrderField =
  /** By the candidate's name, ignoring case and accents. */
  | 'CANDIDATE'
  /** By Interview.createdAt. */
  | 'CREATED_AT'
  /** By Interview.scheduledFor. */
  | 'SCHEDULED_FOR'
  /** By the overall score of the evaluation that counts. Leaves  out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER. */
  | 'SCORE'
  /** By Interview.startedAt. */
  | 'STARTED_AT'
  /** By Interview.updatedAt. */
  | 'UPDATED_AT'
  | '%future added value';

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
  | 'WAITING'
  | '%future added value';

/** The direction of a list. */
export type OrderDirection =
  /** Ascending: smallest or earliest first. */
  | 'ASC'
  /** Descending: greatest or latest first. */
  | 'DESC'
  | '%future added value';

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
  | 'STRONG_NO_HIRE'
  | '%future added value';

/** The input of renewInvite. */
export type RenewInviteInput = {
  /** The end of the new invite. It must lie in the future, at most 366 days ahead, and after scheduledFor. Default: 7 days (or what the deployment sets) after the interview's time, or from now. */
  expiresAt?: string | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string;
  /** A new time, which must lie in the future, at most 366 days ahead. Only for SCHEDULED and EXPIRED interviews, else CONFLICT. Default: the time stays as it is. */
  scheduledFor?: string | null | undefined;
};

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
  | 'UNRELIABLE_QUOTES'
  | '%future added value';

/** The input of scheduleInterview. */
export type ScheduleInterviewInput = {
  /** The candidate's email address. Only its form is checked. At most 254 characters. */
  candidateEmail?: string | null | undefined;
  /** The candidate's name, which the interviewer says. At most 80 characters, on one line, without markup. */
  candidateName: string;
  /** How the interview is held. On a server without LiveKit, starting or joining in VOICE is UNAVAILABLE: use TEXT. The candidate may join through another channel. */
  channel?: Channel;
  /** A summary of the candidate's experience. At most 2,000 characters. */
  experience?: string | null | undefined;
  /** The end of the invite: an interview not joined by then becomes EXPIRED. It must lie in the future, at most 366 days ahead, and after scheduledFor. Default: 7 days (or what the deployment sets) after scheduledFor, or from now. */
  expiresAt?: string | null | undefined;
  /** Your own reference, such as the id of an application in an ATS. It need not be unique. At most 200 characters, on one line. */
  externalId?: string | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** What to do if there is an interview with the same externalId and positionKey. Default: CREATE. */
  ifExists?: IfExists | null | undefined;
  /** The job description. It shapes follow-up questions, never the core questions. At most 20,000 characters. */
  jobDescription?: string | null | undefined;
  /** The language of the interview, as a BCP 47 tag. It must be the position's language, but may name another region. Default: the position's language. */
  language?: string | null | undefined;
  /** The key of the position. The interview uses the position's newest version. BAD_INPUT if there is no such position, CONFLICT if it is archived. */
  positionKey: string;
  /** The candidate's resume. It shapes follow-up questions, never the core questions. At most 20,000 characters. */
  resume?: string | null | undefined;
  /** The agreed time. It must lie in the future, at most 366 days ahead; to begin now, leave it out. The candidate can join from 15 minutes earlier. Default: the candidate may join at any time until expiresAt. */
  scheduledFor?: string | null | undefined;
};

/** The input of sendMessage. */
export type SendMessageInput = {
  /** Makes retries safe. Repeating the mutation with the same key and the same text returns the stored turn; the same key with another text is a CONFLICT. A key never expires, and is unique within the interview. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string;
  /** The message. At most 20,000 characters, and at least one that is not whitespace. */
  text: string;
};

/** The speaker of a turn. */
export type Speaker =
  /** The candidate. */
  | 'CANDIDATE'
  /** The AI interviewer. */
  | 'INTERVIEWER'
  | '%future added value';

/** The input of startInterview. */
export type StartInterviewInput = {
  /** The candidate's email address. Only its form is checked. At most 254 characters. */
  candidateEmail?: string | null | undefined;
  /** The candidate's name, which the interviewer says. At most 80 characters, on one line, without markup. */
  candidateName: string;
  /** How the interview is held. On a server without LiveKit, starting or joining in VOICE is UNAVAILABLE: use TEXT. The candidate may join through another channel. */
  channel?: Channel;
  /** The consent that the candidate gave in your system. */
  consent: ConsentInput;
  /** A summary of the candidate's experience. At most 2,000 characters. */
  experience?: string | null | undefined;
  /** Your own reference, such as the id of an application in an ATS. It need not be unique. At most 200 characters, on one line. */
  externalId?: string | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** What to do if there is an interview with the same externalId and positionKey. Default: CREATE. */
  ifExists?: IfExists | null | undefined;
  /** The job description. It shapes follow-up questions, never the core questions. At most 20,000 characters. */
  jobDescription?: string | null | undefined;
  /** The language of the interview, as a BCP 47 tag. It must be the position's language, but may name another region. Default: the position's language. */
  language?: string | null | undefined;
  /** The key of the position. The interview uses the position's newest version. BAD_INPUT if there is no such position, CONFLICT if it is archived. */
  positionKey: string;
  /** The candidate's resume. It shapes follow-up questions, never the core questions. At most 20,000 characters. */
  resume?: string | null | undefined;
};

export type InterviewDetailsFragment = { id: string, status: InterviewStatus, endReason: EndReason | null, channel: Channel, language: string, createdAt: string, scheduledFor: string | null, startedAt: string | null, endedAt: string | null, expiresAt: string | null, erasedAt: string | null, updatedAt: string, lastSeq: number, url: string, externalId: string | null, decision: Decision | null, candidate: { name: string } | null, position: { key: string, version: number, title: string } };

export type InterviewPageFragment = { nodes: Array<{ id: string, status: InterviewStatus, endReason: EndReason | null, channel: Channel, language: string, createdAt: string, scheduledFor: string | null, startedAt: string | null, endedAt: string | null, expiresAt: string | null, erasedAt: string | null, updatedAt: string, lastSeq: number, url: string, externalId: string | null, decision: Decision | null, candidate: { name: string } | null, position: { key: string, version: number, title: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } };

export type PositionDetailsFragment = { key: string, version: number, title: string, language: string };

export type PositionPageFragment = { nodes: Array<{ key: string, version: number, title: string, language: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } };

export type EvaluationDetailsFragment = { id: string, version: number, status: EvaluationStatus, failure: string | null, overallScore: number | null, inconclusiveReason: InconclusiveReason | null, recommendation: Recommendation | null, coverage: number | null, summary: string | null, flags: Array<ReviewFlag>, criteria: Array<{ key: string, name: string, state: CriterionState, level: number | null, rationale: string, evidence: Array<{ quote: string, seq: number }> }> };

export type TurnDetailsFragment = { id: string, seq: number, speaker: Speaker, text: string, channel: Channel, questionKey: string | null, startedAt: string, endedAt: string, interrupted: boolean };

export type ChangeDetailsFragment = { cursor: string, kind: ChangeKind, interviewId: string, evaluationId: string | null, changedAt: string, interview: { id: string, status: InterviewStatus, endReason: EndReason | null, channel: Channel, language: string, createdAt: string, scheduledFor: string | null, startedAt: string | null, endedAt: string | null, expiresAt: string | null, erasedAt: string | null, updatedAt: string, lastSeq: number, url: string, externalId: string | null, decision: Decision | null, candidate: { name: string } | null, position: { key: string, version: number, title: string } } | null };

export type ChangePageFragment = { nextCursor: string, latestCursor: string, nodes: Array<{ cursor: string, kind: ChangeKind, interviewId: string, evaluationId: string | null, changedAt: string, interview: { id: string, status: InterviewStatus, endReason: EndReason | null, channel: Channel, language: string, createdAt: string, scheduledFor: string | null, startedAt: string | null, endedAt: string | null, expiresAt: string | null, erasedAt: string | null, updatedAt: string, lastSeq: number, url: string, externalId: string | null, decision: Decision | null, candidate: { name: string } | null, position: { key: string, version: number, title: string } } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } };

export type InviteLinkFragment = { url: string, expiresAt: string };

export type InterviewStateFragment = { id: string, status: InterviewStatus, url: string };

export type StartedInterviewFragment = { isExisting: boolean, interview: { id: string, status: InterviewStatus, url: string }, access: { token: string, expiresAt: string, room: { url: string, name: string, token: string } | null }, invite: { url: string, expiresAt: string } };

export type ScheduledInterviewFragment = { isExisting: boolean, interview: { id: string, status: InterviewStatus, url: string }, invite: { url: string, expiresAt: string } };

export type StartInterviewMutationVariables = Exact<{
  input: StartInterviewInput;
}>;


export type StartInterviewMutation = { startInterview: { isExisting: boolean, interview: { id: string, status: InterviewStatus, url: string }, access: { token: string, expiresAt: string, room: { url: string, name: string, token: string } | null }, invite: { url: string, expiresAt: string } } | null };

export type ScheduleInterviewMutationVariables = Exact<{
  input: ScheduleInterviewInput;
}>;


export type ScheduleInterviewMutation = { scheduleInterview: { isExisting: boolean, interview: { id: string, status: InterviewStatus, url: string }, invite: { url: string, expiresAt: string } } | null };

export type RenewInviteMutationVariables = Exact<{
  input: RenewInviteInput;
}>;


export type RenewInviteMutation = { renewInvite: { interview: { id: string, status: InterviewStatus, url: string }, invite: { url: string, expiresAt: string } } | null };

export type SendMessageMutationVariables = Exact<{
  input: SendMessageInput;
}>;


export type SendMessageMutation = { sendMessage: { turn: { seq: number } } | null };

export type EndInterviewMutationVariables = Exact<{
  input: EndInterviewInput;
}>;


export type EndInterviewMutation = { endInterview: { interview: { id: string, status: InterviewStatus, url: string } } | null };

export type CancelInterviewMutationVariables = Exact<{
  input: CancelInterviewInput;
}>;


export type CancelInterviewMutation = { cancelInterview: { interview: { id: string, status: InterviewStatus, url: string } } | null };

export type EvaluateInterviewMutationVariables = Exact<{
  input: EvaluateInterviewInput;
}>;


export type EvaluateInterviewMutation = { evaluateInterview: { evaluation: { id: string, version: number, status: EvaluationStatus } } | null };

export type GetInterviewQueryVariables = Exact<{
  id: string;
}>;


export type GetInterviewQuery = { interview: { id: string, status: InterviewStatus, endReason: EndReason | null, channel: Channel, language: string, createdAt: string, scheduledFor: string | null, startedAt: string | null, endedAt: string | null, expiresAt: string | null, erasedAt: string | null, updatedAt: string, lastSeq: number, url: string, externalId: string | null, decision: Decision | null, candidate: { name: string } | null, position: { key: string, version: number, title: string } } | null };

export type GetEvaluationQueryVariables = Exact<{
  interviewId: string;
  version?: number | null | undefined;
}>;


export type GetEvaluationQuery = { evaluation: { id: string, version: number, status: EvaluationStatus, failure: string | null, overallScore: number | null, inconclusiveReason: InconclusiveReason | null, recommendation: Recommendation | null, coverage: number | null, summary: string | null, flags: Array<ReviewFlag>, criteria: Array<{ key: string, name: string, state: CriterionState, level: number | null, rationale: string, evidence: Array<{ quote: string, seq: number }> }> } | null };

export type ListInterviewsQueryVariables = Exact<{
  filter?: InterviewFilter | null | undefined;
  orderBy?: InterviewOrder | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListInterviewsQuery = { interviews: { nodes: Array<{ id: string, status: InterviewStatus, endReason: EndReason | null, channel: Channel, language: string, createdAt: string, scheduledFor: string | null, startedAt: string | null, endedAt: string | null, expiresAt: string | null, erasedAt: string | null, updatedAt: string, lastSeq: number, url: string, externalId: string | null, decision: Decision | null, candidate: { name: string } | null, position: { key: string, version: number, title: string } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ListPositionsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  includeArchived?: boolean | null | undefined;
}>;


export type ListPositionsQuery = { positions: { nodes: Array<{ key: string, version: number, title: string, language: string }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ListChangesQueryVariables = Exact<{
  after?: string | null | undefined;
  first?: number | null | undefined;
}>;


export type ListChangesQuery = { changes: { nextCursor: string, latestCursor: string, nodes: Array<{ cursor: string, kind: ChangeKind, interviewId: string, evaluationId: string | null, changedAt: string, interview: { id: string, status: InterviewStatus, endReason: EndReason | null, channel: Channel, language: string, createdAt: string, scheduledFor: string | null, startedAt: string | null, endedAt: string | null, expiresAt: string | null, erasedAt: string | null, updatedAt: string, lastSeq: number, url: string, externalId: string | null, decision: Decision | null, candidate: { name: string } | null, position: { key: string, version: number, title: string } } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type TurnAddedSubscriptionVariables = Exact<{
  interviewId: string;
  after: number;
}>;


export type TurnAddedSubscription = { turnAdded: { id: string, seq: number, speaker: Speaker, text: string, channel: Channel, questionKey: string | null, startedAt: string, endedAt: string, interrupted: boolean } };

export type ChangedSubscriptionVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ChangedSubscription = { changed: { cursor: string, kind: ChangeKind, interviewId: string, evaluationId: string | null, changedAt: string, interview: { id: string, status: InterviewStatus, endReason: EndReason | null, channel: Channel, language: string, createdAt: string, scheduledFor: string | null, startedAt: string | null, endedAt: string | null, expiresAt: string | null, erasedAt: string | null, updatedAt: string, lastSeq: number, url: string, externalId: string | null, decision: Decision | null, candidate: { name: string } | null, position: { key: string, version: number, title: string } } | null } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const InterviewDetailsFragmentDoc = new TypedDocumentString(`
    fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}
    `, {"fragmentName":"InterviewDetails"}) as unknown as TypedDocumentString<InterviewDetailsFragment, unknown>;
export const InterviewPageFragmentDoc = new TypedDocumentString(`
    fragment InterviewPage on InterviewConnection {
  nodes {
    ...InterviewDetails
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
    fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}`, {"fragmentName":"InterviewPage"}) as unknown as TypedDocumentString<InterviewPageFragment, unknown>;
export const PositionDetailsFragmentDoc = new TypedDocumentString(`
    fragment PositionDetails on Position {
  key
  version
  title
  language
}
    `, {"fragmentName":"PositionDetails"}) as unknown as TypedDocumentString<PositionDetailsFragment, unknown>;
export const PositionPageFragmentDoc = new TypedDocumentString(`
    fragment PositionPage on PositionConnection {
  nodes {
    ...PositionDetails
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}
    fragment PositionDetails on Position {
  key
  version
  title
  language
}`, {"fragmentName":"PositionPage"}) as unknown as TypedDocumentString<PositionPageFragment, unknown>;
export const EvaluationDetailsFragmentDoc = new TypedDocumentString(`
    fragment EvaluationDetails on Evaluation {
  id
  version
  status
  failure
  overallScore
  inconclusiveReason
  recommendation
  coverage
  summary
  flags
  criteria {
    key
    name
    state
    level
    rationale
    evidence {
      quote
      seq
    }
  }
}
    `, {"fragmentName":"EvaluationDetails"}) as unknown as TypedDocumentString<EvaluationDetailsFragment, unknown>;
export const TurnDetailsFragmentDoc = new TypedDocumentString(`
    fragment TurnDetails on Turn {
  id
  seq
  speaker
  text
  channel
  questionKey
  startedAt
  endedAt
  interrupted
}
    `, {"fragmentName":"TurnDetails"}) as unknown as TypedDocumentString<TurnDetailsFragment, unknown>;
export const ChangeDetailsFragmentDoc = new TypedDocumentString(`
    fragment ChangeDetails on Change {
  cursor
  kind
  interviewId
  evaluationId
  changedAt
  interview {
    ...InterviewDetails
  }
}
    fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}`, {"fragmentName":"ChangeDetails"}) as unknown as TypedDocumentString<ChangeDetailsFragment, unknown>;
export const ChangePageFragmentDoc = new TypedDocumentString(`
    fragment ChangePage on ChangeConnection {
  nodes {
    ...ChangeDetails
  }
  nextCursor
  latestCursor
  pageInfo {
    hasNextPage
    endCursor
  }
}
    fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}
fragment ChangeDetails on Change {
  cursor
  kind
  interviewId
  evaluationId
  changedAt
  interview {
    ...InterviewDetails
  }
}`, {"fragmentName":"ChangePage"}) as unknown as TypedDocumentString<ChangePageFragment, unknown>;
export const InterviewStateFragmentDoc = new TypedDocumentString(`
    fragment InterviewState on Interview {
  id
  status
  url
}
    `, {"fragmentName":"InterviewState"}) as unknown as TypedDocumentString<InterviewStateFragment, unknown>;
export const InviteLinkFragmentDoc = new TypedDocumentString(`
    fragment InviteLink on Invite {
  url
  expiresAt
}
    `, {"fragmentName":"InviteLink"}) as unknown as TypedDocumentString<InviteLinkFragment, unknown>;
export const StartedInterviewFragmentDoc = new TypedDocumentString(`
    fragment StartedInterview on StartInterviewPayload {
  isExisting
  interview {
    ...InterviewState
  }
  access {
    token
    expiresAt
    room {
      url
      name
      token
    }
  }
  invite {
    ...InviteLink
  }
}
    fragment InviteLink on Invite {
  url
  expiresAt
}
fragment InterviewState on Interview {
  id
  status
  url
}`, {"fragmentName":"StartedInterview"}) as unknown as TypedDocumentString<StartedInterviewFragment, unknown>;
export const ScheduledInterviewFragmentDoc = new TypedDocumentString(`
    fragment ScheduledInterview on ScheduleInterviewPayload {
  isExisting
  interview {
    ...InterviewState
  }
  invite {
    ...InviteLink
  }
}
    fragment InviteLink on Invite {
  url
  expiresAt
}
fragment InterviewState on Interview {
  id
  status
  url
}`, {"fragmentName":"ScheduledInterview"}) as unknown as TypedDocumentString<ScheduledInterviewFragment, unknown>;
export const StartInterviewDocument = new TypedDocumentString(`
    mutation StartInterview($input: StartInterviewInput!) {
  startInterview(input: $input) {
    ...StartedInterview
  }
}
    fragment InviteLink on Invite {
  url
  expiresAt
}
fragment InterviewState on Interview {
  id
  status
  url
}
fragment StartedInterview on StartInterviewPayload {
  isExisting
  interview {
    ...InterviewState
  }
  access {
    token
    expiresAt
    room {
      url
      name
      token
    }
  }
  invite {
    ...InviteLink
  }
}`) as unknown as TypedDocumentString<StartInterviewMutation, StartInterviewMutationVariables>;
export const ScheduleInterviewDocument = new TypedDocumentString(`
    mutation ScheduleInterview($input: ScheduleInterviewInput!) {
  scheduleInterview(input: $input) {
    ...ScheduledInterview
  }
}
    fragment InviteLink on Invite {
  url
  expiresAt
}
fragment InterviewState on Interview {
  id
  status
  url
}
fragment ScheduledInterview on ScheduleInterviewPayload {
  isExisting
  interview {
    ...InterviewState
  }
  invite {
    ...InviteLink
  }
}`) as unknown as TypedDocumentString<ScheduleInterviewMutation, ScheduleInterviewMutationVariables>;
export const RenewInviteDocument = new TypedDocumentString(`
    mutation RenewInvite($input: RenewInviteInput!) {
  renewInvite(input: $input) {
    interview {
      ...InterviewState
    }
    invite {
      ...InviteLink
    }
  }
}
    fragment InviteLink on Invite {
  url
  expiresAt
}
fragment InterviewState on Interview {
  id
  status
  url
}`) as unknown as TypedDocumentString<RenewInviteMutation, RenewInviteMutationVariables>;
export const SendMessageDocument = new TypedDocumentString(`
    mutation SendMessage($input: SendMessageInput!) {
  sendMessage(input: $input) {
    turn {
      seq
    }
  }
}
    `) as unknown as TypedDocumentString<SendMessageMutation, SendMessageMutationVariables>;
export const EndInterviewDocument = new TypedDocumentString(`
    mutation EndInterview($input: EndInterviewInput!) {
  endInterview(input: $input) {
    interview {
      ...InterviewState
    }
  }
}
    fragment InterviewState on Interview {
  id
  status
  url
}`) as unknown as TypedDocumentString<EndInterviewMutation, EndInterviewMutationVariables>;
export const CancelInterviewDocument = new TypedDocumentString(`
    mutation CancelInterview($input: CancelInterviewInput!) {
  cancelInterview(input: $input) {
    interview {
      ...InterviewState
    }
  }
}
    fragment InterviewState on Interview {
  id
  status
  url
}`) as unknown as TypedDocumentString<CancelInterviewMutation, CancelInterviewMutationVariables>;
export const EvaluateInterviewDocument = new TypedDocumentString(`
    mutation EvaluateInterview($input: EvaluateInterviewInput!) {
  evaluateInterview(input: $input) {
    evaluation {
      id
      version
      status
    }
  }
}
    `) as unknown as TypedDocumentString<EvaluateInterviewMutation, EvaluateInterviewMutationVariables>;
export const GetInterviewDocument = new TypedDocumentString(`
    query GetInterview($id: ID!) {
  interview(id: $id) {
    ...InterviewDetails
  }
}
    fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}`) as unknown as TypedDocumentString<GetInterviewQuery, GetInterviewQueryVariables>;
export const GetEvaluationDocument = new TypedDocumentString(`
    query GetEvaluation($interviewId: ID!, $version: Int) {
  evaluation(interviewId: $interviewId, version: $version) {
    ...EvaluationDetails
  }
}
    fragment EvaluationDetails on Evaluation {
  id
  version
  status
  failure
  overallScore
  inconclusiveReason
  recommendation
  coverage
  summary
  flags
  criteria {
    key
    name
    state
    level
    rationale
    evidence {
      quote
      seq
    }
  }
}`) as unknown as TypedDocumentString<GetEvaluationQuery, GetEvaluationQueryVariables>;
export const ListInterviewsDocument = new TypedDocumentString(`
    query ListInterviews($filter: InterviewFilter, $orderBy: InterviewOrder, $first: Int, $after: String) {
  interviews(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    ...InterviewPage
  }
}
    fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}
fragment InterviewPage on InterviewConnection {
  nodes {
    ...InterviewDetails
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<ListInterviewsQuery, ListInterviewsQueryVariables>;
export const ListPositionsDocument = new TypedDocumentString(`
    query ListPositions($first: Int, $after: String, $includeArchived: Boolean = false) {
  positions(includeArchived: $includeArchived, first: $first, after: $after) {
    ...PositionPage
  }
}
    fragment PositionDetails on Position {
  key
  version
  title
  language
}
fragment PositionPage on PositionConnection {
  nodes {
    ...PositionDetails
  }
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<ListPositionsQuery, ListPositionsQueryVariables>;
export const ListChangesDocument = new TypedDocumentString(`
    query ListChanges($after: String, $first: Int) {
  changes(after: $after, first: $first) {
    ...ChangePage
  }
}
    fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}
fragment ChangeDetails on Change {
  cursor
  kind
  interviewId
  evaluationId
  changedAt
  interview {
    ...InterviewDetails
  }
}
fragment ChangePage on ChangeConnection {
  nodes {
    ...ChangeDetails
  }
  nextCursor
  latestCursor
  pageInfo {
    hasNextPage
    endCursor
  }
}`) as unknown as TypedDocumentString<ListChangesQuery, ListChangesQueryVariables>;
export const TurnAddedDocument = new TypedDocumentString(`
    subscription TurnAdded($interviewId: ID!, $after: Int!) {
  turnAdded(interviewId: $interviewId, after: $after) {
    ...TurnDetails
  }
}
    fragment TurnDetails on Turn {
  id
  seq
  speaker
  text
  channel
  questionKey
  startedAt
  endedAt
  interrupted
}`) as unknown as TypedDocumentString<TurnAddedSubscription, TurnAddedSubscriptionVariables>;
export const ChangedDocument = new TypedDocumentString(`
    subscription Changed($after: String) {
  changed(after: $after) {
    ...ChangeDetails
  }
}
    fragment InterviewDetails on Interview {
  id
  status
  endReason
  channel
  language
  createdAt
  scheduledFor
  startedAt
  endedAt
  expiresAt
  erasedAt
  updatedAt
  lastSeq
  url
  externalId
  decision
  candidate {
    name
  }
  position {
    key
    version
    title
  }
}
fragment ChangeDetails on Change {
  cursor
  kind
  interviewId
  evaluationId
  changedAt
  interview {
    ...InterviewDetails
  }
}`) as unknown as TypedDocumentString<ChangedSubscription, ChangedSubscriptionVariables>;