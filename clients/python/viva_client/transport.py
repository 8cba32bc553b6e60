"""HTTP and WebSocket: a request with its repetitions, and a subscription that is resumed."""

import json
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx2
from pydantic import BaseModel
from pydantic_core import to_jsonable_python
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from . import errors
from .retries import Credential, RetryPolicy, TokenSource

Result = TypeVar("Result")
Cursor = TypeVar("Cursor", int, str)

PING_SECONDS = 5.0
"""Without pings, nobody would notice a frozen server, or a connection that was lost while this machine was suspended."""
HEALTHY_SECONDS = 60.0
"""A connection that lasted so long has not failed to connect, even if nothing happened in the meantime."""
CALLS = RetryPolicy(attempts=6)
STREAMS = RetryPolicy(attempts=100)
"""About ten minutes without a connection. The time in which this machine is suspended does not count."""

RETRYABLE_CLOSE_CODES = frozenset({1000, 1001, 1005, 1006, 1011, 1012, 1013, 1014, 4408})
"""After other codes a client does not reconnect (docs/reliability.md)."""
CODES_BY_STATUS = {
    400: "BAD_INPUT",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    404: "NOT_FOUND",
    408: "UNAVAILABLE",
    409: "CONFLICT",
    429: "RATE_LIMITED",
}
"""How files, which are not GraphQL, and proxies say what was wrong."""


class Transport:
    """Sends operations to the API. It is an async context manager, which closes its connections."""

    def __init__(
        self,
        url: str,
        token: TokenSource,
        *,
        timeout_seconds: float = 30.0,
        calls: RetryPolicy = CALLS,
        streams: RetryPolicy = STREAMS,
        http_client: httpx2.AsyncClient | None = None,
    ) -> None:
        """`url` is that of the server, such as https://viva.example. `token` is an API key or token, or returns one.

        A function as `token` is called for the first token, and again whenever the server refuses the present one.
        """
        self._url = url.rstrip("/")
        self._credential = Credential(token)
        self._timeout_seconds = timeout_seconds
        self._calls = calls
        self._streams = streams
        self._http = http_client or httpx2.AsyncClient(timeout=timeout_seconds)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def execute(self, query: str, operation_name: str | None = None, variables: Mapping[str, Any] | None = None) -> Any:
        """Run a query or mutation, and return its data. Raises VivaError.

        A mutation without an idempotency key gets one, so that its repetitions have one effect.
        """
        values = _to_json(variables or {})
        if query.lstrip().startswith("mutation") and isinstance(values.get("input"), dict):
            values["input"].setdefault("idempotencyKey", uuid4().hex)
        body = {"query": query, "operationName": operation_name, "variables": values}
        return await self._request("POST", "/graphql", _read_data, json=body)

    def get_data(self, response: Any) -> Any:
        """Return what `execute` returned, which is the data already. Generated methods call it."""
        return response

    async def download(self, path: str, **query: Any) -> bytes:
        """Return a file of the API, such as /comparison.csv. Raises VivaError."""
        return await self._request("GET", path, lambda response: response.content, params=query)

    async def _request(self, method: str, path: str, read: Callable[[httpx2.Response], Result], **options: Any) -> Result:
        """Send a request until it succeeds, and return what `read` makes of the response."""
        failures = 0
        while True:
            token = await self._credential.get()
            try:
                try:
                    headers = {"Authorization": f"Bearer {token}"}
                    response = await self._http.request(method, f"{self._url}{path}", headers=headers, **options)
                except httpx2.TransportError as error:
                    raise errors.ConnectionFailed(f"The request failed: {error!r}") from error
                result = read(_check_status(response))
                self._credential.accept(token)
                return result
            except errors.Unauthenticated as error:
                self._credential.refuse(token, error)
            except errors.VivaError as error:
                failures += 1
                await self._calls.wait(failures, error)

    async def execute_ws(
        self, query: str, operation_name: str | None = None, variables: Mapping[str, Any] | None = None
    ) -> AsyncGenerator[Any, None]:
        """Run a subscription over a connection of its own, and yield its data until it is complete or fails.

        Raises VivaError. After TokenExpired, the next connection has another token.
        """
        payload = {"query": query, "operationName": operation_name, "variables": _to_json(variables or {})}
        token = await self._credential.get()
        try:
            with _connection_errors():
                async with connect(
                    f"{self._url}/graphql".replace("http", "ws", 1),
                    subprotocols=[Subprotocol("graphql-transport-ws")],
                    open_timeout=self._timeout_seconds,
                    close_timeout=1.0,
                    ping_interval=PING_SECONDS,
                    ping_timeout=PING_SECONDS,
                    max_size=2**24,
                ) as connection:
                    await _send(connection, type="connection_init", payload={"authorization": f"Bearer {token}"})
                    async for text in connection:
                        match json.loads(text):
                            case {"type": "connection_ack"}:
                                self._credential.accept(token)
                                await _send(connection, type="subscribe", id="1", payload=payload)
                            case {"payload": {"errors": [_, *_] as failures}} | {"type": "error", "payload": failures}:
                                raise errors.read_errors(failures)
                            case {"type": "next", "payload": {"data": data}}:
                                yield data
                            case {"type": "complete"}:
                                return
                            case {"type": "ping"}:
                                await _send(connection, type="pong")
            raise errors.ConnectionFailed("The server closed the connection before the subscription was complete.")
        except errors.Unauthenticated as error:
            self._credential.refuse(token, error)
            raise TokenExpired(str(error)) from error

    async def _resume(
        self, query: str, variables: Mapping[str, Any], after: Cursor, read: Callable[[Any, Cursor], tuple[Cursor, Result] | None]
    ) -> AsyncGenerator[Result, None]:
        """Yield the events of a subscription to its end, and subscribe after the last one as often as needed.

        `read` returns the cursor and value of an event, or None if it does not follow the cursor.
        """
        failures = 0
        while True:
            began = time.monotonic()
            try:
                async with aclosing(self.execute_ws(query, None, {**variables, "after": after})) as events:
                    async for data in events:
                        if (event := read(data, after)) is None:
                            raise errors.ConnectionFailed("The server left out or repeated an event.")
                        after, failures = event[0], 0
                        yield event[1]
                return
            except TokenExpired:
                continue
            except errors.VivaError as error:
                failures = 1 if time.monotonic() - began > HEALTHY_SECONDS else failures + 1
                await self._streams.wait(failures, error)


