"""The web pages that `make web` builds from web/, with headers that restrict them to this server and LiveKit."""

import asyncio
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Match, Mount, Route
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Scope

from settings import LivekitSettings, Settings

DIST = Path(__file__).parents[1] / "web" / "dist"
PAGE_PATHS = (
    "/",
    "/sign-in",
    "/join",
    "/interviews",
    "/interviews/{interview_id}",
    "/live",
    "/compare",
    "/settings",
    "/settings/{section}",
    "/positions",
    "/positions/{key}",
    "/positions/{key}/versions",
)
"""The paths of the pages, among them Invite.url and Interview.url. One file serves all: its script reads the URL."""
CACHE_FOR_A_YEAR = "public, max-age=31536000, immutable"
LIVEKIT_CLOUD_DOMAINS = ("livekit.cloud", "livekit.run")
"""Domains below which LiveKit Cloud has its projects, as LiveKit's client recognizes them."""
NONCE_PLACEHOLDER = "__NONCE__"
"""Placeholder in index.html (set in vite.config.ts) that each response replaces with a new nonce."""

NOT_BUILT_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Viva</title>
<h1>The pages are not built yet</h1>
<p>To build them, install Node 20.19 or newer, run <code>make web</code>, and restart the server.</p>
</html>
"""


def build_page_routes(settings: Settings, dist: Path = DIST, middleware: Sequence[Middleware] = ()) -> list[BaseRoute]:
    """Return the routes of the pages, each with this middleware, and of their assets.

    Without a build, the pages answer 503 and say how to build them.
    """
    policy = _content_security_policy(settings.livekit)
    index = dist / "index.html"
    is_built = index.is_file()

    async def serve_page(_: Request, status_code: int = 200) -> Response:
        nonce = secrets.token_urlsafe(16)
        # Read for each request, so that a new build needs no restart.
        page = (
            (await asyncio.to_thread(index.read_text, encoding="utf-8")).replace(NONCE_PLACEHOLDER, nonce)
            if is_built
            else NOT_BUILT_PAGE
        )
        headers = {
            "Cache-Control": "no-cache",
            "Content-Security-Policy": policy.replace(NONCE_PLACEHOLDER, nonce),
            "Permissions-Policy": "microphone=(self), camera=(self)",
        }
        return HTMLResponse(page, status_code if is_built else 503, headers)

    async def serve_unknown_page(request: Request) -> Response:
        return await serve_page(request, 404)

    pages: list[BaseRoute] = [Route(path, serve_page, middleware=middleware) for path in PAGE_PATHS]
    if not is_built:
        return pages
    return [
        *pages,
        Mount("/assets", ImmutableAssets(directory=dist / "assets"), middleware=[Middleware(GZipMiddleware, compresslevel=6)]),
        UnknownPageRoute("/{path:path}", serve_unknown_page, middleware=middleware),
    ]


class UnknownPageRoute(Route):
    """Matches what a browser opens as a page. Must be the last route; other requests get the router's plain 404."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match GET and HEAD requests that accept HTML."""
        is_page = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        if not is_page or "text/html" not in Headers(scope=scope).get("accept", ""):
            return Match.NONE, {}
        return super().matches(scope)


class ImmutableAssets(StaticFiles):
    """Static files with a content hash in their names, which therefore never change."""

    def file_response(self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200) -> Response:
        """Return the file with headers that let browsers cache it for a year."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = CACHE_FOR_A_YEAR
        return response


def _content_security_policy(livekit: LivekitSettings) -> str:
    connect_sources = " ".join(["'self'", *_livekit_origins(livekit.public_url or livekit.url)])
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{NONCE_PLACEHOLDER}'; "
        "img-src 'self' data:; font-src 'self'; "
        f"connect-src {connect_sources}; media-src 'self' blob:; worker-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'; require-trusted-types-for 'script'"
    )


def _livekit_origins(url: str) -> list[str]:
    """Return the origins of a LiveKit server: WebSocket, and HTTP, which clients query when the WebSocket was refused.

    A project of LiveKit Cloud sends clients to hosts of its regions, which it names only when they connect.
    """
    parts = urlsplit(url)
    if not parts.netloc:
        return []
    secure = parts.scheme in ("wss", "https")
    hosts = [parts.netloc, *(f"*.{domain}" for domain in LIVEKIT_CLOUD_DOMAINS if (parts.hostname or "").endswith(f".{domain}"))]
    return [f"{scheme}://{host}" for host in hosts for scheme in (("wss", "https") if secure else ("ws", "http"))]
