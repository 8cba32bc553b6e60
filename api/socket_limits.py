"""Bounds on what a WebSocket may cost the others: how fast its messages are read, and sockets without a credential."""

import asyncio
from collections import defaultdict
from typing import Protocol

from uvicorn._types import ASGIReceiveEvent
from websockets.frames import Frame, Opcode

from api.slow_clients import SlowClientProtocol

PIECE_BYTES = 2048
"""Bytes that are parsed in one turn of the event loop. The transport reads up to 256 KiB, which may hold 40,000 frames."""
CONTROL_FRAMES_PER_SECOND = 10.0
CONTROL_FRAMES_BURST = 50
"""Control frames and fragments that a socket may send in one go; above these two its next bytes are read later."""
CLOSED_PIECE_SECONDS = 0.1
"""Between two pieces of a socket that the application has closed, in which only the answer to the close frame matters."""
MESSAGES_PER_SECOND = 50.0
MESSAGES_BURST = 250
"""Messages that a client may send in one go: more than a dashboard with the maximum number of operations needs."""
MAX_DELAYED_MESSAGES = 500
"""Messages in succession that may be delayed, which takes 10 seconds, until the socket is closed with 4429."""
MAX_ANONYMOUS_SOCKETS = 1000
"""Sockets without a credential that a process serves."""
MAX_ANONYMOUS_SOCKETS_PER_ADDRESS = 500
"""Those of one network address: enough for all dashboards of an office to connect again at the same time."""
ANONYMOUS_IDLE_SECONDS = 60.0
"""Seconds that a socket without a credential may stay open without an operation."""
CLOSE_SECONDS = 2.0
"""Seconds that a client has to answer a close frame before the connection is cut."""


class Pace:
    """A rate with a burst (the generic cell rate algorithm): how long the next events have to wait."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._interval = 1 / per_second
        self._tolerance = burst * self._interval
        self._due_at = 0.0

    def compute_delay(self, events: int, now: float) -> float:
        """Count the events and return the seconds until the next ones may follow."""
        self._due_at = max(self._due_at, now) + events * self._interval
        return max(0.0, self._due_at - self._tolerance - now)

    def is_idle(self, now: float) -> bool:
        """Return whether the whole burst is available."""
        return self._due_at <= now


class AnonymousSocket(Protocol):
    """A socket without a valid credential."""

    def evict(self) -> None:
        """Close the socket, because there are too many of its kind. It leaves on its own."""


class AnonymousSockets:
    """The open sockets without a valid credential: how many there may be, and how fast those of a network address may send.

    Every socket belongs to them until its credential is checked. When there are too many, the oldest one makes room for the new
    one: those of honest clients leave after milliseconds.
    """

    def __init__(self, max_connections: int) -> None:
        """Leave half of `max_connections` to callers with a credential."""
        self._limit = min(MAX_ANONYMOUS_SOCKETS, max_connections // 2)
        self._address_limit = min(MAX_ANONYMOUS_SOCKETS_PER_ADDRESS, self._limit)
        # dictionaries keep the order of insertion, which sets do not
        self._all: dict[AnonymousSocket, str] = {}
        self._by_address: defaultdict[str, dict[AnonymousSocket, None]] = defaultdict(dict)
        self._paces: dict[str, Pace] = {}

    def join(self, socket: AnonymousSocket, address: str) -> Pace:
        """Add a socket, until it leaves, and return the pace of its address."""
        of_address = self._by_address[address]
        if len(of_address) >= self._address_limit:
            self._evict(next(iter(of_address)))
        elif len(self._all) >= self._limit:
            self._evict(next(iter(self._all)))
        self._all[socket] = address
        self._by_address[address][socket] = None
        if len(self._paces) > 2 * self._limit:
            self._discard_idle_paces()
        # an address keeps its pace after its last socket, or else a new one would bring a new burst
        return self._paces.setdefault(address, Pace(MESSAGES_PER_SECOND, MESSAGES_BURST))

    def leave(self, socket: AnonymousSocket) -> None:
        """Remove a socket that is closed, or whose credential is valid. Does nothing for one that has left before."""
        address = self._all.pop(socket, None)
        if address is not None:
            del self._by_address[address][socket]
            if not self._by_address[address]:
                del self._by_address[address]

    def _evict(self, socket: AnonymousSocket) -> None:
        self.leave(socket)
        socket.evict()

    def _discard_idle_paces(self) -> None:
        now = asyncio.get_running_loop().time()
        self._paces = {
            address: pace for address, pace in self._paces.items() if address in self._by_address or not pace.is_idle(now)
        }


class PacedSocketProtocol(SlowClientProtocol):
    """A uvicorn WebSocket protocol that parses what it has read in small pieces, one in each turn of the event loop.

    A piece is parsed once the application has received all messages of the piece before it, and nothing is read until all pieces
    are parsed, so that a client that sends too fast has to wait. Control frames, which never reach the application, have a rate.

    Pass this class as uvicorn's `ws`. The methods that it overrides are not documented: its version is pinned, and
    tests/api/test_socket_limits.py covers each bound.
    """

    _next_piece: asyncio.TimerHandle | None = None
    _delay = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Start without anything that is not parsed."""
        self._unparsed = bytearray()
        self._control_pace = Pace(CONTROL_FRAMES_PER_SECOND, CONTROL_FRAMES_BURST)
        self.close_timeout = CLOSE_SECONDS
        super().connection_made(transport)

    @property
    def idle_since(self) -> float | None:
        """When the connection was last needed: long ago if the application has closed it, else None."""
        return 0.0 if self.close_sent else None

    def data_received(self, data: bytes) -> None:
        """Parse the first piece, and stop reading if there are more."""
        self._unparsed += data
        if self._next_piece is None:
            self._parse_piece()

    def handle_events(self) -> None:
        """Handle the frames of a piece."""
        frames = [event for event in self.conn.events if isinstance(event, Frame)]
        if others := sum(frame.opcode not in (Opcode.TEXT, Opcode.BINARY) for frame in frames):
            self._delay = self._control_pace.compute_delay(others, self.loop.time())
        super().handle_events()

    async def receive(self) -> ASGIReceiveEvent:
        """Return the next event for the application, and read on once it has received all."""
        event = await self.queue.get()
        if self.read_paused and self._next_piece is None:
            self._read_on()
        return event

    def connection_lost(self, exc: Exception | None) -> None:
        """Discard what was not parsed: the connection is closed."""
        self._unparsed.clear()
        if self._next_piece is not None:
            self._next_piece.cancel()
            self._next_piece = None
        # a connection that made room for another is not counted any more, but uvicorn removes it once more
        self.connections.add(self)
        super().connection_lost(exc)

    def _parse_piece(self) -> None:
        self._next_piece, self._delay = None, 0.0
        piece = bytes(self._unparsed[:PIECE_BYTES])
        del self._unparsed[:PIECE_BYTES]
        super().data_received(piece)
        if (self._unparsed or self._delay) and not self.transport.is_closing():
            self.read_paused = True
            self.transport.pause_reading()
        if self.read_paused:
            self._read_on()

    def _read_on(self) -> None:
        # after the application has closed the socket, it receives nothing more
        if self.transport.is_closing() or not (self.queue.empty() or self.close_sent):
            return
        if self._unparsed or self._delay:
            delay = max(self._delay, CLOSED_PIECE_SECONDS) if self.close_sent else self._delay
            self._next_piece = self.loop.call_later(delay, self._parse_piece)
        else:
            self.read_paused = False
            self.transport.resume_reading()
