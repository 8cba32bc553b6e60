"""Ids as callers see them: opaque strings, whose prefix says what they name."""

import re
from enum import StrEnum

from bson import ObjectId

from errors import NotFound


class Kind(StrEnum):
    """What an id names; the value is its prefix."""

    INTERVIEW = "int"
    TURN = "trn"
    POSITION = "pos"
    EVALUATION = "eva"
    RECORDING = "rec"
    ORGANIZATION = "org"


_ID = re.compile(rf"({'|'.join(Kind)})_([0-9a-f]{{24}})")


def encode(kind: Kind, object_id: ObjectId) -> str:
    """The id as callers see it."""
    return f"{kind}_{object_id}"


def parse(text: str) -> tuple[Kind, ObjectId] | None:
    """What an id names; None when it is no id of ours."""
    match = _ID.fullmatch(text)
    return (Kind(match[1]), ObjectId(match[2])) if match else None


def decode(kind: Kind, text: str) -> ObjectId:
    """The object's id. Raises NotFound when the text is no id of that kind."""
    parsed = parse(text)
    if parsed is None or parsed[0] is not kind:
        raise not_found(kind)
    return parsed[1]


def not_found(kind: Kind) -> NotFound:
    """The one answer for what is unknown, foreign or malformed."""
    return NotFound(f"There is no such {kind.name.lower()}: check the id, and that it belongs to your organization.")
