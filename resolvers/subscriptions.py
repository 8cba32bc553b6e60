"""Subscriptions: authorized first, then streamed from the live feeds, and looked at again while they last."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bson import ObjectId

from auth import Action, Principal, check_candidate_access, require_permission
from errors import BadInput
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from live.messages import Interim
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import Channel, Turn
from models.reads.interview_list import InterviewFilter, InterviewOrderField, list_interviews, to_sort_order
from models.reads.pagination import PageRequest
from models.reads.watermarks import read_access_state
from resolvers.access_monitor import RECHECK_SECONDS, AccessMonitor
from resolvers.ids import IdKind, build_not_found, decode_id
from resolvers.input_text import clean_filter_values

MAX_INITIAL_INTERVIEWS = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveInterviewFilter:
    """Which interviews a wall shows; None: any."""

    status: Sequence[InterviewStatus] = (InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS, InterviewStatus.ENDING)
    position_key: Sequence[str] | None = None
    channel: Sequence[Channel] | None = None

    def matches(self, interview: Interview) -> bool:
        """Whether the wall shows this interview as it is now."""
        return (
            interview.status in self.status
            and (self.position_key is None or interview.position.key in self.position_key)
            and (self.channel is None or interview.channel in self.channel)
        )


async def follow_turns(
    services: Services, principal: Principal, interview_id: str, after: int, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Turn, None]:
    """Stored turns in order, each once, from seq after + 1; they end after the last turn of an interview that has ended.

    Raises as the other functions here: Forbidden and NotFound; and BadInput for a negative `after`. The streams raise
    Unauthenticated when the caller's access has expired or been withdrawn meanwhile.
    """
    require_permission(principal, Action.READ_INTERVIEW)
    if after < 0:
        raise BadInput("after is the seq of the last turn that you hold: 0 for none.", field="after")
    followed_id = await _resolve_interview_id(services, principal, interview_id)
    return services.live.follow_turns(followed_id, after, AccessMonitor.for_principal(principal, recheck_seconds).check)


async def follow_interims(
    services: Services, principal: Principal, interview_id: str, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interim, None]:
    """What is being said or written right now; ends with the interview."""
    require_permission(principal, Action.READ_INTERVIEW)
    followed_id = await _resolve_interview_id(services, principal, interview_id)
    return services.live.follow_interims(followed_id, AccessMonitor.for_principal(principal, recheck_seconds).check)


async def follow_interview(
    services: Services, principal: Principal, interview_id: str, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interview, None]:
    """The interview as it is, then whenever it has changed; does not end by itself."""
    require_permission(principal, Action.READ_INTERVIEW)
    followed_id = await _resolve_interview_id(services, principal, interview_id)
    return _stream_interview_states(services, principal, followed_id, recheck_seconds)


async def follow_interviews(
    services: Services, principal: Principal, where: LiveInterviewFilter | None, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interview, None]:
    """First the matching interviews, the newest 200, newest first; then each that changes, if it was shown or matches now."""
    require_permission(principal, Action.LIST_INTERVIEWS)
    where = where or LiveInterviewFilter()
    where = replace(where, position_key=clean_filter_values(where.position_key, "filter.positionKey"))
    return _stream_while_authorized(
        principal, _stream_matching_interviews(services, principal.organization_id, where), recheck_seconds
    )


async def _resolve_interview_id(services: Services, principal: Principal, interview_id: str) -> ObjectId:
    """As load_interview, from what is known of an interview that somebody follows already, else by few fields."""
    object_id = decode_id(IdKind.INTERVIEW, interview_id)
    access_state = services.live.cached_access_state(object_id) or await read_access_state(object_id)
    if (
        access_state is None
        or access_state.organization_id != principal.organization_id
        or (principal.role is Role.CANDIDATE and principal.interview_id != object_id)
    ):
        raise build_not_found(IdKind.INTERVIEW)
    check_candidate_access(principal, access_state)
    return object_id


async def _stream_interview_states(
    services: Services, principal: Principal, interview_id: ObjectId, recheck_seconds: float
) -> AsyncGenerator[Interview, None]:
    states = services.live.follow_interview(interview_id)
    async with aclosing(_stream_while_authorized(principal, states, recheck_seconds)) as authorized_states:
        async for state in authorized_states:
            check_candidate_access(principal, state)
            yield state


async def _stream_matching_interviews(
    services: Services, organization_id: ObjectId, where: LiveInterviewFilter
) -> AsyncGenerator[Interview, None]:
    criteria = InterviewFilter(status=where.status, position_key=where.position_key, channel=where.channel)
    newest = PageRequest(to_sort_order(InterviewOrderField.CREATED_AT, descending=True), MAX_INITIAL_INTERVIEWS)
    last_sent_at: dict[ObjectId, datetime] = {}
    # asked for before the list is read: what changes in between comes again rather than never
    async with aclosing(services.live.follow_interviews(organization_id)) as changes:
        for interview in (await list_interviews(organization_id, criteria, newest)).items:
            last_sent_at[interview.id] = interview.updated_at
            yield interview
        async for interview in changes:
            interview_id = interview.id
            previous_update = last_sent_at.get(interview_id)
            if previous_update is not None and interview.updated_at <= previous_update:
                continue
            if where.matches(interview):
                last_sent_at[interview_id] = interview.updated_at
            elif previous_update is None:
                continue
            else:
                del last_sent_at[interview_id]
            yield interview


async def _stream_while_authorized(
    principal: Principal, stream: AsyncGenerator[T, None], recheck_seconds: float
) -> AsyncGenerator[T, None]:
    """The stream, as long as the caller has access. Raises Unauthenticated when that ends."""
    access_monitor = AccessMonitor.for_principal(principal, recheck_seconds)
    async with aclosing(stream):
        while True:
            # a task of its own: to give up waiting must not break the stream
            next_item = asyncio.ensure_future(anext(stream, None))
            try:
                while True:
                    await asyncio.wait({next_item}, timeout=access_monitor.seconds_to_check)
                    await access_monitor.check_and_wait()
                    if next_item.done():
                        break
            finally:
                await cancel_and_wait(next_item)
            item = next_item.result()
            if item is None:
                return
            yield item
