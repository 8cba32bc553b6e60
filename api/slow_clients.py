"""WebSockets: disconnects clients that read too slowly, at the transport, so that sending a message needs no timer.

Also adds the server's headers to every response to a handshake.
"""

import asyncio
from collections.abc import Iterable
from typing import Any

import structlog
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Close, Frame, Opcode
from websockets.http11 import Response
from websockets.server import ServerProtocol

log = structlog.get_logger(__name__)

STALLED_SECONDS = 20.0
"""Seconds without progress after which a client is disconnected. Until then its streams wait for it, and buffer nothing."""
CLOSE_GRACE_SECONDS = 5.0
"""Seconds that the client then has to read what was sent before, and the close frame behind it."""
TRY_AGAIN_LATER = 1013
STALL_REASON = "UNAVAILABLE: you read too slowly. Reconnect, and subscribe with the seq of the last turn that you received."


class SlowClientProtocol(WebSocketsSansIOProtocol):
    """A uvicorn WebSocket protocol that closes with 1013 when the client stalls or does not answer a ping.

    graphql-ws clients reconnect after 1013. uvicorn's own code for a missing pong, 1011, is fatal to them.

    Pass this class as uvicorn's `ws`. The methods that uvicorn calls on it are not documented: its version is pinned, and
    tests/api/test_slow_clients.py covers both reasons to disconnect.
    """

    _deadline: asyncio.TimerHandle | None = None
    _is_disconnecting = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.conn = _Handshake(
            self.default_headers,
            extensions=self.conn.available_extensions,
            max_size=self.config.ws_max_size,
            logger=self.logger,
        )

    def pause_writing(self) -> None:
        """Start the deadline: the transport's buffer is full."""
        super().pause_writing()
        if self._deadline is None:
            self._deadline = self.loop.call_later(STALLED_SECONDS, self._disconnect)

    def resume_writing(self) -> None:
        """Cancel the deadline: the client has read most of the buffer."""
        if not self._is_disconnecting:
            self._cancel_deadline()
            super().resume_writing()

    def keepalive_timeout(self) -> None:
        """Disconnect the client: it has not answered a ping."""
        self.pong_timer = None
        self.pending_ping_payload = None
        if not self.close_sent and not self.transport.is_closing():
            self._disconnect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the deadline: the connection is closed."""
        self._cancel_deadline()
        super().connection_lost(exc)

    def _disconnect(self) -> None:
        log.info("slow WebSocket client disconnected")
        self._is_disconnecting = True
        self._cancel_deadline()
        self.stop_keepalive()
        # The close frame is queued behind everything written before, so a client that reads on in time learns the reason.
        self.transport.write(Frame(Opcode.CLOSE, Close(TRY_AGAIN_LATER, STALL_REASON).serialize()).serialize(mask=False))
        self.transport.close()
        self._deadline = self.loop.call_later(CLOSE_GRACE_SECONDS, self.transport.abort)

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


class _Handshake(ServerProtocol):
    """The protocol of a WebSocket, with uvicorn's `headers` in every response to a handshake.

    uvicorn adds them only where the application accepts or refuses the WebSocket, not where the handshake is invalid.
    """

    def __init__(self, default_headers: Iterable[tuple[bytes, bytes]], **options: Any) -> None:
        super().__init__(**options)
        self._default_headers = [(name.decode(), value.decode()) for name, value in default_headers]

    def send_response(self, response: Response) -> None:
        """Send a response to the handshake."""
        for name, value in self._default_headers:
            if name not in response.headers:
                response.headers[name] = value
        super().send_response(response)
