"""Redis under broadcaster: a backend that comes back by itself, for as long as its process lives.

redis-py's own PubSub is not used: it reconnects from whichever task touches it, so that two tasks may rebuild one connection at
once, and it tells nobody that messages were missed. Here a connection has one reader and one writer, and both end with it.
"""

import asyncio
from contextlib import suppress

import structlog
from broadcaster import BroadcastBackend, Event
from redis.asyncio import Connection, ConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError

import settings
from live.cancellation import cancel_and_wait
from models.storage.backoff import Backoff

log = structlog.get_logger(__name__)

CONNECT_SECONDS = 1.0
PING_SECONDS = 1.0
"""a connection that is silent for so long is asked for a sign of life, and given up after as long again"""
STABLE_SECONDS = 5.0
"""a connection that lived for so long is replaced at once; shorter ones after growing pauses"""
QUEUE_SIZE = 1000
SUBSCRIBED = ""
"""the message that a channel gets whenever Redis has (again) begun to deliver to it: what came before may have been missed"""

_BACKOFF = Backoff(base_seconds=0.1, max_seconds=1.0)


class RedisBackend(BroadcastBackend):
    """Carries messages of channels over Redis pub/sub.

    subscribe and unsubscribe only note what is wanted and never suspend, so broadcaster cannot race itself over a first
    subscriber; SUBSCRIBED is delivered once it is in force. A full queue stops the reading, and Redis drops a connection that
    falls too far behind: the next one delivers SUBSCRIBED again.
    """

    def __init__(self, redis: settings.RedisSettings) -> None:
        # Every wait below has its own bound: a socket_timeout would cost a task for each command on Python 3.11.
        # RESP2: redis-py formats every RESP3 push, that is what people say, for a debug log.
        self._pool: ConnectionPool = ConnectionPool.from_url(
            redis.url,
            protocol=2,
            socket_timeout=None,
            socket_connect_timeout=CONNECT_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        self._redis = Redis(connection_pool=self._pool)
        self._publish_seconds = redis.publish_seconds
        self._wanted_channels: set[str] = set()
        self._channels_changed = asyncio.Event()
        self._events: asyncio.Queue[Event] = asyncio.Queue(QUEUE_SIZE)
        self._connected = asyncio.Event()
        self._is_suspect = False
        self._listener: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Begin to listen. Waits a moment for Redis, but does not insist: it may be away."""
        self._listener = asyncio.create_task(self._listen_with_reconnect(), name="live listener")
        with suppress(TimeoutError):
            async with asyncio.timeout(self._publish_seconds):
                await self._connected.wait()

    async def disconnect(self) -> None:
        """Stop listening and close every connection."""
        if self._listener:
            await cancel_and_wait(self._listener)
        with suppress(RedisError):
            await self._pool.aclose()

    async def subscribe(self, group: str) -> None:
        """Deliver the channel's messages from now on, or from when Redis is there."""
        self._wanted_channels.add(group)
        self._channels_changed.set()

    async def unsubscribe(self, group: str) -> None:
        """Deliver no more of them."""
        self._wanted_channels.discard(group)
        self._channels_changed.set()

    async def next_published(self) -> Event:
        """The next message of any wanted channel, or SUBSCRIBED; bytes that are not UTF-8 come with replacement characters."""
        return await self._events.get()

    async def publish(self, channel: str, message: str) -> None:
        """Send within settings.redis.publish_seconds; at once in vain while Redis is known to be away, or gave no sign of life
        since another publish was given up: each turn that waits to be stored behind that one would wait as long.

        Raises RedisError, OSError or TimeoutError.
        """
        if self._is_suspect or not self._connected.is_set():
            raise RedisConnectionError("Redis is away")
        try:
            async with asyncio.timeout(self._publish_seconds):
                await self._redis.publish(channel, message)
        except TimeoutError:
            self._is_suspect = True
            raise

    async def is_up(self) -> bool:
        """Whether messages are listened to, and Redis answers within settings.redis.publish_seconds."""
        if not self._connected.is_set():
            return False
        try:
            async with asyncio.timeout(self._publish_seconds):
                await self._redis.ping()
        except (RedisError, OSError):
            return False
        return True

    async def _listen_with_reconnect(self) -> None:
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            began = loop.time()
            try:
                await self._listen()
            except* Exception as lost:
                # whatever it was, the remedy is a new connection; an error's own text may hold what it choked on
                if self._connected.is_set() or failures == 0:
                    log.warning("Redis is away", reasons=sorted({type(error).__name__ for error in lost.exceptions}))
            self._connected.clear()
            failures = 0 if loop.time() - began > STABLE_SECONDS else failures + 1
            await asyncio.sleep(_BACKOFF.jittered_seconds(failures))

    async def _listen(self) -> None:
        """Live with one connection until it is lost; raises what ended it."""
        connection: Connection = self._pool.make_connection()  # type: ignore[no-untyped-call]  # redis-py's own gap
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await connection.connect()  # type: ignore[no-untyped-call]  # the same
            self._is_suspect = False
            self._connected.set()
            log.info("listening to Redis", channels=len(self._wanted_channels))
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._read(connection), name="live reader")
                tasks.create_task(self._write(connection), name="live writer")
        finally:
            with suppress(RedisError):
                await connection.disconnect()

    async def _read(self, connection: Connection) -> None:
        is_pinged = False
        while True:
            response = await connection.read_response(timeout=PING_SECONDS)
            if response is not None:
                self._is_suspect = False
            match response:
                case None if is_pinged:
                    raise RedisConnectionError("no sign of life")
                case None:
                    async with asyncio.timeout(PING_SECONDS):
                        await connection.send_command("PING")
                case [b"message", channel, payload]:
                    await self._events.put(Event(channel.decode(), payload.decode(errors="replace")))
                case [b"subscribe", channel, _]:
                    await self._events.put(Event(channel.decode(), SUBSCRIBED))
            is_pinged = response is None

    async def _write(self, connection: Connection) -> None:
        subscribed: set[str] = set()
        while True:
            self._channels_changed.clear()
            wanted = set(self._wanted_channels)
            if new := wanted - subscribed:
                await connection.send_command("SUBSCRIBE", *new)
            if dropped := subscribed - wanted:
                await connection.send_command("UNSUBSCRIBE", *dropped)
            subscribed = wanted
            await self._channels_changed.wait()
