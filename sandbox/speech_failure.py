"""How a loopback speech provider fails: as the services document it, switched on and off while the provider runs."""

import asyncio
from collections.abc import Collection

from pydantic import BaseModel, ConfigDict
from starlette.websockets import WebSocket

CLOSE_INTERNAL_ERROR = 1011


class SpeechFailure(BaseModel):
    """One failure. It lasts until the next one is set; without arguments, the provider works."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    refused_status: int | None = None
    """HTTP status with which requests are refused, such as 402 (no credit) or 429 (too many requests)."""
    retry_after_seconds: int | None = None
    """The header `retry-after` of these refusals."""
    closes_connections: bool = False
    """Close the connections that are open when the failure begins, with code 1011."""
    is_silent: bool = False
    """Accept everything and answer nothing."""
    is_empty: bool = False
    """Answer without any audio or words."""

    @property
    def refusal_headers(self) -> dict[str, str]:
        """The headers of a refusal, in addition to the provider's own."""
        return {} if self.retry_after_seconds is None else {"retry-after": str(self.retry_after_seconds)}


async def close_connections(sockets: Collection[WebSocket], reason: str) -> None:
    """Close the connections with code 1011. Connections that are already closed do no harm."""
    closings = [socket.close(CLOSE_INTERNAL_ERROR, reason) for socket in sockets]
    await asyncio.gather(*closings, return_exceptions=True)
