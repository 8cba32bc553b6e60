"""The interview document; turns, evaluations and recordings have collections of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, TypedDict

from beanie import PydanticObjectId
from beanie.odm.queries.find import FindMany
from bson import ObjectId
from pydantic import BaseModel, ConfigDict, Field

from models.documents.budget import Budget
from models.documents.interview_indexes import INDEXES, NAME_KEYS_PREFIX
from models.documents.interview_views import InterviewView, select_update_time
from models.documents.request_origin import RequestOrigin
from models.documents.turn import Channel
from models.documents.usage import Usage
from models.storage.clock import now
from models.storage.lease import Lease
from models.storage.stored_document import READ_BATCH_SIZE, StoredDocument
from text import extract_search_terms, make_sort_key


class InterviewStatus(StrEnum):
    """State of an interview; OPEN_STATUSES and TERMINAL_STATUSES group the states."""

    SCHEDULED = "SCHEDULED"
    WAITING = "WAITING"
    IN_PROGRESS = "IN_PROGRESS"
    ENDING = "ENDING"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    FAILED = "FAILED"
    OPTED_OUT = "OPTED_OUT"


OPEN_STATUSES = (InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS)
"""States in which the interview accepts turns."""
TURN_STATUSES = (*OPEN_STATUSES, InterviewStatus.ENDING)
"""States in which turns are stored: in ENDING only what was spoken before."""
TERMINAL_STATUSES = (
    InterviewStatus.COMPLETED,
    InterviewStatus.CANCELLED,
    InterviewStatus.EXPIRED,
    InterviewStatus.FAILED,
    InterviewStatus.OPTED_OUT,
)
"""Final states: no turn is stored any more."""


MAX_QUESTION_CHARACTERS = 2_000
"""Longest text that is stored of a candidate's question. The whole text is in the transcript."""


class EndReason(StrEnum):
    """Why an interview ended."""

    WRAPPED_UP = "WRAPPED_UP"
    OUT_OF_TIME = "OUT_OF_TIME"
    OUT_OF_EXCHANGES = "OUT_OF_EXCHANGES"
    CANDIDATE_ENDED = "CANDIDATE_ENDED"
    CANDIDATE_LEFT = "CANDIDATE_LEFT"
    RECRUITER_ENDED = "RECRUITER_ENDED"
    FAILED = "FAILED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    ALTERNATIVE_REQUESTED = "ALTERNATIVE_REQUESTED"


OPT_OUT_REASONS = (EndReason.CONSENT_WITHDRAWN, EndReason.ALTERNATIVE_REQUESTED)
"""Reasons with which an interview ends as OPTED_OUT instead of COMPLETED: nothing of it is evaluated."""


class Recommendation(StrEnum):
    """Band of the overall score, computed by evaluation.rubric."""

    STRONG_HIRE = "STRONG_HIRE"
    HIRE = "HIRE"
    NO_HIRE = "NO_HIRE"
    STRONG_NO_HIRE = "STRONG_NO_HIRE"
    INCONCLUSIVE = "INCONCLUSIVE"


class EvaluationStatus(StrEnum):
    """State of an evaluation."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Decision(StrEnum):
    """A person's decision on a candidate."""

    ADVANCE = "ADVANCE"
    HOLD = "HOLD"
    REJECT = "REJECT"


class ReviewReason(StrEnum):
    """Why a person should review an interview, possibly again."""

    CORRECTION = "CORRECTION"
    REOPENING = "REOPENING"


class Candidate(BaseModel):
    """The person interviewed; removed by an erasure."""

    name: str
    email: str | None = None
    experience: str | None = None


class ConsentMethod(StrEnum):
    """How a consent reached Viva."""

    JOINED = "JOINED"
    CALLER = "CALLER"


