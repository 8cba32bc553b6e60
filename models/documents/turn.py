"""Turns: what was said, in order, never rewritten. MongoDB holds them; everything else only carries them.

An append is one transaction over the interview (state, fence, last_seq + n) and the turns, with unique indexes behind it, so
seq is contiguous from 1 and a key is stored once. Reads go through PyMongo itself: Beanie's cost four to five times as much.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.collection import AsyncCollection

from models.storage.stored_document import StoredDocument


class Speaker(StrEnum):
    """Whose turn it is."""

    INTERVIEWER = "INTERVIEWER"
    CANDIDATE = "CANDIDATE"


class Channel(StrEnum):
    """How it was said."""

    VOICE = "VOICE"
    TEXT = "TEXT"


class Move(StrEnum):
    """What an interviewer's turn does in the plan (agent.plan)."""

    GREET = "GREET"
    NEXT = "NEXT"
    PROBE = "PROBE"
    REPEAT = "REPEAT"
    CLARIFY = "CLARIFY"
    WAIT = "WAIT"
    STOP = "STOP"
    NUDGE = "NUDGE"
    CLOSE = "CLOSE"


class Source(StrEnum):
    """Who found the interviewer's words: the model, code in its place, or code that rounded off what the model broke off."""

    MODEL = "MODEL"
    CODE = "CODE"
    BROKEN = "BROKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """What a spoken reply took, each stage in seconds after the end of the candidate's speech; None where it was not seen."""

    final: float | None = None
    """the recognizer's last words were there"""
    committed: float | None = None
    """the answer was taken to be over"""
    first_word: float | None = None
    """Claude's, or code's"""
    first_audio: float | None = None
    """of the synthesizer"""
    heard: float | None = None
    """it began to be played to the candidate"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTurn:
    """A turn before it has its place. `key`, prefixed by its origin (item:, client:, reply:), makes storing it idempotent."""

    key: str
    speaker: Speaker
    text: str
    channel: Channel
    started_at: datetime
    ended_at: datetime
    question_key: str | None = None
    confidence: float | None = None
    interrupted: bool = False
    move: Move | None = None
    source: Source | None = None
    answers: int | None = None
    """seq of the last candidate turn that this interviewer's turn answers, 0 for the greeting; None for the candidate's, and
    for what was cut off before it was heard"""
    latency: Latency | None = None
    """of a spoken reply"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn(NewTurn):
    """A stored turn."""

    id: ObjectId
    interview_id: ObjectId
    seq: int


class TurnDocument(StoredDocument):
    """The collection of turns: its name and indexes. Rows are read and written as Turn."""

    interview_id: PydanticObjectId
    seq: int
    key: str

    class Settings:
        name = "turns"
        indexes: ClassVar = [
            IndexModel([("interview_id", ASCENDING), ("seq", ASCENDING)], unique=True),
            IndexModel([("interview_id", ASCENDING), ("key", ASCENDING)], unique=True),
        ]


def turn_to_values(turn: NewTurn) -> dict[str, Any]:
    """Its fields by their names, but for the id."""
    return {field.name: getattr(turn, field.name) for field in fields(turn) if field.name != "id"}


def turn_to_row(turn: Turn) -> dict[str, Any]:
    """The turn as MongoDB keeps it."""
    return {"_id": turn.id, **turn_to_values(turn), "latency": asdict(turn.latency) if turn.latency else None}


def turn_from_row(row: Mapping[str, Any]) -> Turn:
    """The turn of a row."""
    return Turn(
        id=row["_id"],
        interview_id=row["interview_id"],
        seq=row["seq"],
        key=row["key"],
        speaker=Speaker(row["speaker"]),
        text=row["text"],
        channel=Channel(row["channel"]),
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        question_key=row["question_key"],
        confidence=row["confidence"],
        interrupted=row["interrupted"],
        move=Move(row["move"]) if row["move"] else None,
        source=Source(row["source"]) if row["source"] else None,
        answers=row["answers"],
        latency=Latency(**row["latency"]) if row.get("latency") else None,
    )


def get_turn_collection() -> AsyncCollection[dict[str, Any]]:
    """The turns themselves."""
    return TurnDocument.get_pymongo_collection()


async def read_turns(interview_id: ObjectId, after: int = 0, limit: int = 0) -> list[Turn]:
    """Stored turns with seq > after, in order; at most `limit` of them when it is not 0."""
    rows = get_turn_collection().find({"interview_id": interview_id, "seq": {"$gt": after}}).sort("seq", ASCENDING).limit(limit)
    return [turn_from_row(row) async for row in rows]


async def read_turns_by_seq(interview_id: ObjectId, seqs: Sequence[int]) -> list[Turn]:
    """Those of the named turns that there are, in order."""
    rows = get_turn_collection().find({"interview_id": interview_id, "seq": {"$in": list(seqs)}}).sort("seq", ASCENDING)
    return [turn_from_row(row) async for row in rows]


async def find_turn(interview_id: ObjectId, key: str) -> Turn | None:
    """The turn that was stored under that key."""
    row = await get_turn_collection().find_one({"interview_id": interview_id, "key": key})
    return turn_from_row(row) if row else None
