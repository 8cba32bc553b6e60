"""The enums of the API: those of the models with a description for each value, and the few that only the API has."""

from collections.abc import Mapping
from enum import StrEnum

import strawberry

from auth import Action
from errors import ErrorCode
from models.documents.audit_entry import AuditActorKind, AuditKind, PersonalData
from models.documents.budget import Budget
from models.documents.change import ChangeKind
from models.documents.demographics import DemographicAttribute
from models.documents.evaluation import CriterionState, EvidenceFlag, InconclusiveReason, ReviewFlag
from models.documents.interview import (
    CandidateSignal,
    ConsentMethod,
    Decision,
    EndReason,
    EvaluationStatus,
    InterviewStatus,
    Recommendation,
    RequestKind,
    RequestStatus,
    ReviewReason,
)
from models.documents.organization import Role
from models.documents.recording import RecordingKind, RecordingStatus
from models.documents.turn import AccessOrigin, Channel, Speaker
from models.documents.webhook import (
    WebhookDeliveryStatus,
    WebhookEventType,
    WebhookFailure,
    WebhookIntegration,
    WebhookPauseReason,
)
from models.reads.interview_list import InterviewOrderField
from resolvers.audit_log import AuditOutcome
from resolvers.invites import InvitationState
from resolvers.position_warnings import PositionWarningCode
from resolvers.starting import IfExists
from resolvers.subscriptions import LiveEventKind
from resolvers.traces import ReplyStage

__all__ = [
    "AccessOrigin",
    "Action",
    "AuditActorKind",
    "AuditKind",
    "AuditOutcome",
    "Budget",
    "CandidateSignal",
    "ChangeKind",
    "Channel",
    "ConsentMethod",
    "CriterionState",
    "Decision",
    "DemographicAttribute",
    "EndReason",
    "ErrorCode",
    "EvaluationStatus",
    "EvidenceFlag",
    "IfExists",
    "InconclusiveReason",
    "InterviewOrderField",
    "InterviewStatus",
    "InvitationState",
    "LiveEventKind",
    "OrderDirection",
    "PersonalData",
    "PositionWarningCode",
    "Recommendation",
    "RecordingKind",
    "RecordingStatus",
    "ReplyStage",
    "RequestKind",
    "RequestStatus",
    "ReviewFlag",
    "ReviewReason",
    "Role",
    "Speaker",
    "WebhookDeliveryStatus",
    "WebhookEventType",
    "WebhookFailure",
    "WebhookIntegration",
    "WebhookPauseReason",
]


class OrderDirection(StrEnum):
    """The direction of a list."""

    ASC = "ASC"
    DESC = "DESC"


def _describe_enum(enum: type[StrEnum], description: str, values: Mapping[str, str]) -> None:
    # the models' enums do not know GraphQL, so their descriptions for API callers are here
    strawberry.enum(enum, description=description)
    definition = enum.__strawberry_definition__  # type: ignore[attr-defined]  # set by the line above
    for value in definition.values:
        value.description = values[value.name]