class Consent(BaseModel):
    """What the candidate agreed to before the first question; never widened later.

    The fields with a default are None in consents that were stored before these fields existed.
    """

    text_version: str
    given_at: datetime
    recording: bool
    language: str | None = None
    """Language of the text."""
    text_digest: str | None = None
    """Digest of the text as it was shown (models.documents.consent_text)."""
    method: ConsentMethod | None = None
    recording_text: str | None = None
    """The declaration with which the candidate agreed to a recording; also None without `recording`."""
    withdrawn_at: datetime | None = None
    """When the candidate withdrew the consent. From then on nothing is evaluated, and no evaluation is shown."""


class RequestKind(StrEnum):
    """What a candidate requests."""

    EXTRA_TIME = "EXTRA_TIME"
    CAPTIONS = "CAPTIONS"
    TYPING = "TYPING"
    HUMAN = "HUMAN"
    """A conversation with a person instead."""
    OTHER = "OTHER"


class RequestStatus(StrEnum):
    """State of a candidate's request."""

    OPEN = "OPEN"
    GRANTED = "GRANTED"
    DECLINED = "DECLINED"


class CandidateRequest(BaseModel):
    """A candidate's request for an accommodation, or for an alternative to the interview."""

    id: PydanticObjectId
    kinds: list[RequestKind]
    details: str | None = None
    """The candidate's own words, which may be about health; None for a request that was made in the interview."""
    requested_at: datetime
    seqs: list[int] = Field(default_factory=list)
    """Seqs of the candidate's turns that made the request."""
    status: RequestStatus
    answer_id: PydanticObjectId | None = None
    """Id of the answer, so that a repeated answer changes nothing."""
    answered_by: str | None = None
    """Name of the API key; None if nobody has answered, or if it was granted automatically."""
    answered_at: datetime | None = None
    note: str | None = None


class Accommodations(BaseModel):
    """What the candidate was granted."""

    time_factor: float = 1.0
    """Factor by which the time limit is longer."""
    captions: bool = False
    typing: bool = False


class PositionRef(BaseModel):
    """The version of the position that this interview uses, even after the position changes."""

    id: PydanticObjectId
    key: str
    version: int
    title: str
    limit_minutes: int
    questions: int


class Progress(BaseModel):
    """Progress of the plan: the current core question (0 before the first) and the exchanges counted so far."""

    question: int = 0
    question_key: str | None = None
    """Key of the question that a candidate's turn belongs to."""
    exchanges: int = 0
    has_all_answers: bool = False
    """Whether all core questions were asked and answered. Also False in progress stored before this field."""


class RoomState(BaseModel):
    """Candidate presence and interviewer dispatch of a voice interview (models.writes.room_transitions).

    An alias is the name under which MongoDB stores the field.
    """

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    expected_until: datetime = Field(alias="wanted_until")
    """The candidate was admitted and is expected to join by then: an interviewer is needed although the room is empty."""
    participant: str | None = None
    """LiveKit's session id (sid) of the candidate's current connection; None while the candidate is away."""
    left_at: datetime | None = None
    """When the candidate left; None before the first join and while the candidate is present."""
    joined_at: datetime | None = None
    """When the newest known connection joined, by LiveKit's clock; late events about older connections are ignored."""
    ended_sids: list[str] = Field(default_factory=list, alias="gone")
    """The connections that ended last; a connection never returns."""
    dispatches: int = 0
    """Consecutive dispatches that no interviewer answered."""


class SpeechOutage(BaseModel):
    """A failure of speech because of which a voice interview continues in writing (models.writes.speech_outages)."""

    since: datetime
    ended_at: datetime | None = None
    """When speech was found to work again."""
    checks: int = 0
    """Checks so far whether speech works again."""
    due_at: datetime | None = None
    """When the next check is due; None once the outage has ended."""


class CandidateQuestion(BaseModel):
    """A question that the candidate asked about the job or the process."""

    seq: int
    """Seq of the last turn in which it was asked."""
    text: str
    """What the candidate said, up to MAX_QUESTION_CHARACTERS."""
    facts: list[str] = Field(default_factory=list)
    """The questions of the position's facts with which the interviewer answered. Empty if it had no answer."""
    asked_at: datetime


