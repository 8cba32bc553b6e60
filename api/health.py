"""Health checks for orchestrators, and metrics for Prometheus."""

import asyncio
import hmac
import math

import orjson
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.errors import PyMongoError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from engine.metrics import ASYNCIO_TASKS, CHANGE_FEED_GAPS, CHANGE_FEED_STALLED_SECONDS, EVALUATIONS, REPAIRS_GIVEN_UP
from lifecycle.services import Services
from models.database import is_available
from models.reads.change_list import read_feed_state
from models.reads.evaluation_counts import count_unfinished_evaluations
from models.writes.repair_attempts import count_repairs_given_up
from version import read_version

COUNT_SECONDS = 2.0
"""Seconds that MongoDB has to count evaluations."""


def health_routes() -> list[BaseRoute]:
    """Return the routes /healthz, /readyz and /metrics."""
    version = read_version()

    async def healthz(request: Request) -> Response:
        """Answer 200 with the version while the process runs, whatever the state of the servers that it needs."""
        return _json_response({"status": "alive", "version": version})

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def readyz(request: Request) -> Response:
    """Answer 200 when the process can handle requests, and 503 without MongoDB, however busy callers keep both.

    Without Redis the status is `degraded`: everything works, but turns reach subscribers by polling.
    """
    services: Services = request.state.services
    mongodb, redis = is_available(), await services.live.is_connected()
    status = "unavailable" if not mongodb else "ready" if redis else "degraded"
    return _json_response({"status": status, "mongodb": mongodb, "redis": redis}, 200 if mongodb else 503)


async def metrics(request: Request) -> Response:
    """Return all metrics in Prometheus's text format. Counts that MongoDB does not give in time are left out.

    The scraper sends settings.api.metrics_token as its bearer token. Without the setting only the sandbox has this page.
    """
    settings = request.state.services.settings
    token = settings.api.metrics_token.get_secret_value()
    if not token and not settings.sandbox:
        return Response("Set API_METRICS_TOKEN to serve metrics.\n", 404, media_type="text/plain")
    if token and not hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode()):
        return Response("Send Authorization: Bearer <API_METRICS_TOKEN>.\n", 401, {"WWW-Authenticate": "Bearer"}, "text/plain")
    EVALUATIONS.clear()
    try:
        async with asyncio.timeout(COUNT_SECONDS):
            counts = await count_unfinished_evaluations()
            feed = await read_feed_state()
            given_up: float = await count_repairs_given_up()
    except (PyMongoError, TimeoutError):
        counts, feed, given_up = {}, None, math.nan
    for status, count in counts.items():
        EVALUATIONS.labels(status).set(count)
    if feed is not None:
        CHANGE_FEED_GAPS.set(feed.gaps)
        CHANGE_FEED_STALLED_SECONDS.set(feed.stalled_seconds)
    REPAIRS_GIVEN_UP.set(given_up)
    ASYNCIO_TASKS.set(len(asyncio.all_tasks()))
    return Response(generate_latest(), headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)


def _json_response(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, {"Cache-Control": "no-store"}, media_type="application/json")
