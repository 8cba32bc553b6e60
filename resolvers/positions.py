"""Reading and saving positions. A position is validated as a whole, since its parts must be consistent."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bson import ObjectId
from pydantic import ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from agent.phrases import LANGUAGES
from auth import Action, Principal, require_permission
from errors import BadInput, Conflict
from lifecycle.services import Services
from models.documents.language import primary_language
from models.documents.position import Position, PositionContent, find_position
from models.reads import position_list
from models.reads.pagination import Page, PageRequest
from models.writes import position_versions
from resolvers.idempotency import idempotent
from resolvers.ids import IdKind, build_not_found
from resolvers.input_text import clean_language_tag, normalize_text
from resolvers.position_warnings import PositionWarning, find_position_warnings

MAX_QUESTIONS = 30
MAX_CRITERIA = 20

_REASONS: Mapping[str, str] = {
    "string_pattern_mismatch": "must be 1 to 64 lowercase letters, digits and underscores, a letter first",
    "string_too_short": "write at least {min_length} characters",
    "string_too_long": "write at most {max_length} characters",
    "too_short": "give at least {min_length}",
    "too_long": "give at most {max_length}",
    "greater_than": "must be greater than {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
}
"""What to do about a value, by Pydantic's type of the error. Pydantic's own sentences are for programmers."""


async def get_position(principal: Principal, key: str, version: int | None) -> Position:
    """Return a version of a position, by default the newest. Raises NotFound."""
    require_permission(principal, Action.READ_POSITION)
    # Keys are ASCII. Other text cannot match, and MongoDB refuses some of it, such as unpaired surrogates.
    position = await find_position(principal.organization_id, key, version) if key.isascii() else None
    if position is None:
        raise build_not_found(IdKind.POSITION)
    return position


async def list_positions(
    principal: Principal,
    *,
    include_archived: bool,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
) -> Page[Position]:
    """Return a page of the newest versions of all positions, by title. Raises BadInput for contradictory page arguments."""
    require_permission(principal, Action.READ_POSITION)
    request = PageRequest.from_relay_arguments(position_list.BY_TITLE, first, after, last, before)
    return await position_list.list_positions(principal.organization_id, request, include_archived=include_archived)


async def count_positions(principal: Principal, *, include_archived: bool) -> int:
    """Return how many positions `list_positions` lists."""
    require_permission(principal, Action.READ_POSITION)
    return await position_list.count_positions(principal.organization_id, include_archived=include_archived)


async def list_versions(
    principal: Principal, key: str, *, first: int | None, after: str | None, last: int | None, before: str | None
) -> tuple[Page[Position], int]:
    """Return a page of a position's versions, newest first, and how many there are. Raises NotFound and BadInput."""
    newest = await get_position(principal, key, None)
    request = PageRequest.from_relay_arguments(position_list.NEWEST_VERSION_FIRST, first, after, last, before)
    return await position_list.list_versions(newest, request), newest.version


async def save_position(
    services: Services, principal: Principal, body: Mapping[str, Any], based_on: int | None, idempotency_key: str | None
) -> Position:
    """Store a new version. `body` has the fields of models.documents.position.PositionContent, some with defaults.

    Raises BadInput with the path of the invalid value, such as questions[2].criterionKeys[0], and Conflict if `based_on` is not
    the newest version.
    """
    require_permission(principal, Action.SAVE_POSITION)
    checked = validate_position_body(body)
    if based_on is not None and based_on < 1:
        raise BadInput(
            "basedOnVersion must be the version that you edited, 1 or greater, or null for a new position.",
            field="basedOnVersion",
        )
    call = idempotent(services, principal, "savePosition", idempotency_key, [checked.model_dump(), based_on])
    position_id = await call.claim(ObjectId())
    return await position_versions.save_position(
        principal.organization_id, checked, based_on, position_id, created_by=principal.name
    )


async def check_position(services: Services, principal: Principal, body: Mapping[str, Any]) -> list[PositionWarning]:
    """Return the warnings that `save_position` would give. Raises BadInput like `save_position`, and stores nothing."""
    require_permission(principal, Action.SAVE_POSITION)
    return await warn_about_position(services, validate_position_body(body))


