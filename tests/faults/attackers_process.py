"""Process of callers that mean harm. The harness runs it as `python -m tests.faults.attackers_process PORT`.

They write prebuilt bytes to plain connections, so that an attacker costs far less than what it asks of the API, and come from
an address of their own.
"""

import asyncio
import itertools
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from typing import Any

import orjson

from api.http import MAX_BODY_BYTES
from live.cancellation import cancel_and_wait
from tests.faults.rpc import run, serve_calls

ADDRESS = "127.0.0.2"
"""Address that the attackers connect from. Others use 127.0.0.1."""
CHUNK_BYTES = 256 * 1024
RECONNECT_SECONDS = 0.5
"""Between the loss of a connection and the next one: the attackers have few connections, and not ever new ones."""
DRIP_SECONDS = 0.5
"""Between two bytes of a slow request."""
PUBLISH_SECONDS = 0.02
"""Between two batches of messages to Redis."""
HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: viva\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
POST = b"POST /graphql HTTP/1.1\r\nHost: viva\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n"
SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }"
PING, TEXT = 0x9, 0x1
INIT = {"type": "connection_init"}
SELECTION = """nodes { id status channel language createdAt startedAt endedAt updatedAt expiresAt scheduledFor externalId
position { id title key language version } candidate { name } consent { textVersion } progress { questions } endDetail endReason }
pageInfo { hasNextPage endCursor }"""
"""Eight times it has 450 tokens, nearly as many as callers without a credential may send, and takes 40 ms to validate."""


def encode_frame(opcode: int, payload: bytes = b"") -> bytes:
    """Return a WebSocket frame of a client. Its mask is zero, which leaves the payload as it is."""
    if len(payload) < 126:
        head = struct.pack("!BB", 0x80 | opcode, 0x80 | len(payload))
    elif len(payload) < 65_536:
        head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, len(payload))
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, len(payload))
    return head + b"\0\0\0\0" + payload


def encode_message(message: dict[str, Any]) -> bytes:
    """Return a message of graphql-transport-ws as a frame."""
    return encode_frame(TEXT, orjson.dumps(message))


def largest_documents() -> Iterator[str]:
    """Yield documents that take as long to validate as callers without a credential may ask for, each a different one."""
    for number in itertools.count():
        fields = " ".join(f"a{index}: interviews(first: 1) {{ {SELECTION} }}" for index in range(8))
        yield f"# {number}\n{{ {fields} }}"


