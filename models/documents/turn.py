"""Turns: the transcript, in order and never rewritten. MongoDB is the source of truth.

An append is one transaction over the interview (state, fence, last_seq + n) and the turns, backed by unique indexes,
so `seq` is contiguous from 1 and a key is stored once. Reads use PyMongo directly: Beanie takes four to five times as long.
"""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, ClassVar

import orjson
from beanie import PydanticObjectId
from bson import ObjectId
from pymongo import ASCENDING, IndexModel
from pymongo.asynchronous.collection import AsyncCollection

from models.storage.stored_document import READ_BATCH_SIZE, StoredDocument


class Speaker(StrEnum):
    """The speaker of a turn."""

    INTERVIEWER = "INTERVIEWER"
    CANDIDATE = "CANDIDATE"


class Channel(StrEnum):
    """The channel of a turn or interview."""

    VOICE = "VOICE"
    TEXT = "TEXT"


class AccessOrigin(StrEnum):
    """How a candidate's token was obtained: with the invite, or by staff from startInterview."""

    INVITE = "INVITE"
    OPEN_TRANSCRIPT = "OPEN_TRANSCRIPT"
    START_INTERVIEW = "START_INTERVIEW"


class Move(StrEnum):
    """What an interviewer's turn does in the plan (agent.plan)."""

    GREET = "GREET"
    NEXT = "NEXT"
    PROBE = "PROBE"
    REPEAT = "REPEAT"
    CLARIFY = "CLARIFY"
    WAIT = "WAIT"
    STOP = "STOP"
    WITHDRAW = "WITHDRAW"
    ALTERNATIVE = "ALTERNATIVE"
    NUDGE = "NUDGE"
    ANSWER = "ANSWER"
    ANYTHING_ELSE = "ANYTHING_ELSE"
    CLOSE = "CLOSE"


class Source(StrEnum):
    """Origin of the interviewer's words: the model, code, or a reply of the model that code completed (BROKEN)."""

    MODEL = "MODEL"
    CODE = "CODE"
    BROKEN = "BROKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Latency of a spoken reply: seconds from the end of the candidate's speech to each stage; None if not observed."""

    final: float | None = None
    """The recognizer's final transcript arrived."""
    committed: float | None = None
    """The answer was considered complete."""
    first_word: float | None = None
    """The first word of the reply arrived, from Claude or code."""
    first_audio: float | None = None
    """The synthesizer returned its first audio."""
    heard: float | None = None
    """Playback to the candidate began."""


MIN_CONFIDENCE_OF_OLD_TURNS = 0.4
"""Recognition confidence below which a turn stored without `is_uncertain` counts as uncertain."""


@dataclass(frozen=True, slots=True)
class WordConfidence:
    """The recognition confidence, from 0 to 1, of the word text[start:end] of a turn."""

    start: int
    end: int
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTurn:
    """A turn without a seq. `key`, prefixed by its origin (item:, client:, reply:), makes storing it idempotent."""

    key: str
    speaker: Speaker
    text: str
    channel: Channel
    started_at: datetime
    ended_at: datetime
    question_key: str | None = None
    confidence: float | None = None
    is_uncertain: bool = False
    """Whether the turn was recognized with too little confidence to be evidence of anything."""
    uncertain_words: list[WordConfidence] = field(default_factory=list)
    """The words that were recognized with too little confidence, in a turn that is not uncertain as a whole."""
    language: str | None = None
    """Primary BCP 47 subtag of a candidate's turn in another language than the interview's; None if that is not certain."""
    interrupted: bool = False
    move: Move | None = None
    source: Source | None = None
    answers: int | None = None
    """Seq of the last candidate turn that this interviewer's turn answers, 0 for the greeting.

    None for the candidate's turns, and for replies cut off before they were heard.
    """
    latency: Latency | None = None
    """Latency of a spoken reply."""
    written_with: AccessOrigin | None = None
    """Origin of the token with which the candidate sent the turn.

    None for turns that were not sent through the API, and if the token does not say.
    """


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


def compute_transcript_digest(turns: Sequence[Turn]) -> str:
    """Return the SHA-256 in hex that identifies a transcript.

    It is computed over the JSON array of [seq, speaker, text] of each turn, so that anybody can recompute it.
    """
    return sha256(orjson.dumps([[turn.seq, turn.speaker, turn.text] for turn in turns])).hexdigest()


