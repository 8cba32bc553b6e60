"""Messages through Redis, as JSON: stored turns, interims and notifications of changed interviews."""

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
    """Everything a speaker has said since turn `after_seq`; replaces the previous interim. Not stored; may be lost."""

    interview_id: ObjectId
    speaker: Speaker
    text: str
    """Empty while the candidate is typing."""
    after_seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Changed:
    """Notification that an interview has changed in MongoDB."""

    interview_id: ObjectId


def encode_message(message: Turn | Interim | Changed) -> str:
    """Return the message as JSON."""
    return orjson.dumps({type(message).__name__: message}, default=str).decode()


def decode_message(text: str) -> Turn | Interim | Changed | None:
    """Return the decoded message, or None if it is not one of ours."""
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
