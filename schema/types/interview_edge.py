"""The edge from an object to its interview."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from bson import ObjectId

from auth import Action, Principal, require_permission
from resolvers.ids import IdKind, build_not_found
from schema.context import Info

if TYPE_CHECKING:
    from schema.types.interview import Interview

InterviewEdge = Annotated["Interview", strawberry.lazy("schema.types.interview")]


async def load_interview_edge(info: Info, interview_id: ObjectId, caller: Principal) -> InterviewEdge:
    """Return the interview of an object that the caller may read.

    Raises Forbidden if the caller's key may not read interviews, and NotFound if it has been deleted in the meantime.
    """
    require_permission(caller, Action.READ_INTERVIEW)
    from schema.types.interview import Interview  # noqa: PLC0415  # it imports the types that have this edge

    document = await info.context.loaders.interviews.load(interview_id)
    if document is None:
        raise build_not_found(IdKind.INTERVIEW)
    return Interview.of(document, caller)
