"""The ids of the API: opaque strings with a prefix for the kind of object."""

import re
from enum import StrEnum

from bson import ObjectId

from errors import NotFound


class IdKind(StrEnum):
    """The kind of object that an id names. The value is the prefix."""

    INTERVIEW = "int"
    TURN = "trn"
    POSITION = "pos"
    EVALUATION = "eva"
    RECORDING = "rec"
    ORGANIZATION = "org"
    REQUEST = "req"
    API_KEY = "key"
    MEMBER = "mem"
    MEMBER_INVITATION = "min"
    NOTE = "nte"
    WEBHOOK_ENDPOINT = "whe"
    WEBHOOK_DELIVERY = "whd"


_ID = re.compile(rf"({'|'.join(IdKind)})_([0-9a-f]{{24}})")


def encode_id(kind: IdKind, object_id: ObjectId) -> str:
    """Return the id by which callers name the object."""
    return f"{kind}_{object_id}"


def encode_person_id(person_id: ObjectId, *, is_member: bool) -> str:
    """Return the id of a member, or of the API key that the person uses (Principal.caller_id)."""
    return encode_id(IdKind.MEMBER if is_member else IdKind.API_KEY, person_id)


def parse_id(text: str) -> tuple[IdKind, ObjectId] | None:
    """Return the kind and the id of the object that an id names, or None if the id is malformed."""
    match = _ID.fullmatch(text)
    return (IdKind(match[1]), ObjectId(match[2])) if match else None


def decode_id(kind: IdKind, text: str) -> ObjectId:
    """Return the id of the object. Raises NotFound if the text is not an id of that kind."""
    parsed = parse_id(text)
    if parsed is None or parsed[0] is not kind:
        raise build_not_found(kind)
    return parsed[1]


def build_not_found(kind: IdKind) -> NotFound:
    """Return the error for unknown, foreign and malformed ids. It is the same for all of them, so that none can be probed."""
    return NotFound(
        f"There is no such {kind.name.lower().replace('_', ' ')}: check the id, and that it belongs to your organization."
    )
