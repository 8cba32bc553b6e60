"""Health checks for orchestrators, and metrics for Prometheus."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from lifecycle.metrics_page import CONTENT_TYPE, find_refusal, render_page
from lifecycle.services import Services
from models.database import is_available
from version import read_version

OVERDUE_READ_SECONDS = 0.5
"""Seconds that MongoDB has to say what is overdue before a health check is answered without it."""


def health_routes() -> list[BaseRoute]:
    """Return the routes /healthz, /readyz and /metrics."""
    version = read_version()

    async def healthz(request: Request) -> Response:
        """Answer 200 with the version while the process runs, whatever the state of the servers that it needs."""
        return _json_response({"status": "alive", "version": version})

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def readyz(request: Request) -> Response:
    """Answer 200 when the process can handle requests, and 503 without MongoDB, however busy callers keep both.

    The status is `degraded` if people notice that something is missing, which restarting this process does not repair: without
    Redis turns reach subscribers by polling; `overdue` has the work that workers should have begun, with the seconds for which
    the oldest has been due; `missing_workers` has the workers of which none runs. Both are null while they are not known.
    """
    services: Services = request.state.services
    mongodb, redis = is_available(), await services.live.is_connected()
    state = await services.deployment.read(OVERDUE_READ_SECONDS)
    overdue = state and {work: round(seconds) for work, seconds in state.backlog.list_overdue().items()}
    missing = state and state.backlog.list_missing_workers(services.settings)
    status = "unavailable" if not mongodb else "ready" if redis and not overdue and not missing else "degraded"
    content = {
        "status": status,
        "mongodb": mongodb,
        "redis": redis,
        "overdue": overdue,
        "missing_workers": missing,
    }
    return _json_response(content, 200 if mongodb else 503)


async def metrics(request: Request) -> Response:
    """Return all metrics in Prometheus's text format. Gauges that MongoDB does not give in time are left out."""
    services: Services = request.state.services
    if refusal := find_refusal(services.settings, request.headers.get("authorization", "")):
        status, text = refusal
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        return Response(text, status, headers, "text/plain")
    body = await render_page(services)
    return Response(body, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE)


def _json_response(content: object, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, {"Cache-Control": "no-store"}, media_type="application/json")
