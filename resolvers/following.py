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
    access = _Access(principal, recheck_seconds)
    async with aclosing(services.live.follow_turns(ObjectId(interview.id), after, access.check)) as turns:
        async for turn in turns:
            await access.check()
            yield turn


async def follow_interims(
    services: Services, principal: Principal, interview_id: str, *, recheck_seconds: float = RECHECK_SECONDS
) -> AsyncGenerator[Interim, None]:
    """What is being said or written right now; ends with the interview."""
    allow(principal, Action.READ_INTERVIEW)
    interview = await own_interview(principal, interview_id)
    access = _Access(principal, recheck_seconds)
    async with aclosing(services.live.follow_interims(ObjectId(interview.id), access.check)) as interims:
        async for interim in interims:
            await access.check()
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
    access = _Access(principal, recheck_seconds)
    async with aclosing(stream):
        while True:
            # a task of its own: to give up waiting must not break the stream
            coming = asyncio.ensure_future(anext(stream, None))
            try:
                while True:
                    await asyncio.wait({coming}, timeout=access.seconds_to_check)
                    await access.check()
                    if coming.done():
                        break
            finally:
                await end(coming)
            item = coming.result()
            if item is None:
                return
            yield item


class _Access:
    """The access of a caller who follows something, looked at again each `recheck_seconds` and when it expires."""

    def __init__(self, principal: Principal, recheck_seconds: float) -> None:
        self._principal = principal
        self._recheck_seconds = recheck_seconds
        self._time = asyncio.get_running_loop().time
        self._set_next()

    @property
    def seconds_to_check(self) -> float:
        """Until there is something to check."""
        return self._check_at - self._time()

    async def check(self) -> None:
        """Look again, if it is time. Raises Unauthenticated when the access has ended."""
        if self._time() >= self._check_at:
            # MongoDB away says nothing about the caller: ask again next time
            with suppress(PyMongoError):
                await recheck(self._principal)
            self._set_next()

    def _set_next(self) -> None:
        self._check_at = self._time() + _seconds_to_check(self._principal, self._recheck_seconds)


def _seconds_to_check(principal: Principal, recheck_seconds: float) -> float:
    if principal.expires_at is None:
        return recheck_seconds
    return max(0.0, min(recheck_seconds, (principal.expires_at - now()).total_seconds()))
