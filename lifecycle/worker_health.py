"""Health checks of a worker that has no LiveKit server to report to. Workers for voice have LiveKit's own (livekit_worker.py)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from settings import WorkerSettings
from version import read_version


@asynccontextmanager
async def serve_health(worker: WorkerSettings) -> AsyncIterator[None]:
    """Answer GET / with 200 as long as the event loop runs. Does nothing without a port. Raises OSError if the port is taken."""
    if not worker.health_port:
        yield
        return
    body = {"status": "alive", "version": read_version()}

    async def answer(_: web.Request) -> web.Response:
        return web.json_response(body, headers={"Cache-Control": "no-store"})

    app = web.Application()
    app.add_routes([web.get("/", answer)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, worker.host, worker.health_port).start()
        yield
    finally:
        await runner.cleanup()