def _repeat(frame: bytes) -> Iterator[bytes]:
    return itertools.repeat(frame * (CHUNK_BYTES // len(frame)))


def _subscribe_to(documents: Iterator[str]) -> Iterator[bytes]:
    for number, document in enumerate(documents):
        yield encode_message({"type": "subscribe", "id": str(number), "payload": {"query": document}})


def _small_documents() -> Iterator[bytes]:
    for start in itertools.count(step=1000):
        yield b"".join(_subscribe_to(f"{{ a{number} " for number in range(start, start + 1000)))


FLOODS: dict[str, Callable[[], Iterator[bytes]]] = {
    "messages": lambda: _repeat(encode_message({"type": "ping"})),
    "control frames": lambda: _repeat(encode_frame(PING)),
    "syntax errors": _small_documents,
    "large documents": lambda: _subscribe_to(largest_documents()),
    "initializations": lambda: _repeat(encode_message(INIT)),
}
"""What a socket without a credential sends, by name: pieces of bytes without an end."""


class Attackers:
    """The attacks that are running. The harness calls its public coroutines."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._outcomes: Counter[str] = Counter()

    async def flood_sockets(self, port: int, flood: str, sockets: int) -> None:
        """Flood over WebSockets that have no credential, and reconnect whenever one is closed."""
        self._start(sockets, lambda _: self._flood_socket(port, FLOODS[flood]()))

    async def flood_documents(self, port: int, connections: int) -> None:
        """Send one large document after the other over connections without a credential."""
        self._start(connections, lambda _: self._flood_documents(port))

    async def flood_interview(self, port: int, token: str, interview_id: str, writers: int, characters: int = 0) -> None:
        """Send messages of an interview's candidate, each writer one after the other, of at least so many characters."""
        self._start(writers, lambda number: self._flood_interview(port, token, interview_id, number, characters))

    async def repeat_operation(
        self, port: int, query: str, connections: int, token: str = "", variables: dict[str, Any] | None = None
    ) -> None:
        """Send the same operation again and again over each connection, as soon as it is answered."""
        content = {"query": query, "variables": variables or {}}
        self._start(connections, lambda _: self._repeat_operation(port, content, token))

    async def publish_forged(self, port: int, channels: list[str], message: str, stream: str, rate: int) -> None:
        """Publish a message that is not signed with Viva's key to the channels of Redis by turns, and add it to a stream.

        `port` is that of Redis. Half of the `rate` of commands per second go to the channels.
        """
        self._start(1, lambda _: self._publish_forged(port, channels, message, stream, rate))

    async def open_slowly(self, port: int, connections: int) -> None:
        """Open connections whose heads and bodies, by turns, never come to an end, and reconnect whenever one is closed."""
        self._start(connections, lambda number: self._send_slowly(port, is_body=bool(number % 2)))

    async def stop(self) -> dict[str, int]:
        """Stop the attacks and return how often each of their outcomes came. Raises the error that an attacker failed with."""
        tasks, self._tasks = self._tasks, []
        failed = [task for task in tasks if task.done()]
        await cancel_and_wait(*tasks)
        for task in failed:
            task.result()
        outcomes, self._outcomes = self._outcomes, Counter()
        return dict(outcomes)

    def _start(self, count: int, attack: Callable[[int], Coroutine[Any, Any, None]]) -> None:
        self._tasks += [asyncio.create_task(attack(number)) for number in range(count)]

    async def _flood_socket(self, port: int, pieces: Iterator[bytes]) -> None:
        while True:
            async with self._connect(port) as (reader, writer):
                writer.write(HANDSHAKE)
                if not (await reader.readline()).startswith(b"HTTP/1.1 101"):
                    self._outcomes["refused"] += 1
                    continue
                self._outcomes["connected"] += 1
                writer.write(encode_message(INIT))
                await _run_until_first(self._send(writer, pieces), self._discard(reader))

    async def _send(self, writer: asyncio.StreamWriter, pieces: Iterator[bytes]) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            self._outcomes["kilobytes"] += len(piece) // 1024
            # drain alone does not give the others a turn
            await asyncio.sleep(0)

    async def _discard(self, reader: asyncio.StreamReader) -> None:
        while await reader.read(CHUNK_BYTES):
            pass
        self._outcomes["closed"] += 1

    async def _flood_documents(self, port: int) -> None:
        documents = largest_documents()
        while True:
            async with self._connect(port) as (reader, writer):
                for document in documents:
                    await self._post(reader, writer, {"query": document})

    async def _flood_interview(self, port: int, token: str, interview_id: str, writer_number: int, characters: int) -> None:
        numbers = itertools.count()
        while True:
            async with self._connect(port) as (reader, writer):
                for number in numbers:
                    key = f"{writer_number}:{number}"
                    values = {"interviewId": interview_id, "text": key.ljust(characters, "."), "idempotencyKey": key}
                    await self._post(reader, writer, {"query": SEND, "variables": {"input": values}}, token)

    async def _repeat_operation(self, port: int, content: dict[str, Any], token: str) -> None:
        while True:
            async with self._connect(port) as (reader, writer):
                while True:
                    await self._post(reader, writer, content, token)

    async def _publish_forged(self, port: int, channels: list[str], message: str, stream: str, rate: int) -> None:
        commands = [_encode_command("PUBLISH", channel, message) for channel in channels]
        wake_up = _encode_command("XADD", stream, "MAXLEN", "~", "1000", "*", "data", message)
        numbers = itertools.cycle(range(len(commands)))
        pairs = max(1, round(rate * PUBLISH_SECONDS / 2))

        async def publish(writer: asyncio.StreamWriter) -> None:
            loop = asyncio.get_running_loop()
            due = loop.time()
            while True:
                writer.write(b"".join(commands[next(numbers)] + wake_up for _ in range(pairs)))
                await writer.drain()
                self._outcomes["commands"] += 2 * pairs
                due += PUBLISH_SECONDS
                await asyncio.sleep(due - loop.time())

        while True:
            async with self._connect(port) as (reader, writer):
                await _run_until_first(self._discard(reader), publish(writer))

    async def _post(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, content: dict[str, Any], token: str = ""
    ) -> None:
        body = orjson.dumps(content)
        authorization = b"Authorization: Bearer %s\r\n" % token.encode() if token else b""
        writer.write(POST % (authorization, len(body)) + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        errors = orjson.loads(await reader.readexactly(length)).get("errors")
        extensions = errors[0]["extensions"] if errors else {"code": "OK"}
        self._outcomes[f"{extensions['code']} by budget" if "budget" in extensions else extensions["code"]] += 1

    async def _send_slowly(self, port: int, *, is_body: bool) -> None:
        start, rest = (POST % (b"", MAX_BODY_BYTES), b" ") if is_body else (b"GET /graphql HTTP/1.1\r\nX-Slow: ", b"x")
        while True:
            async with self._connect(port) as (reader, writer):
                self._outcomes["connected"] += 1
                writer.write(start)
                await _run_until_first(self._drip(writer, rest), self._discard(reader))

    async def _drip(self, writer: asyncio.StreamWriter, rest: bytes) -> None:
        while True:
            await asyncio.sleep(DRIP_SECONDS)
            writer.write(rest)
            await writer.drain()

    @asynccontextmanager
    async def _connect(self, port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """Open a connection for the block. Losing it, or having it refused, ends the block after a pause."""
        writer = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(ADDRESS, 0), limit=CHUNK_BYTES)
            yield reader, writer
        except (OSError, EOFError):
            pass
        finally:
            if writer is not None:
                writer.transport.abort()
        await asyncio.sleep(RECONNECT_SECONDS)


def _encode_command(*words: str) -> bytes:
    """Return a command of Redis."""
    encoded = [word.encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)


async def _run_until_first(*coroutines: Coroutine[Any, Any, None]) -> None:
    """Run the coroutines until one of them has ended, and raise its error."""
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await cancel_and_wait(*tasks)
    for task in done:
        task.result()


async def _main() -> None:
    attackers = Attackers()
    functions = (
        *("flood_sockets", "flood_documents", "flood_interview", "repeat_operation", "publish_forged", "open_slowly"),
        "stop",
    )
    await serve_calls({name: getattr(attackers, name) for name in functions})


if __name__ == "__main__":
    run(_main())
