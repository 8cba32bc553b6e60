"""What can be followed while it happens. How a stream that fails is told stands in api/websocket.py and api/sse.py."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry
from strawberry import UNSET

from auth import Principal
from engine.shared_subscriptions import EventMapper
from live.messages import Interim
from models.documents import turn as documents
from resolvers import subscriptions
from schema.arguments import AfterSeq, InterviewId, unset_to_none
from schema.context import Info
from schema.fields import subscription
from schema.inputs.lists import LiveFilter
from schema.types.interview import Interview
from schema.types.transcript import InterimTranscript, Turn

_TURNS = EventMapper[documents.Turn, Principal, Turn](key=lambda turn: turn.seq, event=Turn.of)
_INTERIMS = EventMapper[Interim, Principal, InterimTranscript](
    key=lambda interim: interim, event=lambda interim, _: InterimTranscript.of(interim)
)


@strawberry.type(description="What can be followed while it happens.")
class Subscription:
    """The root of every subscription."""

    @subscription(
        "Stored turns in order, each once, from after + 1; completes after the last turn of an interview that has ended."
    )
    async def turn_added(self, info: Info, interview_id: InterviewId, after: AfterSeq = 0) -> AsyncGenerator[Turn, None]:
        """Turns as they are stored."""
        caller = await info.context.subscriber()
        services = info.context.services

        async def open_turns(caller: Principal, after: int) -> AsyncGenerator[documents.Turn, None]:
            return await subscriptions.follow_turns(services, caller, interview_id, after)

        async with aclosing(_TURNS.events(info.context, caller, after, open_turns)) as events:
            async for event in events:
                yield event

    @subscription("What is being said or written right now: may be lost, is replaced by the stored turn.")
    async def interim_transcript(self, info: Info, interview_id: InterviewId) -> AsyncGenerator[InterimTranscript, None]:
        """Words as they come."""
        caller = await info.context.subscriber()
        services = info.context.services

        async def open_interims(caller: Principal, _: int) -> AsyncGenerator[Interim, None]:
            return await subscriptions.follow_interims(services, caller, interview_id)

        async with aclosing(_INTERIMS.events(info.context, caller, 0, open_interims)) as events:
            async for event in events:
                yield event

    @subscription(
        "The interview as it is, then whenever it has changed (updatedAt; elapsedSeconds alone is no change), at "
        "most once a second."
    )
    async def interview_changed(self, info: Info, interview_id: InterviewId) -> AsyncGenerator[Interview, None]:
        """One interview as it goes on."""
        caller = await info.context.subscriber()
        async with aclosing(await subscriptions.follow_interview(info.context.services, caller, interview_id)) as states:
            async for interview in states:
                yield Interview.of(interview, caller)

    @subscription(
        "For a wall: first the matching interviews (newest 200), then each that changes, if it matched before or "
        "matches now, so that a tile learns that it leaves."
    )
    async def interviews_changed(
        self,
        info: Info,
        interview_filter: Annotated[
            LiveFilter | None,
            strawberry.argument(name="filter", description="Which interviews; those that are going on unless given."),
        ] = UNSET,
    ) -> AsyncGenerator[Interview, None]:
        """All that is going on."""
        caller = await info.context.subscriber()
        criteria = unset_to_none(interview_filter)
        where = criteria.to_filter() if criteria else None
        async with aclosing(await subscriptions.follow_interviews(info.context.services, caller, where)) as states:
            async for interview in states:
                yield Interview.of(interview, caller)
