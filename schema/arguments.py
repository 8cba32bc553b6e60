"""Arguments that several fields have in common."""

from typing import Annotated, TypeVar

import strawberry
from strawberry.types.unset import UnsetType

T = TypeVar("T")


def unset_to_none(value: T | UnsetType | None) -> T | None:
    """The value; None when it was not given: UNSET is only there so that the schema does not print `= null`."""
    return None if isinstance(value, UnsetType) else value


First = Annotated[int | None, strawberry.argument(description="The first so many: 50 unless given, at most 100. Not with last.")]
After = Annotated[str | None, strawberry.argument(description="From after this cursor; with first.")]
Last = Annotated[int | None, strawberry.argument(description="The last so many, at most 100. Not with first.")]
Before = Annotated[str | None, strawberry.argument(description="Up to before this cursor; with last.")]

AfterSeq = Annotated[int, strawberry.argument(description="seq of the last turn that the caller holds, 0 for none.")]
FirstTurns = Annotated[int | None, strawberry.argument(description="At most so many turns, up to 100; all of them unless given.")]
Version = Annotated[int | None, strawberry.argument(description="A version; unless given, the one that the field describes.")]
InterviewId = Annotated[strawberry.ID, strawberry.argument(description="The interview's id.")]
Id = Annotated[strawberry.ID, strawberry.argument(name="id", description="The id.")]
