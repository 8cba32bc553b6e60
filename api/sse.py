"""Server-sent events (graphql-sse, distinct connections mode) for networks that block WebSockets."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send
from strawberry.types import ExecutionResult

from engine.errors import TRANSIENT_CODES, get_error_code
from engine.execution import is_request_error
from live.cancellation import cancel_and_wait

HEARTBEAT_SECONDS = 15.0
"""Seconds between two comments on an idle stream, so that proxies keep it open."""

HEADERS = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",  # nginx would buffer events
}


class EventStream(StreamingResponse):
    """The response that streams the results of one operation.

    A stream that fails or is cut off by a shutdown ends without a `complete` event, so that clients reconnect.
    """

    def __init__(
        self,
        results: AsyncGenerator[ExecutionResult, None],
        encode: Callable[[ExecutionResult], Awaitable[str]],
        shutdown: asyncio.Event,
    ) -> None:
        """Stream `results`, each encoded by `encode` as one line of JSON, until they end or `shutdown` is set."""
        self._results = results
        self._encode = encode
        self._shutdown = shutdown
        self._next_result: asyncio.Task[ExecutionResult | None] | None = None
        self._shutdown_signal: asyncio.Task[bool] | None = None
        super().__init__(self._events(), headers=HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events. Close the operation when it is complete or the client has disconnected."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            # Here and not in the generator: when the client disconnects, Starlette cancels whatever the generator awaits.
            await cancel_and_wait(*filter(None, (self._next_result, self._shutdown_signal)))
            await self._results.aclose()

    async def _events(self) -> AsyncGenerator[str, None]:
        self._shutdown_signal = asyncio.create_task(self._shutdown.wait())
        while not self._shutdown.is_set():
            self._next_result = self._next_result or asyncio.create_task(anext(self._results, None))
            both = {self._next_result, self._shutdown_signal}
            await asyncio.wait(both, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if not self._next_result.done():
                yield ": waiting\n\n"
                continue
            result, self._next_result = self._next_result.result(), None
            if result is None:
                yield "event: complete\ndata:\n\n"
                return
            yield f"event: next\ndata: {await self._encode(result)}\n\n"
            if is_request_error(result) and any(get_error_code(error) in TRANSIENT_CODES for error in result.errors or []):
                return
