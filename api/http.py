"""The API's routes, and the GraphQL endpoint for HTTP, server-sent events and WebSocket.

HTTP follows the GraphQL-over-HTTP specification (June 2025): both media types, every response in JSON, and 4xx for requests that
were not executed if the client accepts application/graphql-response+json.
"""

import asyncio
import re
import secrets
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import timedelta
from typing import Any, cast

import orjson
import structlog
from cross_web import AsyncHTTPRequestAdapter, HTTPException, StarletteRequestAdapter
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry import UNSET
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, GraphQLRequestProtocol, process_result
from strawberry.http.base import BaseRequestProtocol
from strawberry.http.parse_content_type import parse_content_type
from strawberry.http.types import QueryParams
from strawberry.http.websocket_origin import normalize_allowed_origins
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult, SubscriptionExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UnsetType

import tracing
from api.client_addresses import RequestRateMiddleware, delay_refusal, read_client_address
from api.exports import build_export_routes
from api.health import health_routes
from api.jwks import jwks_routes
from api.logos import logo_routes
from api.playback import playback_routes
from api.request_limits import choose_max_connections
from api.session_cookies import ResponseCookie, SessionCookies
from api.sign_in import sign_in_routes
from api.socket_limits import AnonymousSockets
from api.sse import EventStream
from api.web_pages import build_page_routes
from api.webhooks import webhook_routes
from api.websocket import GraphQLWebSocket, WebSocketConnection
from engine.errors import Failure, get_error_code, to_failure
from engine.execution import is_request_error, was_stopped
from engine.limits import LoopShare, OperationLimits
from engine.shared_subscriptions import SharedOperations
from errors import ErrorCode, Unauthenticated
from recording.storage import open_store
from schema.build import build_schema
from schema.context import GraphQLContext, choose_request_id
from settings import ApiSettings, Settings

MAX_BODY_BYTES = 256 * 1024
"""Maximum size of a request body."""
MAX_FRAME_BYTES = 64 * 1024
"""Maximum size of a WebSocket message. Pass it as uvicorn's ws_max_size."""
MAX_OPERATIONS = 100
"""Maximum number of concurrent operations on one WebSocket: enough for a dashboard with a tile for each interview."""
INIT_SECONDS = 10
"""Seconds within which a WebSocket client must send connection_init."""

HSTS_SECONDS = 365 * 24 * 3600
"""Seconds for which browsers use HTTPS only, once they have seen a response over HTTPS."""

IDE_PATH = "/ide"
_CDN_ORIGIN = "https://unpkg.com"
_CDN_URL = re.compile(rf'="{_CDN_ORIGIN}/((?:@[\w-]+/)?[\w-]+)@[\d.]+/')
"""Matches the CDN URL of a package's file up to the version. The first group is the package."""

_MUTATION = re.compile(r"\bmutation\b")

JSON = "application/json"
GRAPHQL_JSON = "application/graphql-response+json"
EVENT_STREAM = "text/event-stream"
CHARSET = "; charset=utf-8"
MAX_MEDIA_RANGES = 30
"""Media ranges of an Accept header that are considered."""


def build_routes(settings: Settings, shutdown: asyncio.Event | None = None) -> list[BaseRoute]:
    """Return all routes of the API. They expect `services` in request.state, where the application's lifespan puts it.

    Set `shutdown` when the server starts to shut down: event streams over HTTP then end, so that clients reconnect elsewhere.
    Raises ValueError for a malformed origin in settings.api.allowed_origins or an invalid settings.auth.signing_key, and the
    errors of recording.storage.open_store.
    """
    endpoint = GraphQLEndpoint(settings.api, shutdown or asyncio.Event(), may_use_cdn=settings.sandbox)
    cors = Middleware(
        CORSMiddleware,
        allow_origins=sorted(normalize_allowed_origins(settings.api.allowed_origins)),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Request-Id"],
        expose_headers=["Retry-After", "X-Request-Id"],
    )
    rate = Middleware(RequestRateMiddleware)
    return [
        # browsers read a refusal only if it has the headers of CORS, too
        Route("/graphql", endpoint, middleware=[cors, rate], name="graphql"),
        WebSocketRoute("/graphql", endpoint, middleware=[rate], name="graphql-ws"),
        *health_routes(),
        *jwks_routes(settings.auth),
        *playback_routes(open_store(settings.recording), [rate]),
        *build_export_routes([cors, rate]),
        *logo_routes([rate]),
        *sign_in_routes(settings, [rate]),
        *webhook_routes(),
        *([Mount(IDE_PATH, StaticFiles(directory=settings.api.ide_assets))] if settings.api.ide_assets else []),
        # the last of them matches every other address that a browser opens
        *build_page_routes(settings, middleware=[rate]),
    ]


