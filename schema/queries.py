"""What can be read."""

from functools import partial
from typing import Annotated

import strawberry
from strawberry import UNSET

from models.documents.evaluation import Evaluation as EvaluationDocument
from models.documents.interview import Interview as InterviewDocument
from models.documents.position import Position as PositionDocument
from models.documents.recording import RecordingFile
from resolvers import evaluations, interviews, invites, node, positions, transcripts, viewer
from schema.arguments import After, AfterSeq, Before, First, FirstTurns, Id, InterviewId, Last, Version, unset_to_none
from schema.context import Info
from schema.fields import resolved_field
from schema.inputs.lists import InterviewFilter, InterviewOrder
from schema.types.connection import Connection
from schema.types.enums import OrderDirection
from schema.types.evaluation import Evaluation
from schema.types.interview import Interview, interview_fields_to_load
from schema.types.invitation import Invitation
from schema.types.node import Node
from schema.types.position import Position
from schema.types.recording import Recording
from schema.types.transcript import Transcript
from schema.types.viewer import Organization, Viewer


@strawberry.type(description="What can be read.")
class Query:
    """The root of every query."""

    @resolved_field("Whatever has this id; null when it is unknown, or nothing that the caller may read.")
    async def node(self, info: Info, node_id: Id) -> Node | None:
        """Relay's node."""
        context = info.context
        caller = await context.principal()
        match await node.get_node(context.services, caller, node_id):
            case InterviewDocument() as interview:
                return Interview.of(interview, caller)
            case PositionDocument() as position:
                return Position.of(position, caller)
            case EvaluationDocument() as evaluation:
                return Evaluation.of(evaluation)
            case RecordingFile() as file:
                return Recording.of(file)
            case None:
                return None
            case organization:
                return Organization.of(organization)

    @resolved_field("Who is asking.")
    async def viewer(self, info: Info) -> Viewer:
        """The caller."""
        return Viewer.of(*await viewer.get_viewer(info.context.services, await info.context.principal()))

    @resolved_field("One interview.")
    async def interview(self, info: Info, interview_id: Id) -> Interview | None:
        """An interview."""
        caller = await info.context.principal()
        return Interview.of(await interviews.get_interview(info.context.services, caller, interview_id), caller)

    @resolved_field(
        "What the page behind an invite shows before the candidate agrees. It needs no other credential than the "
        "invite; NOT_FOUND for a false or replaced one."
    )
    async def invitation(
        self, info: Info, token: Annotated[str, strawberry.argument(description="The invite's token.")]
    ) -> Invitation | None:
        """An invite, opened."""
        return Invitation.of(await invites.get_invitation(info.context.services, token))

    @resolved_field("The organization's interviews, newest first unless ordered otherwise.")
    async def interviews(
        self,
        info: Info,
        interview_filter: Annotated[
            InterviewFilter | None, strawberry.argument(name="filter", description="Which of them; all unless given.")
        ] = UNSET,
        order_by: Annotated[InterviewOrder | None, strawberry.argument(description="In which order.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Interview]:
        """A page of interviews."""
        services, caller = info.context.services, await info.context.principal()
        criteria, order = unset_to_none(interview_filter), unset_to_none(order_by) or InterviewOrder()
        where = criteria.to_filter() if criteria else None
        page = await interviews.list_interviews(
            services,
            caller,
            where,
            order.field,
            order.direction is OrderDirection.DESC,
            unset_to_none(first),
            unset_to_none(after),
            unset_to_none(last),
            unset_to_none(before),
            interview_fields_to_load(info.context.mentioned_fields),
        )
        count = partial(interviews.count_interviews, services, caller, where)
        return Connection.of(page, lambda document: Interview.of(document, caller), count)

    @resolved_field("What was said. To miss and repeat nothing: query, then subscribe to turnAdded after lastSeq.")
    async def transcript(
        self, info: Info, interview_id: InterviewId, after: AfterSeq = 0, first: FirstTurns = UNSET
    ) -> Transcript | None:
        """The turns of an interview."""
        caller = await info.context.principal()
        found = await transcripts.get_transcript(info.context.services, caller, interview_id, after, unset_to_none(first))
        return Transcript.of(found, caller)

    @resolved_field(
        "The newest completed version, or the newest while none is completed, unless one is named; null while there is none."
    )
    async def evaluation(self, info: Info, interview_id: InterviewId, version: Version = UNSET) -> Evaluation | None:
        """An evaluation of an interview."""
        caller = await info.context.principal()
        found = await evaluations.get_evaluation(info.context.services, caller, interview_id, unset_to_none(version))
        return Evaluation.of(found) if found else None

    @resolved_field("One position: the newest version unless one is named.")
    async def position(
        self,
        info: Info,
        key: Annotated[str, strawberry.argument(description="The position's key.")],
        version: Version = UNSET,
    ) -> Position | None:
        """A version of a position."""
        caller = await info.context.principal()
        return Position.of(await positions.get_position(info.context.services, caller, key, unset_to_none(version)), caller)

    @resolved_field("The newest version of each position, by title.")
    async def positions(
        self,
        info: Info,
        include_archived: Annotated[
            bool, strawberry.argument(description="Those for which no new interviews are made, too.")
        ] = False,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> Connection[Position]:
        """A page of positions."""
        services, caller = info.context.services, await info.context.principal()
        page = await positions.list_positions(
            services,
            caller,
            include_archived,
            unset_to_none(first),
            unset_to_none(after),
            unset_to_none(last),
            unset_to_none(before),
        )
        count = partial(positions.count_positions, services, caller, include_archived)
        return Connection.of(page, lambda document: Position.of(document, caller), count)