async def warn_about_position(services: Services, position: PositionContent) -> list[PositionWarning]:
    """Return the warnings about valid content."""
    return await asyncio.to_thread(find_position_warnings, position, services.settings.interview.closing_seconds)


async def seed_positions(organization_id: ObjectId, documents: Iterable[Mapping[str, Any]]) -> list[str]:
    """Store version 1 of each position that the organization does not have yet, and return their keys.

    Raises BadInput like `save_position`, before anything is stored.
    """
    seeded = []
    for body in [validate_position_body(document) for document in documents]:
        if await find_position(organization_id, body.key):
            continue
        try:
            await position_versions.save_position(organization_id, body, None)
        except Conflict:
            continue  # another process has stored it in the meantime
        seeded.append(body.key)
    return seeded


def validate_position_body(data: Mapping[str, Any]) -> PositionContent:
    """Validate a position. Raises BadInput with the path of the first invalid value, in the API's names."""
    try:
        body = PositionContent.model_validate(_normalize_texts(data))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        path = _format_path(first["loc"])
        raise BadInput(f"{path}: {_describe_error(first)}.", field=path) from None
    body.language = clean_language_tag(body.language, "language")
    for path, problem in _find_inconsistencies(body):
        raise BadInput(f"{path}: {problem}.", field=path)
    for criterion in body.criteria:
        criterion.levels.sort(key=lambda level: level.value)
    return body


def _describe_error(error: ErrorDetails) -> str:
    template = _REASONS.get(error["type"])
    if template is None:
        return error["msg"].lower()
    return template.format_map(error.get("ctx", {})).replace(" 1 characters", " 1 character")


def _find_inconsistencies(body: PositionContent) -> Iterator[tuple[str, str]]:
    if primary_language(body.language) not in LANGUAGES:
        yield "language", f"the interviewer speaks {', '.join(LANGUAGES)} only"
    if not 1 <= len(body.questions) <= MAX_QUESTIONS:
        yield "questions", f"a position has 1 to {MAX_QUESTIONS} questions, not {len(body.questions)}"
    if not 1 <= len(body.criteria) <= MAX_CRITERIA:
        yield "criteria", f"a position has 1 to {MAX_CRITERIA} criteria, not {len(body.criteria)}"
    yield from _find_duplicate_keys("questions", [question.key for question in body.questions])
    yield from _find_duplicate_keys("criteria", [criterion.key for criterion in body.criteria])
    analyses = body.job_analysis.criteria if body.job_analysis else []
    yield from _find_duplicate_keys("jobAnalysis.criteria", [analysis.key for analysis in analyses])
    known = {criterion.key for criterion in body.criteria}
    references = [
        *(
            (f"questions[{i}].criterionKeys[{j}]", key)
            for i, question in enumerate(body.questions)
            for j, key in enumerate(question.criterion_keys)
        ),
        *((f"jobAnalysis.criteria[{i}].key", analysis.key) for i, analysis in enumerate(analyses)),
    ]
    for path, key in references:
        if key not in known:
            yield path, f"there is no criterion '{key}': add it to criteria, or remove it here"
    for i, criterion in enumerate(body.criteria):
        if sorted(level.value for level in criterion.levels) != [1, 2, 3, 4, 5]:
            yield f"criteria[{i}].levels", "give exactly one anchor for each of the levels 1 to 5"
    if body.wrap_up_after_exchanges < len(body.questions):
        yield "wrapUpAfterExchanges", f"{len(body.questions)} questions need at least as many exchanges"
    if body.limit_minutes < len(body.questions):
        yield "limitMinutes", f"{len(body.questions)} questions need at least a minute each"


def _find_duplicate_keys(path: str, keys: list[str]) -> Iterator[tuple[str, str]]:
    for index, key in enumerate(keys):
        if key in keys[:index]:
            yield f"{path}[{index}].key", f"'{key}' occurs twice: every key must be unique"


def _format_path(location: Iterable[str | int]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{to_camel(part)}" for part in location).removeprefix(".")


def _normalize_texts(value: Any, location: tuple[str | int, ...] = ()) -> Any:
    match value:
        case str():
            return normalize_text(value, _format_path(location))
        case Mapping():
            return {name: _normalize_texts(part, (*location, name)) for name, part in value.items()}
        case list() | tuple():
            return [_normalize_texts(part, (*location, index)) for index, part in enumerate(value)]
        case _:
            return value
