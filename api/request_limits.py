"""Bounds on what a connection may cost beside the work of the application: head of a request, time to send it and to read the
answer, and the number of connections.
"""

import asyncio
import heapq
import resource
from typing import Any, cast

import orjson
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from errors import ErrorCode

MAX_URL_BYTES = 16 * 1024
MAX_HEADER_BYTES = 16 * 1024
"""Bytes of all header fields of a request, names and values."""
MAX_UNPARSED_BYTES = 48 * 1024
"""Bytes that may arrive before the head of a request is complete. The parser holds them in memory."""
HEAD_SECONDS = 10.0
"""Seconds from the start of a connection or request until its head is complete."""
BODY_SECONDS = 30.0
"""Seconds from then until the body is complete."""
STALLED_SECONDS = 30.0
"""Seconds without progress after which a client that does not read its answer is disconnected."""
EVICTED_SHARE = 0.1
"""Share of the idle connections that make room when there are too many, so that not each new one has to search for an old one."""
LINGER_SECONDS = 1.0
"""Seconds for which the rest of a refused request is discarded: closing earlier could lose the answer."""
RETRY_AFTER_SECONDS = 5
RESERVED_DESCRIPTORS = 128
"""File descriptors that connections may not use: those of databases, files and health checks."""
HEALTH_PATHS = (b"/healthz", b"/readyz")


def choose_max_connections() -> int:
    """Return how many connections the process may serve: what its limit of file descriptors allows, less those reserved."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(descriptors - RESERVED_DESCRIPTORS, RESERVED_DESCRIPTORS)


class BoundedHttpProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol, with bounds that uvicorn does not have.

    It answers 414 and 431 to a URL or header that is too long, and 408 to a request that takes too long to arrive. A client that
    does not read its answer is disconnected. From `limit_concurrency` connections on, those that have waited longest for a
    request or the rest of one make room; with as many busy ones it answers 503, except to health checks.

    Pass this class as uvicorn's `http`. The methods that it overrides are not documented: its version is pinned, and
    tests/api/test_request_limits.py covers each bound.
    """

    url = b""
    _unparsed_bytes = 0
    _is_head_complete = False
    _is_refused = False
    idle_since: float | None = None
    """When the connection began to wait for a request or the rest of one; None while a request is answered."""
    _deadline: asyncio.TimerHandle | None = None
    _reading_deadline: asyncio.TimerHandle | None = None
    _earlier_cycle: RequestResponseCycle | None = None
    """The cycle of the connection's previous request."""

    # uvicorn overrides it with the narrower type, too
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the deadline of the first request, and make room for the connection."""
        super().connection_made(transport)
        self._make_room()
        self.idle_since = self.loop.time()
        self._start_deadline(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel the deadlines: the connection is closed."""
        self._cancel_deadline()
        self._cancel_reading_deadline()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Start the deadline for reading the answer: the transport's buffer is full."""
        super().pause_writing()
        self._cancel_reading_deadline()
        self._reading_deadline = self.loop.call_later(STALLED_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Cancel the deadline: the client has read most of the buffer."""
        self._cancel_reading_deadline()
        super().resume_writing()

    def on_response_complete(self) -> None:
        """Start the next request of a pipeline, or wait for one."""
        self.idle_since = None if self.pipeline else self.loop.time()
        super().on_response_complete()

    def data_received(self, data: bytes) -> None:
        """Parse a piece of a request, unless the request is refused."""
        if self._is_refused:
            return
        super().data_received(data)
        if not self._is_head_complete:
            self._unparsed_bytes += len(data)
            if self._unparsed_bytes > MAX_UNPARSED_BYTES:
                self._refuse_head()

    def on_message_begin(self) -> None:
        """Start the deadline of the head."""
        super().on_message_begin()
        self._is_head_complete, self._unparsed_bytes, self._earlier_cycle = False, 0, self.cycle
        self._start_deadline(HEAD_SECONDS)

    def on_headers_complete(self) -> None:
        """Start the request, or refuse it."""
        self._is_head_complete = True
        self._start_deadline(BODY_SECONDS)
        limit = self.config.limit_concurrency
        # health checks are exempt from uvicorn's own check, too
        self.limit_concurrency = None if self.url in HEALTH_PATHS else limit
        if len(self.url) > MAX_URL_BYTES or sum(len(name) + len(value) for name, value in self.headers) > MAX_HEADER_BYTES:
            self._refuse_head()
        elif not self._make_room():
            self._refuse(503, ErrorCode.UNAVAILABLE, f"Too many connections: try again in {RETRY_AFTER_SECONDS} seconds.")
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Pass on a piece of the body, unless the request is refused."""
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Cancel the deadline: the whole request has arrived."""
        if not self._is_refused:
            self._cancel_deadline()
            self.idle_since = None
            super().on_message_complete()

    def handle_websocket_upgrade(self) -> None:
        """Become a WebSocket, unless the request is refused."""
        if not self._is_refused:
            self._cancel_deadline()
            super().handle_websocket_upgrade()

    def _make_room(self) -> bool:
        """Return whether there are fewer connections than the limit, after idle ones have been closed if that was necessary."""
        limit = self.limit_concurrency
        if limit is None or len(self.connections) < limit:
            return True
        # those of WebSockets have `idle_since`, too (api.socket_limits)
        idle: list[Any] = [one for one in self.connections if one is not self and cast(Any, one).idle_since is not None]
        number = max(len(self.connections) - limit + 1, int(len(idle) * EVICTED_SHARE))
        for connection in heapq.nsmallest(number, idle, key=lambda one: one.idle_since):
            connection.transport.abort()
            self.connections.discard(connection)
        return len(self.connections) < limit

    def _refuse_head(self) -> None:
        if len(self.url) > MAX_URL_BYTES:
            self._refuse(414, ErrorCode.BAD_INPUT, f"The URL is too long: at most {MAX_URL_BYTES} bytes. Send a POST request.")
        else:
            self._refuse(431, ErrorCode.BAD_INPUT, f"The header fields are too long: at most {MAX_HEADER_BYTES} bytes together.")

    def _expire(self) -> None:
        if self._unparsed_bytes or self._is_head_complete:
            self._refuse(408, ErrorCode.BAD_INPUT, "The request took too long to arrive: send it again, without pauses.")
        else:
            self.transport.close()

    def _refuse(self, status: int, code: ErrorCode, message: str) -> None:
        self._is_refused = True
        self._cancel_deadline()
        content = orjson.dumps({"errors": [{"message": message, "extensions": {"code": code}}]})
        head = [
            STATUS_LINE[status],
            b"content-type: application/json\r\n",
            b"content-length: %d\r\n" % len(content),
            b"connection: close\r\n",
            *(b"%s: %s\r\n" % header for header in self.server_state.default_headers),
        ]
        if code is ErrorCode.UNAVAILABLE:
            head.append(b"retry-after: %d\r\n" % RETRY_AFTER_SECONDS)
        cycle = None if self.cycle is self._earlier_cycle else self.cycle
        if (self._earlier_cycle is None or self._earlier_cycle.response_complete) and not (cycle and cycle.response_started):
            self.transport.write(b"".join([*head, b"\r\n", content]))
        self._deadline = self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def _start_deadline(self, seconds: float) -> None:
        self._cancel_deadline()
        self._deadline = self.loop.call_later(seconds, self._expire)

    def _cancel_reading_deadline(self) -> None:
        if self._reading_deadline is not None:
            self._reading_deadline.cancel()
            self._reading_deadline = None

    def _cancel_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
