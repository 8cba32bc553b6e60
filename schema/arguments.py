"""Arguments that several fields share, and the conversion of inputs into the requests of use cases."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, Field, fields, is_dataclass
from types import MappingProxyType
from typing import Annotated, Any, Generic, TypeVar, cast

import strawberry
from pydantic import TypeAdapter
from strawberry import UNSET
from strawberry.types.unset import UnsetType
from strawberry.utils.str_converters import to_camel_case

from errors import AppError, BadInput
from models.reads.pagination import PageRequest, SortOrder

T = TypeVar("T")

First = Annotated[
    int | None,
    strawberry.argument(description="Returns the first n items (default 50, maximum 100). Cannot be combined with `last`."),
]
After = Annotated[
    str | None,
    strawberry.argument(description="Returns items after this cursor. Use with `first`; a cursor of another list is BAD_INPUT."),
]
Last = Annotated[
    int | None,
    strawberry.argument(description="Returns the last n items (maximum 100). Cannot be combined with `first`."),
]
Before = Annotated[
    str | None,
    strawberry.argument(description="Returns items before this cursor. Use with `last`; a cursor of another list is BAD_INPUT."),
]

FirstChanges = Annotated[int | None, strawberry.argument(description="Returns the first n changes (default 50, maximum 100).")]
AfterChange = Annotated[
    str | None,
    strawberry.argument(
        description="Cursor of the last change that the caller has, from Change.cursor, nextCursor or latestCursor."
    ),
]
AfterSeq = Annotated[
    int,
    strawberry.argument(description="`seq` of the last turn that the caller has; 0 (the default) starts at the first turn."),
]
FirstTurns = Annotated[
    int | None,
    strawberry.argument(description="Returns at most n turns (maximum 100). Without it, all turns after `after` are returned."),
]
Version = Annotated[
    int | None,
    strawberry.argument(description="Selects a version by its number. Without it, the field's default version is returned."),
]
InterviewId = Annotated[strawberry.ID, strawberry.argument(description="The id of the interview.")]
Id = Annotated[strawberry.ID, strawberry.argument(name="id", description="The id of the object.")]


def unset_to_none(value: T | UnsetType | None) -> T | None:
    """Return the value, or None if the caller omitted it.

    Optional arguments default to UNSET, because the schema would print a default of None as `= null`.
    """
    return None if isinstance(value, UnsetType) else value


def build_page_request(
    order: SortOrder,
    first: int | UnsetType | None,
    after: str | UnsetType | None,
    last: int | UnsetType | None,
    before: str | UnsetType | None,
) -> PageRequest:
    """Return the request for the page that a connection's arguments name. Raises BadInput."""
    return PageRequest.from_relay_arguments(
        order, unset_to_none(first), unset_to_none(after), unset_to_none(last), unset_to_none(before)
    )


def to_dict_without_unset(data: object) -> Any:
    """Return the fields of an input that the caller set to a value, as a dict, nested inputs included."""
    if isinstance(data, list):
        return [to_dict_without_unset(item) for item in data]
    if not is_dataclass(data):
        return data
    values = {field.name: getattr(data, field.name) for field in fields(data)}
    return {name: to_dict_without_unset(value) for name, value in values.items() if value is not None and value is not UNSET}


def to_dict_of_sent(data: object) -> dict[str, Any]:
    """Return the fields of an input that the caller sent, also those with null, for mutations that change only these."""
    sent = {field.name: getattr(data, field.name) for field in fields(cast(Any, data))}
    return {name: to_dict_without_unset(value) for name, value in sent.items() if value is not UNSET}


class RequestBuilder(Generic[T]):
    """Builds requests of a use case, a dataclass, from inputs with the same field names.

    A field that the caller omitted, or set to null, gets the request's default. `deprecated_names`
    maps the input's deprecated fields to those that replace them, and `path` is the input's own.
    """

    def __init__(
        self, request_type: type[T], *, deprecated_names: Mapping[str, str] = MappingProxyType({}), path: str = ""
    ) -> None:
        # takes a millisecond, so each root type has one builder for each of its requests
        self._adapter = TypeAdapter(request_type)
        self._deprecated_names = deprecated_names
        self._path = path

    def build(self, data: object) -> T:
        """Return the request for an input. Raises BadInput if it has a field under both of its names."""
        values = to_dict_without_unset(data)
        for old, new in self._list_used_names(data).items():
            if new in values:
                old_path, new_path = self._get_path(old), self._get_path(new)
                raise BadInput(f"{old_path} is the deprecated name of {new_path}: send {new_path} only.", field=old_path)
            values[new] = values[old]
        return self._adapter.validate_python(
            {name: value for name, value in values.items() if name not in self._deprecated_names}
        )

    @contextmanager
    def naming_fields_as_sent(self, data: object) -> Iterator[None]:
        """Let errors about fields that the caller sent under their deprecated names have those names."""
        try:
            yield
        except AppError as error:
            for old, new in self._list_used_names(data).items():
                pattern = re.compile(rf"\b{re.escape(self._get_path(new))}\b")
                error.args = (pattern.sub(self._get_path(old), str(error)),)
                error.field = pattern.sub(self._get_path(old), error.field) if error.field else None
            raise

    def _list_used_names(self, data: object) -> dict[str, str]:
        """Return the deprecated names that the caller used. A field that has its default counts as omitted."""
        if not self._deprecated_names or not is_dataclass(data):
            return {}
        defaults = {field.name: _get_default(field) for field in fields(data)}
        return {
            old: new
            for old, new in self._deprecated_names.items()
            if old in defaults and getattr(data, old) not in (None, defaults[old])
        }

    def _get_path(self, name: str) -> str:
        return f"{self._path}.{to_camel_case(name)}"


def _get_default(field: Field[Any]) -> object:
    return field.default if field.default_factory is MISSING else field.default_factory()