class CandidateSignal(StrEnum):
    """What the candidate's page tells the interviewer without words."""

    REPEAT = "REPEAT"
    MORE_TIME = "MORE_TIME"
    TYPING = "TYPING"


class CandidateSignals(BaseModel):
    """What the candidate asked for without words (models.writes.candidate_signals). The plan decides what follows."""

    repeat_seq: int | None = None
    """`last_seq` when a repetition was requested; an interviewer turn after it has answered the request."""
    more_time_seq: int | None = None
    """`last_seq` when more time was requested."""
    more_time_until: datetime | None = None
    """Until then, silence has no consequences."""
    typed_at: datetime | None = None
    """When the candidate was last known to be typing."""
    applied: list[PydanticObjectId] = Field(default_factory=list)
    """Ids of the newest requests, so that a retried request has no further effect."""


class InterviewerRecord(BaseModel):
    """The interviewer that composed a reply."""

    model: str
    """The model that answered, as the API named it."""
    prompt_version: str
    """agent.prompts.PROMPT_VERSION at the time."""


class InterviewNote(BaseModel):
    """A reviewer's note on a turn or on a moment of the recording: either `seq` or `at` is set."""

    id: PydanticObjectId
    seq: int | None = None
    at: datetime | None = None
    """On the clock of Turn.started_at and RecordingFile.started_at."""
    text: str
    author: str
    """Name of the member or API key at that time."""
    author_id: PydanticObjectId | None
    """Principal.caller_id of the author."""
    author_is_member: bool
    created_at: datetime


class Adoption(BaseModel):
    """A person's choice of the evaluation version that counts, in place of the one that counted before."""

    id: PydanticObjectId
    version: int
    reason: str
    adopted_by: str
    """Name of the person's API key."""
    adopted_at: datetime


class Reopening(BaseModel):
    """A reopening of an interview that was over: until the candidate is back, it can be taken back."""

    id: PydanticObjectId
    reopened_at: datetime
    reopened_by: str | None = None
    """Name of the person's API key; None if the candidate came back by the invite."""
    reason: str | None = None
    """The person's reason; None if the candidate came back by the invite."""
    status: InterviewStatus
    """The state before; `end_reason`, `end_detail` and `ended_at` likewise."""
    end_reason: EndReason | None = None
    end_detail: str | None = None
    ended_at: datetime | None = None
    returned_at: datetime | None = None
    """When the candidate came back; the interview then continues."""
    after_seq: int | None = None
    """`last_seq` when the candidate came back."""
    credited_seconds: float | None = None
    """Seconds that were credited when the candidate came back."""


class LegalHold(BaseModel):
    """A ban on erasing the interview, with who set and released it."""

    id: PydanticObjectId = Field(default_factory=PydanticObjectId)
    reason: str
    set_by: str
    """Name of the API key."""
    set_at: datetime
    released_by: str | None = None
    released_at: datetime | None = None


class ErasureScope(StrEnum):
    """What an erasure removes. Each scope includes the ones before it."""

    RECORDINGS = "RECORDINGS"
    TRANSCRIPT = "TRANSCRIPT"
    """Turns and evaluations, which say what the recordings say."""
    INTERVIEW = "INTERVIEW"
    """All personal data: Interview.erased_at is set."""


class Erasure(BaseModel):
    """What was erased so far, by one erasure or by several of growing scope, and whether the deletion is still pending."""

    scope: ErasureScope = ErasureScope.INTERVIEW
    turns: int
    evaluations: int
    evaluation_usage: Usage = Usage()
    """Usage of the deleted evaluations. It contains no personal data."""
    recordings: int = 0
    """Number of recording files; their bytes are deleted by a job (recording.media_erasure)."""
    transcript_digest: str | None = None
    """models.documents.turn.compute_transcript_digest of the erased turns; None if there were none."""
    recordings_erased_at: datetime | None = None
    """None if there were no recordings; `transcript_erased_at` likewise."""
    transcript_erased_at: datetime | None = None
    marked_at: datetime | None = None
    """When the mark of the current scope was set."""
    completed_at: datetime | None = None
    """When the deletion was confirmed; None while it is pending."""
    awaits_media: bool | None = None
    """Whether files in the store are to be deleted; None in erasures stored before scopes existed."""
    pending: bool = True
    attempts: int = 0
    """Attempts to delete the files, counted when they begin."""
    due_at: datetime | None = None
    """When the next attempt begins; None before the first."""


