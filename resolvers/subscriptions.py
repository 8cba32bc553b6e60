"""Subscriptions: authorized when they start, streamed from the live feeds, and authorized again while they run."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import TypeVar

from bson import ObjectId

from auth import Action, Principal, check_candidate_access, require_permission
from errors import BadInput
from lifecycle.access_monitor import RECHECK_SECONDS, AccessMonitor
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from live.messages import Interim
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import Channel, Turn
from models.reads.interview_list import InterviewFilter, InterviewOrderField, list_interviews, to_sort_order
from models.reads.pagination import PageRequest
from resolvers.ids import IdKind, build_not_found, decode_id
from resolvers.input_text import clean_filter_values
from resolvers.interview_views import get_limited_view, get_update_time

MAX_INITIAL_INTERVIEWS = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveInterviewFilter:
    """Which interviews a live list contains. None matches any value."""

    statuses: Sequence[InterviewStatus] = (InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS, InterviewStatus.ENDING)
    position_keys: Sequence[str] | None = None
    channels: Sequence[Channel] | None = None

    def matches(self, interview: Interview) -> bool:
        """Return whether the list contains the interview in its present state."""
        return (
            interview.status in self.statuses
            and (self.position_keys is None or interview.position.key in self.position_keys)
            and (self.channels is None or interview.channel in self.channels)
        )


class LiveEventKind(StrEnum):
    """What an event of a live list says."""

    SNAPSHOT = "SNAPSHOT"
    SNAPSHOT_COMPLETE = "SNAPSHOT_COMPLETE"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """An event of a live list. Only SNAPSHOT_COMPLETE has no interview."""

    kind: LiveEventKind
    interview: Interview | None = None


async def follow_turns(
    services: Services, principal: Principal, interview_id: str, after: int, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Turn, None]:
    """Return a stream of the stored turns in order, each once, from seq `after` + 1 on.

    The stream ends after the last turn once the interview has ended. Raises Forbidden, NotFound, and BadInput for a negative
    `after`. The stream raises Unauthenticated when the caller's access expires or is revoked.
    """
    require_permission(principal, Action.READ_INTERVIEW)
    if after < 0:
        raise BadInput("after must be the seq of the last turn that you have received, or 0 if you have none.", field="after")
    followed_id = await _resolve_interview_id(services, principal, interview_id)
    access_monitor = services.access_monitors.for_principal(principal, recheck_seconds)
    return services.live.follow_turns(followed_id, after, access_monitor.check)


async def follow_interims(
    services: Services, principal: Principal, interview_id: str, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interim, None]:
    """Return a stream of the words that are being spoken or written, before they are turns. It ends with the interview.

    Raises Forbidden and NotFound. The stream raises Unauthenticated as that of `follow_turns` does.
    """
    require_permission(principal, Action.READ_INTERVIEW)
    followed_id = await _resolve_interview_id(services, principal, interview_id)
    access_monitor = services.access_monitors.for_principal(principal, recheck_seconds)
    return services.live.follow_interims(followed_id, access_monitor.check)


async def follow_interview(
    services: Services, principal: Principal, interview_id: str, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interview, None]:
    """Return a stream of the interview's state: the present one, then each change. It has no end.

    Raises Forbidden and NotFound. The stream raises Unauthenticated as that of `follow_turns` does.
    """
    require_permission(principal, Action.READ_INTERVIEW)
    followed_id = await _resolve_interview_id(services, principal, interview_id)
    access_monitor = services.access_monitors.for_principal(principal, recheck_seconds)
    return _stream_interview_states(services, access_monitor, followed_id)


async def follow_live_list(
    services: Services, principal: Principal, where: LiveInterviewFilter | None, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[LiveEvent, None]:
    """Return a stream of the organization's interviews: the newest 200 that match, newest first, their end, then each change.

    A change is sent if the interview matches now or matched when it was last sent. Raises Forbidden, and BadInput for invalid or
    too many values of a filter. The stream raises Unauthenticated as that of `follow_turns` does.
    """
    require_permission(principal, Action.LIST_INTERVIEWS)
    where = where or LiveInterviewFilter()
    where = replace(where, position_keys=clean_filter_values(where.position_keys, "filter.positionKeys"))
    access_monitor = services.access_monitors.for_principal(principal, recheck_seconds)
    return _stream_while_authorized(access_monitor, _stream_matching_interviews(services, principal, where))


async def _resolve_interview_id(services: Services, principal: Principal, interview_id: str) -> ObjectId:
    """Authorize the caller as `load_interview` does, without loading the document.

    The fields that this needs are cached while somebody follows the interview, and otherwise read with a projection.
    """
    object_id = decode_id(IdKind.INTERVIEW, interview_id)
    access_state = services.live.get_cached_access_state(object_id) or await services.credentials.read_access_state(object_id)
    if (
        access_state is None
        or access_state.owner_id != principal.organization_id
        or (principal.role is Role.CANDIDATE and principal.interview_id != object_id)
    ):
        raise build_not_found(IdKind.INTERVIEW)
    check_candidate_access(principal, access_state)
    return object_id


async def _stream_interview_states(
    services: Services, access_monitor: AccessMonitor, interview_id: ObjectId
) -> AsyncGenerator[Interview, None]:
    states = services.live.follow_interview(interview_id, partial(get_update_time, access_monitor.principal))
    async with aclosing(_stream_while_authorized(access_monitor, states)) as authorized_states:
        async for state in authorized_states:
            check_candidate_access(access_monitor.principal, state)
            yield state


async def _stream_matching_interviews(
    services: Services, principal: Principal, where: LiveInterviewFilter
) -> AsyncGenerator[LiveEvent, None]:
    organization_id, get_updated_at = principal.organization_id, partial(get_update_time, principal)
    criteria = InterviewFilter(statuses=where.statuses, position_keys=where.position_keys, channels=where.channels)
    newest = PageRequest(to_sort_order(InterviewOrderField.CREATED_AT, descending=True), MAX_INITIAL_INTERVIEWS)
    last_sent_at: dict[ObjectId, datetime] = {}
    # Subscribe before reading the list, so that a change between the two is sent twice rather than lost.
    changes_in_view = services.live.follow_interviews(organization_id, get_limited_view(principal), get_updated_at)
    async with aclosing(changes_in_view) as changes:
        for interview in (await list_interviews(organization_id, criteria, newest)).items:
            last_sent_at[interview.id] = get_updated_at(interview)
            yield LiveEvent(LiveEventKind.SNAPSHOT, interview)
        yield LiveEvent(LiveEventKind.SNAPSHOT_COMPLETE)
        async for interview in changes:
            interview_id, updated_at = interview.id, get_updated_at(interview)
            previous_update = last_sent_at.get(interview_id)
            if previous_update is not None and updated_at <= previous_update:
                continue
            if where.matches(interview):
                last_sent_at[interview_id] = updated_at
                yield LiveEvent(LiveEventKind.CHANGED, interview)
            elif previous_update is not None:
                del last_sent_at[interview_id]
                yield LiveEvent(LiveEventKind.REMOVED, interview)


async def _stream_while_authorized(access_monitor: AccessMonitor, stream: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    """Yield the stream's items while the caller has access. Raises Unauthenticated when the access ends."""
    async with aclosing(stream):
        while True:
            # A task of its own: cancelling anext() at a timeout would close the generator.
            next_item = asyncio.ensure_future(anext(stream, None))
            try:
                while True:
                    await asyncio.wait({next_item}, timeout=access_monitor.seconds_until_check)
                    await access_monitor.check_and_wait()
                    if next_item.done():
                        break
            finally:
                await cancel_and_wait(next_item)
            item = next_item.result()
            if item is None:
                return
            yield item
