"""The change feed: what changed in an organization's interviews, in the order in which MongoDB committed it (ADR 20)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from bson.errors import InvalidId
from pydantic import Field
from pymongo import ASCENDING, IndexModel

from models.documents.interview_views import InterviewView
from models.storage.clock import now
from models.storage.stored_document import StoredDocument

CHANGE_DAYS = 30
"""Days for which changes are stored after they were recorded."""


class ChangeKind(StrEnum):
    """What changed."""

    INTERVIEW = "INTERVIEW"
    EVALUATION = "EVALUATION"
    REVIEW = "REVIEW"
    RECORDING = "RECORDING"
    ERASURE = "ERASURE"


class Change(StoredDocument):
    """One change. It holds ids only, so that it may outlive the erasure of the interview."""

    organization_id: PydanticObjectId
    number: int
    """Position in the organization's feed: contiguous, except across a gap."""
    kind: ChangeKind
    object_id: PydanticObjectId
    """Id of the evaluation for EVALUATION and REVIEW, of the recording for RECORDING, otherwise of the interview."""
    interview_id: PydanticObjectId
    hidden_from: list[InterviewView] = Field(default_factory=list)
    """Limited views that do not contain the change."""
    changed_at: datetime
    """When MongoDB committed the change."""
    recorded_at: datetime = Field(default_factory=now)

    class Settings:
        name = "changes"
        indexes: ClassVar = [
            IndexModel([("organization_id", ASCENDING), ("number", ASCENDING)], unique=True),
            IndexModel([("recorded_at", ASCENDING)], expireAfterSeconds=CHANGE_DAYS * 24 * 3600),
        ]


class ChangePosition(StoredDocument):
    """How far an organization's feed has advanced. Its id is that of the organization; without changes there is none."""

    number: int = 0
    """Number of the last change."""
    floor: int = 0
    """Changes up to this number precede a gap. A reader with an older cursor has to read the lists again."""

    class Settings:
        name = "change_positions"
        indexes: ClassVar[list[IndexModel]] = []


# --- the mark by which a write tells the sequencer what it changes


@dataclass(frozen=True, slots=True)
class ChangedObject:
    """An object that a write to an interview changes. Without an id, it is the interview itself."""

    kind: ChangeKind = ChangeKind.INTERVIEW
    object_id: ObjectId | None = None


INTERVIEW_CHANGED = (ChangedObject(),)


def build_change_mark(
    changed: Sequence[ChangedObject], moment: Any, visibility: Mapping[InterviewView, dict[str, Any]]
) -> dict[str, Any]:
    """Return the expression for Interview.last_change of a write that changes these objects at `moment`, an expression.

    `visibility` is that of models.documents.interview_views. The mark is one string that differs from the one before, because
    the change stream has only values that differ.
    """
    names = ",".join(f"{item.kind}:{item.object_id or ''}" for item in changed)
    hidden_from = [{"$cond": [is_visible, "", f"{view},"]} for view, is_visible in visibility.items()]
    return {"$concat": [f"{names}@", {"$toString": {"$toLong": moment}}, "@", *hidden_from]}


def parse_change_mark(mark: str, interview_id: ObjectId) -> tuple[list[tuple[ChangeKind, ObjectId]], list[InterviewView]]:
    """Return kind and id of each object that the write of this mark changed, and the views from which that is hidden.

    A kind of a later release counts as a change of the interview.
    """
    names, _, rest = mark.partition("@")
    changed = []
    for name in names.split(","):
        kind, _, object_id = name.partition(":")
        try:
            changed.append((ChangeKind(kind), ObjectId(object_id) if object_id else interview_id))
        except (ValueError, InvalidId):
            changed.append((ChangeKind.INTERVIEW, interview_id))
    hidden_from = rest.partition("@")[2].split(",")
    return changed, [view for view in InterviewView if view in hidden_from]
