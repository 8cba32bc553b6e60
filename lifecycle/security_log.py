"""The security log: refused credentials, counted for each kind and address, without anything that the client sent."""

import asyncio
from contextvars import Context
from enum import StrEnum

import structlog

from engine.metrics import REFUSED_CREDENTIALS

log = structlog.get_logger(__name__)

INTERVAL_SECONDS = 60.0
"""Seconds between two events of one kind and address."""
MAX_ADDRESSES = 10_000
"""Kinds and addresses that are counted separately within the interval. All others are counted together."""
OTHER_ADDRESSES = "others"


class CredentialKind(StrEnum):
    """What was refused."""

    API_KEY = "api key"
    CANDIDATE_TOKEN = "candidate token"  # noqa: S105  # a name, not a secret
    SESSION = "session"
    MEMBER_LINK = "member link"
    SIGN_IN = "sign-in"
    PROGRAM_TOKEN = "program token"  # noqa: S105  # a name, not a secret
    INVITE = "invite"
    LINK = "link"
    MALFORMED = "malformed header"


class SecurityLog:
    """Logs refused credentials of one process: the first immediately, and the number of further ones after a minute."""

    def __init__(self) -> None:
        self._counts: dict[tuple[CredentialKind, str], int] = {}

    def record_refusal(self, kind: CredentialKind, address: str) -> None:
        """Count a credential that was refused."""
        REFUSED_CREDENTIALS.labels(kind.value).inc()
        if (kind, address) not in self._counts and len(self._counts) >= MAX_ADDRESSES:
            address = OTHER_ADDRESSES
        key = kind, address
        if key in self._counts:
            self._counts[key] += 1
            return
        self._counts[key] = 0
        _log_refusals(kind, address, 1)
        asyncio.get_running_loop().call_later(INTERVAL_SECONDS, self.end_interval, key, context=Context())

    def end_interval(self, key: tuple[CredentialKind, str]) -> None:
        """Log what has been counted since the last event of this kind and address, and count on if there was anything."""
        count = self._counts.pop(key, 0)
        if count:
            _log_refusals(*key, count)
            self._counts[key] = 0
            asyncio.get_running_loop().call_later(INTERVAL_SECONDS, self.end_interval, key, context=Context())

    def close(self) -> None:
        """Log what has been counted and not logged yet."""
        for key, count in self._counts.items():
            if count:
                _log_refusals(*key, count)
        self._counts.clear()


def _log_refusals(kind: CredentialKind, address: str, count: int) -> None:
    # in an empty context, because the id of the request is a header of the client
    Context().run(log.warning, "credential refused", credential=kind, address=address, count=count)