class TokenExpired(errors.TransientError):
    """The token of a connection has expired, and the next connection has another one."""


async def _send(connection: ClientConnection, **message: Any) -> None:
    await connection.send(json.dumps(message))


def _to_json(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables as JSON values, without those that are unset."""
    values = {
        name: value.model_dump(mode="json", by_alias=True, exclude_unset=True) if isinstance(value, BaseModel) else value
        for name, value in variables.items()
        if type(value).__name__ != "UnsetType"  # a class of the generated code, which imports this module
    }
    result: dict[str, Any] = to_jsonable_python(values)
    return result


def _read_data(response: httpx2.Response) -> Any:
    result = response.json()
    if result.get("errors"):
        raise errors.read_errors(result["errors"])
    return result["data"]


def _check_status(response: httpx2.Response) -> httpx2.Response:
    """Return a response that succeeded. Raises the error of any other, in whichever form it came."""
    if response.is_success:
        return response
    try:
        raise errors.read_errors(response.json()["errors"])
    except (ValueError, LookupError, TypeError):
        raise _read_status(response.status_code, response.text, response.headers.get("Retry-After")) from None


def _read_status(status: int, text: str, retry_after: str | None) -> errors.VivaError:
    code = CODES_BY_STATUS.get(status, "UNAVAILABLE" if status >= 500 else "")
    # proxies send pages
    message = f"The server answered with status {status}." if not text or "<" in text else text[:500]
    seconds = int(retry_after) if retry_after and retry_after.isdecimal() else None
    return errors.make_error(message, errors.ErrorDetails(code=code, retry_after_seconds=seconds))


@contextmanager
def _connection_errors() -> Iterator[None]:
    """Raise VivaError in the place of what websockets raises."""
    try:
        yield
    except ConnectionClosed as closed:
        raise _read_close(closed) from closed
    except InvalidStatus as refused:
        response = refused.response
        raise _read_status(response.status_code, "", response.headers.get("Retry-After")) from refused
    except (InvalidHandshake, OSError) as error:
        raise errors.ConnectionFailed(f"The connection failed: {error!r}") from error


def _read_close(closed: ConnectionClosed) -> errors.VivaError:
    """Return the error of a connection that ended before its subscription did."""
    if closed.rcvd is None:
        return errors.ConnectionFailed("The connection was lost.")
    code, reason = closed.rcvd.code, closed.rcvd.reason
    name, _, message = reason.partition(": ")
    if code == 4401:
        return errors.Unauthenticated(message or "The credential is invalid, expired or revoked.")
    if code not in RETRYABLE_CLOSE_CODES:
        return errors.ProtocolViolation(f"The server closed the connection with {code}: {reason}")
    if name in errors.ERRORS:
        return errors.make_error(message, errors.ErrorDetails(code=name))
    return errors.ConnectionFailed(f"The server closed the connection with {code}: {reason}")