class Interview(StoredDocument):
    """An interview. Only models.writes changes it, so that every visible change moves `updated_at`."""

    organization_id: PydanticObjectId
    """Of a try-out, the partition that keeps it out of the organization's lists (models.documents.try_out)."""
    try_out_of: PydanticObjectId | None = None
    """Id of the organization whose try-out this is; None for an interview of a candidate."""
    status: InterviewStatus
    end_reason: EndReason | None = None
    end_detail: str | None = None
    channel: Channel
    language: str
    candidate: Candidate | None
    candidate_order: str
    """Collation key of the name: see `NameKeys`."""
    name_terms: list[str]
    email_terms: list[str]
    resume: str | None = None
    job_description: str | None = None
    external_id: str | None = None
    position: PositionRef
    progress: Progress = Progress()
    created_at: datetime = Field(default_factory=now)
    updated_at: datetime = Field(default_factory=now)
    indexed_updated_at: datetime | None = None
    """`updated_at` while the interview stores no turns; None in TURN_STATUSES, so that a turn changes no index.

    Interviews without a value are few, and are read by `updated_at`, so that a missing value costs time only.
    """
    updated_for: dict[InterviewView, datetime] = Field(default_factory=dict)
    """For each limited view that does not contain the newest change: `updated_at` of the newest change that it contains."""
    last_change: str | None = None
    """What the last visible change was, other than turns (models.documents.change.build_change_mark)."""
    scheduled_for: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    expires_at: datetime
    consent: Consent | None = None
    ai_disclosed_at: datetime | None = None
    """When the candidate had first heard or read the greeting, in which the interviewer says that it is an AI."""
    invite_generation: int = 1
    """Invites and candidates' tokens of an older generation are invalid."""
    renewals: list[PydanticObjectId] = Field(default_factory=list)
    """Ids of the renewals applied so far, so that a retried renewal changes nothing."""

    candidate_questions: list[CandidateQuestion] = Field(default_factory=list)
    """Oldest first."""
    last_seq: int = 0
    last_candidate_seq: int = 0
    candidate_messages: int = 0
    """Turns of the candidate, typed or spoken. Turns that were stored before this field are not counted."""
    candidate_characters: int = 0
    """Length of all turns of the candidate, in code points."""
    answered_seq: int = 0
    """Seq of the last candidate turn that the interviewer has answered."""
    code_replies: int = 0
    """Replies that code gave because Claude did not answer in time."""
    replies: int = 0
    """Replies requested from Claude."""
    reply_usage: Usage = Usage()
    """Usage of all calls of Claude for replies, including calls whose reply was discarded."""
    exhausted_budget: Budget | None = None
    """The budget because of which code has replied instead of Claude, the last one if there were several."""
    interviewer: InterviewerRecord | None = None
    """The interviewer of the last call; None until Claude has answered one."""
    due_at: datetime | None = None
    """When a written reply is due: immediately after a typed message; in TEXT, otherwise at the next limit of time or silence."""
    attempts: int = 0
    """Attempts of interviewers in a row without a stored turn, including that of the current lease holder."""
    fence: int = 0
    lease: Lease | None = None
    room: RoomState | None = None
    """VOICE: set once a room has been opened."""
    speech_outage: SpeechOutage | None = None
    """Set while the interview continues in writing because speech has failed, until the candidate returns to voice."""
    signals: CandidateSignals = CandidateSignals()

    evaluation_status: EvaluationStatus | None = None
    """Status of the newest version of the evaluation. Also None in interviews stored before this field, until it changes."""
    evaluated: bool = False
    """Whether a version of the evaluation counts, from which `score` and `recommendation` are copied."""
    counted_version: int | None = None
    """None before the first completed evaluation, and in interviews stored before versions were pinned: there the newest
    completed version counts until another one is completed or adopted."""
    score: float | None = None
    recommendation: Recommendation | None = None
    adoptions: list[Adoption] = Field(default_factory=list)
    """Versions that people adopted, oldest first."""
    evaluation_requests: list[datetime] = Field(default_factory=list)
    """Times at which callers requested further evaluations, within the period of the limit."""
    is_blind: bool = False
    """The position's `blind_review` when the interview was created; False once only the transcript is erased."""
    rated_by: list[PydanticObjectId] = Field(default_factory=list)
    """Ids of the API keys whose ratings are stored (Evaluation.ratings)."""
    decision: Decision | None = None
    """The decision of the newest review, whichever version it was made on."""
    decision_version: int | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    """Like `decision_version` and `decided_by`, None for a decision stored before these fields existed."""
    legal_hold: LegalHold | None = None
    """While it is set, nothing of the interview is erased."""
    released_legal_holds: list[LegalHold] = Field(default_factory=list)
    """Oldest first."""
    review_reasons: list[ReviewReason] = Field(default_factory=list)
    """Cleared by a review."""
    notes: list[InterviewNote] = Field(default_factory=list)
    """Notes of reviewers, in the order in which they were added. No prompt contains them."""
    deleted_notes: list[PydanticObjectId] = Field(default_factory=list)
    """Ids of the notes that were deleted last, so that a repeated call does not store one of them again."""
    erased_at: datetime | None = None
    erasure: Erasure | None = None

    requests: list[CandidateRequest] = Field(default_factory=list)
    """Oldest first. Neither the judge nor the score depends on them."""
    accommodations: Accommodations = Accommodations()
    withdrawal_reason: str | None = None
    unjudged_seqs: list[int] = Field(default_factory=list)
    """Seqs of the candidate's turns about rights, such as requests, and of greetings before the first answer.

    The judge reads neither these nor their answers.
    """
    paused_at: datetime | None = None
    """Since when the interview's clock is paused; None while it runs. A pause lasts MAX_PAUSE at most."""
    resumed_after_seq: int | None = None
    """`last_seq` when the answer to a request ended the last pause, or when the candidate came back to the reopened interview.
    The interviewer then asks the candidate to go on."""
    credited_seconds: float = 0.0
    """Seconds by which the time limit is longer because of earlier pauses and other times that were not the candidate's fault."""
    elapsed_seconds: float | None = None
    """Seconds of the clock, without the credited ones, at the last turn that is neither a NUDGE nor a CLOSE.
    Also None in interviews stored before this field, until such a turn is stored."""
    reopenings: list[Reopening] = Field(default_factory=list)
    """Oldest first."""
    origin: RequestOrigin | None = None
    """The request that created the interview. Also None in interviews stored before this field."""

    @property
    def owner_id(self) -> PydanticObjectId:
        """Id of the organization that the interview belongs to, also for a try-out."""
        return self.try_out_of or self.organization_id

    def get_updated_at(self, view: InterviewView | None) -> datetime:
        """Return the time of the newest change that the view contains; None is the view of everything."""
        return select_update_time(self.updated_at, self.updated_for, view)

    @property
    def time_limit(self) -> timedelta:
        """The time limit with accommodations, credited seconds and the present pause."""
        return compute_time_limit(self.position, self.accommodations, self.credited_seconds, self.paused_at)

    @property
    def candidate_has_joined(self) -> bool:
        """Whether the candidate has joined, or is expected in the room. The expiry of the invite then no longer matters."""
        return has_candidate_joined(self.status, self.channel, self.room)

    @property
    def reopened_after_seq(self) -> int | None:
        """`last_seq` when the candidate came back to the reopened interview; None if it was not reopened."""
        return max((reopening.after_seq for reopening in self.reopenings if reopening.after_seq is not None), default=None)

    @property
    def has_transcript(self) -> bool:
        """Whether neither the interview nor its transcript, with the evaluations, was erased."""
        is_transcript_erased = self.erasure is not None and self.erasure.scope is ErasureScope.TRANSCRIPT
        return self.erased_at is None and not is_transcript_erased

    @property
    def is_consent_withdrawn(self) -> bool:
        """Whether the candidate has withdrawn the consent, so that evaluations are neither made nor shown."""
        return self.consent is not None and self.consent.withdrawn_at is not None

    class Settings:
        name = "interviews"
        indexes: ClassVar = INDEXES


