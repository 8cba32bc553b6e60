"""Where other servers tell us what has happened."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from engine.errors import to_failure
from errors import ErrorCode
from resolvers.livekit_events import receive_event
from schema.context import choose_request_id

MAX_EVENT_BYTES = 64 * 1024
"""far more than LiveKit ever sends"""
STATUS_CODES = {ErrorCode.UNAUTHENTICATED: 401, ErrorCode.UNAVAILABLE: 503}


def webhook_routes() -> list[BaseRoute]:
    """/webhooks/livekit."""
    return [Route("/webhooks/livekit", handle_livekit_event, methods=["POST"])]


async def handle_livekit_event(request: Request) -> Response:
    """204 for what was taken in or is none of ours, 401 for what is forged or stale, 503 for what LiveKit shall tell again."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_EVENT_BYTES:
                return PlainTextResponse(f"At most {MAX_EVENT_BYTES // 1024} KiB are taken.", 413)
    except ClientDisconnect:
        return Response(status_code=400)
    try:
        await receive_event(request.state.services, body, request.headers.get("authorization"))
    except Exception as error:
        failure = to_failure(error, choose_request_id(request.headers.get("x-request-id")))
        return PlainTextResponse(failure.message, STATUS_CODES.get(failure.code, 500))
    return Response(status_code=204)
