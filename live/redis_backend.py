"""A Redis backend for broadcaster that reconnects for as long as its process runs.

redis-py's PubSub is not used: it reconnects from any task that uses it, so that two tasks may rebuild one connection
concurrently, and it does not report that messages were missed. Here each connection has one reader and one writer.
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
"""Seconds of silence before a connection is pinged; it is closed if the reply takes as long again."""
STABLE_SECONDS = 5.0
"""A connection that lasted this many seconds is replaced immediately; shorter ones with backoff."""
QUEUE_SIZE = 1000
"""Messages that may wait to be delivered before no further ones are read from Redis."""
SUBSCRIBED = ""
"""Message that a channel gets when Redis starts to deliver to it; earlier messages may have been missed."""

_BACKOFF = Backoff(base_seconds=0.1, max_seconds=1.0)


def open_pool(redis: settings.RedisSettings) -> ConnectionPool:
    """Return a pool of connections that have no timeout: callers bound every wait themselves."""
    return ConnectionPool.from_url(
        redis.url,
        # RESP2, because redis-py formats every RESP3 push, including transcripts, for a debug log
        protocol=2,
        # on Python 3.11, a timeout of the socket would cost a task per command
        socket_timeout=None,
        socket_connect_timeout=CONNECT_SECONDS,
        retry=Retry(NoBackoff(), 1),
    )


class RedisBackend(BroadcastBackend):
    """Carries messages of channels over Redis pub/sub.

    `subscribe` and `unsubscribe` only record the wanted channels and never suspend, so broadcaster cannot race over a
    first subscriber; SUBSCRIBED is delivered once Redis has confirmed. A full queue stops reading, and Redis drops a
    connection that falls too far behind; the next connection delivers SUBSCRIBED again.
    """

    def __init__(self, redis: settings.RedisSettings) -> None:
        self._pool = open_pool(redis)
        self._redis = Redis(connection_pool=self._pool)
        self._publish_seconds = redis.publish_seconds
        self._wanted_channels: set[str] = set()
        self._channels_changed = asyncio.Event()
        self._events: asyncio.Queue[Event] = asyncio.Queue(QUEUE_SIZE)
        self._connected = asyncio.Event()
        self._is_suspect = False
        self._listener: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Start listening. Waits at most settings.redis.publish_seconds for Redis, which may be unavailable."""
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
        """Deliver the channel's messages from now on, or once Redis is available."""
        self._wanted_channels.add(group)
        self._channels_changed.set()

    async def unsubscribe(self, group: str) -> None:
        """Stop delivering the channel's messages."""
        self._wanted_channels.discard(group)
        self._channels_changed.set()

    async def next_published(self) -> Event:
        """Return the next message of a wanted channel, or SUBSCRIBED; invalid UTF-8 is replaced."""
        return await self._events.get()

    async def publish(self, channel: str, message: str) -> None:
        """Publish within settings.redis.publish_seconds.

        Fails immediately while Redis is known to be unavailable, or has not responded since a publish timed out, so
        that appends queued behind do not wait as well. Raises RedisError, OSError or TimeoutError.
        """
        if self._is_suspect or not self._connected.is_set():
            raise RedisConnectionError("Redis is unavailable")
        try:
            async with asyncio.timeout(self._publish_seconds):
                await self._redis.publish(channel, message)
        except TimeoutError:
            self._is_suspect = True
            raise

    async def is_up(self) -> bool:
        """Return whether the listener is connected and Redis answers within settings.redis.publish_seconds."""
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
                # any error calls for a new connection; its text is not logged, since it may quote the message
                if self._connected.is_set() or failures == 0:
                    log.warning("Redis unavailable", reasons=sorted({type(error).__name__ for error in lost.exceptions}))
            self._connected.clear()
            failures = 0 if loop.time() - began > STABLE_SECONDS else failures + 1
            await asyncio.sleep(_BACKOFF.jittered_seconds(failures))

    async def _listen(self) -> None:
        """Serve one connection until it is lost; raise what ended it."""
        connection: Connection = self._pool.make_connection()  # type: ignore[no-untyped-call]  # redis-py does not annotate it
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await connection.connect()  # type: ignore[no-untyped-call]  # likewise
            self._is_suspect = False
            self._connected.set()
            log.info("Redis connected", channels=len(self._wanted_channels))
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
                    raise RedisConnectionError("no reply to the ping")
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