async def get_interview(interview_id: ObjectId) -> Interview | None:
    """Return the interview with this id in any organization: for jobs and repairs, which act for no caller."""
    return await Interview.get(PydanticObjectId(interview_id))


async def get_reply_usage(interview_id: ObjectId) -> Usage:
    """Return the usage of all calls for the interview's replies that is stored."""
    row = await Interview.get_pymongo_collection().find_one({"_id": interview_id}, {"reply_usage": 1})
    return Usage.model_validate((row or {}).get("reply_usage") or {})


async def get_origin(interview_id: ObjectId) -> RequestOrigin | None:
    """Return the request that created the interview; None if it is not stored."""
    row = await Interview.get_pymongo_collection().find_one({"_id": interview_id}, {"origin": 1})
    origin = (row or {}).get("origin")
    return RequestOrigin.model_validate(origin) if origin else None


async def get_organization_interview(organization_id: ObjectId, interview_id: ObjectId) -> Interview | None:
    """Return the interview with this id if it belongs to the organization, also if it is a try-out."""
    return await Interview.find_one(
        {"_id": interview_id, "$or": [{"organization_id": organization_id}, {"try_out_of": organization_id}]}
    )


async def find_newest_by_external_id(organization_id: ObjectId, external_id: str, position_key: str) -> Interview | None:
    """Return the newest interview with this external id for any version of the position. Erased ones have no external id."""
    criteria = {"organization_id": organization_id, "external_id": external_id, "position.key": position_key}
    return await Interview.find(criteria).sort("-created_at", "-_id").first_or_none()


