"""Whether callers who follow something still may: looked at while they follow, once for all streams of one caller."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakValueDictionary

from pymongo.errors import PyMongoError

from auth import Principal, check_expiry, recheck
from models.clock import now

RECHECK_SECONDS = 2.0
"""a caller whose access was withdrawn is cut off within it, and the time of one read"""


class Recheck:
    """The access of a caller, looked at again each `recheck_seconds` and when it expires."""

    __slots__ = ("__weakref__", "_check_at", "_ended", "_looking", "_loop", "_recheck_seconds", "_wakes", "principal")

    @classmethod
    def of(cls, principal: Principal, recheck_seconds: float = RECHECK_SECONDS) -> "Recheck":
        """That of a caller who has been verified just now, or is_fresh: one for all that this caller has open."""
        key = asyncio.get_running_loop(), principal, recheck_seconds
        known = _IN_USE.get(key)
        if known is None or known.has_ended:
            known = _IN_USE[key] = cls(principal, recheck_seconds)
        return known

    def __init__(self, principal: Principal, recheck_seconds: float) -> None:
        self.principal = principal
        self._recheck_seconds = recheck_seconds
        self._loop = asyncio.get_running_loop()
        self._looking: asyncio.Task[None] | None = None
        self._wakes: set[Callable[[], None]] = set()
        self._ended: Exception | None = None
        self._set_next()

    @property
    def has_ended(self) -> bool:
        """Whether it is known to have ended."""
        return self._ended is not None

    @property
    def is_fresh(self) -> bool:
        """Whether it was found to be good so lately that it need not be verified to begin with something more."""
        return self._ended is None and self._loop.time() < self._check_at

    @property
    def seconds_to_check(self) -> float:
        """Until there is something to check."""
        return max(0.0, self._check_at - self._loop.time())

    def check(self, wake: Callable[[], None]) -> None:
        """Begin to look again, if it is time; `wake` is called if the access is found to have ended.

        Raises Unauthenticated when it is known to have ended. Never waits: MongoDB that is slow or away holds up no stream, and
        says nothing about the caller.
        """
        if self._ended is not None:
            raise self._ended.with_traceback(None)
        if self._looking is not None:
            self._wakes.add(wake)
        elif self._loop.time() >= self._check_at:
            check_expiry(self.principal)
            self._wakes.add(wake)
            self._looking = self._loop.create_task(self._look(), name="recheck")

    async def checked(self) -> None:
        """Look again, if it is time, and wait for the answer. Raises as `check`."""
        self.check(_nobody)
        if self._looking is not None:
            await asyncio.shield(self._looking)
            self.check(_nobody)

    async def _look(self) -> None:
        try:
            with suppress(PyMongoError):
                await recheck(self.principal)
        except Exception as ended:
            self._ended = ended
            for wake in self._wakes:
                wake()
        finally:
            self._set_next()
            self._wakes.clear()
            self._looking = None

    def _set_next(self) -> None:
        self._check_at = self._loop.time() + _seconds_to_check(self.principal, self._recheck_seconds)


_IN_USE: WeakValueDictionary[tuple[asyncio.AbstractEventLoop, Principal, float], Recheck] = WeakValueDictionary()


def _seconds_to_check(principal: Principal, recheck_seconds: float) -> float:
    if principal.expires_at is None:
        return recheck_seconds
    return max(0.0, min(recheck_seconds, (principal.expires_at - now()).total_seconds()))


def _nobody() -> None:
    """For who does not wait."""