_describe_enum(
    ErrorCode,
    "The value of `extensions.code` in every error. `extensions` also holds `requestId` always, `field` (the path of the wrong "
    "value in the input) with BAD_INPUT where one value is at fault, and `retryAfterSeconds` with RATE_LIMITED and UNAVAILABLE, "
    "`opensAt` (a DateTime) with the CONFLICT of an interview that cannot be joined yet, and `budget` (its `name` as in Budget, "
    "`limit` and `used`) where a budget is used up, with `opensAt` if it is open again at some time. "
    "Codes may be added: handle an unknown code as INTERNAL.",
    {
        "UNAUTHENTICATED": "The credential is missing, invalid, expired or revoked. Get a new one before you retry.",
        "FORBIDDEN": "The caller's role does not have permission. Retrying does not help.",
        "NOT_FOUND": "No object has this id, or it belongs to another organization or, for a candidate, to another interview.",
        "CONFLICT": "The current state does not allow the operation. Read the state again, then decide.",
        "BAD_INPUT": "The request is invalid. `field` names the value at fault where there is one.",
        "CURSOR_EXPIRED": "What follows the cursor of the change feed is no longer available. Request `changes.latestCursor`, "
        "read the lists again, then continue from that cursor.",
        "RATE_LIMITED": "Too many requests or operations. Retry after `retryAfterSeconds`.",
        "UNAVAILABLE": "A server that the operation needs does not respond. Nothing was partly done: retry the same request "
        "after `retryAfterSeconds`.",
        "INTERNAL": "An unexpected error on our side. Quote `requestId` when you report it.",
        "TIMEOUT": "The operation took too long and was stopped. Request less at a time. A mutation may have taken effect: send "
        "it again with the same `idempotencyKey`.",
        "RESPONSE_TOO_LARGE": "The response would be too large. Request fewer items at a time, or select less.",
    },
)
_describe_enum(
    Action,
    "What the roles may do. Actions may be added.",
    {action.name: f"{action[0].upper()}{action[1:]}." for action in Action},
)
_describe_enum(
    AuditKind,
    "What an action in the audit log does.",
    {
        "READ": "It reads personal data: a query, a subscription or an exported file.",
        "CHANGE": "It is a mutation or a command.",
    },
)
_describe_enum(
    AuditActorKind,
    "What identified the actor in the audit log.",
    {
        "API_KEY": "An API key.",
        "MEMBER": "The session of a member, or the member's token from the organization's identity provider.",
        "CANDIDATE": "A candidate's token or invite.",
        "LINK": "A link to a report or recording, which works without another credential.",
        "COMMAND_LINE": "A command of the deployment's operator.",
    },
)
_describe_enum(
    AuditOutcome,
    "How an action in the audit log ended.",
    {
        "DONE": "It succeeded.",
        "FAILED": "It ended with an error (AuditEntry.errorCode) and had no effect, unless the code is TIMEOUT or INTERNAL.",
        "INTERRUPTED": "The time limit or the client stopped it. A mutation may have taken effect.",
    },
)
_describe_enum(
    AccessOrigin,
    "How a candidate's token was obtained.",
    {
        "INVITE": "With the invite (joinInterview): only who has the invite's link.",
        "OPEN_TRANSCRIPT": "With the invite, after the interview (openTranscript).",
        "START_INTERVIEW": "By staff or a program, as the response of startInterview.",
    },
)
_describe_enum(
    InvitationState,
    "Whether an invite can be used. States may be added: treat an unknown one as OVER.",
    {
        "OPEN": "joinInterview begins the interview, or lets the candidate return to it.",
        "EARLY": "The interview can be joined from opensAt.",
        "EXPIRED": "The candidate did not join in time. Only a new invite (renewInvite) helps.",
        "CANCELLED": "The organization has cancelled the interview.",
        "OVER": "The interview has ended. joinInterview reopens it until canReopenUntil, if that is set.",
        "CLOSED": "The organization has closed its interviews, and the candidate can only write to it (Invitation.contact).",
        "FAILED": "The interview has ended because of a failure. joinInterview reopens it until canReopenUntil, if that is set.",
    },
)
_describe_enum(
    PersonalData,
    "A class of personal data in the audit log. Classes may be added.",
    {
        "CANDIDATE": "Who the candidate is: name and experience.",
        "INVITE": "The candidate's link, with which anyone can join the interview.",
        "EMAIL": "The candidate's email address.",
        "TRANSCRIPT": "What was said in the interview, and corrections of it.",
        "EVALUATION": "Evaluations, scores, reviews and decisions.",
        "RAW_JUDGEMENT": "The raw answers of the judge model.",
        "RECORDING": "Recordings, or links to them.",
        "REQUESTS": "The candidate's requests and accommodations, which may be about health.",
        "LEGAL_HOLD": "Legal holds and their reasons.",
        "DEMOGRAPHICS": "Demographic data, or statistics of them.",
        "DECISION_RECORDS": "What erased interviews led to.",
        "AUDIT_LOG": "The audit log.",
    },
)
_describe_enum(
    ChangeKind,
    "What changed. Kinds may be added: read the interview again for an unknown one.",
    {
        "INTERVIEW": "An interview was created, or something of it changed other than its turns: its state, progress, times, "
        "requests, corrections or candidate's questions.",
        "EVALUATION": "An evaluation was requested, advanced, was completed, failed or was adopted; the interview's score may "
        "have changed with it. Not for VIEWER.",
        "REVIEW": "A person reviewed or rated an evaluation; the interview's decision may have changed with it. Not for VIEWER.",
        "RECORDING": "A recording began, was completed or failed. Not for VIEWER.",
        "ERASURE": "Recordings, transcript or everything personal was erased, or the erasure was confirmed. What you have stored "
        "of it has to be erased as well.",
    },
)
_describe_enum(
    LiveEventKind,
    "What an event of liveInterviews says. Kinds may be added: ignore an unknown one.",
    {
        "SNAPSHOT": "The interview matches the filter at the beginning.",
        "SNAPSHOT_COMPLETE": "All interviews that match at the beginning were sent, at most 200. Others that a dashboard shows "
        "no longer match. It has no interview.",
        "CHANGED": "The interview has changed, or is new, and matches the filter.",
        "REMOVED": "The interview has changed and no longer matches the filter.",
    },
)
_describe_enum(
    PositionWarningCode,
    "Why savePosition warns about a position that it has saved. Codes may be added.",
    {
        "MARKUP": "A question has markup, symbols or a link, which are spoken as they stand.",
        "SEVERAL_QUESTIONS": "A question asks several things at a time.",
        "PROTECTED_TOPIC": "A question seems to ask about age, family, health, origin, religion or pay.",
        "EQUAL_ANCHORS": "The five levels of a criterion have the same anchor.",
        "UNSERVED_CRITERION": "No question serves a criterion.",
        "WEIGHT_WITHOUT_EFFECT": "A weight is less than 2 % of all weights.",
        "TIME_TOO_SHORT": "`limitMinutes` is too short for spoken answers to all questions and one follow-up to each.",
        "EXCHANGES_TOO_FEW": "`wrapUpAfterExchanges` is too low for all questions and one follow-up to each.",
    },
)
_describe_enum(
    Role,
    "The role of a caller. API keys have one of the first four roles, and members one of the first three.",
    {
        "ADMIN": "May do everything in the organization except write as the candidate.",
        "RECRUITER": "Like ADMIN, except for erasing interviews, reading raw judgements, legal holds, members, API keys, the "
        "audit log, the retention policy, the notice, decision records and impact analyses.",
        "VIEWER": "Reads interviews, transcripts, positions and live streams. Cannot read emails, evaluations, decisions or "
        "recordings, nor filter or sort by them, and cannot change anything.",
        "INTEGRATION": "For programs. Like RECRUITER, except for reviewing evaluations, saving positions, reopening "
        "interviews, and reading legal holds and what the organization uses.",
        "CANDIDATE": "A candidate, identified by the token of joinInterview or startInterview. Reads, writes to and ends that "
        "one interview.",
    },
)
_describe_enum(
    InterviewStatus,
    "The state of an interview. It moves from SCHEDULED through WAITING, IN_PROGRESS and ENDING to COMPLETED, or ends as "
    "CANCELLED, EXPIRED or OPTED_OUT. COMPLETED, CANCELLED, EXPIRED, FAILED and OPTED_OUT are final, unless the interview is "
    "reopened (reopenInterview, renewInvite, joinInterview): then it is SCHEDULED until the candidate is back.",
    {
        "SCHEDULED": "Created or reopened; the candidate has not joined yet.",
        "WAITING": "The candidate may enter the room or chat, or is there; the conversation has not begun.",
        "IN_PROGRESS": "The conversation is under way.",
        "ENDING": "No more messages are accepted; the last turns are being stored.",
        "COMPLETED": "Ended. An evaluation has been requested automatically.",
        "CANCELLED": "Cancelled before the conversation began, or erased before it ended.",
        "EXPIRED": "The candidate had not joined by expiresAt. renewInvite and reopenInterview make it SCHEDULED again.",
        "FAILED": "Not used at present. A technical failure ends an interview as COMPLETED with endReason FAILED, so that what "
        "was said is evaluated. Handle it like COMPLETED without an evaluation.",
        "OPTED_OUT": "The candidate has withdrawn the consent or wants a process without the AI interviewer (endReason). Nothing "
        "is evaluated, and it says nothing about the candidate: it is not a rejection.",
    },
)
_describe_enum(
    EndReason,
    "Why an interview ended.",
    {
        "WRAPPED_UP": "The interviewer had asked all core questions and closed the interview.",
        "OUT_OF_TIME": "The time limit was reached.",
        "OUT_OF_EXCHANGES": "The position's limit of exchanges was reached.",
        "CANDIDATE_ENDED": "The candidate ended the interview, by saying so or with endInterview.",
        "CANDIDATE_LEFT": "The candidate left and did not return, or did not answer even when asked again.",
        "RECRUITER_ENDED": "Somebody with an API key ended the interview (endInterview).",
        "FAILED": "A technical failure ended the interview; endDetail has the details.",
        "CONSENT_WITHDRAWN": "The candidate withdrew the consent, by saying so or with withdrawConsent. The state is OPTED_OUT.",
        "ALTERNATIVE_REQUESTED": "The candidate wants a process without the AI interviewer, and said so or used "
        "requestAlternative. The state is OPTED_OUT; Interview.requests has the request.",
    },
)
_describe_enum(
    Channel,
    "How the interview is held.",
    {"VOICE": "By voice, in a LiveKit room.", "TEXT": "By typed messages (sendMessage)."},
)
_describe_enum(
    IfExists,
    "What startInterview and scheduleInterview do if there is an interview with the same `externalId` and `positionKey`.",
    {
        "CREATE": "Create another one.",
        "RETURN_EXISTING": "Return the newest of them, whatever its state and other input, and create one only if there is none. "
        "It has no end in time, and calls at the same moment create one. Needs `externalId`. Erased interviews do not count.",
    },
)
_describe_enum(
    CandidateSignal,
    "What a candidate can tell the interviewer without words.",
    {
        "REPEAT": "The interviewer repeats the open question. Requests that arrive before the repetition give one repetition.",
        "MORE_TIME": "The interviewer answers once that the candidate may take their time. For 2 minutes it does not ask again "
        "whether the candidate is there, nor end the interview for silence; the time limit stays.",
        "TYPING": "The candidate is typing, which counts as presence for 15 seconds: repeat it every 5 seconds while the text "
        "changes. A candidate who is typing at the time limit has up to 2 more minutes to finish. It changes no field of the "
        "interview.",
    },
)
_describe_enum(
    Speaker,
    "The speaker of a turn.",
    {"INTERVIEWER": "The AI interviewer.", "CANDIDATE": "The candidate."},
)
_describe_enum(
    InterviewOrderField,
    "The field by which a list of interviews is ordered. Interviews without a value come last in descending order.",
    {
        "CREATED_AT": "By Interview.createdAt.",
        "UPDATED_AT": "By Interview.updatedAt.",
        "STARTED_AT": "By Interview.startedAt.",
        "SCHEDULED_FOR": "By Interview.scheduledFor.",
        "SCORE": "By the overall score of the evaluation that counts. Leaves "
        " out interviews whose results are hidden from the caller. FORBIDDEN for VIEWER.",
        "CANDIDATE": "By the candidate's name, ignoring case and accents.",
    },
)
_describe_enum(
    OrderDirection,
    "The direction of a list.",
    {"ASC": "Ascending: smallest or earliest first.", "DESC": "Descending: greatest or latest first."},
)
_describe_enum(
    EvaluationStatus,
    "The state of an evaluation. COMPLETED and FAILED are final.",
    {
        "PENDING": "Waiting to be made, or to be retried after a failure (see `failure`).",
        "RUNNING": "Being made.",
        "COMPLETED": "Done. Its results never change; reviews are stored separately.",
        "FAILED": "All attempts failed (see `failure`). Request another version with evaluateInterview.",
    },
)
_describe_enum(
    Recommendation,
    "The band of the overall score. It is computed from the score alone: 75 and above, 50, 25, and below. It is a "
    "recommendation; people decide (reviewEvaluation).",
    {
        "STRONG_HIRE": "The overall score is at least 75.",
        "HIRE": "The overall score is at least 50 and below 75.",
        "NO_HIRE": "The overall score is at least 25 and below 50.",
        "STRONG_NO_HIRE": "The overall score is below 25.",
        "INCONCLUSIVE": "No score: `inconclusiveReason` says why.",
    },
)
_describe_enum(
    Decision,
    "A person's decision about the candidate.",
    {
        "ADVANCE": "The candidate advances to the next step.",
        "HOLD": "The decision is postponed.",
        "REJECT": "The candidate is rejected.",
    },
)
_describe_enum(
    DemographicAttribute,
    "The attribute by which impact is analyzed.",
    {
        "SEX": "Sex.",
        "RACE_ETHNICITY": "Race or ethnicity.",
        "AGE_BAND": "Range of ages.",
        "SEX_AND_RACE_ETHNICITY": "Each combination of sex with race or ethnicity; unknown if either is.",
    },
)
_describe_enum(
    ConsentMethod,
    "How a candidate's consent was given.",
    {
        "JOINED": "The candidate consented when joining with the invite (joinInterview).",
        "CALLER": "The caller of startInterview stated that the candidate consented in the caller's own system.",
    },
)
_describe_enum(
    RequestKind,
    "What a candidate requests.",
    {
        "EXTRA_TIME": "A longer time limit. Granted automatically with the factor of the position (extraTimeFactor), unless that "
        "is 1.",
        "CAPTIONS": "What the interviewer says, in writing. Granted automatically.",
        "TYPING": "Typed answers. Granted automatically.",
        "HUMAN": "A conversation with a person. People answer it (resolveRequest).",
        "OTHER": "Anything else. People answer it (resolveRequest).",
    },
)
_describe_enum(
    RequestStatus,
    "The state of a candidate's request.",
    {
        "OPEN": "Nobody has answered it yet (resolveRequest).",
        "GRANTED": "Granted, automatically or by a person.",
        "DECLINED": "Declined by a person.",
    },
)
_describe_enum(
    ReviewReason,
    "Why a person should review an interview.",
    {
        "CORRECTION": "The candidate has corrected a turn (correctTurn) since the newest review.",
        "REOPENING": "The candidate has come back to the reopened interview (Interview.reopenings) since the newest review.",
    },
)
_describe_enum(
    RecordingKind,
    "The content of a recording.",
    {
        "COMPOSITE": "The candidate's video with both voices, if the camera was on.",
        "CANDIDATE_TRACK": "The candidate's voice only.",
        "INTERVIEWER_TRACK": "The interviewer's voice only.",
        "AUDIO": "Both voices, in stereo: the candidate on the left, the interviewer on the right.",
    },
)
_describe_enum(
    RecordingStatus,
    "The state of a recording. COMPLETED and FAILED are final.",
    {
        "STARTING": "A recorder has been requested.",
        "ACTIVE": "Being recorded or processed.",
        "COMPLETED": "Stored; `url` plays it.",
        "FAILED": "Recording failed (see `failure`). `url` plays what was recorded until then, if anything.",
    },
)
_describe_enum(
    CriterionState,
    "Whether a criterion has a level, and if not, why. Only a level enters the score.",
    {
        "ASSESSED": "The criterion has a level, supported by quotes.",
        "NOT_DEMONSTRATED": "Its questions were asked and followed up, and the answers offered nothing on it. Not a low level.",
        "NOT_ASSESSED": "Its questions were not reached, too little was said, or no quote supports a level. Not a low level.",
    },
)
_describe_enum(
    Budget,
    "A budget: what one interview, or one organization on one day (UTC), may use. Also `extensions.budget.name` of an error. "
    "Budgets may be added.",
    {
        "INTERVIEW_MESSAGES": "Messages that the candidate types. Further ones are a CONFLICT.",
        "INTERVIEW_CHARACTERS": "Characters of the candidate. A typed message that exceeds them is a CONFLICT.",
        "INTERVIEW_CALLS": "Calls of the language model for replies. After them, the interviewer goes on without the model.",
        "INTERVIEW_COST": "The cost of these calls, with the same consequence.",
        "INTERVIEW_EVALUATIONS": "Evaluations that callers request within 24 hours. Further ones are RATE_LIMITED.",
        "DAILY_INTERVIEWS": "Interviews that begin. Further ones are RATE_LIMITED, and candidates can join on the next day.",
        "DAILY_MESSAGES": "Turns of all candidates. After them no interview begins; those that have begun go on.",
        "DAILY_CALLS": "Calls of the language model. After them no interview begins, those that have begun go on without the "
        "model, and evaluations wait.",
        "DAILY_TOKENS": "Tokens of these calls, with the same consequence.",
        "DAILY_COST": "The cost of these calls, with the same consequence.",
        "DAILY_TRY_OUTS": "Try-outs that are started. Further ones are RATE_LIMITED. They are no interviews or messages of the "
        "other budgets, but their calls of the language model count.",
    },
)
_describe_enum(
    InconclusiveReason,
    "Why an evaluation has no overall score. If several apply, the first of this order.",
    {
        "NOTHING_SAID": "The candidate said nothing.",
        "CANDIDATE_STOPPED": "The candidate ended the interview before every question was answered.",
        "BROKEN_OFF": "The interview ended early for another reason than its plan before every question was answered.",
        "HELD_BY_CODE": "Claude was away for more than a third of the replies, so answers were not followed up as for others.",
        "OTHER_LANGUAGE": "More than half of the candidate's words are in another language than the interview's.",
        "HEARD_BADLY": "More than half of the candidate's words were recognized with low confidence.",
        "UNRELIABLE_QUOTES": "In every pass, more than a third of the model's quotes were not in the transcript.",
        "LOW_COVERAGE": "`coverage` is below 0.6.",
    },
)
_describe_enum(
    ReviewFlag,
    "What people should look at before they rely on an evaluation. Flags may be added.",
    {
        "LEVELS_DIFFER": "The passes differ by two levels or more.",
        "PARTLY_ASSESSED": "Some passes gave a level and some did not.",
        "BANDS_DIFFER": "The passes lead to different recommendations.",
        "UNRELIABLE_QUOTES": "A pass does not count, because more than a third of its quotes were not in the transcript.",
        "ADDRESSES_EVALUATOR": "The candidate addresses the evaluator in the turns named by `evaluatorAddresses`.",
        "PROSE_REMOVED": "Sentences of the model were removed.",
    },
)
_describe_enum(
    EvidenceFlag,
    "What in the sentence of a quote may turn its meaning.",
    {
        "NEGATION": "The sentence negates something.",
        "CONDITION": "The sentence is about what would be or would have been.",
        "OTHER_SUBJECT": "Somebody else than the candidate acts in the sentence.",
    },
)
_describe_enum(
    WebhookEventType,
    "What a webhook reports; in the payload, `type` is the value in lower case with a dot, such as `interview.started`. "
    "Types may be added; endpoints receive a new type only if they name it.",
    {
        "INTERVIEW_STARTED": "The interview began.",
        "INTERVIEW_COMPLETED": "The interview ended as COMPLETED. A reopened interview is completed again.",
        "INTERVIEW_FAILED": "The interview ended as FAILED.",
        "INTERVIEW_CANCELLED": "The interview was cancelled.",
        "INTERVIEW_EXPIRED": "The invite expired before the candidate joined.",
        "INTERVIEW_OPTED_OUT": "The candidate withdrew the consent, or asked for an alternative.",
        "INTERVIEW_IN_TROUBLE": "The interview needs a person's attention: `reason` is SPEECH_OUTAGE, CLOCK_PAUSED (the "
        "candidate waits for an answer to a request) or BUDGET_EXHAUSTED (code replies instead of the language model).",
        "INTERVIEW_ERASED": "Data of the interview were erased: `scope` is RECORDINGS, TRANSCRIPT or INTERVIEW. Delete your "
        "copies.",
        "EVALUATION_COMPLETED": "A version of the evaluation was completed.",
        "EVALUATION_FAILED": "A version of the evaluation failed.",
        "EVALUATION_REVIEWED": "A person reviewed the evaluation and decided.",
        "RECORDING_COMPLETED": "A recording can be played.",
        "CANDIDATE_REQUEST": "The candidate asked for an accommodation, for a person, or a question that the interviewer had no "
        "answer to.",
    },
)
_describe_enum(
    WebhookPauseReason,
    "Why a webhook endpoint receives nothing. updateWebhookEndpoint resumes it.",
    {
        "REQUESTED": "updateWebhookEndpoint paused it.",
        "FAILING": "Every attempt has failed for five days.",
        "GONE": "The receiver responded with the status 410.",
        "UNDECRYPTABLE": "The secret was encrypted with an AUTH_SECRET that the deployment no longer has: rotate it first. "
        "The next request of an integration resumes its endpoint.",
    },
)
_describe_enum(
    WebhookIntegration,
    "An applicant tracking system that Viva notifies through a webhook endpoint. Systems may be added.",
    {"GREENHOUSE": "Greenhouse, by its Assessment Partner API."},
)
_describe_enum(
    WebhookDeliveryStatus,
    "The state of a delivery.",
    {
        "PENDING": "It waits for an attempt: the first, or the next one after a failure.",
        "DELIVERED": "The receiver responded with a status from 200 to 299.",
        "FAILED": "Every attempt in three days has failed, or an integration has refused it. replayDelivery sends it again.",
    },
)
_describe_enum(
    WebhookFailure,
    "Why an attempt of a webhook failed.",
    {
        "STATUS": "The receiver responded with another status than 200 to 299. Redirects are not followed.",
        "TIMEOUT": "The receiver did not respond in time.",
        "CONNECTION": "There was no connection, or it ended before the response.",
        "CERTIFICATE": "The receiver's TLS certificate is not valid for the host.",
        "ADDRESS_REFUSED": "The host resolves to an address that is not of the public internet.",
    },
)
_describe_enum(
    ReplyStage,
    "A stage of a reply. The first six are those of a spoken reply, the last two those of a typed one.",
    {
        "RECOGNITION": "From the end of the candidate's speech until the speech recognizer had delivered its final words.",
        "ENDPOINTING": "Until the candidate's answer was considered complete.",
        "FIRST_WORD": "Until the first word of the reply was available as text. Most of it may precede the end of ENDPOINTING.",
        "SYNTHESIS": "Until the first audio of the reply was available.",
        "PLAYOUT_START": "Until playback to the candidate began.",
        "PLAYOUT": "The words themselves.",
        "QUEUE": "From the candidate's message until a worker began to reply.",
        "COMPOSITION": "Until the reply was composed.",
    },
)