@dataclass(frozen=True, slots=True)
class InterviewReference:
    """What identifies the candidate of an interview that has an external id."""

    id: ObjectId
    candidate_name: str | None


async def find_newest_references(
    organization_id: ObjectId, external_ids: Sequence[str]
) -> dict[tuple[str, str], InterviewReference]:
    """Return the newest interview for each external id and position key, as `find_newest_by_external_id` does for one."""
    collection = Interview.get_pymongo_collection()
    fields = {"external_id": 1, "position.key": 1, "candidate.name": 1}
    criteria = {"organization_id": organization_id, "external_id": {"$in": list(external_ids)}}
    rows = collection.find(criteria, fields, batch_size=READ_BATCH_SIZE).sort([("created_at", 1), ("_id", 1)])
    return {
        (row["external_id"], row["position"]["key"]): InterviewReference(row["_id"], (row.get("candidate") or {}).get("name"))
        async for row in rows
    }


async def find_existing_ids(organization_id: ObjectId, interview_ids: Sequence[ObjectId]) -> set[ObjectId]:
    """Return which of the organization's interviews exist."""
    collection = Interview.get_pymongo_collection()
    criteria = {"organization_id": organization_id, "_id": {"$in": list(interview_ids)}}
    return {row["_id"] async for row in collection.find(criteria, {"_id": 1}, batch_size=READ_BATCH_SIZE)}


async def get_interviews(interview_ids: list[ObjectId]) -> list[Interview]:
    """Return the interviews with these ids that exist, in no particular order."""
    return await find_interviews(interview_ids).to_list()


