/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** What the roles may do. Actions may be added. */
export type Action =
  /** Analyze impact. */
  | 'ANALYZE_IMPACT'
  /** Cancel interviews. */
  | 'CANCEL_INTERVIEW'
  /** Correct the candidate's turns. */
  | 'CORRECT_TURN'
  /** Delete notes of other people. */
  | 'DELETE_ANY_NOTE'
  /** End interviews. */
  | 'END_INTERVIEW'
  /** Erase interviews. */
  | 'ERASE_INTERVIEW'
  /** Ask for evaluations. */
  | 'EVALUATE_INTERVIEW'
  /** List interviews. */
  | 'LIST_INTERVIEWS'
  /** Manage API keys. */
  | 'MANAGE_KEYS'
  /** Manage members. */
  | 'MANAGE_MEMBERS'
  /** Manage webhooks. */
  | 'MANAGE_WEBHOOKS'
  /** Read the audit log. */
  | 'READ_AUDIT_LOG'
  /** Read who the candidate is. */
  | 'READ_CANDIDATE'
  /** Read the records of erased interviews. */
  | 'READ_DECISION_RECORDS'
  /** Read candidates' emails. */
  | 'READ_EMAIL'
  /** Read evaluations, scores and decisions. */
  | 'READ_EVALUATION'
  /** Read interviews. */
  | 'READ_INTERVIEW'
  /** Read legal holds. */
  | 'READ_LEGAL_HOLD'
  /** Read what the organization uses. */
  | 'READ_ORGANIZATION_USAGE'
  /** Read positions. */
  | 'READ_POSITION'
  /** Read questions and criteria. */
  | 'READ_QUESTIONS'
  /** Read the raw answers of the judge. */
  | 'READ_RAW_JUDGEMENT'
  /** Read recordings. */
  | 'READ_RECORDING'
  /** Read references and details of an interview. */
  | 'READ_REFERENCES'
  /** Read candidates' requests. */
  | 'READ_REQUESTS'
  /** Read the retention policy. */
  | 'READ_RETENTION_POLICY'
  /** Read traces. */
  | 'READ_TRACE'
  /** Renew invites. */
  | 'RENEW_INVITE'
  /** Reopen interviews. */
  | 'REOPEN_INTERVIEW'
  /** Make a candidate's requests. */
  | 'REQUEST_ACCOMMODATION'
  /** Answer candidates' requests. */
  | 'RESOLVE_REQUEST'
  /** Review evaluations. */
  | 'REVIEW_EVALUATION'
  /** Save positions. */
  | 'SAVE_POSITION'
  /** Schedule interviews. */
  | 'SCHEDULE_INTERVIEW'
  /** Write as the candidate. */
  | 'SEND_MESSAGE'
  /** Store demographic data. */
  | 'SET_DEMOGRAPHICS'
  /** Set or release legal holds. */
  | 'SET_LEGAL_HOLD'
  /** Signal the interviewer as the candidate. */
  | 'SIGNAL_INTERVIEWER'
  /** Start interviews. */
  | 'START_INTERVIEW'
  /** Try out positions. */
  | 'START_TRY_OUT'
  /** Update the notice for candidates. */
  | 'UPDATE_NOTICE'
  /** Update the organization. */
  | 'UPDATE_ORGANIZATION'
  /** Update the retention policy. */
  | 'UPDATE_RETENTION_POLICY'
  /** Withdraw a candidate's consent. */
  | 'WITHDRAW_CONSENT'
  /** Write notes about interviews. */
  | 'WRITE_NOTE';

/** The input of addNote. Either `seq` or `at` is required. */
export type AddNoteInput = {
  /** The moment of the recording that the note is on: Recording.startedAt plus the offset in the file. */
  at?: string | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string | number;
  /** `seq` of the turn that the note is on. */
  seq?: number | null | undefined;
  /** The note. At most 2,000 characters. */
  text: string;
};

/** The input of adoptEvaluation. */
export type AdoptEvaluationInput = {
  /** The id of a COMPLETED evaluation. */
  evaluationId: string | number;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** Why this version is to count. At most 2,000 characters. */
  reason: string;
};

/** The input of cancelInterview. */
export type CancelInterviewInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string | number;
  /** The reason, which Interview.endDetail returns. At most 2,000 characters. */
  reason?: string | null | undefined;
};

/** What becomes of a row of an imported file. Outcomes may be added. */
export type CandidateImportOutcome =
  /** An interview was created. */
  | 'CREATED'
  /** The interview existed before, and stays as it is. The warnings say by what it was recognized. */
  | 'EXISTING'
  /** Nothing is imported: the row has faults. */
  | 'INVALID'
  /** Nothing was imported yet: the organization has made too many invites. Import the same file again later. */
  | 'POSTPONED'
  /** Checked only: importCandidates would create an interview. */
  | 'READY';

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

/** Whom candidates can write to. */
export type ContactInput = {
  /** The email address. */
  email: string;
  /** The name of a person or team. At most 200 characters, on one line. */
  name: string;
};

/** The input of createApiKey. */
export type CreateApiKeyInput = {
  /** When the key expires. Null: never. */
  expiresAt?: string | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. The repetition returns no secret. */
  idempotencyKey?: string | null | undefined;
  /** Whether the key is for the organization's test environment, whose interviews, positions and statistics are separate. It begins with copies of the organization's positions. Default: false. */
  isTest?: boolean;
  /** Who or what uses the key. Reviews and logs name it. At most 200 characters, on one line. */
  name: string;
  /** The only actions that the key may be used for. Null: all of its role (Viewer.may). */
  permissions?: Array<Action> | null | undefined;
  /** The role of the key's caller: any but CANDIDATE. */
  role: Role;
};

/** The input of createWebhookEndpoint. */
export type CreateWebhookEndpointInput = {
  /** What the endpoint is for. At most 200 characters, on one line. */
  description?: string | null | undefined;
  /** The types of events to send. Null: all types that there are now. */
  events?: Array<WebhookEventType> | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. The repetition returns no secret. */
  idempotencyKey?: string | null | undefined;
  /** Whether payloads also have the interview's externalId, status and endReason, the score and recommendation of completed evaluations, the decision of reviews, and the kinds of candidates' requests. In blind reviews they have no results. Of an integration, whether it gets the score of completed interviews. Default: false. FORBIDDEN for callers who may not read all of them. */
  includeDetails?: boolean;
  /** The https URL that receives the events. It must be reachable from the internet, and must not contain a user name. At most 2,000 characters. */
  url: string;
};

/** Why a criterion is in the rubric, and why it has its weight. */
export type CriterionAnalysisInput = {
  /** The criterion's key. Must be in `criteria` of the position. */
  key: string;
  /** Why the criterion is in the rubric. 1 to 2,000 characters. */
  reason: string;
  /** Why the criterion has its weight. 1 to 2,000 characters. */
  weightReason: string;
};

/** A criterion of the rubric. */
export type CriterionInput = {
  /** What the criterion means. */
  description?: string;
  /** The criterion's key, unique within the position: 1 to 64 lowercase letters, digits and underscores, beginning with a letter. */
  key: string;
  /** The five levels, in any order. */
  levels: Array<LevelInput>;
  /** The criterion's display name. 1 to 2,000 characters. */
  name: string;
  /** The criterion's weight in the overall score, relative to the other criteria. Above 0, at most 1,000. */
  weight: number;
};

/** Whether a criterion has a level, and if not, why. Only a level enters the score. */
export type CriterionState =
  /** The criterion has a level, supported by quotes. */
  | 'ASSESSED'
  /** Its questions were not reached, too little was said, or no quote supports a level. Not a low level. */
  | 'NOT_ASSESSED'
  /** Its questions were asked and followed up, and the answers offered nothing on it. Not a low level. */
  | 'NOT_DEMONSTRATED';

/** A person's decision about the candidate. */
export type Decision =
  /** The candidate advances to the next step. */
  | 'ADVANCE'
  /** The decision is postponed. */
  | 'HOLD'
  /** The candidate is rejected. */
  | 'REJECT';

/** The input of deleteNote. */
export type DeleteNoteInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string | number;
  /** The id of the note. */
  noteId: string | number;
};

/** The input of deleteWebhookEndpoint. */
export type DeleteWebhookEndpointInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the webhook endpoint. */
  webhookEndpointId: string | number;
};

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

/** The input of eraseInterview. */
export type EraseInterviewInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string | number;
};

/** The input of evaluateInterview. */
export type EvaluateInterviewInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string | number;
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
  | 'RUNNING';

/** What in the sentence of a quote may turn its meaning. */
export type EvidenceFlag =
  /** The sentence is about what would be or would have been. */
  | 'CONDITION'
  /** The sentence negates something. */
  | 'NEGATION'
  /** Somebody else than the candidate acts in the sentence. */
  | 'OTHER_SUBJECT';

/** A question that candidates ask about the job, and its answer. */
export type FactInput = {
  /** The words with which the interviewer answers. 1 to 600 characters. */
  answer: string;
  /** The question, such as: Can I work remotely? 1 to 300 characters. */
  question: string;
};

/** What startInterview and scheduleInterview do if there is an interview with the same `externalId` and `positionKey`. */
export type IfExists =
  /** Create another one. */
  | 'CREATE'
  /** Return the newest of them, whatever its state and other input, and create one only if there is none. It has no end in time, and calls at the same moment create one. Needs `externalId`. Erased interviews do not count. */
  | 'RETURN_EXISTING';

/** The input of importCandidates and checkCandidateImport. */
export type ImportCandidatesInput = {
  /** The channel of rows that name none. */
  channel?: Channel;
  /** The content of the CSV file (RFC 4180): delimited by commas, semicolons or tabs, with the titles of the columns in the first line, in any order and case. `name` is required; `external id` (or `reference`), `position` (its key), `scheduled for`, `language` and `channel` (`voice` or `text`) may be left out or empty. At most 500 candidates, and as much as a request of 256 KiB has room for. */
  csv: string;
  /** Makes retries safe, as in other mutations. Importing is safe without it, too: see importCandidates. */
  idempotencyKey?: string | null | undefined;
  /** The key of the position of rows that name none. Required if the file has no such column. */
  positionKey?: string | null | undefined;
  /** The time zone of times without an offset from UTC, by its name in the IANA database, such as Europe/Berlin. Without it, such a time is a fault of its row. */
  timeZone?: string | null | undefined;
};

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
  | 'UPDATED_AT';

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

/** The input of inviteMember. */
export type InviteMemberInput = {
  /** The person's address, which identifies the person at an identity provider. */
  email: string;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The person's name. At most 200 characters, on one line. */
  name: string;
  /** ADMIN, RECRUITER or VIEWER. */
  role: Role;
};

/** The tasks of the job, how they were determined, and how the rubric follows from them. */
export type JobAnalysisInput = {
  /** The reasons for the criteria of the rubric. At most one entry for each. */
  criteria?: Array<CriterionAnalysisInput>;
  /** How the tasks and criteria were determined, and what was not examined. 1 to 2,000 characters. */
  method: string;
  /** The main tasks of the job. 1 to 50, each 1 to 2,000 characters. */
  tasks: Array<string>;
};

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

/** One of the five anchored levels of a criterion. */
export type LevelInput = {
  /** What answers at this level look like. 1 to 2,000 characters. */
  anchor: string;
  /** The level, 1 (lowest) to 5 (highest). A criterion has each level exactly once. */
  value: number;
};

/** A reviewer's level for a criterion, in place of the model's. */
export type LevelOverrideInput = {
  /** The key of one of the evaluation's criteria. */
  criterionKey: string;
  /** The level, 1 to 5. Null means not assessed, for example after bad audio. */
  level?: number | null | undefined;
  /** The reason. At most 2,000 characters. */
  reason: string;
};

/** A reviewer's own level for a criterion, given before the reviewer sees the model's. */
export type LevelRatingInput = {
  /** The key of one of the evaluation's criteria (Position.criteria). */
  criterionKey: string;
  /** The level, 1 to 5. Null means that it cannot be assessed. */
  level?: number | null | undefined;
  /** The reason. At most 2,000 characters. */
  reason?: string | null | undefined;
};

