"""Text that comes from outside: what is taken, and in which form it is stored."""

import re
import unicodedata
from collections.abc import Callable, Sequence

from errors import BadInput

NAME_LIMIT = 200
DETAIL_LIMIT = 2_000
DOCUMENT_LIMIT = 20_000
"""of a message, a resume, a job description"""
MAX_FILTER_VALUES = 100

_FORBIDDEN_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")


def normalize_text(value: str, field: str) -> str:
    """The text without control characters to worry about: line ends are `\\n`, the ends are stripped.

    Raises BadInput for NUL, any other control character but newline and tab, and halves of surrogate pairs.
    """
    value = value.replace("\r\n", "\n")
    if found := _FORBIDDEN_CHARACTERS.search(value):
        raise BadInput(f"{field} holds the control character U+{ord(found[0]):04X}: send it without.", field=field)
    return value.strip()


def clean_text(value: str, field: str, limit: int = DOCUMENT_LIMIT) -> str:
    """Text of several lines. Raises BadInput when it is empty, longer than `limit` characters, or as `normalize_text` says."""
    value = normalize_text(value, field)
    if not value:
        raise BadInput(f"{field} is empty: send at least one character that is not blank.", field=field)
    if len(value) > limit:
        raise BadInput(f"{field} has {len(value)} characters: at most {limit} are taken.", field=field)
    return value


def clean_line(value: str, field: str, limit: int = NAME_LIMIT) -> str:
    """Text of one line, such as a name: NFC, each run of blanks one space. Raises BadInput as `clean_text`."""
    return " ".join(unicodedata.normalize("NFC", clean_text(value, field, limit)).split())


def clean_filter_values(values: Sequence[str] | None, field: str) -> list[str] | None:
    """The values of a filter, each as `clean_line`; None when there is no filter. Raises BadInput, also for more than 100."""
    if values is None:
        return None
    if len(values) > MAX_FILTER_VALUES:
        raise BadInput(f"{field} has {len(values)} values: at most {MAX_FILTER_VALUES} are taken.", field=field)
    return [clean_line(text, f"{field}[{place}]") for place, text in enumerate(values)]


def clean_email(value: str, field: str) -> str:
    """An email address, checked for its form only. Raises BadInput."""
    value = clean_line(value, field, 254)
    if not _EMAIL.fullmatch(value):
        raise BadInput(f"{field} is not an email address: send one such as name@example.org, or none.", field=field)
    return value


def clean_language_tag(value: str, field: str) -> str:
    """A BCP 47 tag, its primary subtag in lower case. Raises BadInput when it has not that form."""
    value = normalize_text(value, field)
    if not _LANGUAGE.fullmatch(value):
        raise BadInput(f"{field} is not a BCP 47 language tag: send one such as en or de-AT.", field=field)
    primary, *rest = value.split("-")
    return "-".join([primary.lower(), *rest])


def clean_optional(clean_value: Callable[[str, str], str], value: str | None, field: str) -> str | None:
    """The checked text; None when there is none, or it is blank: forms send what was left empty."""
    return clean_value(value, field) if value is not None and normalize_text(value, field) else None
