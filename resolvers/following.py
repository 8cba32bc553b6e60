"""Subscriptions: authorized first, then streamed from the live feeds, and looked at again while they last."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bson import ObjectId
from pymongo.errors import PyMongoError

from auth import Action, Principal, allow, check_joined, recheck
from errors import BadInput
from lifecycle.services import Services
from live.cancellation import end
from live.messages import Interim
from models.clock import now
from models.interview import Interview, InterviewStatus
from models.interview_list import InterviewFilter, InterviewOrderField, list_interviews, order_of
from models.page import PageRequest
from models.turn import Channel, Turn
from resolvers.scope import own_interview
from resolvers.text import lines

RECHECK_SECONDS = 30.0
"""a caller whose access was withdrawn is cut off within it"""
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
    """Stored turns in order, each once, from seq after + 1; ends after the last turn of an interview that has ended.

    Raises as the other streams here: Forbidden and NotFound at the start, Unauthenticated when the caller's access has expired or
    been withdrawn meanwhile; and BadInput for a negative `after`.
    """
    allow(principal, Action.READ_INTERVIEW)
    if after < 0:
        raise BadInput("after is the seq of the last turn that you hold: 0 for none.", field="after")
    interview = await own_interview(principal, interview_id)
    turns = services.live.follow_turns(ObjectId(interview.id), after)
    async with aclosing(_guarded(principal, turns, recheck_seconds)) as guarded:
        async for turn in guarded:
            yield turn


async def follow_interims(
    services: Services, principal: Principal, interview_id: str, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interim, None]:
    """What is being said or written right now; ends with the interview."""
    allow(principal, Action.READ_INTERVIEW)
    interview = await own_interview(principal, interview_id)
    interims = services.live.follow_interims(ObjectId(interview.id))
    async with aclosing(_guarded(principal, interims, recheck_seconds)) as guarded:
        async for interim in guarded:
            yield interim


async def follow_interview(
    services: Services, principal: Principal, interview_id: str, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interview, None]:
    """The interview as it is, then whenever it has changed; does not end by itself."""
    allow(principal, Action.READ_INTERVIEW)
    interview = await own_interview(principal, interview_id)
    states = services.live.follow_interview(ObjectId(interview.id))
    async with aclosing(_guarded(principal, states, recheck_seconds)) as guarded:
        async for state in guarded:
            check_joined(principal, state)
            yield state


async def follow_interviews(
    services: Services, principal: Principal, where: LiveFilter | None, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interview, None]:
    """First the matching interviews, the newest 200, newest first; then each that changes, if it was shown or matches now."""
    allow(principal, Action.LIST_INTERVIEWS)
    where = where or LiveFilter()
    where = replace(where, position_key=lines(where.position_key, "filter.positionKey"))
    async with aclosing(_guarded(principal, _wall(services, principal.organization_id, where), recheck_seconds)) as guarded:
        async for interview in guarded:
            yield interview


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
    loop = asyncio.get_running_loop()
    check_at = loop.time() + _seconds_to_check(principal, recheck_seconds)
    async with aclosing(stream):
        while True:
            # a task of its own: to give up waiting must not break the stream
            coming = asyncio.ensure_future(anext(stream, None))
            try:
                while True:
                    await asyncio.wait({coming}, timeout=check_at - loop.time())
                    if loop.time() >= check_at:
                        # MongoDB away says nothing about the caller: ask again next time
                        with suppress(PyMongoError):
                            await recheck(principal)
                        check_at = loop.time() + _seconds_to_check(principal, recheck_seconds)
                    if coming.done():
                        break
            finally:
                await end(coming)
            item = coming.result()
            if item is None:
                return
            yield item


def _seconds_to_check(principal: Principal, recheck_seconds: float) -> float:
    if principal.expires_at is None:
        return recheck_seconds
    return max(0.0, min(recheck_seconds, (principal.expires_at - now()).total_seconds()))