def find_interviews(interview_ids: list[ObjectId]) -> FindMany[Interview]:
    """Return the query of the interviews with these ids that exist, in no particular order."""
    return Interview.find({"_id": {"$in": interview_ids}}, batch_size=READ_BATCH_SIZE)


MAX_PAUSE = timedelta(hours=24)
"""Longest time for which the clock of an interview is paused."""


def compute_time_limit(
    position: PositionRef,
    accommodations: Accommodations,
    credited_seconds: float,
    paused_at: datetime | None,
    time: datetime | None = None,
) -> timedelta:
    """Return the position's limit multiplied by the granted factor, plus credited seconds and the pause until `time` (now)."""
    pause = min(max((time or now()) - paused_at, timedelta()), MAX_PAUSE) if paused_at else timedelta()
    return timedelta(minutes=position.limit_minutes * accommodations.time_factor, seconds=credited_seconds) + pause


def may_record(consent: Consent | None, reopenings: Sequence[Reopening]) -> bool:
    """Return whether an interview may be recorded from now on.

    The candidate has to have consented. After a return to a reopened interview there is no recording.
    """
    has_returned = any(reopening.after_seq for reopening in reopenings)
    return consent is not None and consent.recording and not has_returned


def has_candidate_joined(status: InterviewStatus, channel: Channel, room: RoomState | None) -> bool:
    """Return whether the candidate has joined, or is expected in the room."""
    if status is InterviewStatus.SCHEDULED:
        return False
    if status is not InterviewStatus.WAITING or channel is Channel.TEXT:
        return True
    return room is not None and bool(room.participant or room.left_at or room.expected_until > now())


HAS_NOT_JOINED: dict[str, Any] = {
    "$or": [
        {"status": InterviewStatus.SCHEDULED},
        # a TEXT interview is opened by the candidate's join; in VOICE, the candidate also has to enter the room
        {"status": InterviewStatus.WAITING, "channel": Channel.VOICE, "room.participant": None, "room.left_at": None},
    ]
}
"""MongoDB's condition that `has_candidate_joined` is false, except for candidates who are expected in the room."""
HAS_EXPIRED: dict[str, Any] = {
    **HAS_NOT_JOINED,
    # a missing date sorts before any time
    "$expr": {"$and": [{"$lte": ["$expires_at", "$$NOW"]}, {"$lte": ["$room.wanted_until", "$$NOW"]}]},
}
"""Condition that `expires_at` has passed and that the candidate has neither joined nor is expected in the room."""


def is_candidate_present(status: InterviewStatus, channel: Channel, room: RoomState | None) -> bool | None:
    """Return whether the candidate is in the room of an open interview; None if it is not open or has no room."""
    if status not in OPEN_STATUSES or room is None:
        return None
    if room.participant is not None:
        return True
    return False if channel is Channel.VOICE else None


def is_partial_interview(status: InterviewStatus, end_reason: EndReason | None, progress: Progress) -> bool:
    """Return whether the interview ended before all core questions were asked and answered."""
    is_over = status in (InterviewStatus.COMPLETED, InterviewStatus.OPTED_OUT, InterviewStatus.FAILED)
    return is_over and end_reason is not EndReason.WRAPPED_UP and not progress.has_all_answers


class NameKeys(TypedDict):
    """What an interview stores of the candidate's name and email for order and search."""

    candidate_order: str
    """NAME_KEYS_PREFIX and the collation key; empty after an erasure."""
    name_terms: list[str]
    """Search terms of the name."""
    email_terms: list[str]
    """Search terms of the name and the email."""


def build_name_keys(name: str, email: str | None = None) -> NameKeys:
    """Return the keys of a candidate for order and search."""
    return {
        "candidate_order": NAME_KEYS_PREFIX + make_sort_key(name),
        "name_terms": extract_search_terms(name),
        "email_terms": extract_search_terms(name, email),
    }
