"""The enums of the API: those of the models, described value by value, and the few that only the API has."""

from collections.abc import Mapping
from enum import StrEnum

import strawberry

from errors import ErrorCode
from models.documents.evaluation import EvaluationStatus
from models.documents.interview import Decision, EndReason, InterviewStatus, Recommendation
from models.documents.organization import Role
from models.documents.recording import RecordingKind, RecordingStatus
from models.documents.turn import Channel, Speaker
from models.reads.interview_list import InterviewOrderField

__all__ = [
    "Channel",
    "Decision",
    "EndReason",
    "ErrorCode",
    "EvaluationStatus",
    "InterviewOrderField",
    "InterviewStatus",
    "OrderDirection",
    "Recommendation",
    "RecordingKind",
    "RecordingStatus",
    "Role",
    "Speaker",
]


class OrderDirection(StrEnum):
    """Which way a list runs."""

    ASC = "ASC"
    DESC = "DESC"


def _describe(enum: type[StrEnum], description: str, values: Mapping[str, str]) -> None:
    # the models' enums are plain ones: what the API says of a value stands here, not in them
    strawberry.enum(enum, description=description)
    definition = enum.__strawberry_definition__  # type: ignore[attr-defined]  # set by the line above
    for value in definition.values:
        value.description = values[value.name]


_describe(
    ErrorCode,
    "`extensions.code` of every error. Besides: `field` (path in the input) with BAD_INPUT, `retryAfterSeconds` with "
    "RATE_LIMITED and UNAVAILABLE, `requestId` always. More codes may come: have a branch for an unknown one.",
    {
        "UNAUTHENTICATED": "No credential, or one that is false, expired or revoked: get a new one.",
        "FORBIDDEN": "The caller's role may not do or read this.",
        "NOT_FOUND": "There is nothing of that id, or it belongs to another organization.",
        "CONFLICT": "The state of things does not allow it (any more): read it again, then decide.",
        "BAD_INPUT": "The request itself is wrong; `field` says where, if it is in the input.",
        "RATE_LIMITED": "Too much in too short a time: come back after `retryAfterSeconds`.",
        "UNAVAILABLE": "A server that this needs is away; nothing was half-done: send the same again after `retryAfterSeconds`.",
        "INTERNAL": "A defect on our side: quote `requestId`.",
    },
)
_describe(
    Role,
    "What a caller is to Viva.",
    {
        "ADMIN": "Everything of the organization, erasure included.",
        "RECRUITER": "Everything but erasure.",
        "VIEWER": "Dashboards: interviews, transcripts, positions and live streams; no emails, evaluations or recordings.",
        "INTEGRATION": "Programs: read everything, start, schedule, end, cancel and evaluate; no reviews, positions or erasure.",
        "CANDIDATE": "One interview, as the person who is interviewed.",
    },
)
_describe(
    InterviewStatus,
    "Where an interview stands.",
    {
        "SCHEDULED": "Made; the candidate has not joined yet.",
        "WAITING": "Open: the room or chat is there, the candidate has not said anything yet.",
        "IN_PROGRESS": "Under way.",
        "ENDING": "Nothing new is asked or accepted; the last words are being stored.",
        "COMPLETED": "Over; an evaluation is on its way or there.",
        "CANCELLED": "Called off before it began.",
        "EXPIRED": "Nobody came in time.",
        "FAILED": "Broke off for a technical reason; endDetail says which.",
    },
)
_describe(
    EndReason,
    "Why an interview ended.",
    {
        "WRAPPED_UP": "All questions were asked and the interviewer closed it.",
        "OUT_OF_TIME": "The time limit was reached.",
        "OUT_OF_EXCHANGES": "The position's number of exchanges was reached.",
        "CANDIDATE_ENDED": "The candidate asked to stop.",
        "CANDIDATE_LEFT": "The candidate went away and did not come back.",
        "RECRUITER_ENDED": "Somebody of the organization ended it.",
        "FAILED": "A technical failure ended it.",
    },
)
_describe(
    Channel,
    "How people talk.",
    {"VOICE": "By voice, in a room.", "TEXT": "By typing."},
)
_describe(
    Speaker,
    "Whose words.",
    {"INTERVIEWER": "The AI interviewer.", "CANDIDATE": "The candidate."},
)
_describe(
    InterviewOrderField,
    "What a list of interviews is sorted by. Interviews without the value come last in descending order.",
    {
        "CREATED_AT": "When it was made.",
        "UPDATED_AT": "When it last changed.",
        "STARTED_AT": "When it began.",
        "SCORE": "The newest evaluation's overall score; not for roles that may not read evaluations.",
        "CANDIDATE": "The candidate's name.",
    },
)
_describe(
    OrderDirection,
    "Which way a list runs.",
    {"ASC": "Smallest, earliest first.", "DESC": "Greatest, latest first."},
)
_describe(
    EvaluationStatus,
    "Where an evaluation stands.",
    {
        "PENDING": "Waiting for its turn, or for the next try after a failure (`failure` says why).",
        "RUNNING": "Being made.",
        "COMPLETED": "Done; it never changes any more.",
        "FAILED": "Given up; `failure` says why. Ask for another one with evaluateInterview.",
    },
)
_describe(
    Recommendation,
    "The band of the overall score, computed in code. People decide.",
    {
        "STRONG_HIRE": "Far above what the position asks for.",
        "HIRE": "Meets what the position asks for.",
        "NO_HIRE": "Below what the position asks for.",
        "STRONG_NO_HIRE": "Far below what the position asks for.",
        "INCONCLUSIVE": "Too little of the rubric could be assessed for a score.",
    },
)
_describe(
    Decision,
    "What people decided.",
    {"ADVANCE": "Go on with the candidate.", "HOLD": "Not decided yet.", "REJECT": "Do not go on."},
)
_describe(
    RecordingKind,
    "What a recording holds.",
    {
        "COMPOSITE": "The candidate's video with both voices; there is one when the camera was on.",
        "CANDIDATE_TRACK": "The candidate's voice alone.",
        "INTERVIEWER_TRACK": "The interviewer's voice alone.",
        "AUDIO": "Both voices: the candidate on the left, the interviewer on the right.",
    },
)
_describe(
    RecordingStatus,
    "Where a recording stands.",
    {
        "STARTING": "A recorder has been asked for.",
        "ACTIVE": "Being recorded, or made ready.",
        "COMPLETED": "Stored; `url` plays it.",
        "FAILED": "Recording broke off, `failure` says why; `url` plays what there was till then, if anything.",
    },
)
