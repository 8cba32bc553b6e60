"""Whether callers who follow something still may: looked at while they follow, once for all streams of one caller."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakValueDictionary

from pymongo.errors import PyMongoError

from auth import Principal, check_expiry, recheck
from models.storage.clock import now

RECHECK_SECONDS = 2.0
"""a caller whose access was withdrawn is cut off within it, and the time of one read"""


class AccessMonitor:
    """The access of a caller, looked at again each `recheck_seconds` and when it expires."""

    __slots__ = (
        "__weakref__",
        "_access_error",
        "_check_at",
        "_loop",
        "_pending_check",
        "_recheck_seconds",
        "_revocation_callbacks",
        "principal",
    )

    @classmethod
    def for_principal(cls, principal: Principal, recheck_seconds: float = RECHECK_SECONDS) -> "AccessMonitor":
        """That of a caller who has been verified just now, or is_fresh: one for all that this caller has open."""
        key = asyncio.get_running_loop(), principal, recheck_seconds
        known = _MONITORS_IN_USE.get(key)
        if known is None or known.access_has_ended:
            known = _MONITORS_IN_USE[key] = cls(principal, recheck_seconds)
        return known

    def __init__(self, principal: Principal, recheck_seconds: float) -> None:
        self.principal = principal
        self._recheck_seconds = recheck_seconds
        self._loop = asyncio.get_running_loop()
        self._pending_check: asyncio.Task[None] | None = None
        self._revocation_callbacks: set[Callable[[], None]] = set()
        self._access_error: Exception | None = None
        self._schedule_next_check()

    @property
    def access_has_ended(self) -> bool:
        """Whether it is known to have ended."""
        return self._access_error is not None

    @property
    def is_fresh(self) -> bool:
        """Whether it was found to be good so lately that it need not be verified to begin with something more."""
        return self._access_error is None and self._loop.time() < self._check_at

    @property
    def seconds_to_check(self) -> float:
        """Until there is something to check."""
        return max(0.0, self._check_at - self._loop.time())

    def check(self, on_revoked: Callable[[], None]) -> None:
        """Begin to look again, if it is time; `on_revoked` is called if the access is found to have ended.

        Raises Unauthenticated when it is known to have ended. Never waits: MongoDB that is slow or away holds up no stream, and
        says nothing about the caller.
        """
        if self._access_error is not None:
            raise self._access_error.with_traceback(None)
        if self._pending_check is not None:
            self._revocation_callbacks.add(on_revoked)
        elif self._loop.time() >= self._check_at:
            check_expiry(self.principal)
            self._revocation_callbacks.add(on_revoked)
            self._pending_check = self._loop.create_task(self._run_check(), name="recheck")

    async def check_and_wait(self) -> None:
        """Look again, if it is time, and wait for the answer. Raises as `check`."""
        self.check(_ignore_revocation)
        if self._pending_check is not None:
            await asyncio.shield(self._pending_check)
            self.check(_ignore_revocation)

    async def _run_check(self) -> None:
        try:
            with suppress(PyMongoError):
                await recheck(self.principal)
        except Exception as ended:
            self._access_error = ended
            for on_revoked in self._revocation_callbacks:
                on_revoked()
        finally:
            self._schedule_next_check()
            self._revocation_callbacks.clear()
            self._pending_check = None

    def _schedule_next_check(self) -> None:
        self._check_at = self._loop.time() + _seconds_to_check(self.principal, self._recheck_seconds)


_MONITORS_IN_USE: WeakValueDictionary[tuple[asyncio.AbstractEventLoop, Principal, float], AccessMonitor] = WeakValueDictionary()


def _seconds_to_check(principal: Principal, recheck_seconds: float) -> float:
    if principal.expires_at is None:
        return recheck_seconds
    return max(0.0, min(recheck_seconds, (principal.expires_at - now()).total_seconds()))


def _ignore_revocation() -> None:
    """For who does not wait."""
