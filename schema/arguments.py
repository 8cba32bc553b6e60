"""Arguments that several fields share, and the conversion of inputs into the requests of use cases."""

from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from pydantic import TypeAdapter
from strawberry import UNSET
from strawberry.types.unset import UnsetType

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


def to_dict_without_unset(data: object) -> Any:
    """Return the fields of an input that the caller set to a value, as a dict, nested inputs included."""
    if isinstance(data, list):
        return [to_dict_without_unset(item) for item in data]
    if not is_dataclass(data):
        return data
    values = {field.name: getattr(data, field.name) for field in fields(data)}
    return {name: to_dict_without_unset(value) for name, value in values.items() if value is not None and value is not UNSET}


class RequestBuilder(Generic[T]):
    """Builds requests of a use case, a dataclass, from inputs with the same field names.

    A field that the caller omitted, or set to null, gets the request's default.
    """

    def __init__(self, request_type: type[T]) -> None:
        # takes a millisecond, so each root type has one builder for each of its requests
        self._adapter = TypeAdapter(request_type)

    def build(self, data: object) -> T:
        """Return the request for an input."""
        return self._adapter.validate_python(to_dict_without_unset(data))
