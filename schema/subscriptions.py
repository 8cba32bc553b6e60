"""The root type of subscriptions. api/websocket.py and api/sse.py decide how a failed stream is reported."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry
from strawberry import UNSET

from auth import Principal
from engine.shared_subscriptions import SubscriptionField
from live.messages import Interim
from models.documents import turn as documents
from models.documents.audit_entry import AuditKind
from resolvers import changes, subscriptions
from schema.arguments import AfterChange, AfterSeq, InterviewId, RequestBuilder, unset_to_none
from schema.audit import audited
from schema.context import Info
from schema.decorators import object_type, subscription
from schema.inputs.lists import DEPRECATED_NAMES, LiveFilter
from schema.types.change import Change
from schema.types.interview import Interview
from schema.types.live_interview_event import LiveInterviewEvent
from schema.types.transcript import InterimTranscript, Turn

_FILTER = RequestBuilder(subscriptions.LiveInterviewFilter, deprecated_names=DEPRECATED_NAMES, path="filter")
_TURNS = SubscriptionField[documents.Turn, Principal, Turn](cache_key=lambda turn: turn.seq, to_event=Turn.of)
_INTERIMS = SubscriptionField[Interim, Principal, InterimTranscript](
    cache_key=lambda interim: interim, to_event=InterimTranscript.of
)


@audited(AuditKind.READ)
@object_type
class Subscription:
    """The root of all subscriptions, over WebSocket (graphql-transport-ws) or server-sent events.

    Over WebSocket, send the credential as `authorization` in the payload of connection_init within
    10 seconds. A connection may have 100 operations at a time (one more is RATE_LIMITED) and
    messages of at most 64 KiB.

    An operation whose request is invalid ends with an error. If the credential expires or is revoked,
    which is checked every 2 seconds, the socket closes with code 4401. On UNAVAILABLE or INTERNAL
    it closes with code 1013: reconnect and resume. A stream of server-sent events that ends without
    a `complete` event was interrupted too.
    """

    @subscription
    async def turn_added(self, info: Info, interview_id: InterviewId, after: AfterSeq = 0) -> AsyncGenerator[Turn, None]:
        """The turns of an interview after `after`, each exactly once and in order, first the stored ones, then new ones.

        Completes after the last turn of an interview that has ended. To resume after a lost
        connection, pass the `seq` of the last turn received as `after`.

        Errors:
        - NOT_FOUND: there is no such interview.
        - BAD_INPUT: `after` is negative.
        """
        caller = await info.context.subscriber()
        services = info.context.services

        async def open_turns(caller: Principal, after: int) -> AsyncGenerator[documents.Turn, None]:
            return await subscriptions.follow_turns(services, caller, interview_id, after)

        async with aclosing(_TURNS.subscribe_shared(info.context, caller, after, open_turns)) as events:
            async for event in events:
                yield event

    @subscription
    async def interim_transcript(self, info: Info, interview_id: InterviewId) -> AsyncGenerator[InterimTranscript, None]:
        """What is being said or typed right now.

        Some of it may not be delivered; the stored turn replaces it. Completes when the interview
        ends.

        Errors:
        - NOT_FOUND: there is no such interview.
        """
        caller = await info.context.subscriber()
        services = info.context.services

        async def open_interims(caller: Principal, _: int) -> AsyncGenerator[Interim, None]:
            return await subscriptions.follow_interims(services, caller, interview_id)

        async with aclosing(_INTERIMS.subscribe_shared(info.context, caller, 0, open_interims)) as events:
            async for event in events:
                yield event

    @subscription
    async def interview_changed(self, info: Info, interview_id: InterviewId) -> AsyncGenerator[Interview, None]:
        """The interview as it is now, then again after each change of `updatedAt`, at most once a second.

        The increase of Progress.elapsedSeconds alone is not a change. The stream does not complete.

        Errors:
        - NOT_FOUND: there is no such interview.
        """
        caller = await info.context.subscriber()
        async with aclosing(await subscriptions.follow_interview(info.context.services, caller, interview_id)) as states:
            async for interview in states:
                yield Interview.of(interview, caller)

    @subscription
    async def interviews_changed(
        self,
        info: Info,
        interview_filter: Annotated[
            LiveFilter | None,
            strawberry.argument(name="filter", description="Selects interviews. Default: those that are open or ending."),
        ] = UNSET,
    ) -> AsyncGenerator[Interview, None]:
        """For dashboards: the newest 200 interviews that match the filter, newest first, then each one that changes.

        A change is sent if the interview matches the filter, or has just stopped matching, so that
        a dashboard can remove it. The stream does not complete. Roles: ADMIN, RECRUITER, INTEGRATION,
        VIEWER.
        """
        caller = await info.context.subscriber()
        criteria = unset_to_none(interview_filter)
        where = _FILTER.build(criteria) if criteria else None
        with _FILTER.naming_fields_as_sent(criteria):
            followed = await subscriptions.follow_live_list(info.context.services, caller, where)
        async with aclosing(followed) as events:
            async for event in events:
                if event.interview is None:
                    info.context.end_opening()
                else:
                    yield Interview.of(event.interview, caller)

    @subscription
    async def live_interviews(
        self,
        info: Info,
        interview_filter: Annotated[
            LiveFilter | None,
            strawberry.argument(name="filter", description="Selects interviews. Default: those that are open or ending."),
        ] = UNSET,
    ) -> AsyncGenerator[LiveInterviewEvent | None, None]:
        """Like interviewsChanged, with what each event means, and an event at the end of the snapshot.

        After a reconnection, a dashboard drops the interviews that it shows and that were not among
        those before SNAPSHOT_COMPLETE: they stopped matching the filter in the meantime. Roles:
        ADMIN, RECRUITER, INTEGRATION, VIEWER.
        """
        caller = await info.context.subscriber()
        criteria = unset_to_none(interview_filter)
        where = _FILTER.build(criteria) if criteria else None
        with _FILTER.naming_fields_as_sent(criteria):
            followed = await subscriptions.follow_live_list(info.context.services, caller, where)
        async with aclosing(followed) as events:
            async for event in events:
                yield LiveInterviewEvent.of(event, caller)

    @subscription
    async def changed(self, info: Info, after: AfterChange = UNSET) -> AsyncGenerator[Change | None, None]:
        """The changes of the organization's interviews after `after`, each exactly once and in order (Query.changes).

        Without `after`, it begins with the next change. To resume after a lost connection, pass the
        `cursor` of the last change received. The stream does not complete. Roles: ADMIN, RECRUITER,
        INTEGRATION, VIEWER.

        Errors:
        - CURSOR_EXPIRED: changes after the cursor are no longer available. Read the lists again.
        - BAD_INPUT: `after` is not a cursor of the feed.
        """
        caller = await info.context.subscriber()
        stream = await changes.follow_changes(info.context.services, caller, unset_to_none(after))
        info.context.end_opening()
        async with aclosing(stream) as found:
            async for change in found:
                yield Change.of(change, caller)
