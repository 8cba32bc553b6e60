"""What travels through Redis, as JSON: stored turns, interims, and the news that an interview has changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from bson import ObjectId
from bson.errors import InvalidId

from models.documents.turn import Speaker, Turn, turn_from_row


@dataclass(frozen=True, slots=True)
class Interim:
    """All that a speaker has said since turn `after_seq`, replacing what came before. Never stored; may be lost."""

    interview_id: ObjectId
    speaker: Speaker
    text: str
    after_seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """That interview is no longer as it was: what it is now stands in MongoDB."""

    interview_id: ObjectId


def encode_message(message: Turn | Interim | Changed) -> str:
    """The message as it travels."""
    return orjson.dumps({type(message).__name__: message}, default=str).decode()


def decode_message(text: str) -> Turn | Interim | Changed | None:
    """The message that travelled; None for whatever we did not write."""
    try:
        match orjson.loads(text):
            case {"Turn": {"seq": int(), "text": str()} as row}:
                return _decode_turn(row)
            case {"Interim": {"after_seq": int(after_seq), "text": str(words)} as row}:
                at = datetime.fromisoformat(row["at"])
                return Interim(ObjectId(row["interview_id"]), Speaker(row["speaker"]), words, after_seq, at)
            case {"Changed": {"interview_id": str(interview_id)}}:
                return Changed(ObjectId(interview_id))
    except (ValueError, KeyError, TypeError, InvalidId):
        pass
    return None


def _decode_turn(row: Mapping[str, Any]) -> Turn:
    return turn_from_row(
        {
            **row,
            "_id": ObjectId(row["id"]),
            "interview_id": ObjectId(row["interview_id"]),
            "started_at": datetime.fromisoformat(row["started_at"]),
            "ended_at": datetime.fromisoformat(row["ended_at"]),
        }
    )