/** What an event of liveInterviews says. Kinds may be added: ignore an unknown one. */
export type LiveEventKind =
  /** The interview has changed, or is new, and matches the filter. */
  | 'CHANGED'
  /** The interview has changed and no longer matches the filter. */
  | 'REMOVED'
  /** The interview matches the filter at the beginning. */
  | 'SNAPSHOT'
  /** All interviews that match at the beginning were sent, at most 200. Others that a dashboard shows no longer match. It has no interview. */
  | 'SNAPSHOT_COMPLETE';

/** The direction of a list. */
export type OrderDirection =
  /** Ascending: smallest or earliest first. */
  | 'ASC'
  /** Descending: greatest or latest first. */
  | 'DESC';

/** A core question. */
export type QuestionInput = {
  /** Keys of the criteria for which answers to this question count as evidence. Each must be in `criteria`. */
  criterionKeys?: Array<string>;
  /** The question's key, unique within the position: 1 to 64 lowercase letters, digits and underscores, beginning with a letter. */
  key: string;
  /** What a good answer would mention. Only the interviewer sees this. Each 1 to 2,000 characters. */
  listenFor?: Array<string>;
  /** The maximum number of follow-up questions, 0 to 5. */
  maxProbes?: number;
  /** The words in which every candidate is asked the question. 1 to 2,000 characters. */
  text: string;
};

/** The input of rateEvaluation. */
export type RateEvaluationInput = {
  /** The id of a COMPLETED evaluation. */
  evaluationId: string | number;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** A level, or null, for each criterion, in any order. */
  ratings: Array<LevelRatingInput>;
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

/** The input of removeMember. */
export type RemoveMemberInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the member. */
  memberId: string | number;
};

/** The input of renewInvite. */
export type RenewInviteInput = {
  /** The end of the new invite. It must lie in the future, at most 366 days ahead, and after scheduledFor. Default: 7 days (or what the deployment sets) after the interview's time, or from now. */
  expiresAt?: string | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the interview. */
  interviewId: string | number;
  /** A new time, which must lie in the future, at most 366 days ahead. Only for SCHEDULED and EXPIRED interviews, else CONFLICT. Default: the time stays as it is. */
  scheduledFor?: string | null | undefined;
};

/** The input of renewMemberLink. */
export type RenewMemberLinkInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the member. */
  memberId: string | number;
};

/** The input of replayDeliveries. */
export type ReplayDeliveriesInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** Sends the events again that occurred at this time or later. */
  since: string;
  /** Only deliveries in one of these states. Null: in any state. */
  statuses?: Array<WebhookDeliveryStatus> | null | undefined;
  /** The id of the webhook endpoint. */
  webhookEndpointId: string | number;
};

/** The input of replayDelivery. */
export type ReplayDeliveryInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the delivery. */
  webhookDeliveryId: string | number;
};

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

/** The input of reviewEvaluation. */
export type ReviewEvaluationInput = {
  /** The decision about the candidate. */
  decision: Decision;
  /** The id of a COMPLETED evaluation. */
  evaluationId: string | number;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** Levels that the reviewer would change. Each criterion may occur once. */
  overrides?: Array<LevelOverrideInput> | null | undefined;
  /** The reason. At most 2,000 characters. */
  reason: string;
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
  | 'UNRELIABLE_QUOTES';

/** Why a person should review an interview. */
export type ReviewReason =
  /** The candidate has corrected a turn (correctTurn) since the newest review. */
  | 'CORRECTION'
  /** The candidate has come back to the reopened interview (Interview.reopenings) since the newest review. */
  | 'REOPENING';

/** The input of revokeApiKey. */
export type RevokeApiKeyInput = {
  /** The id of the API key. */
  apiKeyId: string | number;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
};

/** The input of revokeMemberInvitation. */
export type RevokeMemberInvitationInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the invitation. */
  memberInvitationId: string | number;
};

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

/** The input of rotateApiKey. */
export type RotateApiKeyInput = {
  /** The id of the API key. */
  apiKeyId: string | number;
  /** When the new key expires. Null: it lives as long as the replaced one was made for. */
  expiresAt?: string | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. The repetition returns no secret. */
  idempotencyKey?: string | null | undefined;
  /** Minutes for which the replaced key still works, 0 to 43,200 (30 days). Default: 1,440 (a day). */
  overlapMinutes?: number;
};

/** The input of rotateWebhookSecret. */
export type RotateWebhookSecretInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. The repetition returns no secret. */
  idempotencyKey?: string | null | undefined;
  /** Minutes for which the replaced secret also signs, 0 to 43,200 (30 days). Default: 1,440 (a day). */
  overlapMinutes?: number;
  /** The id of the webhook endpoint. */
  webhookEndpointId: string | number;
};

/**
 * The input of savePosition: the whole content of the new version.
 *
 * Fields that are left out get their default, not the value of the previous version.
 */
export type SavePositionInput = {
  /** Whether new interviews for this position are refused. Existing interviews are not affected. */
  archived?: boolean;
  /** The version that you edited; CONFLICT if it is no longer the newest. Leave it out to create a position; CONFLICT if the key is already in use. */
  basedOnVersion?: number | null | undefined;
  /** Whether reviewers rate an interview before they see its evaluation. */
  blindReview?: boolean;
  /** Hours after the end of an interview in which the candidate can correct turns, 0 to 720. 0 allows no corrections. */
  correctionHours?: number;
  /** The criteria of the rubric. 1 to 20. */
  criteria: Array<CriterionInput>;
  /** A description of the position, addressed to candidates, who can read it. The interviewer receives it as background. At most 5,000 characters. */
  description?: string;
  /** The factor by which the time limit is longer for candidates who request extra time, from 1 to 3. With 1, no extra time is granted automatically. */
  extraTimeFactor?: number;
  /** What the interviewer says when candidates ask about the job, such as pay, place of work or the next steps. It answers with these words only, and notes other questions (Interview.candidateQuestions). At most 50. */
  facts?: Array<FactInput>;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The tasks of the job, and why the rubric has these criteria and weights. Candidates cannot read it. */
  jobAnalysis?: JobAnalysisInput | null | undefined;
  /** The position's key, the same in all versions: 1 to 64 lowercase letters, digits and underscores, beginning with a letter. */
  key: string;
  /** Words and names that candidates are likely to say, such as products and technologies, for the speech recognizer. It also receives the candidate's name, and terms that Viva finds in the title, the questions and the job description. At most 100 of 2 to 50 characters; they have priority, within the recognizer's limit of 500 bytes. */
  keyTerms?: Array<string>;
  /** The language of the questions, as a BCP 47 tag. The interviewer speaks en, de, es and fr, in any region. */
  language?: string;
  /** The maximum duration of an interview in minutes, 1 to 240. At least one for each question. */
  limitMinutes?: number;
  /** The core questions, in the order in which they are asked. 1 to 30. */
  questions: Array<QuestionInput>;
  /** Minutes after the end of an interview in which joinInterview reopens it, 0 to 1,440. It does so at most three times, and only if the candidate left or ended the interview, or a technical failure did. 0 allows it to people only (reopenInterview). */
  reopenMinutes?: number;
  /** The position's display name. 1 to 2,000 characters. */
  title: string;
  /** The number of exchanges after which the interviewer wraps up, 1 to 100. At least one for each question. */
  wrapUpAfterExchanges?: number;
};

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
  interviewId: string | number;
  /** The message. At most 20,000 characters, and at least one that is not whitespace. */
  text: string;
};

