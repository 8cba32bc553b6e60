"""GraphQL over WebSocket (graphql-transport-ws). Clients can always tell a failed subscription from a completed one.

How the client learns of a failure depends on its code:

- Errors in the request (FORBIDDEN, NOT_FOUND, BAD_INPUT, RATE_LIMITED ...) are the `error` message of the operation.
- An expired or revoked credential closes the socket with 4401. Clients do not reconnect until they have a new credential.
- Transient errors (UNAVAILABLE, INTERNAL) close the socket with 1013, after which clients reconnect.
- Too many invalid credentials of a network address (RATE_LIMITED) close the socket with 4429.
- A socket that keeps sending faster than its messages are read is closed with 4429, and one without a credential that does
  nothing with 4408. These are codes of graphql-transport-ws, after which clients do not reconnect for nothing.
"""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import Any, cast

import graphql
import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect, WebSocketState
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, Message, SubscribeMessage
from strawberry.types import ExecutionResult

from api import socket_limits
from api.slow_clients import TRY_AGAIN_LATER
from api.socket_limits import AnonymousSockets, Pace
from auth import Principal
from engine import metrics
from engine.cost import MIN_CHARGE
from engine.errors import TRANSIENT_CODES, Failure, find_error_code, get_error_code, to_failure
from engine.execution import format_result, is_request_error
from engine.shared_subscriptions import EventSink, SharedOperation, SharedSubscription, SubscriberGone
from errors import AppError, ErrorCode, RateLimited
from lifecycle.access_monitor import AccessMonitor
from live.cancellation import cancel_and_wait
from resolvers.audit_log import DONE
from schema.audit import Subject, record
from schema.context import GraphQLContext

CLOSE_UNAUTHENTICATED = 4401
CLOSE_TIMEOUT = 4408
CLOSE_TOO_MANY_REQUESTS = 4429

MAX_REASON_BYTES = 123
"""Maximum size of the reason in a close frame (RFC 6455, section 5.5)."""


class GraphQLWebSocket(ASGIWebSocketAdapter):
    """A WebSocket that sends and receives messages. api.slow_clients disconnects clients that read too slowly."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        """Yield messages until either side closes the socket."""
        try:
            async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
                yield message
        except RuntimeError:
            # Starlette raises it if an operation has closed the socket between two messages.
            if self.ws.application_state is WebSocketState.CONNECTED:
                raise

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send a message. Raises WebSocketDisconnected if the socket is closed."""
        await self.send_text(str(self.view.encode_json(message)))

    async def send_text(self, text: str) -> None:
        """Send an encoded message. Raises WebSocketDisconnected if the socket is closed."""
        if self.ws.application_state is not WebSocketState.CONNECTED:
            raise WebSocketDisconnected
        try:
            await self.ws.send({"type": "websocket.send", "text": text})
        except WebSocketDisconnect as error:
            raise WebSocketDisconnected from error

    async def close(self, code: int, reason: str) -> None:
        """Close the socket unless it is closed. A reason that does not fit into the frame is truncated."""
        if self.ws.application_state is WebSocketState.CONNECTED:
            truncated = reason.encode()[:MAX_REASON_BYTES].decode(errors="ignore")
            with suppress(WebSocketDisconnect):
                await self.ws.close(code, truncated)