def turn_to_values(turn: NewTurn) -> dict[str, Any]:
    """Return the turn's fields by name, except the id."""
    return {each.name: getattr(turn, each.name) for each in fields(turn) if each.name != "id"}


def turn_to_row(turn: Turn) -> dict[str, Any]:
    """Return the row that MongoDB stores for the turn."""
    return {
        "_id": turn.id,
        **turn_to_values(turn),
        "latency": asdict(turn.latency) if turn.latency else None,
        "uncertain_words": [asdict(word) for word in turn.uncertain_words],
    }


def turn_from_row(row: Mapping[str, Any]) -> Turn:
    """Return the turn stored in a row."""
    confidence = row["confidence"]
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
        confidence=confidence,
        is_uncertain=row.get("is_uncertain", confidence is not None and confidence < MIN_CONFIDENCE_OF_OLD_TURNS),
        uncertain_words=[WordConfidence(**word) for word in row.get("uncertain_words", [])],
        language=row.get("language"),
        interrupted=row["interrupted"],
        move=Move(row["move"]) if row["move"] else None,
        source=Source(row["source"]) if row["source"] else None,
        answers=row["answers"],
        latency=Latency(**row["latency"]) if row.get("latency") else None,
        written_with=AccessOrigin(row["written_with"]) if row.get("written_with") else None,
    )


def get_turn_collection() -> AsyncCollection[dict[str, Any]]:
    """Return the PyMongo collection of turns."""
    return TurnDocument.get_pymongo_collection()


async def read_turns(interview_id: ObjectId, after: int = 0, limit: int = 0) -> list[Turn]:
    """Return turns with seq > `after`, in order; at most `limit` of them unless it is 0."""
    rows = get_turn_collection().find({"interview_id": interview_id, "seq": {"$gt": after}}).sort("seq", ASCENDING).limit(limit)
    return [turn_from_row(row) async for row in rows]


TurnRange = tuple[ObjectId, int, int]
"""The id of an interview, and the first and last seq of some of its turns."""


async def iterate_turn_ranges(ranges: Sequence[TurnRange]) -> AsyncGenerator[Turn]:
    """Yield the turns of these ranges, of which there is at least one, in no particular order."""
    conditions = [{"interview_id": each, "seq": {"$gte": first, "$lte": last}} for each, first, last in ranges]
    async with get_turn_collection().find({"$or": conditions}, batch_size=READ_BATCH_SIZE) as rows:
        async for row in rows:
            yield turn_from_row(row)


async def iterate_turns(interview_ids: Sequence[ObjectId], after: int, limit: int = 0) -> AsyncGenerator[Turn]:
    """Yield the turns of several interviews with seq > `after`, each interview's in order.

    Of each interview, at most `limit` turns are read unless it is 0.
    """
    # seq has no gaps, so the range has `limit` turns
    seqs = {"$gt": after, "$lte": after + limit} if limit else {"$gt": after}
    found = get_turn_collection().find({"interview_id": {"$in": list(interview_ids)}, "seq": seqs}, batch_size=READ_BATCH_SIZE)
    async with found.sort([("interview_id", ASCENDING), ("seq", ASCENDING)]) as rows:
        async for row in rows:
            yield turn_from_row(row)


async def read_turns_by_seq(seqs_by_interview: Mapping[ObjectId, Collection[int]]) -> list[Turn]:
    """Return the turns of each interview that have these seqs and exist, in no particular order."""
    return [turn async for turn in iterate_turns_by_seq(seqs_by_interview)]


async def iterate_turns_by_seq(seqs_by_interview: Mapping[ObjectId, Collection[int]]) -> AsyncGenerator[Turn]:
    """Yield the turns of each interview that have these seqs and exist, in no particular order."""
    of_interviews = [{"interview_id": each, "seq": {"$in": list(seqs)}} for each, seqs in seqs_by_interview.items()]
    async with get_turn_collection().find({"$or": of_interviews}, batch_size=READ_BATCH_SIZE) as rows:
        async for row in rows:
            yield turn_from_row(row)


async def get_turn(turn_id: ObjectId) -> Turn | None:
    """Return the turn with this id, of any interview."""
    row = await get_turn_collection().find_one({"_id": turn_id})
    return turn_from_row(row) if row else None


async def find_turn(interview_id: ObjectId, key: str) -> Turn | None:
    """Return the turn stored under this key."""
    row = await get_turn_collection().find_one({"interview_id": interview_id, "key": key})
    return turn_from_row(row) if row else None
