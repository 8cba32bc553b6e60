"""Readers of WebSockets that take nothing are given up below the application: no message on its way needs a timer for it."""

import asyncio

import structlog
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Close, Frame, Opcode

log = structlog.get_logger(__name__)

STALLED_SECONDS = 20.0
"""a reader that takes nothing for so long is given up; until then its streams wait for it, and keep nothing"""
CLOSE_GRACE_SECONDS = 5.0
"""that it has, after that, to read what was sent, and the close frame behind it"""
TRY_AGAIN_LATER = 1013
STALL_REASON = "UNAVAILABLE: too little was read for too long: come back, and subscribe after the last turn that you hold."


class SlowClientProtocol(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket (the class for its `ws`), which closes with 1013, after which clients come back, if its reader stalls.

    So it does when pings are not answered: uvicorn's own 1011 is final to clients (graphql-ws).

    uvicorn takes a class as `ws`, but does not document what it calls on it: its version is pinned, and
    tests/schema/test_slow_clients.py looks at both ways to be given up.
    """

    _deadline: asyncio.TimerHandle | None = None
    _is_given_up = False

    def pause_writing(self) -> None:
        """The transport's buffer is full."""
        super().pause_writing()
        if self._deadline is None:
            self._deadline = self.loop.call_later(STALLED_SECONDS, self._give_up)

    def resume_writing(self) -> None:
        """The reader has taken most of it."""
        if not self._is_given_up:
            self._forget_deadline()
            super().resume_writing()

    def keepalive_timeout(self) -> None:
        """No pong has come."""
        self.pong_timer = None
        self.pending_ping_payload = None
        if not self.close_sent and not self.transport.is_closing():
            self._give_up()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end, whatever it came from."""
        self._forget_deadline()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        log.info("websocket given up: its reader takes nothing")
        self._is_given_up = True
        self._forget_deadline()
        self.stop_keepalive()
        # behind all that was written: whoever wakes up in time learns why
        self.transport.write(Frame(Opcode.CLOSE, Close(TRY_AGAIN_LATER, STALL_REASON).serialize()).serialize(mask=False))
        self.transport.close()
        self._deadline = self.loop.call_later(CLOSE_GRACE_SECONDS, self.transport.abort)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
