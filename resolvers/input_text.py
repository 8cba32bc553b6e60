"""Validation and normalization of the text that callers send."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from errors import BadInput
from text import UNSTORABLE, normalize

NAME_LIMIT = 200
"""Maximum characters of a key or any other single line."""
CANDIDATE_NAME_LIMIT = 80
DETAIL_LIMIT = 2_000
"""Maximum characters of a reason or a note."""
DOCUMENT_LIMIT = 20_000
"""Maximum characters of a message, a resume or a job description."""
MAX_FILTER_VALUES = 100

_NAME_SIGNS = ".,'()-\u00b7\u05be\u05f3\u05f4\u2010\u2011\u2018\u2019\u200c\u200d\u30fb\ufe0f"
"""Besides apostrophes and hyphens, Hebrew ones among them: the dots and joiners within names, and the selector of emoji."""
_NAME_CATEGORIES = frozenset({"L", "M", "N", "Z"})

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")


def normalize_text(value: str, field: str) -> str:
    """Return the text as `text.normalize` does. Raises BadInput for NUL and unpaired surrogates, which nothing can replace."""
    if found := UNSTORABLE.search(value):
        raise BadInput(f"{field} contains the character U+{ord(found[0]):04X}, which is not text: remove it.", field=field)
    return normalize(value)


def clean_text(value: str, field: str, limit: int = DOCUMENT_LIMIT) -> str:
    """Validate text of several lines. Raises BadInput if it shows nothing, is too long or cannot be stored."""
    value = normalize_text(value, field)
    if not value:
        raise BadInput(f"{field} is empty: send at least one visible character.", field=field)
    if len(value) > limit:
        raise BadInput(f"{field} has {len(value)} characters: the limit is {limit}.", field=field)
    return value


def clean_detail(value: str, field: str) -> str:
    """Validate a reason or a note as `clean_text` does, with its own limit."""
    return clean_text(value, field, DETAIL_LIMIT)


def clean_line(value: str, field: str, limit: int = NAME_LIMIT) -> str:
    """Validate text of one line, such as a name, and return it in NFC with single spaces. Raises BadInput like `clean_text`."""
    return " ".join(unicodedata.normalize("NFC", clean_text(value, field, limit)).split())


def clean_candidate_name(value: str, field: str) -> str:
    """Validate the name that the interviewer says, as `clean_line` does.

    Raises BadInput, also for markup and signs that are not part of a name.
    """
    value = clean_line(value, field, CANDIDATE_NAME_LIMIT)
    if not any(map(str.isalpha, value)) or not all(map(_is_part_of_name, value)):
        raise BadInput(
            f"{field} is not a name: send letters, and at most digits, spaces, emoji and the signs . , ' ( ) - with them.",
            field=field,
        )
    return value


def _is_part_of_name(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in _NAME_CATEGORIES or category == "So" or character in _NAME_SIGNS


def clean_filter_values(values: Sequence[str] | None, field: str) -> list[str] | None:
    """Validate each value of a filter as `clean_line` does. Raises BadInput, also for more than 100 values."""
    if values is None:
        return None
    if len(values) > MAX_FILTER_VALUES:
        raise BadInput(f"{field} has {len(values)} values: the limit is {MAX_FILTER_VALUES}.", field=field)
    return [clean_line(text, f"{field}[{index}]") for index, text in enumerate(values)]


def clean_email(value: str, field: str) -> str:
    """Validate the form of an email address. Raises BadInput."""
    value = clean_line(value, field, 254)
    if not _EMAIL.fullmatch(value):
        raise BadInput(f"{field} is not an email address: send one such as name@example.org, or leave it out.", field=field)
    return value


def clean_language_tag(value: str, field: str) -> str:
    """Validate a BCP 47 language tag and return it with its primary subtag in lower case. Raises BadInput."""
    value = normalize_text(value, field)
    if not _LANGUAGE.fullmatch(value):
        raise BadInput(f"{field} is not a BCP 47 language tag: send one such as en or de-AT.", field=field)
    primary, *rest = value.split("-")
    return "-".join([primary.lower(), *rest])


def clean_time_zone(value: str, field: str) -> ZoneInfo:
    """Return the time zone with this name of the IANA database. Raises BadInput."""
    try:
        return ZoneInfo(clean_line(value, field))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput(f"{field} is not a time zone: send a name such as Europe/Berlin, or leave it out.", field=field) from None


def clean_optional(clean_value: Callable[[str, str], str], value: str | None, field: str) -> str | None:
    """Validate the text if there is one. Returns None for text that shows nothing: forms send empty fields."""
    return clean_value(value, field) if value is not None and normalize_text(value, field) else None
