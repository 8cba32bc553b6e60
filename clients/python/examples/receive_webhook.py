"""Receives webhooks, here with Starlette."""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from viva_client import WebhookVerificationError, verify_webhook

events: dict[str, object] = {}
"""In place of your database, in which `webhook-id` is unique: an event may come several times."""


async def receive(request: Request) -> Response:
    """Store an event, and answer immediately: do the work afterwards."""
    try:
        event = verify_webhook(os.environ["WEBHOOK_SECRET"], await request.body(), request.headers)
    except WebhookVerificationError:
        return Response(status_code=401)
    events[request.headers["webhook-id"]] = event
    return Response(status_code=204)


app = Starlette(routes=[Route("/webhooks/viva", receive, methods=["POST"])])