/** The input of signIn: one of the two credentials. */
export type SignInInput = {
  /** An API key. The session acts as the key's caller. */
  key?: string | null | undefined;
  /** In the sandbox only: signs in as its member of this role (SignInOptions.sandboxRoles). */
  sandboxRole?: Role | null | undefined;
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

/** The input of startTryOut. */
export type StartTryOutInput = {
  /** How the try-out is held. On a server without LiveKit, joining in VOICE is UNAVAILABLE: use TEXT. */
  channel?: Channel;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The key of the position, which may be archived. BAD_INPUT if there is no such position. */
  positionKey: string;
  /** The version of the position. BAD_INPUT if there is no such version. Default: the newest. */
  version?: number | null | undefined;
};

/** The input of updateMember. */
export type UpdateMemberInput = {
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The id of the member. */
  memberId: string | number;
  /** The member's new name. Null leaves it as it is. */
  name?: string | null | undefined;
  /** The member's new role: ADMIN, RECRUITER or VIEWER. Null leaves it as it is. */
  role?: Role | null | undefined;
};

/** The input of updateOrganization. A field that is left out does not change. */
export type UpdateOrganizationInput = {
  /** Whom candidates can write to. Null removes the contact. */
  contact?: ContactInput | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** The bytes of a PNG or JPEG image in base64, at most 64 KiB before the encoding. Null removes the logo. Send it as a variable, over HTTP. */
  logo?: string | null | undefined;
  /** The name that candidates read, unique in the deployment. At most 200 characters, on one line. */
  name?: string | null | undefined;
};

/** The input of updateWebhookEndpoint. A field that is left out does not change. */
export type UpdateWebhookEndpointInput = {
  /** What the endpoint is for. At most 200 characters, on one line. Null removes it. */
  description?: string | null | undefined;
  /** The types of events to send. Null: all types that there are now. */
  events?: Array<WebhookEventType> | null | undefined;
  /** Makes retries safe. For 24 hours, repeating the mutation with the same key and the same input has no further effect and returns the same result; the same key with another input is a CONFLICT. Keys are separate for each caller and mutation. At most 200 characters, on one line. */
  idempotencyKey?: string | null | undefined;
  /** Whether payloads also have the interview's externalId, status and endReason, the score and recommendation of completed evaluations, the decision of reviews, and the kinds of candidates' requests. In blind reviews they have no results. Of an integration, whether it gets the score of completed interviews. FORBIDDEN for callers who may not read all of them. */
  includeDetails?: boolean | null | undefined;
  /** true pauses the endpoint; false resumes it, and sends the events since it was paused, up to 30 days. */
  isPaused?: boolean | null | undefined;
  /** The https URL that receives the events. It must be reachable from the internet, and must not contain a user name. At most 2,000 characters. */
  url?: string | null | undefined;
  /** The id of the webhook endpoint. */
  webhookEndpointId: string | number;
};

/** The state of a delivery. */
export type WebhookDeliveryStatus =
  /** The receiver responded with a status from 200 to 299. */
  | 'DELIVERED'
  /** Every attempt in three days has failed, or an integration has refused it. replayDelivery sends it again. */
  | 'FAILED'
  /** It waits for an attempt: the first, or the next one after a failure. */
  | 'PENDING';

/** What a webhook reports; in the payload, `type` is the value in lower case with a dot, such as `interview.started`. Types may be added; endpoints receive a new type only if they name it. */
export type WebhookEventType =
  /** The candidate asked for an accommodation, for a person, or a question that the interviewer had no answer to. */
  | 'CANDIDATE_REQUEST'
  /** A version of the evaluation was completed. */
  | 'EVALUATION_COMPLETED'
  /** A version of the evaluation failed. */
  | 'EVALUATION_FAILED'
  /** A person reviewed the evaluation and decided. */
  | 'EVALUATION_REVIEWED'
  /** The interview was cancelled. */
  | 'INTERVIEW_CANCELLED'
  /** The interview ended as COMPLETED, and not by a failure. A reopened interview is completed again. */
  | 'INTERVIEW_COMPLETED'
  /** Data of the interview were erased: `scope` is RECORDINGS, TRANSCRIPT or INTERVIEW. Delete your copies. */
  | 'INTERVIEW_ERASED'
  /** The invite expired before the candidate joined. */
  | 'INTERVIEW_EXPIRED'
  /** A technical failure ended the interview (endReason FAILED). What was said before is evaluated. */
  | 'INTERVIEW_FAILED'
  /** The interview needs a person's attention: `reason` is SPEECH_OUTAGE, CLOCK_PAUSED (the candidate waits for an answer to a request) or BUDGET_EXHAUSTED (code replies instead of the language model). */
  | 'INTERVIEW_IN_TROUBLE'
  /** The candidate withdrew the consent, or asked for an alternative. */
  | 'INTERVIEW_OPTED_OUT'
  /** The interview began. */
  | 'INTERVIEW_STARTED'
  /** A recording can be played. */
  | 'RECORDING_COMPLETED';

/** Why an attempt of a webhook failed. */
export type WebhookFailure =
  /** The host resolves to an address that is not of the public internet. */
  | 'ADDRESS_REFUSED'
  /** The receiver's TLS certificate is not valid for the host. */
  | 'CERTIFICATE'
  /** There was no connection, or it ended before the response. */
  | 'CONNECTION'
  /** The receiver responded with another status than 200 to 299. Redirects are not followed. */
  | 'STATUS'
  /** The receiver did not respond in time. */
  | 'TIMEOUT';

/** Why a webhook endpoint receives nothing. updateWebhookEndpoint resumes it. */
export type WebhookPauseReason =
  /** Every attempt has failed for five days. */
  | 'FAILING'
  /** The receiver responded with the status 410. */
  | 'GONE'
  /** updateWebhookEndpoint paused it. */
  | 'REQUESTED'
  /** The secret was encrypted with an AUTH_SECRET that the deployment no longer has: rotate it first. The next request of an integration resumes its endpoint. */
  | 'UNDECRYPTABLE';

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

export type ComparedQueryVariables = Exact<{
  id: string | number;
  recording: boolean;
}>;


export type ComparedQuery = { interview: { id: string, status: InterviewStatus, channel: Channel, createdAt: string, scheduledFor: string | null, startedAt: string | null, erasedAt: string | null, decision: Decision | null, decidedBy: string | null, candidate: { name: string } | null, position: { key: string, version: number, title: string, criteria: Array<{ key: string, name: string, weight: number, levels: Array<{ value: number, anchor: string }> }> | null }, recordings?: Array<{ id: string, kind: RecordingKind, status: RecordingStatus, url: string | null, mimeType: string | null, startedAt: string | null, durationSeconds: number | null, failure: string | null, downloadUrl: string | null }> | null, evaluation: { isBlind: boolean, status: EvaluationStatus, overallScore: number | null, lowestScore: number | null, highestScore: number | null, inconclusiveReason: InconclusiveReason | null, recommendation: Recommendation | null, coverage: number | null, flags: Array<ReviewFlag>, sandbox: boolean, criteria: Array<{ key: string, name: string, state: CriterionState, level: number | null, rationale: string, passLevels: Array<number | null>, flags: Array<ReviewFlag>, questions: Array<{ questionKey: string, asked: boolean, answered: boolean }>, evidence: Array<{ quote: string, seq: number, start: number, end: number, sentence: string, sentenceStart: number, flags: Array<EvidenceFlag>, turn: { startedAt: string, endedAt: string, text: string } }> }>, reviews: Array<{ reviewer: string, overrides: Array<{ criterionKey: string, level: number | null }> }> } | null } | null };

export type CheckImportQueryVariables = Exact<{
  input: ImportCandidatesInput;
  timeZone?: string | null | undefined;
  isImport?: boolean | null | undefined;
}>;


export type CheckImportQuery = { checkCandidateImport: { ignoredColumns: Array<string>, rows: Array<{ line: number, candidateName: string, externalId: string | null, positionKey: string | null, positionTitle: string | null, scheduledFor: string | null, language: string | null, channel: Channel | null, outcome: CandidateImportOutcome, faults: Array<{ message: string }>, warnings: Array<{ message: string }>, interview: { id: string } | null, invite?: { url: string, expiresAt: string, invitationText: string | null, calendarFile: string | null } | null }> } | null };

export type ImportedRowFragment = { line: number, candidateName: string, externalId: string | null, positionKey: string | null, positionTitle: string | null, scheduledFor: string | null, language: string | null, channel: Channel | null, outcome: CandidateImportOutcome, faults: Array<{ message: string }>, warnings: Array<{ message: string }>, interview: { id: string } | null, invite?: { url: string, expiresAt: string, invitationText: string | null, calendarFile: string | null } | null };

export type ImportCandidatesMutationVariables = Exact<{
  input: ImportCandidatesInput;
  timeZone?: string | null | undefined;
  isImport?: boolean | null | undefined;
}>;


export type ImportCandidatesMutation = { importCandidates: { candidateImport: { ignoredColumns: Array<string>, rows: Array<{ line: number, candidateName: string, externalId: string | null, positionKey: string | null, positionTitle: string | null, scheduledFor: string | null, language: string | null, channel: Channel | null, outcome: CandidateImportOutcome, faults: Array<{ message: string }>, warnings: Array<{ message: string }>, interview: { id: string } | null, invite?: { url: string, expiresAt: string, invitationText: string | null, calendarFile: string | null } | null }> } } | null };

export type InterviewsQueryVariables = Exact<{
  filter?: InterviewFilter | null | undefined;
  orderBy?: InterviewOrder | null | undefined;
  first: number;
  after?: string | null | undefined;
  results: boolean;
  counted: boolean;
}>;


export type InterviewsQuery = { interviews: { totalCount?: number, nodes: Array<{ id: string, status: InterviewStatus, endReason: EndReason | null, isPartial: boolean, channel: Channel, createdAt: string, updatedAt: string, scheduledFor: string | null, startedAt: string | null, endedAt: string | null, expiresAt: string | null, erasedAt: string | null, externalId: string | null, candidatePresent: boolean | null, decision?: Decision | null, candidate: { name: string } | null, position: { key: string, version: number, title: string }, progress: { question: number, questions: number }, evaluation?: { isBlind: boolean, status: EvaluationStatus, overallScore: number | null, recommendation: Recommendation | null, flags: Array<ReviewFlag> } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type ListedInterviewFragment = { id: string, status: InterviewStatus, endReason: EndReason | null, isPartial: boolean, channel: Channel, createdAt: string, updatedAt: string, scheduledFor: string | null, startedAt: string | null, endedAt: string | null, expiresAt: string | null, erasedAt: string | null, externalId: string | null, candidatePresent: boolean | null, decision?: Decision | null, candidate: { name: string } | null, position: { key: string, version: number, title: string }, progress: { question: number, questions: number }, evaluation?: { isBlind: boolean, status: EvaluationStatus, overallScore: number | null, recommendation: Recommendation | null, flags: Array<ReviewFlag> } | null };

export type TabCountsQueryVariables = Exact<{
  results: boolean;
}>;


export type TabCountsQuery = { review?: { totalCount: number }, live: { totalCount: number }, scheduled: { totalCount: number }, all: { totalCount: number } };

export type ChangesCursorQueryVariables = Exact<{ [key: string]: never; }>;


export type ChangesCursorQuery = { changes: { latestCursor: string } | null };

export type InterviewChangesSubscriptionVariables = Exact<{
  after?: string | null | undefined;
  results: boolean;
}>;


export type InterviewChangesSubscription = { changed: { cursor: string, interviewId: string, interview: { id: string, status: InterviewStatus, endReason: EndReason | null, isPartial: boolean, channel: Channel, createdAt: string, updatedAt: string, scheduledFor: string | null, startedAt: string | null, endedAt: string | null, expiresAt: string | null, erasedAt: string | null, externalId: string | null, candidatePresent: boolean | null, decision?: Decision | null, candidate: { name: string } | null, position: { key: string, version: number, title: string }, progress: { question: number, questions: number }, evaluation?: { isBlind: boolean, status: EvaluationStatus, overallScore: number | null, recommendation: Recommendation | null, flags: Array<ReviewFlag> } | null } | null } | null };

export type InviteQueryVariables = Exact<{
  id: string | number;
}>;


export type InviteQuery = { interview: { invite: { url: string, expiresAt: string } | null } | null };

export type PositionChoicesQueryVariables = Exact<{ [key: string]: never; }>;


export type PositionChoicesQuery = { positions: { nodes: Array<{ key: string, version: number, title: string, language: string, limitMinutes: number }> }, interviews: { nodes: Array<{ position: { key: string } }> } };

export type ScheduleMutationVariables = Exact<{
  input: ScheduleInterviewInput;
  timeZone?: string | null | undefined;
}>;


export type ScheduleMutation = { scheduleInterview: { interview: { id: string }, invite: { url: string, expiresAt: string, invitationText: string | null, calendarFile: string | null } } | null };

export type RenewMutationVariables = Exact<{
  input: RenewInviteInput;
}>;


export type RenewMutation = { renewInvite: { invite: { url: string, expiresAt: string } } | null };

export type CancelMutationVariables = Exact<{
  input: CancelInterviewInput;
}>;


export type CancelMutation = { cancelInterview: { interview: { id: string } } | null };

export type LiveInterviewsSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveInterviewsSubscription = { liveInterviews: { kind: LiveEventKind, interview: { id: string, status: InterviewStatus, channel: Channel, createdAt: string, scheduledFor: string | null, startedAt: string | null, expiresAt: string | null, pausedAt: string | null, candidatePresent: boolean | null, speechOutage: { endedAt: string | null } | null, candidate: { name: string } | null, position: { title: string }, progress: { question: number, questions: number, elapsedSeconds: number }, lastTurn: { seq: number, speaker: Speaker, channel: Channel, text: string } | null } | null } | null };

export type LiveTileFragment = { id: string, status: InterviewStatus, channel: Channel, createdAt: string, scheduledFor: string | null, startedAt: string | null, expiresAt: string | null, pausedAt: string | null, candidatePresent: boolean | null, speechOutage: { endedAt: string | null } | null, candidate: { name: string } | null, position: { title: string }, progress: { question: number, questions: number, elapsedSeconds: number }, lastTurn: { seq: number, speaker: Speaker, channel: Channel, text: string } | null };

export type EndLiveInterviewMutationVariables = Exact<{
  input: EndInterviewInput;
}>;


export type EndLiveInterviewMutation = { endInterview: { interview: { id: string } } | null };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer: { role: Role, name: string, may: Array<Action>, organization: { id: string, name: string } } };

export type SignInOptionsQueryVariables = Exact<{ [key: string]: never; }>;


export type SignInOptionsQuery = { signInOptions: { apiKey: boolean, sandboxRoles: Array<Role>, organizationSignIn: boolean } | null };

export type SignInMutationVariables = Exact<{
  input: SignInInput;
}>;


export type SignInMutation = { signIn: { viewer: { role: Role, name: string, may: Array<Action>, organization: { id: string, name: string } } } | null };

export type MemberLinkQueryVariables = Exact<{
  token: string;
}>;


export type MemberLinkQuery = { memberLink: { organization: string, name: string, email: string, role: Role, expiresAt: string, hasIdentityProvider: boolean } | null };

export type AcceptInvitationMutationVariables = Exact<{
  token: string;
}>;


export type AcceptInvitationMutation = { acceptMemberInvitation: { viewer: { role: Role, name: string, may: Array<Action>, organization: { id: string, name: string } } } | null };

export type SignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type SignOutMutation = { signOut: { __typename: 'SignOutPayload' } | null };

export type InvitationQueryVariables = Exact<{
  token: string;
}>;


export type InvitationQuery = { invitation: { interviewId: string, status: InterviewStatus, state: InvitationState, organization: string, logoUrl: string | null, positionTitle: string, candidateName: string, language: string, channel: Channel, limitMinutes: number, questions: number, scheduledFor: string | null, opensAt: string | null, canReopenUntil: string | null, calendarFile: string | null, mayRequest: Array<RequestKind>, endReason: EndReason | null, isTryOut: boolean, contact: { name: string, email: string } | null, consentText: { version: string, language: string, text: string, digest: string, recordingText: string }, consent: { recording: boolean, withdrawnAt: string | null } | null, requests: Array<{ id: string, kinds: Array<RequestKind>, details: string | null, status: RequestStatus, note: string | null }>, accommodations: { timeFactor: number, captions: boolean, typing: boolean } } | null };

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

export type PositionListQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type PositionListQuery = { page: { nodes: Array<{ id: string, key: string, version: number, title: string, language: string, limitMinutes: number, archived: boolean, createdAt: string | null, createdBy: string | null, interviewCount: number | null, questions: Array<{ key: string }> | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type PositionVersionQueryVariables = Exact<{
  key: string;
  version?: number | null | undefined;
}>;


export type PositionVersionQuery = { position: { id: string, key: string, version: number, title: string, description: string, language: string, wrapUpAfterExchanges: number, limitMinutes: number, archived: boolean, keyTerms: Array<string> | null, blindReview: boolean | null, correctionHours: number, reopenMinutes: number, extraTimeFactor: number, createdAt: string | null, createdBy: string | null, questions: Array<{ key: string, text: string, listenFor: Array<string>, maxProbes: number, criterionKeys: Array<string> }> | null, criteria: Array<{ key: string, name: string, description: string, weight: number, levels: Array<{ value: number, anchor: string }> }> | null, jobAnalysis: { tasks: Array<string>, method: string, criteria: Array<{ key: string, reason: string, weightReason: string }> } | null, facts: Array<{ question: string, answer: string }> | null } | null };

export type PositionVersionFragment = { id: string, key: string, version: number, title: string, description: string, language: string, wrapUpAfterExchanges: number, limitMinutes: number, archived: boolean, keyTerms: Array<string> | null, blindReview: boolean | null, correctionHours: number, reopenMinutes: number, extraTimeFactor: number, createdAt: string | null, createdBy: string | null, questions: Array<{ key: string, text: string, listenFor: Array<string>, maxProbes: number, criterionKeys: Array<string> }> | null, criteria: Array<{ key: string, name: string, description: string, weight: number, levels: Array<{ value: number, anchor: string }> }> | null, jobAnalysis: { tasks: Array<string>, method: string, criteria: Array<{ key: string, reason: string, weightReason: string }> } | null, facts: Array<{ question: string, answer: string }> | null };

export type PositionVersionsQueryVariables = Exact<{
  key: string;
  after?: string | null | undefined;
}>;


export type PositionVersionsQuery = { page: { nodes: Array<{ id: string, key: string, version: number, title: string, description: string, language: string, wrapUpAfterExchanges: number, limitMinutes: number, archived: boolean, keyTerms: Array<string> | null, blindReview: boolean | null, correctionHours: number, reopenMinutes: number, extraTimeFactor: number, createdAt: string | null, createdBy: string | null, questions: Array<{ key: string, text: string, listenFor: Array<string>, maxProbes: number, criterionKeys: Array<string> }> | null, criteria: Array<{ key: string, name: string, description: string, weight: number, levels: Array<{ value: number, anchor: string }> }> | null, jobAnalysis: { tasks: Array<string>, method: string, criteria: Array<{ key: string, reason: string, weightReason: string }> } | null, facts: Array<{ question: string, answer: string }> | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type SavePositionMutationVariables = Exact<{
  input: SavePositionInput;
}>;


export type SavePositionMutation = { savePosition: { position: { id: string, key: string, version: number, title: string, description: string, language: string, wrapUpAfterExchanges: number, limitMinutes: number, archived: boolean, keyTerms: Array<string> | null, blindReview: boolean | null, correctionHours: number, reopenMinutes: number, extraTimeFactor: number, createdAt: string | null, createdBy: string | null, questions: Array<{ key: string, text: string, listenFor: Array<string>, maxProbes: number, criterionKeys: Array<string> }> | null, criteria: Array<{ key: string, name: string, description: string, weight: number, levels: Array<{ value: number, anchor: string }> }> | null, jobAnalysis: { tasks: Array<string>, method: string, criteria: Array<{ key: string, reason: string, weightReason: string }> } | null, facts: Array<{ question: string, answer: string }> | null } } | null };

export type CheckPositionQueryVariables = Exact<{
  input: SavePositionInput;
}>;


export type CheckPositionQuery = { checkPosition: Array<{ path: string, message: string }> | null };

export type OpenInvitationsQueryVariables = Exact<{
  key: string;
}>;


export type OpenInvitationsQuery = { interviews: { totalCount: number } };

export type StartTryOutMutationVariables = Exact<{
  input: StartTryOutInput;
}>;


export type StartTryOutMutation = { startTryOut: { invite: { url: string } } | null };

export type ReviewedSubscriptionVariables = Exact<{
  id: string | number;
  version?: number | null | undefined;
  results: boolean;
  recording: boolean;
  questions: boolean;
}>;


export type ReviewedSubscription = { interviewChanged: { id: string, status: InterviewStatus, endReason: EndReason | null, isPartial: boolean, endDetail: string | null, channel: Channel, createdAt: string, scheduledFor: string | null, startedAt: string | null, durationSeconds: number | null, erasedAt: string | null, externalId: string | null, isTryOut: boolean, reviewReasons?: Array<ReviewReason> | null, decision?: Decision | null, candidate: { name: string } | null, position: { title: string, version: number, questions?: Array<{ key: string, criterionKeys: Array<string> }> | null, criteria?: Array<{ key: string, name: string, weight: number, levels: Array<{ value: number, anchor: string }> }> | null }, progress: { question: number, questions: number, elapsedSeconds: number, limitSeconds: number }, consent: { recording: boolean } | null, corrections: Array<{ seq: number, text: string }>, latency: { replies: number, p50: { heard: number | null }, p95: { heard: number | null } } | null, recordings?: Array<{ id: string, kind: RecordingKind, status: RecordingStatus, url: string | null, mimeType: string | null, startedAt: string | null, durationSeconds: number | null, failure: string | null, downloadUrl: string | null }> | null, notes?: Array<{ id: string, seq: number | null, at: string | null, text: string, author: string, createdAt: string, mayDelete: boolean }> | null, adoptions?: Array<{ version: number, reason: string, adoptedBy: string, adoptedAt: string }> | null, evaluation?: { id: string, version: number, isBlind: boolean, status: EvaluationStatus, failure: string | null, overallScore: number | null, lowestScore: number | null, highestScore: number | null, inconclusiveReason: InconclusiveReason | null, recommendation: Recommendation | null, summary: string | null, coverage: number | null, sandbox: boolean, flags: Array<ReviewFlag>, model: string, completedAt: string | null, positionVersion: number, passes: Array<{ number: number, claimedQuotes: number, failedQuotes: number }>, criteria: Array<{ key: string, name: string, weight: number, state: CriterionState, level: number | null, rationale: string, passLevels: Array<number | null>, spread: number | null, flags: Array<ReviewFlag>, questions: Array<{ questionKey: string, asked: boolean, answered: boolean }>, evidence: Array<{ quote: string, seq: number, start: number, end: number, sentence: string, sentenceStart: number, flags: Array<EvidenceFlag> }> }>, ratings: Array<{ reviewer: string, createdAt: string, levels: Array<{ criterionKey: string, level: number | null, reason: string | null }> }>, reviews: Array<{ decision: Decision, reason: string, reviewer: string, createdAt: string, overallScore: number | null, overrides: Array<{ criterionKey: string, level: number | null, reason: string }> }> } | null } };

export type RecordingFieldsFragment = { id: string, kind: RecordingKind, status: RecordingStatus, url: string | null, mimeType: string | null, startedAt: string | null, durationSeconds: number | null, failure: string | null, downloadUrl: string | null };

export type NoteFieldsFragment = { id: string, seq: number | null, at: string | null, text: string, author: string, createdAt: string, mayDelete: boolean };

export type RecordingsQueryVariables = Exact<{
  id: string | number;
}>;


export type RecordingsQuery = { interview: { recordings: Array<{ id: string, kind: RecordingKind, status: RecordingStatus, url: string | null, mimeType: string | null, startedAt: string | null, durationSeconds: number | null, failure: string | null, downloadUrl: string | null }> | null } | null };

export type EvaluationVersionsQueryVariables = Exact<{
  id: string | number;
}>;


export type EvaluationVersionsQuery = { interview: { evaluation: { version: number } | null, evaluationVersions: { nodes: Array<{ id: string, version: number, status: EvaluationStatus, isBlind: boolean, overallScore: number | null, recommendation: Recommendation | null, createdAt: string, requestedBy: string | null, requestReason: string | null }> } | null } | null };

export type NeedsReviewQueryVariables = Exact<{ [key: string]: never; }>;


export type NeedsReviewQuery = { interviews: { nodes: Array<{ id: string }> } };

export type ReviewEvaluationMutationVariables = Exact<{
  input: ReviewEvaluationInput;
}>;


export type ReviewEvaluationMutation = { reviewEvaluation: { evaluation: { id: string } } | null };

export type RateEvaluationMutationVariables = Exact<{
  input: RateEvaluationInput;
}>;


export type RateEvaluationMutation = { rateEvaluation: { evaluation: { id: string } } | null };

export type AddNoteMutationVariables = Exact<{
  input: AddNoteInput;
}>;


export type AddNoteMutation = { addNote: { note: { id: string, seq: number | null, at: string | null, text: string, author: string, createdAt: string, mayDelete: boolean } } | null };

export type DeleteNoteMutationVariables = Exact<{
  input: DeleteNoteInput;
}>;


export type DeleteNoteMutation = { deleteNote: { interview: { id: string } } | null };

export type EvaluateInterviewMutationVariables = Exact<{
  input: EvaluateInterviewInput;
}>;


export type EvaluateInterviewMutation = { evaluateInterview: { evaluation: { id: string, version: number } } | null };

export type AdoptEvaluationMutationVariables = Exact<{
  input: AdoptEvaluationInput;
}>;


export type AdoptEvaluationMutation = { adoptEvaluation: { evaluation: { id: string } } | null };

export type EraseInterviewMutationVariables = Exact<{
  input: EraseInterviewInput;
}>;


export type EraseInterviewMutation = { eraseInterview: { interview: { id: string } } | null };

export type ApiKeysQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type ApiKeysQuery = { page: { nodes: Array<{ id: string, name: string, role: Role, isTest: boolean, createdAt: string, createdBy: string | null, lastUsedAt: string | null, expiresAt: string | null, revokedAt: string | null, isActive: boolean, isRotated: boolean, permissions: Array<Action> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type ApiKeyPartsFragment = { id: string, name: string, role: Role, isTest: boolean, createdAt: string, createdBy: string | null, lastUsedAt: string | null, expiresAt: string | null, revokedAt: string | null, isActive: boolean, isRotated: boolean, permissions: Array<Action> };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { createApiKey: { secret: string | null, apiKey: { id: string, name: string, role: Role, isTest: boolean, createdAt: string, createdBy: string | null, lastUsedAt: string | null, expiresAt: string | null, revokedAt: string | null, isActive: boolean, isRotated: boolean, permissions: Array<Action> } } | null };

export type RotateApiKeyMutationVariables = Exact<{
  input: RotateApiKeyInput;
}>;


export type RotateApiKeyMutation = { rotateApiKey: { secret: string | null, apiKey: { id: string, name: string, role: Role, isTest: boolean, createdAt: string, createdBy: string | null, lastUsedAt: string | null, expiresAt: string | null, revokedAt: string | null, isActive: boolean, isRotated: boolean, permissions: Array<Action> } } | null };

export type RevokeApiKeyMutationVariables = Exact<{
  input: RevokeApiKeyInput;
}>;


export type RevokeApiKeyMutation = { revokeApiKey: { apiKey: { id: string, name: string, role: Role, isTest: boolean, createdAt: string, createdBy: string | null, lastUsedAt: string | null, expiresAt: string | null, revokedAt: string | null, isActive: boolean, isRotated: boolean, permissions: Array<Action> } } | null };

export type MembersQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type MembersQuery = { page: { nodes: Array<{ id: string, name: string, email: string, role: Role, invitedBy: string | null, createdAt: string, lastSignedInAt: string | null, hasIdentity: boolean }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null, viewer: { member: { id: string } | null } };

export type MemberPartsFragment = { id: string, name: string, email: string, role: Role, invitedBy: string | null, createdAt: string, lastSignedInAt: string | null, hasIdentity: boolean };

export type MemberInvitationsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type MemberInvitationsQuery = { page: { nodes: Array<{ id: string, name: string, email: string, role: Role, invitedBy: string | null, createdAt: string, expiresAt: string, isRenewal: boolean }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type InvitationPartsFragment = { id: string, name: string, email: string, role: Role, invitedBy: string | null, createdAt: string, expiresAt: string, isRenewal: boolean };

export type InviteMemberMutationVariables = Exact<{
  input: InviteMemberInput;
}>;


export type InviteMemberMutation = { inviteMember: { url: string, invitation: { id: string, name: string, email: string, role: Role, invitedBy: string | null, createdAt: string, expiresAt: string, isRenewal: boolean } } | null };

export type RevokeMemberInvitationMutationVariables = Exact<{
  input: RevokeMemberInvitationInput;
}>;


export type RevokeMemberInvitationMutation = { revokeMemberInvitation: { invitation: { id: string } } | null };

export type UpdateMemberMutationVariables = Exact<{
  input: UpdateMemberInput;
}>;


export type UpdateMemberMutation = { updateMember: { member: { id: string, name: string, email: string, role: Role, invitedBy: string | null, createdAt: string, lastSignedInAt: string | null, hasIdentity: boolean } } | null };

export type RenewMemberLinkMutationVariables = Exact<{
  input: RenewMemberLinkInput;
}>;


export type RenewMemberLinkMutation = { renewMemberLink: { url: string, invitation: { id: string, name: string, email: string, role: Role, invitedBy: string | null, createdAt: string, expiresAt: string, isRenewal: boolean } } | null };

export type RemoveMemberMutationVariables = Exact<{
  input: RemoveMemberInput;
}>;


export type RemoveMemberMutation = { removeMember: { member: { id: string } } | null };

export type OwnOrganizationQueryVariables = Exact<{ [key: string]: never; }>;


export type OwnOrganizationQuery = { viewer: { organization: { id: string, name: string, logoUrl: string | null, contact: { name: string, email: string } | null } } };

export type OrganizationPartsFragment = { id: string, name: string, logoUrl: string | null, contact: { name: string, email: string } | null };

export type UpdateOrganizationMutationVariables = Exact<{
  input: UpdateOrganizationInput;
}>;


export type UpdateOrganizationMutation = { updateOrganization: { organization: { id: string, name: string, logoUrl: string | null, contact: { name: string, email: string } | null } } | null };

export type WebhookEndpointsQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type WebhookEndpointsQuery = { page: { nodes: Array<{ id: string, url: string, description: string | null, events: Array<WebhookEventType>, includeDetails: boolean, createdAt: string, createdBy: string, pauseReason: WebhookPauseReason | null, failingSince: string | null, lostChangesAt: string | null, previousSecretExpiresAt: string | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type WebhookEndpointPartsFragment = { id: string, url: string, description: string | null, events: Array<WebhookEventType>, includeDetails: boolean, createdAt: string, createdBy: string, pauseReason: WebhookPauseReason | null, failingSince: string | null, lostChangesAt: string | null, previousSecretExpiresAt: string | null };

export type CreateWebhookEndpointMutationVariables = Exact<{
  input: CreateWebhookEndpointInput;
}>;


export type CreateWebhookEndpointMutation = { createWebhookEndpoint: { secret: string | null, webhookEndpoint: { id: string, url: string, description: string | null, events: Array<WebhookEventType>, includeDetails: boolean, createdAt: string, createdBy: string, pauseReason: WebhookPauseReason | null, failingSince: string | null, lostChangesAt: string | null, previousSecretExpiresAt: string | null } } | null };

export type UpdateWebhookEndpointMutationVariables = Exact<{
  input: UpdateWebhookEndpointInput;
}>;


export type UpdateWebhookEndpointMutation = { updateWebhookEndpoint: { webhookEndpoint: { id: string, url: string, description: string | null, events: Array<WebhookEventType>, includeDetails: boolean, createdAt: string, createdBy: string, pauseReason: WebhookPauseReason | null, failingSince: string | null, lostChangesAt: string | null, previousSecretExpiresAt: string | null } } | null };

export type RotateWebhookSecretMutationVariables = Exact<{
  input: RotateWebhookSecretInput;
}>;


export type RotateWebhookSecretMutation = { rotateWebhookSecret: { secret: string | null, webhookEndpoint: { id: string, url: string, description: string | null, events: Array<WebhookEventType>, includeDetails: boolean, createdAt: string, createdBy: string, pauseReason: WebhookPauseReason | null, failingSince: string | null, lostChangesAt: string | null, previousSecretExpiresAt: string | null } } | null };

export type DeleteWebhookEndpointMutationVariables = Exact<{
  input: DeleteWebhookEndpointInput;
}>;


export type DeleteWebhookEndpointMutation = { deleteWebhookEndpoint: { webhookEndpoint: { id: string } } | null };

export type WebhookDeliveriesQueryVariables = Exact<{
  endpointId: string | number;
  statuses?: Array<WebhookDeliveryStatus> | WebhookDeliveryStatus | null | undefined;
  after?: string | null | undefined;
}>;


export type WebhookDeliveriesQuery = { page: { nodes: Array<{ id: string, type: WebhookEventType, occurredAt: string, status: WebhookDeliveryStatus, attempts: number, nextAttemptAt: string | null, interviewId: string, newestAttempts: Array<{ attemptedAt: string, latencyMs: number, responseStatus: number | null, failure: WebhookFailure | null }> }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type WebhookDeliveryPartsFragment = { id: string, type: WebhookEventType, occurredAt: string, status: WebhookDeliveryStatus, attempts: number, nextAttemptAt: string | null, interviewId: string, newestAttempts: Array<{ attemptedAt: string, latencyMs: number, responseStatus: number | null, failure: WebhookFailure | null }> };

export type ReplayDeliveryMutationVariables = Exact<{
  input: ReplayDeliveryInput;
}>;


export type ReplayDeliveryMutation = { replayDelivery: { delivery: { id: string, type: WebhookEventType, occurredAt: string, status: WebhookDeliveryStatus, attempts: number, nextAttemptAt: string | null, interviewId: string, newestAttempts: Array<{ attemptedAt: string, latencyMs: number, responseStatus: number | null, failure: WebhookFailure | null }> } } | null };

export type ReplayDeliveriesMutationVariables = Exact<{
  input: ReplayDeliveriesInput;
}>;


export type ReplayDeliveriesMutation = { replayDeliveries: { deliveries: number } | null };

export const TurnFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TurnFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Turn"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"questionKey"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"interrupted"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"isUncertain"}},{"kind":"Field","name":{"kind":"Name","value":"uncertainWords"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}}]}}]} as unknown as DocumentNode<TurnFieldsFragment, unknown>;
export const InterimFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterimFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InterimTranscript"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"afterSeq"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]} as unknown as DocumentNode<InterimFieldsFragment, unknown>;
export const ImportedRowFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ImportedRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CandidateImportRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"candidateName"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"positionKey"}},{"kind":"Field","name":{"kind":"Name","value":"positionTitle"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"faults"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"invite"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"isImport"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"invitationText"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"timeZone"},"value":{"kind":"Variable","name":{"kind":"Name","value":"timeZone"}}}]},{"kind":"Field","name":{"kind":"Name","value":"calendarFile"}}]}}]}}]} as unknown as DocumentNode<ImportedRowFragment, unknown>;
export const ListedInterviewFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedInterview"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"endReason"}},{"kind":"Field","name":{"kind":"Name","value":"isPartial"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"erasedAt"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"candidatePresent"}},{"kind":"Field","name":{"kind":"Name","value":"candidate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"position"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"questions"}}]}},{"kind":"Field","name":{"kind":"Name","value":"decision"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}]},{"kind":"Field","name":{"kind":"Name","value":"evaluation"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isBlind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"overallScore"}},{"kind":"Field","name":{"kind":"Name","value":"recommendation"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}}]}}]}}]} as unknown as DocumentNode<ListedInterviewFragment, unknown>;
export const LiveTileFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LiveTile"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedAt"}},{"kind":"Field","name":{"kind":"Name","value":"candidatePresent"}},{"kind":"Field","name":{"kind":"Name","value":"speechOutage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"candidate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"position"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"title"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"questions"}},{"kind":"Field","name":{"kind":"Name","value":"elapsedSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastTurn"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]} as unknown as DocumentNode<LiveTileFragment, unknown>;
export const RequestFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RequestFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CandidateRequest"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"note"}}]}}]} as unknown as DocumentNode<RequestFieldsFragment, unknown>;
export const PositionVersionFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PositionVersion"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Position"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"wrapUpAfterExchanges"}},{"kind":"Field","name":{"kind":"Name","value":"limitMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"archived"}},{"kind":"Field","name":{"kind":"Name","value":"keyTerms"}},{"kind":"Field","name":{"kind":"Name","value":"blindReview"}},{"kind":"Field","name":{"kind":"Name","value":"correctionHours"}},{"kind":"Field","name":{"kind":"Name","value":"reopenMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"extraTimeFactor"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"questions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"listenFor"}},{"kind":"Field","name":{"kind":"Name","value":"maxProbes"}},{"kind":"Field","name":{"kind":"Name","value":"criterionKeys"}}]}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"weight"}},{"kind":"Field","name":{"kind":"Name","value":"levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"anchor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"jobAnalysis"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tasks"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"weightReason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"facts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"answer"}}]}}]}}]} as unknown as DocumentNode<PositionVersionFragment, unknown>;
export const RecordingFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recording"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","alias":{"kind":"Name","value":"downloadUrl"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"download"},"value":{"kind":"BooleanValue","value":true}}]},{"kind":"Field","name":{"kind":"Name","value":"mimeType"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}}]}}]} as unknown as DocumentNode<RecordingFieldsFragment, unknown>;
export const NoteFieldsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"NoteFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Note"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"mayDelete"}}]}}]} as unknown as DocumentNode<NoteFieldsFragment, unknown>;
export const ApiKeyPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ApiKeyParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKey"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"isTest"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"isActive"}},{"kind":"Field","name":{"kind":"Name","value":"isRotated"}},{"kind":"Field","name":{"kind":"Name","value":"permissions"}}]}}]} as unknown as DocumentNode<ApiKeyPartsFragment, unknown>;
export const MemberPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MemberParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Member"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"invitedBy"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSignedInAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasIdentity"}}]}}]} as unknown as DocumentNode<MemberPartsFragment, unknown>;
export const InvitationPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvitationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"MemberInvitation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"invitedBy"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"isRenewal"}}]}}]} as unknown as DocumentNode<InvitationPartsFragment, unknown>;
export const OrganizationPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OrganizationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Organization"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"logoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"contact"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]} as unknown as DocumentNode<OrganizationPartsFragment, unknown>;
export const WebhookEndpointPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WebhookEndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookEndpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"events"}},{"kind":"Field","name":{"kind":"Name","value":"includeDetails"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"pauseReason"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"lostChangesAt"}},{"kind":"Field","name":{"kind":"Name","value":"previousSecretExpiresAt"}}]}}]} as unknown as DocumentNode<WebhookEndpointPartsFragment, unknown>;
export const WebhookDeliveryPartsFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WebhookDeliveryParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookDelivery"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"nextAttemptAt"}},{"kind":"Field","name":{"kind":"Name","value":"interviewId"}},{"kind":"Field","name":{"kind":"Name","value":"newestAttempts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"attemptedAt"}},{"kind":"Field","name":{"kind":"Name","value":"latencyMs"}},{"kind":"Field","name":{"kind":"Name","value":"responseStatus"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}}]}}]}}]} as unknown as DocumentNode<WebhookDeliveryPartsFragment, unknown>;
export const TranscriptDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Transcript"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"transcript"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"interviewId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"turns"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TurnFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastSeq"}},{"kind":"Field","name":{"kind":"Name","value":"isComplete"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TurnFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Turn"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"questionKey"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"interrupted"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"isUncertain"}},{"kind":"Field","name":{"kind":"Name","value":"uncertainWords"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}}]}}]} as unknown as DocumentNode<TranscriptQuery, TranscriptQueryVariables>;
export const TurnAddedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"TurnAdded"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"turnAdded"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"interviewId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"TurnFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"TurnFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Turn"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"questionKey"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"interrupted"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"isUncertain"}},{"kind":"Field","name":{"kind":"Name","value":"uncertainWords"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}}]}}]}}]} as unknown as DocumentNode<TurnAddedSubscription, TurnAddedSubscriptionVariables>;
export const InterimDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"Interim"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interimTranscript"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"interviewId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InterimFields"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InterimFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InterimTranscript"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"afterSeq"}},{"kind":"Field","name":{"kind":"Name","value":"at"}}]}}]} as unknown as DocumentNode<InterimSubscription, InterimSubscriptionVariables>;
export const ComparedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Compared"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"recording"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"erasedAt"}},{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"decidedBy"}},{"kind":"Field","name":{"kind":"Name","value":"candidate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"position"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"weight"}},{"kind":"Field","name":{"kind":"Name","value":"levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"anchor"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"recordings"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"recording"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordingFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"evaluation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isBlind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"overallScore"}},{"kind":"Field","name":{"kind":"Name","value":"lowestScore"}},{"kind":"Field","name":{"kind":"Name","value":"highestScore"}},{"kind":"Field","name":{"kind":"Name","value":"inconclusiveReason"}},{"kind":"Field","name":{"kind":"Name","value":"recommendation"}},{"kind":"Field","name":{"kind":"Name","value":"coverage"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}},{"kind":"Field","name":{"kind":"Name","value":"sandbox"}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"rationale"}},{"kind":"Field","name":{"kind":"Name","value":"passLevels"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}},{"kind":"Field","name":{"kind":"Name","value":"questions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"questionKey"}},{"kind":"Field","name":{"kind":"Name","value":"asked"}},{"kind":"Field","name":{"kind":"Name","value":"answered"}}]}},{"kind":"Field","name":{"kind":"Name","value":"evidence"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quote"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"sentence"}},{"kind":"Field","name":{"kind":"Name","value":"sentenceStart"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}},{"kind":"Field","name":{"kind":"Name","value":"turn"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"reviews"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reviewer"}},{"kind":"Field","name":{"kind":"Name","value":"overrides"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"criterionKey"}},{"kind":"Field","name":{"kind":"Name","value":"level"}}]}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recording"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","alias":{"kind":"Name","value":"downloadUrl"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"download"},"value":{"kind":"BooleanValue","value":true}}]},{"kind":"Field","name":{"kind":"Name","value":"mimeType"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}}]}}]} as unknown as DocumentNode<ComparedQuery, ComparedQueryVariables>;
export const CheckImportDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CheckImport"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ImportCandidatesInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"timeZone"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"isImport"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":false}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkCandidateImport"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ignoredColumns"}},{"kind":"Field","name":{"kind":"Name","value":"rows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ImportedRow"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ImportedRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CandidateImportRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"candidateName"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"positionKey"}},{"kind":"Field","name":{"kind":"Name","value":"positionTitle"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"faults"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"invite"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"isImport"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"invitationText"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"timeZone"},"value":{"kind":"Variable","name":{"kind":"Name","value":"timeZone"}}}]},{"kind":"Field","name":{"kind":"Name","value":"calendarFile"}}]}}]}}]} as unknown as DocumentNode<CheckImportQuery, CheckImportQueryVariables>;
export const ImportCandidatesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ImportCandidates"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ImportCandidatesInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"timeZone"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"isImport"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}},"defaultValue":{"kind":"BooleanValue","value":true}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"importCandidates"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"candidateImport"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"ignoredColumns"}},{"kind":"Field","name":{"kind":"Name","value":"rows"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ImportedRow"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ImportedRow"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CandidateImportRow"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"line"}},{"kind":"Field","name":{"kind":"Name","value":"candidateName"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"positionKey"}},{"kind":"Field","name":{"kind":"Name","value":"positionTitle"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"outcome"}},{"kind":"Field","name":{"kind":"Name","value":"faults"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"warnings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"message"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"invite"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"isImport"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"invitationText"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"timeZone"},"value":{"kind":"Variable","name":{"kind":"Name","value":"timeZone"}}}]},{"kind":"Field","name":{"kind":"Name","value":"calendarFile"}}]}}]}}]} as unknown as DocumentNode<ImportCandidatesMutation, ImportCandidatesMutationVariables>;
export const InterviewsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Interviews"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"filter"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"InterviewFilter"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"InterviewOrder"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"first"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"results"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"counted"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"Variable","name":{"kind":"Name","value":"filter"}}},{"kind":"Argument","name":{"kind":"Name","value":"orderBy"},"value":{"kind":"Variable","name":{"kind":"Name","value":"orderBy"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"Variable","name":{"kind":"Name","value":"first"}}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ListedInterview"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}},{"kind":"Field","name":{"kind":"Name","value":"totalCount"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"counted"}}}]}]}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedInterview"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"endReason"}},{"kind":"Field","name":{"kind":"Name","value":"isPartial"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"erasedAt"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"candidatePresent"}},{"kind":"Field","name":{"kind":"Name","value":"candidate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"position"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"questions"}}]}},{"kind":"Field","name":{"kind":"Name","value":"decision"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}]},{"kind":"Field","name":{"kind":"Name","value":"evaluation"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isBlind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"overallScore"}},{"kind":"Field","name":{"kind":"Name","value":"recommendation"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}}]}}]}}]} as unknown as DocumentNode<InterviewsQuery, InterviewsQueryVariables>;
export const TabCountsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"TabCounts"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"results"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"review"},"name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"reviewed"},"value":{"kind":"BooleanValue","value":false}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"0"}}],"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}},{"kind":"Field","alias":{"kind":"Name","value":"live"},"name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"statuses"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"WAITING"},{"kind":"EnumValue","value":"IN_PROGRESS"},{"kind":"EnumValue","value":"ENDING"}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"0"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}},{"kind":"Field","alias":{"kind":"Name","value":"scheduled"},"name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"statuses"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"SCHEDULED"}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"0"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}},{"kind":"Field","alias":{"kind":"Name","value":"all"},"name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"0"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}}]} as unknown as DocumentNode<TabCountsQuery, TabCountsQueryVariables>;
export const ChangesCursorDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ChangesCursor"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changes"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"0"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"latestCursor"}}]}}]}}]} as unknown as DocumentNode<ChangesCursorQuery, ChangesCursorQueryVariables>;
export const InterviewChangesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"InterviewChanges"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"results"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"changed"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cursor"}},{"kind":"Field","name":{"kind":"Name","value":"interviewId"}},{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ListedInterview"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ListedInterview"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"endReason"}},{"kind":"Field","name":{"kind":"Name","value":"isPartial"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"updatedAt"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"endedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"erasedAt"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"candidatePresent"}},{"kind":"Field","name":{"kind":"Name","value":"candidate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"position"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"title"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"questions"}}]}},{"kind":"Field","name":{"kind":"Name","value":"decision"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}]},{"kind":"Field","name":{"kind":"Name","value":"evaluation"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"isBlind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"overallScore"}},{"kind":"Field","name":{"kind":"Name","value":"recommendation"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}}]}}]}}]} as unknown as DocumentNode<InterviewChangesSubscription, InterviewChangesSubscriptionVariables>;
export const InviteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Invite"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invite"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]}}]} as unknown as DocumentNode<InviteQuery, InviteQueryVariables>;
export const PositionChoicesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PositionChoices"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"positions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"limitMinutes"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"1"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}}]}}]}}]}}]} as unknown as DocumentNode<PositionChoicesQuery, PositionChoicesQueryVariables>;
export const ScheduleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Schedule"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ScheduleInterviewInput"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"timeZone"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"scheduleInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"invite"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"invitationText"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"timeZone"},"value":{"kind":"Variable","name":{"kind":"Name","value":"timeZone"}}}]},{"kind":"Field","name":{"kind":"Name","value":"calendarFile"}}]}}]}}]}}]} as unknown as DocumentNode<ScheduleMutation, ScheduleMutationVariables>;
export const RenewDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Renew"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RenewInviteInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"renewInvite"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invite"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}}]}}]}}]}}]} as unknown as DocumentNode<RenewMutation, RenewMutationVariables>;
export const CancelDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Cancel"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CancelInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<CancelMutation, CancelMutationVariables>;
export const LiveInterviewsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"LiveInterviews"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"liveInterviews"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"LiveTile"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"LiveTile"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedAt"}},{"kind":"Field","name":{"kind":"Name","value":"candidatePresent"}},{"kind":"Field","name":{"kind":"Name","value":"speechOutage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"candidate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"position"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"title"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"questions"}},{"kind":"Field","name":{"kind":"Name","value":"elapsedSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"lastTurn"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"speaker"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}}]}}]} as unknown as DocumentNode<LiveInterviewsSubscription, LiveInterviewsSubscriptionVariables>;
export const EndLiveInterviewDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EndLiveInterview"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EndInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<EndLiveInterviewMutation, EndLiveInterviewMutationVariables>;
export const ViewerDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"may"}},{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]} as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;
export const SignInOptionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"SignInOptions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signInOptions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKey"}},{"kind":"Field","name":{"kind":"Name","value":"sandboxRoles"}},{"kind":"Field","name":{"kind":"Name","value":"organizationSignIn"}}]}}]}}]} as unknown as DocumentNode<SignInOptionsQuery, SignInOptionsQueryVariables>;
export const SignInDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignIn"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SignInInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signIn"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"may"}},{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}}]} as unknown as DocumentNode<SignInMutation, SignInMutationVariables>;
export const MemberLinkDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MemberLink"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"token"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"memberLink"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"token"},"value":{"kind":"Variable","name":{"kind":"Name","value":"token"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasIdentityProvider"}}]}}]}}]} as unknown as DocumentNode<MemberLinkQuery, MemberLinkQueryVariables>;
export const AcceptInvitationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AcceptInvitation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"token"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"acceptMemberInvitation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"token"},"value":{"kind":"Variable","name":{"kind":"Name","value":"token"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"may"}},{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]}}]}}]} as unknown as DocumentNode<AcceptInvitationMutation, AcceptInvitationMutationVariables>;
export const SignOutDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SignOut"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signOut"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"ObjectValue","fields":[]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}}]}}]}}]} as unknown as DocumentNode<SignOutMutation, SignOutMutationVariables>;
export const InvitationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Invitation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"token"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invitation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"token"},"value":{"kind":"Variable","name":{"kind":"Name","value":"token"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewId"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"organization"}},{"kind":"Field","name":{"kind":"Name","value":"contact"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}},{"kind":"Field","name":{"kind":"Name","value":"logoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"positionTitle"}},{"kind":"Field","name":{"kind":"Name","value":"candidateName"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"limitMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"questions"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"opensAt"}},{"kind":"Field","name":{"kind":"Name","value":"canReopenUntil"}},{"kind":"Field","name":{"kind":"Name","value":"calendarFile"}},{"kind":"Field","name":{"kind":"Name","value":"consentText"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"digest"}},{"kind":"Field","name":{"kind":"Name","value":"recordingText"}}]}},{"kind":"Field","name":{"kind":"Name","value":"consent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recording"}},{"kind":"Field","name":{"kind":"Name","value":"withdrawnAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"mayRequest"}},{"kind":"Field","name":{"kind":"Name","value":"endReason"}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RequestFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accommodations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"timeFactor"}},{"kind":"Field","name":{"kind":"Name","value":"captions"}},{"kind":"Field","name":{"kind":"Name","value":"typing"}}]}},{"kind":"Field","name":{"kind":"Name","value":"isTryOut"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RequestFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CandidateRequest"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"note"}}]}}]} as unknown as DocumentNode<InvitationQuery, InvitationQueryVariables>;
export const JoinDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Join"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"JoinInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"joinInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"consent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recording"}},{"kind":"Field","name":{"kind":"Name","value":"withdrawnAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"mayBeRecorded"}}]}},{"kind":"Field","name":{"kind":"Name","value":"access"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"token"}},{"kind":"Field","name":{"kind":"Name","value":"room"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"token"}}]}}]}}]}}]}}]} as unknown as DocumentNode<JoinMutation, JoinMutationVariables>;
export const StateDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"State"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"interviewId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"endReason"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"pausedAt"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"speechOutage"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"questions"}},{"kind":"Field","name":{"kind":"Name","value":"elapsedSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"limitSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"requests"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RequestFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"accommodations"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"timeFactor"}},{"kind":"Field","name":{"kind":"Name","value":"captions"}},{"kind":"Field","name":{"kind":"Name","value":"typing"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RequestFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"CandidateRequest"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kinds"}},{"kind":"Field","name":{"kind":"Name","value":"details"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"note"}}]}}]} as unknown as DocumentNode<StateSubscription, StateSubscriptionVariables>;
export const WithdrawDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Withdraw"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"WithdrawConsentInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"withdrawConsent"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"receipt"}}]}}]}}]} as unknown as DocumentNode<WithdrawMutation, WithdrawMutationVariables>;
export const RequestAccommodationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RequestAccommodation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RequestAccommodationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requestAccommodation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<RequestAccommodationMutation, RequestAccommodationMutationVariables>;
export const RequestAlternativeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RequestAlternative"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RequestAlternativeInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"requestAlternative"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<RequestAlternativeMutation, RequestAlternativeMutationVariables>;
export const SendDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Send"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SendMessageInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sendMessage"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"turn"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"seq"}}]}}]}}]}}]} as unknown as DocumentNode<SendMutation, SendMutationVariables>;
export const SignalDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"Signal"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SignalInterviewerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"signalInterviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<SignalMutation, SignalMutationVariables>;
export const EndDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"End"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EndInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"endInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]}}]}}]} as unknown as DocumentNode<EndMutation, EndMutationVariables>;
export const PositionListDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PositionList"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"page"},"name":{"kind":"Name","value":"positions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"includeArchived"},"value":{"kind":"BooleanValue","value":true}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"limitMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"archived"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"interviewCount"}},{"kind":"Field","name":{"kind":"Name","value":"questions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}}]} as unknown as DocumentNode<PositionListQuery, PositionListQueryVariables>;
export const PositionVersionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PositionVersion"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"version"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}},{"kind":"Argument","name":{"kind":"Name","value":"version"},"value":{"kind":"Variable","name":{"kind":"Name","value":"version"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PositionVersion"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PositionVersion"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Position"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"wrapUpAfterExchanges"}},{"kind":"Field","name":{"kind":"Name","value":"limitMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"archived"}},{"kind":"Field","name":{"kind":"Name","value":"keyTerms"}},{"kind":"Field","name":{"kind":"Name","value":"blindReview"}},{"kind":"Field","name":{"kind":"Name","value":"correctionHours"}},{"kind":"Field","name":{"kind":"Name","value":"reopenMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"extraTimeFactor"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"questions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"listenFor"}},{"kind":"Field","name":{"kind":"Name","value":"maxProbes"}},{"kind":"Field","name":{"kind":"Name","value":"criterionKeys"}}]}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"weight"}},{"kind":"Field","name":{"kind":"Name","value":"levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"anchor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"jobAnalysis"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tasks"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"weightReason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"facts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"answer"}}]}}]}}]} as unknown as DocumentNode<PositionVersionQuery, PositionVersionQueryVariables>;
export const PositionVersionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"PositionVersions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"page"},"name":{"kind":"Name","value":"positionVersions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"key"},"value":{"kind":"Variable","name":{"kind":"Name","value":"key"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"20"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PositionVersion"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PositionVersion"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Position"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"wrapUpAfterExchanges"}},{"kind":"Field","name":{"kind":"Name","value":"limitMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"archived"}},{"kind":"Field","name":{"kind":"Name","value":"keyTerms"}},{"kind":"Field","name":{"kind":"Name","value":"blindReview"}},{"kind":"Field","name":{"kind":"Name","value":"correctionHours"}},{"kind":"Field","name":{"kind":"Name","value":"reopenMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"extraTimeFactor"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"questions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"listenFor"}},{"kind":"Field","name":{"kind":"Name","value":"maxProbes"}},{"kind":"Field","name":{"kind":"Name","value":"criterionKeys"}}]}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"weight"}},{"kind":"Field","name":{"kind":"Name","value":"levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"anchor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"jobAnalysis"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tasks"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"weightReason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"facts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"answer"}}]}}]}}]} as unknown as DocumentNode<PositionVersionsQuery, PositionVersionsQueryVariables>;
export const SavePositionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SavePosition"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SavePositionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"savePosition"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"position"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"PositionVersion"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"PositionVersion"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Position"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"language"}},{"kind":"Field","name":{"kind":"Name","value":"wrapUpAfterExchanges"}},{"kind":"Field","name":{"kind":"Name","value":"limitMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"archived"}},{"kind":"Field","name":{"kind":"Name","value":"keyTerms"}},{"kind":"Field","name":{"kind":"Name","value":"blindReview"}},{"kind":"Field","name":{"kind":"Name","value":"correctionHours"}},{"kind":"Field","name":{"kind":"Name","value":"reopenMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"extraTimeFactor"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"questions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"listenFor"}},{"kind":"Field","name":{"kind":"Name","value":"maxProbes"}},{"kind":"Field","name":{"kind":"Name","value":"criterionKeys"}}]}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"weight"}},{"kind":"Field","name":{"kind":"Name","value":"levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"anchor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"jobAnalysis"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"tasks"}},{"kind":"Field","name":{"kind":"Name","value":"method"}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"weightReason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"facts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"answer"}}]}}]}}]} as unknown as DocumentNode<SavePositionMutation, SavePositionMutationVariables>;
export const CheckPositionDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"CheckPosition"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"SavePositionInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"checkPosition"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"Field","name":{"kind":"Name","value":"message"}}]}}]}}]} as unknown as DocumentNode<CheckPositionQuery, CheckPositionQueryVariables>;
export const OpenInvitationsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"OpenInvitations"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"key"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"positionKeys"},"value":{"kind":"ListValue","values":[{"kind":"Variable","name":{"kind":"Name","value":"key"}}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"statuses"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"SCHEDULED"},{"kind":"EnumValue","value":"WAITING"},{"kind":"EnumValue","value":"IN_PROGRESS"}]}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"0"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"totalCount"}}]}}]}}]} as unknown as DocumentNode<OpenInvitationsQuery, OpenInvitationsQueryVariables>;
export const StartTryOutDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"StartTryOut"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"StartTryOutInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"startTryOut"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invite"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"url"}}]}}]}}]}}]} as unknown as DocumentNode<StartTryOutMutation, StartTryOutMutationVariables>;
export const ReviewedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"Reviewed"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"version"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"Int"}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"results"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"recording"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"questions"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"Boolean"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"interviewId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"endReason"}},{"kind":"Field","name":{"kind":"Name","value":"isPartial"}},{"kind":"Field","name":{"kind":"Name","value":"endDetail"}},{"kind":"Field","name":{"kind":"Name","value":"channel"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"scheduledFor"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"erasedAt"}},{"kind":"Field","name":{"kind":"Name","value":"externalId"}},{"kind":"Field","name":{"kind":"Name","value":"isTryOut"}},{"kind":"Field","name":{"kind":"Name","value":"candidate"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}}]}},{"kind":"Field","name":{"kind":"Name","value":"position"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"title"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"questions"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"questions"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"criterionKeys"}}]}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"questions"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"weight"}},{"kind":"Field","name":{"kind":"Name","value":"levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"value"}},{"kind":"Field","name":{"kind":"Name","value":"anchor"}}]}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"progress"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"question"}},{"kind":"Field","name":{"kind":"Name","value":"questions"}},{"kind":"Field","name":{"kind":"Name","value":"elapsedSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"limitSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"consent"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recording"}}]}},{"kind":"Field","name":{"kind":"Name","value":"corrections"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"text"}}]}},{"kind":"Field","name":{"kind":"Name","value":"latency"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replies"}},{"kind":"Field","name":{"kind":"Name","value":"p50"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"heard"}}]}},{"kind":"Field","name":{"kind":"Name","value":"p95"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"heard"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"recordings"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"recording"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordingFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notes"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"NoteFields"}}]}},{"kind":"Field","name":{"kind":"Name","value":"reviewReasons"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}]},{"kind":"Field","name":{"kind":"Name","value":"decision"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}]},{"kind":"Field","name":{"kind":"Name","value":"adoptions"},"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"adoptedBy"}},{"kind":"Field","name":{"kind":"Name","value":"adoptedAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"evaluation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"version"},"value":{"kind":"Variable","name":{"kind":"Name","value":"version"}}}],"directives":[{"kind":"Directive","name":{"kind":"Name","value":"include"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"if"},"value":{"kind":"Variable","name":{"kind":"Name","value":"results"}}}]}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"isBlind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}},{"kind":"Field","name":{"kind":"Name","value":"overallScore"}},{"kind":"Field","name":{"kind":"Name","value":"lowestScore"}},{"kind":"Field","name":{"kind":"Name","value":"highestScore"}},{"kind":"Field","name":{"kind":"Name","value":"inconclusiveReason"}},{"kind":"Field","name":{"kind":"Name","value":"recommendation"}},{"kind":"Field","name":{"kind":"Name","value":"summary"}},{"kind":"Field","name":{"kind":"Name","value":"coverage"}},{"kind":"Field","name":{"kind":"Name","value":"sandbox"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}},{"kind":"Field","name":{"kind":"Name","value":"model"}},{"kind":"Field","name":{"kind":"Name","value":"completedAt"}},{"kind":"Field","name":{"kind":"Name","value":"positionVersion"}},{"kind":"Field","name":{"kind":"Name","value":"passes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"number"}},{"kind":"Field","name":{"kind":"Name","value":"claimedQuotes"}},{"kind":"Field","name":{"kind":"Name","value":"failedQuotes"}}]}},{"kind":"Field","name":{"kind":"Name","value":"criteria"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"key"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"weight"}},{"kind":"Field","name":{"kind":"Name","value":"state"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"rationale"}},{"kind":"Field","name":{"kind":"Name","value":"passLevels"}},{"kind":"Field","name":{"kind":"Name","value":"spread"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}},{"kind":"Field","name":{"kind":"Name","value":"questions"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"questionKey"}},{"kind":"Field","name":{"kind":"Name","value":"asked"}},{"kind":"Field","name":{"kind":"Name","value":"answered"}}]}},{"kind":"Field","name":{"kind":"Name","value":"evidence"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"quote"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"sentence"}},{"kind":"Field","name":{"kind":"Name","value":"sentenceStart"}},{"kind":"Field","name":{"kind":"Name","value":"flags"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"ratings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reviewer"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"levels"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"criterionKey"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"reviews"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"decision"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"reviewer"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"overallScore"}},{"kind":"Field","name":{"kind":"Name","value":"overrides"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"criterionKey"}},{"kind":"Field","name":{"kind":"Name","value":"level"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recording"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","alias":{"kind":"Name","value":"downloadUrl"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"download"},"value":{"kind":"BooleanValue","value":true}}]},{"kind":"Field","name":{"kind":"Name","value":"mimeType"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"NoteFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Note"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"mayDelete"}}]}}]} as unknown as DocumentNode<ReviewedSubscription, ReviewedSubscriptionVariables>;
export const RecordingsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Recordings"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"recordings"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"RecordingFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"RecordingFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Recording"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"kind"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","alias":{"kind":"Name","value":"downloadUrl"},"name":{"kind":"Name","value":"url"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"download"},"value":{"kind":"BooleanValue","value":true}}]},{"kind":"Field","name":{"kind":"Name","value":"mimeType"}},{"kind":"Field","name":{"kind":"Name","value":"startedAt"}},{"kind":"Field","name":{"kind":"Name","value":"durationSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}}]}}]} as unknown as DocumentNode<RecordingsQuery, RecordingsQueryVariables>;
export const EvaluationVersionsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"EvaluationVersions"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"evaluation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"version"}}]}},{"kind":"Field","name":{"kind":"Name","value":"evaluationVersions"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"isBlind"}},{"kind":"Field","name":{"kind":"Name","value":"overallScore"}},{"kind":"Field","name":{"kind":"Name","value":"recommendation"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"requestedBy"}},{"kind":"Field","name":{"kind":"Name","value":"requestReason"}}]}}]}}]}}]}}]} as unknown as DocumentNode<EvaluationVersionsQuery, EvaluationVersionsQueryVariables>;
export const NeedsReviewDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"NeedsReview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"reviewed"},"value":{"kind":"BooleanValue","value":false}}]}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<NeedsReviewQuery, NeedsReviewQueryVariables>;
export const ReviewEvaluationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReviewEvaluation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReviewEvaluationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"reviewEvaluation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"evaluation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<ReviewEvaluationMutation, ReviewEvaluationMutationVariables>;
export const RateEvaluationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RateEvaluation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RateEvaluationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rateEvaluation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"evaluation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<RateEvaluationMutation, RateEvaluationMutationVariables>;
export const AddNoteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AddNote"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddNoteInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addNote"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"note"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"NoteFields"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"NoteFields"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Note"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"seq"}},{"kind":"Field","name":{"kind":"Name","value":"at"}},{"kind":"Field","name":{"kind":"Name","value":"text"}},{"kind":"Field","name":{"kind":"Name","value":"author"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"mayDelete"}}]}}]} as unknown as DocumentNode<AddNoteMutation, AddNoteMutationVariables>;
export const DeleteNoteDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteNote"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteNoteInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteNote"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<DeleteNoteMutation, DeleteNoteMutationVariables>;
export const EvaluateInterviewDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EvaluateInterview"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EvaluateInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"evaluateInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"evaluation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}}]}}]}}]}}]} as unknown as DocumentNode<EvaluateInterviewMutation, EvaluateInterviewMutationVariables>;
export const AdoptEvaluationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"AdoptEvaluation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AdoptEvaluationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"adoptEvaluation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"evaluation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<AdoptEvaluationMutation, AdoptEvaluationMutationVariables>;
export const EraseInterviewDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"EraseInterview"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"EraseInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"eraseInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<EraseInterviewMutation, EraseInterviewMutationVariables>;
export const ApiKeysDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"ApiKeys"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"page"},"name":{"kind":"Name","value":"apiKeys"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ApiKeyParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKey"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"isTest"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"isActive"}},{"kind":"Field","name":{"kind":"Name","value":"isRotated"}},{"kind":"Field","name":{"kind":"Name","value":"permissions"}}]}}]} as unknown as DocumentNode<ApiKeysQuery, ApiKeysQueryVariables>;
export const CreateApiKeyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateApiKeyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ApiKeyParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKey"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"isTest"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"isActive"}},{"kind":"Field","name":{"kind":"Name","value":"isRotated"}},{"kind":"Field","name":{"kind":"Name","value":"permissions"}}]}}]} as unknown as DocumentNode<CreateApiKeyMutation, CreateApiKeyMutationVariables>;
export const RotateApiKeyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RotateApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RotateApiKeyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rotateApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ApiKeyParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKey"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"isTest"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"isActive"}},{"kind":"Field","name":{"kind":"Name","value":"isRotated"}},{"kind":"Field","name":{"kind":"Name","value":"permissions"}}]}}]} as unknown as DocumentNode<RotateApiKeyMutation, RotateApiKeyMutationVariables>;
export const RevokeApiKeyDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeApiKey"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RevokeApiKeyInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeApiKey"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"apiKey"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"ApiKeyParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"ApiKeyParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"ApiKey"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"isTest"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"lastUsedAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"revokedAt"}},{"kind":"Field","name":{"kind":"Name","value":"isActive"}},{"kind":"Field","name":{"kind":"Name","value":"isRotated"}},{"kind":"Field","name":{"kind":"Name","value":"permissions"}}]}}]} as unknown as DocumentNode<RevokeApiKeyMutation, RevokeApiKeyMutationVariables>;
export const MembersDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"Members"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"page"},"name":{"kind":"Name","value":"members"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MemberParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"member"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MemberParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Member"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"invitedBy"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSignedInAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasIdentity"}}]}}]} as unknown as DocumentNode<MembersQuery, MembersQueryVariables>;
export const MemberInvitationsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"MemberInvitations"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"page"},"name":{"kind":"Name","value":"memberInvitations"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvitationParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvitationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"MemberInvitation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"invitedBy"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"isRenewal"}}]}}]} as unknown as DocumentNode<MemberInvitationsQuery, MemberInvitationsQueryVariables>;
export const InviteMemberDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"InviteMember"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"InviteMemberInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"inviteMember"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invitation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvitationParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"url"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvitationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"MemberInvitation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"invitedBy"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"isRenewal"}}]}}]} as unknown as DocumentNode<InviteMemberMutation, InviteMemberMutationVariables>;
export const RevokeMemberInvitationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RevokeMemberInvitation"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RevokeMemberInvitationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"revokeMemberInvitation"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invitation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<RevokeMemberInvitationMutation, RevokeMemberInvitationMutationVariables>;
export const UpdateMemberDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateMember"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateMemberInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateMember"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"member"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"MemberParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"MemberParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Member"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"invitedBy"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastSignedInAt"}},{"kind":"Field","name":{"kind":"Name","value":"hasIdentity"}}]}}]} as unknown as DocumentNode<UpdateMemberMutation, UpdateMemberMutationVariables>;
export const RenewMemberLinkDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RenewMemberLink"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RenewMemberLinkInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"renewMemberLink"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"invitation"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"InvitationParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"url"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"InvitationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"MemberInvitation"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"role"}},{"kind":"Field","name":{"kind":"Name","value":"invitedBy"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"expiresAt"}},{"kind":"Field","name":{"kind":"Name","value":"isRenewal"}}]}}]} as unknown as DocumentNode<RenewMemberLinkMutation, RenewMemberLinkMutationVariables>;
export const RemoveMemberDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RemoveMember"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RemoveMemberInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"removeMember"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"member"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<RemoveMemberMutation, RemoveMemberMutationVariables>;
export const OwnOrganizationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"OwnOrganization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"viewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OrganizationParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OrganizationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Organization"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"logoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"contact"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]} as unknown as DocumentNode<OwnOrganizationQuery, OwnOrganizationQueryVariables>;
export const UpdateOrganizationDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateOrganization"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateOrganizationInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateOrganization"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"organization"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"OrganizationParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"OrganizationParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Organization"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"logoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"contact"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}}]}}]}}]} as unknown as DocumentNode<UpdateOrganizationMutation, UpdateOrganizationMutationVariables>;
export const WebhookEndpointsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WebhookEndpoints"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"page"},"name":{"kind":"Name","value":"webhookEndpoints"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WebhookEndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WebhookEndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookEndpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"events"}},{"kind":"Field","name":{"kind":"Name","value":"includeDetails"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"pauseReason"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"lostChangesAt"}},{"kind":"Field","name":{"kind":"Name","value":"previousSecretExpiresAt"}}]}}]} as unknown as DocumentNode<WebhookEndpointsQuery, WebhookEndpointsQueryVariables>;
export const CreateWebhookEndpointDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateWebhookEndpoint"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateWebhookEndpointInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createWebhookEndpoint"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhookEndpoint"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WebhookEndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WebhookEndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookEndpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"events"}},{"kind":"Field","name":{"kind":"Name","value":"includeDetails"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"pauseReason"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"lostChangesAt"}},{"kind":"Field","name":{"kind":"Name","value":"previousSecretExpiresAt"}}]}}]} as unknown as DocumentNode<CreateWebhookEndpointMutation, CreateWebhookEndpointMutationVariables>;
export const UpdateWebhookEndpointDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateWebhookEndpoint"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateWebhookEndpointInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateWebhookEndpoint"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhookEndpoint"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WebhookEndpointParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WebhookEndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookEndpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"events"}},{"kind":"Field","name":{"kind":"Name","value":"includeDetails"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"pauseReason"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"lostChangesAt"}},{"kind":"Field","name":{"kind":"Name","value":"previousSecretExpiresAt"}}]}}]} as unknown as DocumentNode<UpdateWebhookEndpointMutation, UpdateWebhookEndpointMutationVariables>;
export const RotateWebhookSecretDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RotateWebhookSecret"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RotateWebhookSecretInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"rotateWebhookSecret"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhookEndpoint"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WebhookEndpointParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"secret"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WebhookEndpointParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookEndpoint"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"description"}},{"kind":"Field","name":{"kind":"Name","value":"events"}},{"kind":"Field","name":{"kind":"Name","value":"includeDetails"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"createdBy"}},{"kind":"Field","name":{"kind":"Name","value":"pauseReason"}},{"kind":"Field","name":{"kind":"Name","value":"failingSince"}},{"kind":"Field","name":{"kind":"Name","value":"lostChangesAt"}},{"kind":"Field","name":{"kind":"Name","value":"previousSecretExpiresAt"}}]}}]} as unknown as DocumentNode<RotateWebhookSecretMutation, RotateWebhookSecretMutationVariables>;
export const DeleteWebhookEndpointDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteWebhookEndpoint"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteWebhookEndpointInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteWebhookEndpoint"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"webhookEndpoint"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]}}]} as unknown as DocumentNode<DeleteWebhookEndpointMutation, DeleteWebhookEndpointMutationVariables>;
export const WebhookDeliveriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"WebhookDeliveries"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"endpointId"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"statuses"}},"type":{"kind":"ListType","type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookDeliveryStatus"}}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"after"}},"type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","alias":{"kind":"Name","value":"page"},"name":{"kind":"Name","value":"webhookDeliveries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"endpointId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"endpointId"}}},{"kind":"Argument","name":{"kind":"Name","value":"statuses"},"value":{"kind":"Variable","name":{"kind":"Name","value":"statuses"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}},{"kind":"Argument","name":{"kind":"Name","value":"after"},"value":{"kind":"Variable","name":{"kind":"Name","value":"after"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WebhookDeliveryParts"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}},{"kind":"Field","name":{"kind":"Name","value":"endCursor"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WebhookDeliveryParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookDelivery"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"nextAttemptAt"}},{"kind":"Field","name":{"kind":"Name","value":"interviewId"}},{"kind":"Field","name":{"kind":"Name","value":"newestAttempts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"attemptedAt"}},{"kind":"Field","name":{"kind":"Name","value":"latencyMs"}},{"kind":"Field","name":{"kind":"Name","value":"responseStatus"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}}]}}]}}]} as unknown as DocumentNode<WebhookDeliveriesQuery, WebhookDeliveriesQueryVariables>;
export const ReplayDeliveryDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReplayDelivery"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReplayDeliveryInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayDelivery"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"delivery"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"WebhookDeliveryParts"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"WebhookDeliveryParts"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"WebhookDelivery"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"type"}},{"kind":"Field","name":{"kind":"Name","value":"occurredAt"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"attempts"}},{"kind":"Field","name":{"kind":"Name","value":"nextAttemptAt"}},{"kind":"Field","name":{"kind":"Name","value":"interviewId"}},{"kind":"Field","name":{"kind":"Name","value":"newestAttempts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"attemptedAt"}},{"kind":"Field","name":{"kind":"Name","value":"latencyMs"}},{"kind":"Field","name":{"kind":"Name","value":"responseStatus"}},{"kind":"Field","name":{"kind":"Name","value":"failure"}}]}}]}}]} as unknown as DocumentNode<ReplayDeliveryMutation, ReplayDeliveryMutationVariables>;
export const ReplayDeliveriesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"ReplayDeliveries"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ReplayDeliveriesInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"replayDeliveries"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deliveries"}}]}}]}}]} as unknown as DocumentNode<ReplayDeliveriesMutation, ReplayDeliveriesMutationVariables>;