"""The interview: who, which position, where it stands. One document; its turns and evaluations have collections of their own."""

import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pydantic import BaseModel, Field
from pymongo.asynchronous.client_session import AsyncClientSession

from models.documents.interview_indexes import INDEXES
from models.documents.turn import Channel
from models.storage.clock import now
from models.storage.compare_and_set import compare_and_set
from models.storage.stored_document import StoredDocument


class InterviewStatus(StrEnum):
    """Where an interview stands; LIVE, OVER below group them."""

    SCHEDULED = "SCHEDULED"
    WAITING = "WAITING"
    IN_PROGRESS = "IN_PROGRESS"
    ENDING = "ENDING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"


OPEN_STATUSES = (InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS)
"""states in which turns are taken"""
TERMINAL_STATUSES = (InterviewStatus.COMPLETED, InterviewStatus.CANCELLED, InterviewStatus.EXPIRED, InterviewStatus.FAILED)
"""states that nothing leaves; no turn comes after"""


class EndReason(StrEnum):
    """Why an interview ended."""

    WRAPPED_UP = "WRAPPED_UP"
    OUT_OF_TIME = "OUT_OF_TIME"
    OUT_OF_EXCHANGES = "OUT_OF_EXCHANGES"
    CANDIDATE_ENDED = "CANDIDATE_ENDED"
    CANDIDATE_LEFT = "CANDIDATE_LEFT"
    RECRUITER_ENDED = "RECRUITER_ENDED"
    FAILED = "FAILED"


class Recommendation(StrEnum):
    """Band of the overall score, computed in code (evaluation.rubric)."""

    STRONG_HIRE = "STRONG_HIRE"
    HIRE = "HIRE"
    NO_HIRE = "NO_HIRE"
    STRONG_NO_HIRE = "STRONG_NO_HIRE"
    INCONCLUSIVE = "INCONCLUSIVE"


class Decision(StrEnum):
    """What people decided."""

    ADVANCE = "ADVANCE"
    HOLD = "HOLD"
    REJECT = "REJECT"


class Candidate(BaseModel):
    """Who is interviewed; gone after an erasure."""

    name: str
    email: str | None = None
    experience: str | None = None


class Consent(BaseModel):
    """What the candidate agreed to, before the first question; never widened later."""

    text_version: str
    given_at: datetime
    recording: bool


class PositionRef(BaseModel):
    """The version of the position that this interview uses, whatever happens to the position."""

    id: PydanticObjectId
    key: str
    version: int
    title: str
    limit_minutes: int
    questions: int


class Progress(BaseModel):
    """How far the plan has come: number and key of the open core question (0 before the first), exchanges that counted."""

    question: int = 0
    question_key: str | None = None
    """what a candidate's turn belongs to"""
    exchanges: int = 0


DISPATCH_HOLDER = "dispatch"
"""holder of a lease while an interviewer has been asked for and has not come yet"""


class Lease(BaseModel):
    """Who may speak as the interviewer, until when by MongoDB's clock; its number is Interview.fence."""

    holder: str
    until: datetime


class RoomState(BaseModel):
    """Where the candidate of a voice interview is, and how its room is attended (models.writes.room_transitions)."""

    wanted_until: datetime
    """an interviewer is wanted until then, though nobody is in the room: the candidate has just been let in"""
    participant: str | None = None
    """LiveKit's id of the candidate's connection that is in the room; None: away"""
    left_at: datetime | None = None
    """since when the candidate is away; None before the first arrival, and while the candidate is there"""
    joined_at: datetime | None = None
    """when the newest connection that is known joined, by LiveKit's clock: what is told late is older"""
    gone: list[str] = Field(default_factory=list)
    """the last connections that have ended: none of them comes back"""
    dispatches: int = 0
    """in a row that no interviewer has answered"""


