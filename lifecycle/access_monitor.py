"""Access monitors check whether callers of open streams still have access: one check serves all streams of a caller."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakValueDictionary

from pymongo.errors import PyMongoError

from auth import Principal, check_expiry, recheck
from models.reads.credentials import CredentialReader
from models.storage.clock import now

RECHECK_SECONDS = 2.0
"""Seconds between two checks. A caller whose access is revoked is disconnected after this time and that of one read."""


class AccessMonitor:
    """Checks one caller's access every `recheck_seconds`, and when it expires."""

    __slots__ = (
        "__weakref__",
        "_access_error",
        "_credentials",
        "_loop",
        "_next_check_at",
        "_pending_check",
        "_recheck_seconds",
        "_revocation_callbacks",
        "principal",
    )

    def __init__(self, principal: Principal, credentials: CredentialReader, recheck_seconds: float) -> None:
        """Monitor a caller who has been authenticated just now."""
        self.principal = principal
        self._credentials = credentials
        self._recheck_seconds = recheck_seconds
        self._loop = asyncio.get_running_loop()
        self._pending_check: asyncio.Task[None] | None = None
        self._revocation_callbacks: set[Callable[[], None]] = set()
        self._access_error: Exception | None = None
        self._schedule_next_check()

    @property
    def access_has_ended(self) -> bool:
        """Whether a check has found that the access has ended."""
        return self._access_error is not None

    @property
    def is_fresh(self) -> bool:
        """Whether the last check is recent enough to start another operation without authenticating again."""
        return self._access_error is None and self._loop.time() < self._next_check_at

    @property
    def seconds_until_check(self) -> float:
        """Seconds until the next check is due."""
        return max(0.0, self._next_check_at - self._loop.time())

    def check(self, on_revoked: Callable[[], None]) -> None:
        """Start a check if one is due. Calls `on_revoked` if the check finds that the access has ended.

        Raises Unauthenticated if the access is known to have ended. Never waits: a slow or unavailable MongoDB does not delay
        any stream, and does not end anybody's access.
        """
        if self._access_error is not None:
            # every stream raises this one error: without the reset, its traceback would grow with each
            raise self._access_error.with_traceback(None)
        if self._pending_check is not None:
            self._revocation_callbacks.add(on_revoked)
        elif self._loop.time() >= self._next_check_at:
            check_expiry(self.principal)
            self._revocation_callbacks.add(on_revoked)
            self._pending_check = self._loop.create_task(self._run_check(), name="access check")

    async def check_and_wait(self) -> None:
        """Start a check if one is due, and wait for its result. Raises Unauthenticated if the access has ended."""
        self.check(_ignore_revocation)
        if self._pending_check is not None:
            await asyncio.shield(self._pending_check)
            self.check(_ignore_revocation)

    async def _run_check(self) -> None:
        try:
            with suppress(PyMongoError):
                await recheck(self.principal, self._credentials)
        except Exception as error:
            self._access_error = error
            for on_revoked in self._revocation_callbacks:
                on_revoked()
        finally:
            self._schedule_next_check()
            self._revocation_callbacks.clear()
            self._pending_check = None

    def _schedule_next_check(self) -> None:
        self._next_check_at = self._loop.time() + _compute_check_delay(self.principal, self._recheck_seconds)


class AccessMonitors:
    """The access monitors of one application. A monitor lives as long as an operation of its caller uses it."""

    def __init__(self, credentials: CredentialReader) -> None:
        self._credentials = credentials
        self._in_use: WeakValueDictionary[tuple[Principal, float], AccessMonitor] = WeakValueDictionary()

    def for_principal(self, principal: Principal, recheck_seconds: float = RECHECK_SECONDS) -> AccessMonitor:
        """Return the monitor that all operations of this caller share.

        The caller must have been authenticated just now, or have a monitor that is fresh.
        """
        key = principal, recheck_seconds
        monitor = self._in_use.get(key)
        if monitor is None or monitor.access_has_ended:
            monitor = self._in_use[key] = AccessMonitor(principal, self._credentials, recheck_seconds)
        return monitor


def _compute_check_delay(principal: Principal, recheck_seconds: float) -> float:
    if principal.expires_at is None:
        return recheck_seconds
    return max(0.0, min(recheck_seconds, (principal.expires_at - now()).total_seconds()))


def _ignore_revocation() -> None:
    """Do nothing: `check_and_wait` reads the result itself."""
