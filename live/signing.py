"""Signatures of everything that our processes send each other over Redis.

Redis is not trusted: somebody who can write to it must not be able to put words into a transcript or start work. A message
that is not signed with our key is ignored; MongoDB then says what is true, within the interval of its polls.
"""

import asyncio
import hmac

import structlog
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.metrics import REJECTED_MESSAGES
from settings import AuthSettings

log = structlog.get_logger(__name__)

SIGNATURE_CHARACTERS = 64
"""Length of a signature: HMAC-SHA256 in hexadecimal."""
LOG_SECONDS = 60.0
"""Minimum seconds between two log events about rejected messages."""


class MessageSigner:
    """Signs messages with a key that is derived from AUTH_SECRET, and checks signatures.

    A signature is valid for one channel only. A repeated message is accepted again, so receivers must tolerate that, as they
    must tolerate late ones. While AUTH_SECRET is rotated, signatures by AUTH_PREVIOUS_SECRETS are valid, too.
    """

    def __init__(self, auth: AuthSettings) -> None:
        self._macs = [_create_mac(secret) for secret in auth.list_secrets()]
        self._rejected = 0
        self._next_log_at = 0.0

    def sign(self, channel: str, message: str) -> str:
        """Return the message with its signature in front."""
        return _compute(self._macs[0], channel, message) + message

    def open(self, channel: str, signed: str) -> str | None:
        """Return the message, or None for one that is not signed with our key for this channel."""
        signature, message = signed[:SIGNATURE_CHARACTERS], signed[SIGNATURE_CHARACTERS:]
        # compare_digest refuses text that is not ASCII
        if signature.isascii() and any(hmac.compare_digest(signature, _compute(mac, channel, message)) for mac in self._macs):
            return message
        self._count_rejection()
        return None

    def _count_rejection(self) -> None:
        REJECTED_MESSAGES.inc()
        self._rejected += 1
        time = asyncio.get_running_loop().time()
        if time >= self._next_log_at:
            self._next_log_at = time + LOG_SECONDS
            log.warning(
                "messages in Redis ignored: not signed with our AUTH_SECRET; check who can write to Redis, and that every "
                "process has the same AUTH_SECRET",
                messages=self._rejected,
            )
            self._rejected = 0


def derive_message_key(secret: str) -> bytes:
    """Return the key with which messages are signed for an AUTH_SECRET."""
    return HKDF(SHA256(), length=32, salt=None, info=b"viva messages in Redis").derive(secret.encode())


def _create_mac(secret: str) -> hmac.HMAC:
    return hmac.new(derive_message_key(secret), digestmod="sha256")


def _compute(mac: hmac.HMAC, channel: str, message: str) -> str:
    # a copy takes two thirds of the time of another HMAC with the same key
    copy = mac.copy()
    # no channel contains a line break
    copy.update(f"{channel}\n{message}".encode())
    return copy.hexdigest()
