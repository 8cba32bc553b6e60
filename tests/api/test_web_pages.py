"""The web pages: their links, security headers and caching."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from api.http import build_routes
from api.web_pages import build_page_routes
from lifecycle.services import Services
from settings import LivekitSettings, Settings
from tests.schema.api_client import with_services

LINKS = ["/", "/sign-in", "/join", "/interviews", "/interviews/SW50ZXJ2aWV3OjE", "/live", "/settings", "/settings/keys"]
SCRIPT = "export const words = 'long enough to be worth compressing';\n" * 40


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A folder with built web pages."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-4f2a.js").write_text(SCRIPT)
    (tmp_path / "index.html").write_text(
        '<meta property="csp-nonce" nonce="__NONCE__"><script src="/assets/index-4f2a.js"></script>'
    )
    return tmp_path


def make_client(dist: Path, livekit: LivekitSettings | None = None) -> httpx2.AsyncClient:
    app = Starlette(routes=build_page_routes(Settings(_env_file=None, livekit=livekit or LivekitSettings()), dist))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva")


@pytest.fixture
async def client(dist: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with make_client(dist) as client:
        yield client


def parse_policy(response: httpx2.Response) -> dict[str, list[str]]:
    """Return the Content-Security-Policy by directive."""
    parts = [part.split() for part in response.headers["content-security-policy"].split(";")]
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("link", LINKS)
async def test_links_from_the_api_open_the_pages(client: httpx2.AsyncClient, link: str) -> None:
    page = await client.get(link)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-cache"
    assert "/assets/index-4f2a.js" in page.text


async def test_unknown_address_is_a_page_in_a_browser_and_plain_for_programs(client: httpx2.AsyncClient) -> None:
    page = await client.get("/jion", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (page.status_code, "/assets/index-4f2a.js" in page.text) == (404, True)
    assert "content-security-policy" in page.headers
    for response in (await client.get("/jion"), await client.post("/jion", headers={"Accept": "text/html"})):
        assert (response.status_code, response.text) == (404, "Not Found")


async def test_policy_allows_only_own_scripts_and_styles_with_a_fresh_nonce(client: httpx2.AsyncClient) -> None:
    pages = [await client.get("/join") for _ in range(2)]
    nonces = [match[1] for page in pages if (match := re.search(r'nonce="([\w-]+)"', page.text))]
    assert len(set(nonces)) == 2
    for page, nonce in zip(pages, nonces, strict=True):
        assert parse_policy(page)["default-src"] == ["'none'"]
        assert parse_policy(page)["script-src"] == ["'self'"]
        assert parse_policy(page)["style-src"] == ["'self'", f"'nonce-{nonce}'"]
        assert parse_policy(page)["frame-ancestors"] == ["'none'"]
        assert parse_policy(page)["require-trusted-types-for"] == ["'script'"]
        assert "__NONCE__" not in page.text + page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("livekit", "expected"),
    [
        (LivekitSettings(), []),
        (LivekitSettings(url="ws://127.0.0.1:7880"), ["ws://127.0.0.1:7880", "http://127.0.0.1:7880"]),
        (
            LivekitSettings(url="ws://livekit:7880", public_url="wss://rooms.example/"),
            ["wss://rooms.example", "https://rooms.example"],
        ),
        (
            LivekitSettings(url="wss://viva.livekit.cloud"),
            ["wss://viva.livekit.cloud", "https://viva.livekit.cloud", "wss://*.livekit.cloud", "https://*.livekit.cloud"],
        ),
        (LivekitSettings(url="wss://notlivekit.cloud"), ["wss://notlivekit.cloud", "https://notlivekit.cloud"]),
    ],
)
async def test_policy_allows_connections_to_this_server_and_livekit(
    dist: Path, livekit: LivekitSettings, expected: list[str]
) -> None:
    async with make_client(dist, livekit) as client:
        assert parse_policy(await client.get("/join"))["connect-src"] == ["'self'", *expected]


async def test_page_may_use_microphone_and_camera(client: httpx2.AsyncClient) -> None:
    page = await client.get("/join")
    assert page.headers["permissions-policy"] == "microphone=(self), camera=(self)"


async def test_assets_are_compressed_and_cached(client: httpx2.AsyncClient) -> None:
    asset = await client.get("/assets/index-4f2a.js", headers={"Accept-Encoding": "gzip"})
    assert asset.text == SCRIPT
    assert asset.headers["content-encoding"] == "gzip"
    assert int(asset.headers["content-length"]) <= len(gzip.compress(SCRIPT.encode(), 6)) + 20
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    missing = await client.get("/assets/index-0000.js")
    assert (missing.status_code, "cache-control" in missing.headers) == (404, False)
    assert (await client.get("/assets/../index.html")).status_code == 404


async def test_server_without_a_build_says_how_to_build_the_pages(tmp_path: Path) -> None:
    async with make_client(tmp_path) as client:
        page = await client.get("/join")
        assert page.status_code == 503
        assert "make web" in page.text


async def test_pages_do_not_affect_other_routes(services: Services) -> None:
    app = with_services(Starlette(routes=build_routes(services.settings)), services)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client:
        response = await client.get("/graphql", params={"query": "{ __typename }"})
        assert response.json()["data"] == {"__typename": "Query"}
        assert "content-security-policy" not in (await client.get("/healthz")).headers
        assert (await client.get("/nothing/of/ours")).status_code == 404
