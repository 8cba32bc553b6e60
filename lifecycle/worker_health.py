"""What workers answer over HTTP: health checks and metrics. Workers without LiveKit's own server for the former have it here."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from lifecycle.metrics_page import CONTENT_TYPE, find_refusal
from settings import Settings, WorkerSettings
from version import read_version


@asynccontextmanager
async def serve_health(worker: WorkerSettings) -> AsyncIterator[None]:
    """Answer GET / with 200 as long as the event loop runs. Does nothing without a port. Raises OSError if the port is taken."""
    body = {"status": "alive", "version": read_version()}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    async with serve_path("/", answer, worker.host, worker.health_port):
        yield


@asynccontextmanager
async def serve_metrics(settings: Settings, render: Callable[[], Awaitable[bytes]]) -> AsyncIterator[None]:
    """Answer GET /metrics as the API does, for the bearer of settings.api.metrics_token. Does nothing without a port."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if refusal := find_refusal(settings, request.headers.get("Authorization", "")):
            status, text = refusal
            return web.Response(status=status, text=text)
        return build_metrics_response(await render())

    async with serve_path("/metrics", answer, settings.worker.host, settings.worker.metrics_port):
        yield


def build_metrics_response(body: bytes) -> web.Response:
    """Return the response to a scrape."""
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"})


@asynccontextmanager
async def serve_path(
    path: str, handler: Callable[[web.Request], Awaitable[web.StreamResponse]], host: str, port: int
) -> AsyncIterator[None]:
    """Answer GET requests for a path. Does nothing if the port is 0. Raises OSError if it is taken."""
    if not port:
        yield
        return
    app = web.Application()
    app.add_routes([web.get(path, handler)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()