class Erasure(BaseModel):
    """What was erased, counted, and whether the deletion is still to be repeated."""

    turns: int
    evaluations: int
    recordings: int = 0
    """files; while there are any, their bytes are deleted by a job (recording.media_erasure)"""
    pending: bool = True
    attempts: int = 0
    """of deleting the files, counted as they begin"""
    due_at: datetime | None = None
    """when the next one begins; None: none has begun"""


class Interview(StoredDocument):
    """An interview. Change it through `update_interview` or models.writes.interview_transitions only: both bump updated_at."""

    organization_id: PydanticObjectId
    status: InterviewStatus
    end_reason: EndReason | None = None
    end_detail: str | None = None
    channel: Channel
    language: str
    candidate: Candidate | None
    candidate_order: str
    """the name as it sorts"""
    name_terms: list[str]
    """words of the name as they are searched; email_terms with those of the email besides"""
    email_terms: list[str]
    resume: str | None = None
    job_description: str | None = None
    external_id: str | None = None
    position: PositionRef
    progress: Progress = Progress()
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)
    scheduled_for: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime
    consent: Consent | None = None
    invite_generation: int = 1
    """links and candidates' tokens of an older generation are worthless"""
    renewals: list[PydanticObjectId] = Field(default_factory=list)
    """ids of the renewals that made the generations: a repeated one makes no other"""

    last_seq: int = 0
    last_candidate_seq: int = 0
    answered_seq: int = 0
    """the interviewer has answered all that the candidate said up to here"""
    code_replies: int = 0
    """replies that code gave because Claude did not"""
    replies: int = 0
    """replies for which Claude was asked"""
    due_at: datetime | None = None
    """TEXT: when the interviewer must act next: now after a message, else at the next limit of time or silence"""
    attempts: int = 0
    """begun in a row without a stored turn, by the interviewer that holds the lease included"""
    fence: int = 0
    lease: Lease | None = None
    room: RoomState | None = None
    """VOICE, from the first time that a room was opened"""

    evaluated: bool = False
    score: float | None = None
    recommendation: Recommendation | None = None
    decision: Decision | None = None
    erased_at: datetime | None = None
    erasure: Erasure | None = None

    class Settings:
        name = "interviews"
        indexes: ClassVar = INDEXES


async def get_interview(interview_id: ObjectId) -> Interview | None:
    """The interview of that id, whoever owns it: for jobs and repairs, which act for no caller."""
    return await Interview.get(PydanticObjectId(interview_id))


async def get_organization_interview(organization_id: ObjectId, interview_id: ObjectId) -> Interview | None:
    """The interview of that id if it belongs to that organization."""
    return await Interview.find_one({"_id": interview_id, "organization_id": organization_id})


async def get_interviews(interview_ids: list[ObjectId]) -> list[Interview]:
    """Those of the named interviews that there are, in no order."""
    return await Interview.find({"_id": {"$in": interview_ids}}).to_list()


NEXT_UPDATED_AT = {"$max": ["$$NOW", {"$add": ["$updated_at", 1]}]}
"""updated_at after a change: MongoDB's clock, and later than before even when that clock stands or goes back"""


async def update_interview(
    interview_id: ObjectId,
    condition: Mapping[str, Any],
    values: Mapping[str, Any],
    computed: Mapping[str, Any] | None = None,
    session: AsyncClientSession | None = None,
    *,
    visible: bool = True,
) -> Interview | None:
    """Compare and set: the changed interview, or None when `condition` does not hold (any more).

    As models.storage.compare_and_set, and moves updated_at unless callers can not see the change (`visible`).
    """
    timestamps = {"updated_at": NEXT_UPDATED_AT} if visible else {}
    return await compare_and_set(Interview, interview_id, condition, values, {**timestamps, **(computed or {})}, session)


def extract_search_terms(*texts: str | None) -> list[str]:
    """The words by which a name or an email is found: casefolded, each once, split where letters and digits end."""
    words = (word for text in texts if text for word in re.findall(r"\w+", text.casefold()))
    return sorted(set(words))
