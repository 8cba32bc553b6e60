"""Webhooks that other servers call."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from engine.errors import to_failure
from errors import ErrorCode
from resolvers.livekit_events import receive_event
from schema.context import choose_request_id

MAX_EVENT_BYTES = 64 * 1024
"""Maximum size of an event. LiveKit's events are far smaller."""
STATUS_CODES = {ErrorCode.UNAUTHENTICATED: 401, ErrorCode.UNAVAILABLE: 503}


def webhook_routes() -> list[BaseRoute]:
    """Return the route /webhooks/livekit."""
    return [Route("/webhooks/livekit", handle_livekit_event, methods=["POST"])]


async def handle_livekit_event(request: Request) -> Response:
    """Handle an event of LiveKit.

    Answers 204 if the event was handled or does not concern us, 401 if it is forged or stale, 413 if it is too large, and 503 if
    LiveKit should send it again.
    """
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_EVENT_BYTES:
                return PlainTextResponse(f"The event is too large: the limit is {MAX_EVENT_BYTES // 1024} KiB.", 413)
    except ClientDisconnect:
        return Response(status_code=400)
    try:
        await receive_event(request.state.services, body, request.headers.get("authorization"))
    except Exception as error:
        failure = to_failure(error, choose_request_id(request.headers.get("x-request-id")))
        return PlainTextResponse(failure.message, STATUS_CODES.get(failure.code, 500))
    return Response(status_code=204)
