"""Rows of interview lists: MongoDB returns only the requested fields, and each is converted when it is accessed.

Rows are read through PyMongo: for a page of 20 interviews, Beanie takes four times as long as MongoDB's answer.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from bson import ObjectId
from bson.codec_options import CodecOptions

from models.documents.budget import Budget
from models.documents.interview import (
    Accommodations,
    Adoption,
    Candidate,
    CandidateQuestion,
    CandidateRequest,
    Consent,
    Decision,
    EndReason,
    Erasure,
    InterviewNote,
    InterviewStatus,
    LegalHold,
    PositionRef,
    Progress,
    Reopening,
    ReviewReason,
    RoomState,
    SpeechOutage,
    compute_time_limit,
    has_candidate_joined,
)
from models.documents.interview_views import InterviewView, select_update_time
from models.documents.request_origin import RequestOrigin
from models.documents.turn import Channel

T = TypeVar("T")

ROW_CODEC: CodecOptions[dict[str, Any]] = CodecOptions()
"""Codec that returns naive datetimes, which PyMongo creates three times as fast as aware ones."""


class _StoredField(Generic[T]):
    """A stored field of a row. Raises AttributeError if the field was not read."""

    def __init__(self, convert: Callable[[Any], T] | None = None, name: str | None = None) -> None:
        self._convert = convert
        self._name = name or ""

    def __set_name__(self, _: type, name: str) -> None:
        self._name = self._name or name

    def __get__(self, row: "InterviewRow", _: type) -> T:
        try:
            value = row.values[self._name]
        except KeyError:
            raise AttributeError(f"{self._name} was not read") from None
        return value if value is None or self._convert is None else self._convert(value)


def _to_utc(stored: datetime) -> datetime:
    """Return the stored naive UTC datetime as an aware one."""
    return stored.replace(tzinfo=UTC)


def _with_utc(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _to_utc(value) if isinstance(value, datetime) else value for name, value in stored.items()}


def _to_legal_hold(stored: Mapping[str, Any]) -> LegalHold:
    return LegalHold.model_validate(_with_utc(stored))


def _to_consent(stored: Mapping[str, Any]) -> Consent:
    return Consent.model_validate(_with_utc(stored))


def _to_adoptions(stored: list[Mapping[str, Any]]) -> list[Adoption]:
    return [Adoption.model_validate(_with_utc(adoption)) for adoption in stored]


_DEFAULTS: dict[str, Any] = {
    "updated_for": {},
    "counted_version": None,
    "adoptions": [],
    "is_blind": False,
    "rated_by": [],
    "decision_version": None,
    "decided_by": None,
    "decided_at": None,
    "legal_hold": None,
    "released_legal_holds": [],
    "erasure": None,
    "ai_disclosed_at": None,
    "review_reasons": [],
    "candidate_questions": [],
    "requests": [],
    "withdrawal_reason": None,
    "accommodations": {},
    "credited_seconds": 0.0,
    "paused_at": None,
    "speech_outage": None,
    "room": None,
    "elapsed_seconds": None,
    "reopenings": [],
    "exhausted_budget": None,
    "notes": [],
    "try_out_of": None,
    "origin": None,
}
"""Defaults of the fields that older stored interviews lack."""


class InterviewRow:
    """The fields read of a stored interview, with the names and meanings of Interview's attributes."""

    __slots__ = ("values",)

    id = _StoredField[ObjectId](name="_id")
    organization_id = _StoredField[ObjectId]()
    try_out_of = _StoredField[ObjectId | None]()
    status = _StoredField(InterviewStatus)
    end_reason = _StoredField[EndReason | None](EndReason)
    end_detail = _StoredField[str | None]()
    channel = _StoredField(Channel)
    language = _StoredField[str]()
    candidate = _StoredField[Candidate | None](Candidate.model_validate)
    external_id = _StoredField[str | None]()
    position = _StoredField(PositionRef.model_validate)
    progress = _StoredField(Progress.model_validate)
    created_at = _StoredField(_to_utc)
    updated_at = _StoredField(_to_utc)
    updated_for = _StoredField(lambda stored: {view: _to_utc(time) for view, time in stored.items()})
    scheduled_for = _StoredField[datetime | None](_to_utc)
    started_at = _StoredField[datetime | None](_to_utc)
    ended_at = _StoredField[datetime | None](_to_utc)
    expires_at = _StoredField(_to_utc)
    erased_at = _StoredField[datetime | None](_to_utc)
    consent = _StoredField[Consent | None](_to_consent)
    ai_disclosed_at = _StoredField[datetime | None](_to_utc)
    last_seq = _StoredField[int]()
    counted_version = _StoredField[int | None]()
    adoptions = _StoredField(_to_adoptions)
    exhausted_budget = _StoredField[Budget | None](Budget)
    is_blind = _StoredField[bool]()
    rated_by = _StoredField[list[ObjectId]]()
    decision = _StoredField[Decision | None](Decision)
    decision_version = _StoredField[int | None]()
    decided_by = _StoredField[str | None]()
    decided_at = _StoredField[datetime | None](_to_utc)
    legal_hold = _StoredField[LegalHold | None](_to_legal_hold)
    released_legal_holds = _StoredField(lambda stored: [_to_legal_hold(hold) for hold in stored])
    erasure = _StoredField[Erasure | None](lambda stored: Erasure.model_validate(_with_utc(stored)))
    candidate_questions = _StoredField(
        lambda stored: [CandidateQuestion.model_validate(_with_utc(question)) for question in stored]
    )
    speech_outage = _StoredField[SpeechOutage | None](lambda stored: SpeechOutage.model_validate(_with_utc(stored)))
    requests = _StoredField(lambda stored: [CandidateRequest.model_validate(_with_utc(request)) for request in stored])
    withdrawal_reason = _StoredField[str | None]()
    accommodations = _StoredField(Accommodations.model_validate)
    credited_seconds = _StoredField[float]()
    paused_at = _StoredField[datetime | None](_to_utc)
    elapsed_seconds = _StoredField[float | None]()
    origin = _StoredField[RequestOrigin | None](RequestOrigin.model_validate)
    room = _StoredField[RoomState | None](lambda stored: RoomState.model_validate(_with_utc(stored)))
    invite_generation = _StoredField[int]()
    reopenings = _StoredField(lambda stored: [Reopening.model_validate(_with_utc(reopening)) for reopening in stored])
    notes = _StoredField(lambda stored: [InterviewNote.model_validate(_with_utc(note)) for note in stored])
    review_reasons = _StoredField(lambda stored: [ReviewReason(reason) for reason in stored])

    def __init__(self, values: Mapping[str, Any], requested: Collection[str] = ()) -> None:
        """`values` is the row as read with ROW_CODEC, by stored field names.

        A requested field that the document lacks, because it was stored before the field existed, has its default.
        """
        missing = [name for name in requested if name in _DEFAULTS and name not in values]
        self.values = {**values, **{name: _DEFAULTS[name] for name in missing}} if missing else values

    @property
    def owner_id(self) -> ObjectId:
        """Id of the organization that the interview belongs to, as Interview.owner_id."""
        return self.try_out_of or self.organization_id

    def get_updated_at(self, view: InterviewView | None) -> datetime:
        """Return the time of the newest change that the view contains, as Interview.get_updated_at."""
        return select_update_time(self.updated_at, self.updated_for, view)

    @property
    def time_limit(self) -> timedelta:
        """The time limit, as Interview.time_limit."""
        return compute_time_limit(self.position, self.accommodations, self.credited_seconds, self.paused_at)

    @property
    def candidate_has_joined(self) -> bool:
        """Whether the candidate has joined or is expected, as Interview.candidate_has_joined."""
        return has_candidate_joined(self.status, self.channel, self.room)
