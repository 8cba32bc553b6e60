"""Interviews as pages show them: rows of which only what was asked for is read, and converted where it is looked at.

Through PyMongo itself, as turns are: of a page of 20 interviews Beanie's reading costs four times as much as MongoDB's answer.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar

from bson import ObjectId
from bson.codec_options import CodecOptions

from models.documents.interview import Candidate, Consent, Decision, EndReason, InterviewStatus, PositionRef, Progress
from models.documents.turn import Channel

T = TypeVar("T")

ROW_CODEC: CodecOptions[dict[str, Any]] = CodecOptions()
"""PyMongo takes three times as long to make moments that name their offset"""


class _StoredField(Generic[T]):
    """A stored field. Raises AttributeError when it was not asked for."""

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


@lru_cache(8192)
def _to_utc(stored: datetime) -> datetime:
    """A stored moment, which is UTC and does not say so. Kept: a page is asked for again and again."""
    return stored.replace(tzinfo=UTC)


def _to_consent(stored: Mapping[str, Any]) -> Consent:
    return Consent.model_validate({**stored, "given_at": _to_utc(stored["given_at"])})


class InterviewRow:
    """A stored interview, as far as it was read: the attributes are named, and mean, what Interview's do."""

    __slots__ = ("values",)

    id = _StoredField[ObjectId](name="_id")
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
    scheduled_for = _StoredField[datetime | None](_to_utc)
    started_at = _StoredField[datetime | None](_to_utc)
    ended_at = _StoredField[datetime | None](_to_utc)
    expires_at = _StoredField(_to_utc)
    erased_at = _StoredField[datetime | None](_to_utc)
    consent = _StoredField[Consent | None](_to_consent)
    last_seq = _StoredField[int]()
    decision = _StoredField[Decision | None](Decision)

    def __init__(self, values: Mapping[str, Any]) -> None:
        """`values` are what MongoDB gave, by the names under which it is stored, moments without an offset (ROW_CODEC)."""
        self.values = values
