"""Subscriptions: authorized first, then streamed from the live feeds, and looked at again while they last."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bson import ObjectId

from auth import Action, Principal, allow, check_joined
from errors import BadInput
from lifecycle.services import Services
from live.cancellation import end
from live.messages import Interim
from models.follow import read_standing
from models.interview import Interview, InterviewStatus
from models.interview_list import InterviewFilter, InterviewOrderField, list_interviews, order_of
from models.organization import Role
from models.page import PageRequest
from models.turn import Channel, Turn
from resolvers.ids import Kind, decode, not_found
from resolvers.rechecks import RECHECK_SECONDS, Recheck
from resolvers.text import lines

WALL_SIZE = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFilter:
    """Which interviews a wall shows; None: any."""

    status: Sequence[InterviewStatus] = (InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS, InterviewStatus.ENDING)
    position_key: Sequence[str] | None = None
    channel: Sequence[Channel] | None = None

    def takes(self, interview: Interview) -> bool:
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
    allow(principal, Action.READ_INTERVIEW)
    if after < 0:
        raise BadInput("after is the seq of the last turn that you hold: 0 for none.", field="after")
    followed = await _own_interview_id(services, principal, interview_id)
    return services.live.follow_turns(followed, after, Recheck.of(principal, recheck_seconds).check)


async def follow_interims(
    services: Services, principal: Principal, interview_id: str, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interim, None]:
    """What is being said or written right now; ends with the interview."""
    allow(principal, Action.READ_INTERVIEW)
    followed = await _own_interview_id(services, principal, interview_id)
    return services.live.follow_interims(followed, Recheck.of(principal, recheck_seconds).check)


async def follow_interview(
    services: Services, principal: Principal, interview_id: str, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interview, None]:
    """The interview as it is, then whenever it has changed; does not end by itself."""
    allow(principal, Action.READ_INTERVIEW)
    followed = await _own_interview_id(services, principal, interview_id)
    return _states(services, principal, followed, recheck_seconds)


async def follow_interviews(
    services: Services, principal: Principal, where: LiveFilter | None, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interview, None]:
    """First the matching interviews, the newest 200, newest first; then each that changes, if it was shown or matches now."""
    allow(principal, Action.LIST_INTERVIEWS)
    where = where or LiveFilter()
    where = replace(where, position_key=lines(where.position_key, "filter.positionKey"))
    return _guarded(principal, _wall(services, principal.organization_id, where), recheck_seconds)


async def _own_interview_id(services: Services, principal: Principal, interview_id: str) -> ObjectId:
    """As resolvers.scope.own_interview, from what is known of an interview that somebody follows already, else by few fields."""
    found = decode(Kind.INTERVIEW, interview_id)
    standing = services.live.standing(found) or await read_standing(found)
    if (
        standing is None
        or standing.organization_id != principal.organization_id
        or (principal.role is Role.CANDIDATE and principal.interview_id != found)
    ):
        raise not_found(Kind.INTERVIEW)
    check_joined(principal, standing)
    return found


async def _states(
    services: Services, principal: Principal, interview_id: ObjectId, recheck_seconds: float
) -> AsyncGenerator[Interview, None]:
    states = services.live.follow_interview(interview_id)
    async with aclosing(_guarded(principal, states, recheck_seconds)) as guarded:
        async for state in guarded:
            check_joined(principal, state)
            yield state


async def _wall(services: Services, organization_id: ObjectId, where: LiveFilter) -> AsyncGenerator[Interview, None]:
    criteria = InterviewFilter(status=where.status, position_key=where.position_key, channel=where.channel)
    newest = PageRequest(order_of(InterviewOrderField.CREATED_AT, descending=True), WALL_SIZE)
    shown: dict[ObjectId, datetime] = {}
    # asked for before the list is read: what changes in between comes again rather than never
    async with aclosing(services.live.follow_interviews(organization_id)) as changes:
        for interview in (await list_interviews(organization_id, criteria, newest)).items:
            shown[ObjectId(interview.id)] = interview.updated_at
            yield interview
        async for interview in changes:
            interview_id = ObjectId(interview.id)
            known = shown.get(interview_id)
            if known is not None and interview.updated_at <= known:
                continue
            if where.takes(interview):
                shown[interview_id] = interview.updated_at
            elif known is None:
                continue
            else:
                del shown[interview_id]
            yield interview


async def _guarded(principal: Principal, stream: AsyncGenerator[T, None], recheck_seconds: float) -> AsyncGenerator[T, None]:
    """The stream, as long as the caller has access. Raises Unauthenticated when that ends."""
    recheck = Recheck.of(principal, recheck_seconds)
    async with aclosing(stream):
        while True:
            # a task of its own: to give up waiting must not break the stream
            coming = asyncio.ensure_future(anext(stream, None))
            try:
                while True:
                    await asyncio.wait({coming}, timeout=recheck.seconds_to_check)
                    await recheck.checked()
                    if coming.done():
                        break
            finally:
                await end(coming)
            item = coming.result()
            if item is None:
                return
            yield item
