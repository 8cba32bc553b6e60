"""Ids as callers see them: opaque strings, whose prefix says what they name."""

import re
from enum import StrEnum

from bson import ObjectId

from errors import NotFound


class IdKind(StrEnum):
    """What an id names; the value is its prefix."""

    INTERVIEW = "int"
    TURN = "trn"
    POSITION = "pos"
    EVALUATION = "eva"
    RECORDING = "rec"
    ORGANIZATION = "org"


_ID = re.compile(rf"({'|'.join(IdKind)})_([0-9a-f]{{24}})")


def encode_id(kind: IdKind, object_id: ObjectId) -> str:
    """The id as callers see it."""
    return f"{kind}_{object_id}"


def parse_id(text: str) -> tuple[IdKind, ObjectId] | None:
    """What an id names; None when it is no id of ours."""
    match = _ID.fullmatch(text)
    return (IdKind(match[1]), ObjectId(match[2])) if match else None


def decode_id(kind: IdKind, text: str) -> ObjectId:
    """The object's id. Raises NotFound when the text is no id of that kind."""
    parsed = parse_id(text)
    if parsed is None or parsed[0] is not kind:
        raise build_not_found(kind)
    return parsed[1]


def build_not_found(kind: IdKind) -> NotFound:
    """The one answer for what is unknown, foreign or malformed."""
    return NotFound(f"There is no such {kind.name.lower()}: check the id, and that it belongs to your organization.")