def security_headers(api: ApiSettings) -> list[tuple[str, str]]:
    """Return the headers of every response. Pass them as uvicorn's `headers`."""
    headers = [
        ("X-Content-Type-Options", "nosniff"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Referrer-Policy", "no-referrer"),
    ]
    if api.public_url.startswith("https:"):
        headers.append(("Strict-Transport-Security", f"max-age={HSTS_SECONDS}"))
    return headers


class _RequestAdapter(StarletteRequestAdapter):
    @property
    def content_type(self) -> str | None:
        """The Content-Type, whose media type and charset are case-insensitive."""
        value = super().content_type
        return value.lower() if value else value


class GraphQLEndpoint(GraphQL[GraphQLContext, None]):
    """Strawberry's ASGI view, adapted to the specification and to JSON for every response."""

    request_adapter_class = _RequestAdapter
    websocket_adapter_class = GraphQLWebSocket
    graphql_transport_ws_handler_class = WebSocketConnection

    def __init__(self, api: ApiSettings, shutdown: asyncio.Event, *, may_use_cdn: bool = False) -> None:
        """With `may_use_cdn`, browsers load the IDE's files from a CDN if settings.api.ide_assets is not set."""
        self._serves_ide_assets = api.ide_assets is not None
        # scripts of a third party must not run on the origin that holds candidates' and recruiters' sessions
        serves_ide = api.ide and (self._serves_ide_assets or may_use_cdn)
        self._shared_operations = SharedOperations()
        self._session_cookies = SessionCookies(api)
        self._shutdown = shutdown
        self._loop_share = LoopShare()
        self._limits = OperationLimits(api.operation_seconds, int(api.response_megabytes * 1024 * 1024))
        self.anonymous_sockets = AnonymousSockets(api.max_connections or choose_max_connections())
        super().__init__(
            build_schema(introspection=api.ide),
            graphql_ide="graphiql" if serves_ide else None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=timedelta(seconds=INIT_SECONDS),
            max_subscriptions_per_connection=MAX_OPERATIONS,
            allowed_origins=api.allowed_origins,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request or a WebSocket. Its request id is in every log event, and in the response."""
        request_id = choose_request_id(Headers(scope=scope).get("x-request-id"))
        scope["state"]["request_id"] = request_id
        traceparent = Headers(scope=scope).get(tracing.TRACEPARENT) if tracing.is_enabled() else None
        with structlog.contextvars.bound_contextvars(request_id=request_id), tracing.continue_trace(traceparent):
            if scope["type"] == "websocket":
                await self.run(WebSocket(scope, receive, send))
                return
            request = Request(scope, _limit_body(receive))
            try:
                response = await self._respond(request, request_id)
            except ClientDisconnect:
                return
            response.headers["X-Request-Id"] = request_id
            response.headers.setdefault("Cache-Control", "no-store")
            response.headers.add_vary_header("Accept")
            await response(scope, receive, send)

    async def _respond(self, request: Request, request_id: str) -> Response:
        try:
            try:
                return await self.run(request)
            except HTTPException as error:
                if not _needs_stream(error) or EVENT_STREAM not in _accepted_types(request):
                    raise
                return await self.run(await _prefer_event_stream(request))
        except HTTPException as error:
            status, failure = error.status_code, Failure(ErrorCode.BAD_INPUT, error.reason)
            if isinstance(error.__cause__, InvalidOperationTypeError):
                status, failure = _wrong_operation_failure(error.__cause__)
        except ClientDisconnect:
            raise
        except Exception as error:
            status, failure = 500, to_failure(error, request_id)
        body = {"errors": [{"message": failure.message, "extensions": failure.extensions(request_id)}]}
        headers = {"Allow": "POST" if request.method == "GET" else "GET, POST"} if status == 405 else None
        return Response(self.encode_json(body), status, headers, media_type=_negotiate_media_type(request) + CHARSET)

    # --- requests

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> GraphQLContext:
        """Return the context of this request or connection. Each operation gets a copy of it."""
        cookies = self._session_cookies
        # the headers of a stream are sent before the operation is executed
        is_stream = _preferred_type(request) == EVENT_STREAM
        return GraphQLContext(
            services=request.state.services,
            request_id=request.state.request_id,
            address=read_client_address(request.scope),
            authorization=request.headers.get("authorization"),
            session_secret=cookies.read(request),
            session_refusal=cookies.find_refusal(request),
            session_writer=ResponseCookie(cookies, response) if isinstance(response, Response) and not is_stream else None,
            shared_operations=self._shared_operations,
            limits=self._limits,
            loop_share=self._loop_share,
        )

    async def on_ws_connect(self, context: GraphQLContext) -> UnsetType | dict[str, object] | None:
        """Authenticate the client by the credential in connection_init. Raises Unauthenticated if it is invalid.

        A client without a credential is accepted, because `invitation` and `joinInterview` need none.
        """
        for name, value in context.connection_params.items():
            if name.lower() == "authorization":
                if not isinstance(value, str):
                    raise Unauthenticated("authorization in connection_init must be a string: Bearer <API key or token>.")
                context.authorization = value
        if context.has_credential:
            principal = await context.authenticate()
            context.access_monitor = context.services.access_monitors.for_principal(principal)
        ack_without_payload: UnsetType = UNSET
        return ack_without_payload

    @property
    def graphql_ide_html(self) -> str:
        """The page of the IDE. If settings.api.ide_assets is set, its scripts and styles come from this server."""
        page = super().graphql_ide_html
        return _CDN_URL.sub(rf'="{IDE_PATH}/\1/', page) if self._serves_ide_assets else page

    async def render_graphql_ide(self, request: Request) -> Response:
        """Return the page of the IDE, with a policy as strict as that of the web pages."""
        nonce = secrets.token_urlsafe(16)
        page = re.sub(r"<(script|style)>", rf'<\1 nonce="{nonce}">', self.graphql_ide_html)
        sources = "'self'" if self._serves_ide_assets else f"'self' {_CDN_ORIGIN}"
        policy = (
            f"default-src 'none'; script-src {sources} 'nonce-{nonce}'; style-src {sources} 'nonce-{nonce}'; "
            f"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    def should_render_graphql_ide(self, request: BaseRequestProtocol) -> bool:
        """Return whether to answer with the IDE: to browsers only, and only if settings.api.ide is set."""
        return self.graphql_ide is not None and super().should_render_graphql_ide(request)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData | list[GraphQLRequestData]:
        """Return the parameters of the request. Raises cross_web.HTTPException if it is not a GraphQL request."""
        if request.method == "POST" and not _is_json(request.content_type):
            raise HTTPException(415, "Send the request as JSON in UTF-8, with Content-Type: application/json.")
        if request.headers.get("accept") and not _accepted_types(request):
            raise HTTPException(406, f"Accept one of the media types {GRAPHQL_JSON}, {JSON} and {EVENT_STREAM}.")
        data = await super().parse_http_body(request)
        if isinstance(data, GraphQLRequestData):
            if not isinstance(data.operation_name, str | None):
                raise HTTPException(400, "The GraphQL operation's `operationName` must be a string or null, if provided.")
            data.operation_name = data.operation_name or None
            if not data.query:
                raise HTTPException(400, 'Request data is missing a "query" value')
            # Strawberry chooses a stream wherever the header mentions one, and would answer a mutation by GET with an event
            prefers_stream = _preferred_type(request) == EVENT_STREAM
            may_mutate_by_get = request.method == "GET" and _MUTATION.search(data.query)
            data.protocol = "sse" if prefers_stream and not may_mutate_by_get else "http"
        return data

    def parse_query_params(self, params: QueryParams) -> dict[str, Any]:
        """Return the parameters of a GET. An empty one counts as absent, as the specification demands."""
        return super().parse_query_params({name: value for name, value in params.items() if value})

    def parse_json(self, data: str | bytes) -> Any:
        """Parse a JSON object or array; null counts as an empty object. Raises cross_web.HTTPException for other JSON."""
        value = super().parse_json(data)
        if not isinstance(value, dict | list | None):
            raise HTTPException(400, "Send a JSON object.")
        return {} if value is None else value

    def decode_json(self, data: str | bytes) -> object:
        """Parse JSON. Raises json.JSONDecodeError."""
        return orjson.loads(data)

    # --- responses

    def encode_json(self, data: object) -> str:
        """Encode a value as one line of JSON. Returns str, because bytes would be sent in binary WebSocket frames."""
        return orjson.dumps(data).decode()

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Return the response that create_response completes, with the negotiated media type."""
        response = await super().get_sub_response(request)
        response.media_type = _negotiate_media_type(request)
        return response

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Return the response body, without `data` if nothing was executed, and later if a limit was exceeded."""
        if any(get_error_code(error) == ErrorCode.RATE_LIMITED for error in result.errors or []):
            await delay_refusal()
        response = process_result(result)
        if is_request_error(result) and not was_stopped(result):
            response.pop("data", None)
        return response

    def create_response(self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response) -> Response:
        """Return the response: 429 above a rate limit, 400 if nothing else was executed and the client accepts GraphQL's own
        media type, otherwise 200.
        """
        status, headers = 200, {}
        if "data" not in response_data:
            status = 400 if sub_response.media_type == GRAPHQL_JSON else 200
            extensions = cast(Any, response_data)["errors"][0]["extensions"]
            if extensions["code"] == ErrorCode.RATE_LIMITED:
                status, headers = 429, {"Retry-After": str(extensions["retryAfterSeconds"])}
        response = Response(self.encode_json(response_data), status, headers, media_type=f"{sub_response.media_type}{CHARSET}")
        for cookie in sub_response.headers.getlist("set-cookie"):
            response.headers.append("set-cookie", cookie)
        return response

    async def _create_streaming_response(
        self,
        request: Request,
        result: SubscriptionExecutionResult,
        protocol: GraphQLRequestProtocol,
        sub_response: Response,
    ) -> Response:
        async def encode(event: ExecutionResult) -> str:
            return self.encode_json(await self.process_result(request, event))

        # Strawberry types the result as an iterator. Schema.stream returns a generator, which can be closed.
        return EventStream(cast(AsyncGenerator[ExecutionResult, None], result), encode, self._shutdown)

    async def create_websocket_response(self, request: WebSocket, subprotocol: str | None) -> WebSocket:
        """Accept the WebSocket, with the request id as a header."""
        await request.accept(subprotocol, [(b"x-request-id", request.state.request_id.encode())])
        return request


def _limit_body(receive: Receive) -> Receive:
    size = 0

    async def receive_limited() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            raise HTTPException(413, f"The request is too large: the limit is {MAX_BODY_BYTES // 1024} KiB.")
        return message

    return receive_limited


def _is_json(content_type: str | None) -> bool:
    media_type, parameters = parse_content_type(content_type or "")
    return media_type == JSON and parameters.get("charset", "utf-8") in ("utf-8", "utf8")


def _negotiate_media_type(request: Request | WebSocket) -> str:
    return next((media_type for media_type in _accepted_types(request) if media_type != EVENT_STREAM), JSON)


def _accepted_types(request: HTTPConnection | AsyncHTTPRequestAdapter) -> list[str]:
    """Return which of our media types the Accept header accepts, by descending weight and then in its order."""
    weights: dict[str, float] = {}
    accept = ",".join(cast(Headers, request.headers).getlist("accept"))  # several header fields are one list
    for media_range in accept.lower().split(",")[:MAX_MEDIA_RANGES]:
        name, *parameters = (part.strip() for part in media_range.split(";"))
        weight = next((parameter[2:] for parameter in parameters if parameter.startswith("q=")), "1")
        with suppress(ValueError):
            weights.setdefault(name, float(weight))
    default = JSON if weights.get(JSON) != 0 else GRAPHQL_JSON
    for wildcard, name in (("application/*", default), ("text/*", EVENT_STREAM), ("*/*", default)):
        if wildcard in weights:
            weights.setdefault(name, weights[wildcard])
    accepted = [name for name in (JSON, GRAPHQL_JSON, EVENT_STREAM) if weights.get(name, 0) > 0]
    return sorted(accepted, key=lambda name: (-weights[name], list(weights).index(name)))


def _preferred_type(request: HTTPConnection | AsyncHTTPRequestAdapter) -> str:
    return next(iter(_accepted_types(request)), JSON)


def _needs_stream(error: HTTPException) -> bool:
    cause = error.__cause__
    return isinstance(cause, InvalidOperationTypeError) and cause.operation_type is OperationType.SUBSCRIPTION


async def _prefer_event_stream(request: Request) -> Request:
    """Return the same request from a client that accepts event streams only."""
    body = await request.body()

    async def receive_again() -> Message:
        return {"type": "http.request", "body": body}

    headers = [(name, value) for name, value in request.scope["headers"] if name != b"accept"]
    return Request({**request.scope, "headers": [*headers, (b"accept", EVENT_STREAM.encode())]}, receive_again)


def _wrong_operation_failure(error: InvalidOperationTypeError) -> tuple[int, Failure]:
    if error.operation_type is OperationType.SUBSCRIPTION:
        message = "A subscription needs a stream: use a WebSocket (graphql-transport-ws) or send Accept: text/event-stream."
        return 400, Failure(ErrorCode.BAD_INPUT, message)
    return 405, Failure(ErrorCode.BAD_INPUT, "GET is for queries only: send mutations with POST.")