class WebSocketConnection(BaseGraphQLTransportWSHandler[GraphQLContext, None]):
    """The connection of one client, and its operations."""

    websocket: GraphQLWebSocket
    _ending_operations: set[asyncio.Task[None]]
    _pace: Pace
    """The pace of the client's messages. Sockets without a credential share that of their network address."""
    _delayed_messages = 0
    """Messages that had to wait, without one in between that had not."""
    _subscribe_messages = 0
    _idle_timeout: asyncio.Task[None] | None = None
    """Runs while the socket has no credential."""
    _eviction: asyncio.Task[None] | None = None
    _session_watch: asyncio.Task[None] | None = None
    """Runs while the socket uses a session: signing out also closes sockets that have no stream."""

    async def handle(self) -> None:
        """Serve the connection until it is closed. Without a credential, it may have to make room for another."""
        self._ending_operations = set()
        self._pace = self._anonymous_sockets.join(self, self.context.address)
        try:
            with metrics.OPEN_SOCKETS.track_inprogress():
                await super().handle()
        finally:
            self._anonymous_sockets.leave(self)

    def evict(self) -> None:
        """Close the socket, because there are too many without a credential. Clients reconnect."""
        reason = f"{ErrorCode.RATE_LIMITED}: Too many sockets without a credential: try again in 5 seconds."
        self._eviction = asyncio.create_task(self.websocket.close(TRY_AGAIN_LATER, reason))

    async def handle_message(self, message: Message) -> None:
        """Handle a message in its turn. A malformed one closes the socket with 4400, and far too many with 4429."""
        if not _is_well_formed(message):
            await self.handle_invalid_message("The message is not a valid graphql-transport-ws message.")
        elif await self._wait_for_turn(message):
            await super().handle_message(message)

    async def _wait_for_turn(self, message: Message) -> bool:
        # every client sends one, and in an outage all clients of an address send theirs at the same time
        is_first_init = message["type"] == "connection_init" and not self.connection_init_received
        delay = 0.0 if is_first_init else self._pace.compute_delay(1, asyncio.get_running_loop().time())
        self._delayed_messages = self._delayed_messages + 1 if delay else 0
        if self._delayed_messages > socket_limits.MAX_DELAYED_MESSAGES:
            await self.websocket.close(CLOSE_TOO_MANY_REQUESTS, "Too many requests")
            return False
        # a socket with many messages gives the others their turn after each one
        await asyncio.sleep(delay)
        return True

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Acknowledge the connection, or close it if the credential is invalid."""
        try:
            await super().handle_connection_init({**message, "payload": message.get("payload") or {}})
        except Exception as error:
            await self._close_for_failure(to_failure(error, self.context.request_id))
            return
        monitor = self.context.access_monitor
        if monitor is not None:
            if monitor.principal.session_id is not None and self._session_watch is None:
                self._session_watch = asyncio.create_task(self._close_when_session_ends(monitor))
            self._anonymous_sockets.leave(self)
            self._pace = Pace(socket_limits.MESSAGES_PER_SECOND, socket_limits.MESSAGES_BURST)
        elif self.connection_acknowledged and self._idle_timeout is None:
            self._idle_timeout = asyncio.create_task(self._close_when_idle())

    @property
    def _anonymous_sockets(self) -> AnonymousSockets:
        return cast(AnonymousSockets, cast(Any, self.view).anonymous_sockets)

    async def _close_when_idle(self) -> None:
        earlier_messages = -1
        while self.operations or self._subscribe_messages > earlier_messages:
            earlier_messages = self._subscribe_messages
            await asyncio.sleep(socket_limits.ANONYMOUS_IDLE_SECONDS)
        await self.websocket.close(CLOSE_TIMEOUT, "No credential, and no operation for a minute")

    async def _close_when_session_ends(self, monitor: AccessMonitor) -> None:
        try:
            while True:
                await asyncio.sleep(monitor.seconds_until_check)
                await monitor.check_and_wait()
        except AppError as error:
            await self._close_for_failure(to_failure(error, self.context.request_id))

    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        """Start an operation. One that exceeds the limit is refused and does not affect the others."""
        self._subscribe_messages += 1
        limit = self.max_subscriptions_per_connection or 0
        if self.connection_acknowledged and len(self.operations) >= limit and message["id"] not in self.operations:
            too_many = RateLimited(f"The limit is {limit} concurrent operations: complete one first.", retry_after_seconds=1)
            failure = to_failure(too_many, self.context.request_id)
            error = GraphQLError(failure.message, extensions=failure.extensions(self.context.request_id))
            await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})
        else:
            await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[GraphQLContext, None]) -> None:
        """Run an operation until it is complete, fails, or the client disconnects."""
        sink = _OperationSink(self, operation)
        try:
            # A separate method, whose local variables are freed before a subscription that may run for hours.
            await self._start_operation(operation, sink)
            if sink.subscription is not None:
                with metrics.OPEN_STREAMS.track_inprogress():
                    await sink.run_subscription()
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            self.operations.pop(operation.id, None)
        except Exception as error:
            self.operations.pop(operation.id, None)
            await self._close_for_failure(to_failure(error, self.context.request_id))

    async def _start_operation(self, operation: Operation[GraphQLContext, None], sink: "_OperationSink") -> None:
        query, name, variables = operation.query, operation.operation_name, operation.variables or {}
        # The operation lives as long as its subscription, so it must not hold the request.
        operation.query, operation.variables = "", None
        access_monitor, shared_operations = self.context.access_monitor, self.context.shared_operations
        if access_monitor is not None and access_monitor.is_fresh:
            found = shared_operations.find(query, name, variables, access_monitor.principal)
            if found is not None:
                shared_operation, after = found
                await sink.subscribe(shared_operation, access_monitor.principal, after)
                return
        await self._execute(operation, query, variables, sink)
        if sink.subscription is not None:
            shared_operations.remember_request(query, name, sink.subscription.operation)

    async def _execute(
        self, operation: Operation[GraphQLContext, None], query: str, variables: dict[str, object], sink: "_OperationSink"
    ) -> None:
        results = await self.schema.stream(
            query,
            variable_values=variables,
            context_value=replace(self.context, event_sink=sink),
            operation_name=operation.operation_name,
        )
        async with aclosing(results):
            async for result in results:
                if isinstance(result, ExecutionResult):
                    await self.deliver_result(operation, result)

    async def deliver_result(self, operation: Operation[GraphQLContext, None], result: ExecutionResult) -> None:
        """Send a result, or reject the operation if it was not executed."""
        if is_request_error(result):
            await self._reject(operation, result.errors or [])
        else:
            await operation.send_next(result)

    async def _reject(self, operation: Operation[GraphQLContext, None], errors: list[GraphQLError]) -> None:
        codes = [get_error_code(error) for error in errors]
        is_credential_invalid = ErrorCode.UNAUTHENTICATED in codes and self.context.has_credential
        if is_credential_invalid or any(code in TRANSIENT_CODES for code in codes):
            # Suppress the `complete` message, after which the client would not resume the subscription.
            operation.completed = True
            await self._close_for_failure(Failure(codes[0], errors[0].message))
        else:
            await operation.send_initial_errors(errors)

    async def _close_for_failure(self, failure: Failure) -> None:
        code = TRY_AGAIN_LATER if failure.code in TRANSIENT_CODES else CLOSE_UNAUTHENTICATED
        if failure.code is ErrorCode.RATE_LIMITED:
            code = CLOSE_TOO_MANY_REQUESTS
        await self.websocket.close(code, f"{failure.code}: {failure.message}")

    async def cleanup_operation(self, operation_id: str) -> None:
        """Cancel an operation without waiting for it. None of its messages are sent any more."""
        operation = self.operations.pop(operation_id, None)
        if operation and operation.task:
            operation.completed = True
            ending = asyncio.create_task(cancel_and_wait(operation.task))
            self._ending_operations.add(ending)
            ending.add_done_callback(self._ending_operations.discard)

    async def shutdown(self) -> None:
        """Cancel all operations, and wait until they have ended."""
        await cancel_and_wait(*filter(None, (self._idle_timeout, self._eviction, self._session_watch)))
        await super().shutdown()
        await asyncio.gather(*self._ending_operations)

    async def handle_task_exception(self, error: Exception) -> None:
        """Log the error of a task, unless the client has disconnected."""
        if not isinstance(error, WebSocketDisconnected):
            to_failure(error, self.context.request_id)


class _OperationSink(EventSink):
    """Sends the events of one operation over its connection."""

    __slots__ = ("_connection", "_message_prefix", "_operation", "_socket", "subscription")

    def __init__(self, connection: WebSocketConnection, operation: Operation[GraphQLContext, None]) -> None:
        self._connection = connection
        self._socket = connection.websocket
        self._operation = operation
        self._message_prefix = f'{{"id":{orjson.dumps(operation.id).decode()},"type":"next","payload":'
        self.subscription: SharedSubscription[Any, Any, Any] | None = None

    def attach(self, subscription: SharedSubscription[Any, Any, Any]) -> None:
        self.subscription = subscription

    async def subscribe(self, operation: SharedOperation[Any, Any, Any], caller: Principal, after: int) -> None:
        """Join a shared operation as one more subscriber, who is charged for it. If that fails, reject this operation."""
        try:
            # an operation above the limit leaves no entry in the audit log
            await self._connection.context.charge(MIN_CHARGE)
            try:
                async with self._connection.context.limits.enforce_time():
                    items = await operation.open_stream(caller, after)
            except Exception as error:
                self._record(operation, find_error_code(error))
                raise
            self._record(operation, DONE)
            self.attach(SharedSubscription(operation, items))
        except Exception as error:
            await self._send_failure(error)

    def _record(self, operation: SharedOperation[Any, Any, Any], outcome: str) -> None:
        if isinstance(operation.subject, Subject):
            record(self._connection.context, operation.subject, outcome)

    async def run_subscription(self) -> None:
        """Deliver the events of the attached subscription. If it fails, reject this operation."""
        if self.subscription is None:
            return
        try:
            await self.subscription.run(self)
        except SubscriberGone:
            pass
        except WebSocketDisconnected:
            self._operation.completed = True
        except Exception as error:
            await self._send_failure(error)

    async def _send_failure(self, error: Exception) -> None:
        with suppress(SubscriberGone):
            await self.send_result(graphql.ExecutionResult(None, [GraphQLError(str(error), original_error=error)]))

    def send(self, payload: str) -> Coroutine[Any, Any, None]:
        # Returns the socket's coroutine instead of awaiting it: another coroutine would cost 3 % of each message.
        if self._operation.completed:
            raise SubscriberGone
        metrics.SHARED_EVENTS.count += 1
        return self._socket.send_text(f"{self._message_prefix}{payload}}}")

    async def send_result(self, result: graphql.ExecutionResult) -> None:
        formatted = format_result(ExecutionResult(data=result.data, errors=result.errors), self._connection.context.request_id)
        try:
            await self._connection.deliver_result(self._operation, formatted)
        except WebSocketDisconnected:
            self._operation.completed = True
        if self._operation.completed:
            raise SubscriberGone


def _is_well_formed(message: Any) -> bool:
    match message:
        case {"type": "connection_init" | "ping" | "pong"}:
            return isinstance(message.get("payload"), dict | None)
        case {"type": "subscribe", "id": str(), "payload": {"query": str()} as payload}:
            maps = (payload.get("variables"), payload.get("extensions"))
            return isinstance(payload.get("operationName"), str | None) and all(isinstance(value, dict | None) for value in maps)
        case {"type": "complete", "id": str()}:
            return True
    return False
