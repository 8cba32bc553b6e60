"""Pauses between repetitions, and the credential that is sent with them."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .errors import TransientError, VivaError

MAX_RETRY_AFTER_SECONDS = 60
"""A longer pause, such as that until the next day's budget, is left to the caller."""

TokenSource = str | Callable[[], str | Awaitable[str]]


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """Exponential backoff with full jitter, so that clients that failed together do not return together."""

    attempts: int
    """How many attempts may fail in a row."""
    first_seconds: float = 0.25
    """The longest pause after the first failure. It doubles with each further one."""
    max_seconds: float = 10.0

    async def wait(self, failures: int, error: VivaError) -> None:
        """Wait before the next attempt. Raises the error if it was the last one, or if waiting does not help."""
        retry_after = error.details.retry_after_seconds or 0
        if not isinstance(error, TransientError) or failures >= self.attempts or retry_after > MAX_RETRY_AFTER_SECONDS:
            raise error
        longest = min(self.max_seconds, self.first_seconds * 2 ** min(failures - 1, 30))
        await asyncio.sleep(retry_after + random.uniform(0, longest))  # noqa: S311 - a pause is no secret


class Credential:
    """The bearer token. A function supplies the first one, and the next one when the server refuses the present one."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source
        self._token: str | None = None
        self._was_accepted = False
        self._lock = asyncio.Lock()

    async def get(self) -> str:
        """Return the token. Callers at the same time share one call of the function."""
        async with self._lock:
            if self._token is None:
                token = self._source if isinstance(self._source, str) else self._source()
                self._token, self._was_accepted = token if isinstance(token, str) else await token, False
            return self._token

    def accept(self, token: str) -> None:
        """Note that the server has accepted the token."""
        self._was_accepted |= token == self._token

    def refuse(self, token: str, error: VivaError) -> None:
        """Discard a token that has expired. Raises the error if there is no other, or if the token was never accepted."""
        if token != self._token:
            return  # another call has replaced it
        self._token = None
        if isinstance(self._source, str) or not self._was_accepted:
            raise error
