"""The pages for people: found at the links that the API gives out, and fenced in by their headers."""

import gzip
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from api.http import build_routes
from api.web_pages import page_routes
from lifecycle.services import Services
from settings import LivekitSettings, Settings
from tests.schema.api_client import with_services

LINKS = ["/join", "/interviews/SW50ZXJ2aWV3OjE"]
SCRIPT = "export const words = 'as long as it takes to be worth packing';\n" * 40


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """What `make web` leaves, as far as the server looks at it."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-4f2a.js").write_text(SCRIPT)
    (tmp_path / "index.html").write_text(
        '<meta property="csp-nonce" nonce="__NONCE__"><script src="/assets/index-4f2a.js"></script>'
    )
    return tmp_path


def make_client(dist: Path, livekit: LivekitSettings | None = None) -> httpx2.AsyncClient:
    app = Starlette(routes=page_routes(Settings(_env_file=None, livekit=livekit or LivekitSettings()), dist))
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva")


@pytest.fixture
async def client(dist: Path) -> AsyncIterator[httpx2.AsyncClient]:
    async with make_client(dist) as client:
        yield client


def policy_directives(answer: httpx2.Response) -> dict[str, list[str]]:
    """The answer's policy by directive."""
    parts = [part.split() for part in answer.headers["content-security-policy"].split(";")]
    return {name: sources for name, *sources in parts}


@pytest.mark.parametrize("link", LINKS)
async def test_the_links_that_people_get_open_the_pages(client: httpx2.AsyncClient, link: str) -> None:
    page = await client.get(link)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-cache"
    assert "/assets/index-4f2a.js" in page.text


async def test_scripts_and_styles_come_from_here_and_each_page_has_a_nonce_of_its_own(client: httpx2.AsyncClient) -> None:
    pages = [await client.get("/join") for _ in range(2)]
    nonces = [match[1] for page in pages if (match := re.search(r'nonce="([\w-]+)"', page.text))]
    assert len(set(nonces)) == 2
    for page, nonce in zip(pages, nonces, strict=True):
        assert policy_directives(page)["default-src"] == ["'none'"]
        assert policy_directives(page)["script-src"] == ["'self'"]
        assert policy_directives(page)["style-src"] == ["'self'", f"'nonce-{nonce}'"]
        assert policy_directives(page)["frame-ancestors"] == ["'none'"]
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
    ],
)
async def test_pages_reach_this_server_and_livekits_public_address(
    dist: Path, livekit: LivekitSettings, expected: list[str]
) -> None:
    async with make_client(dist, livekit) as client:
        assert policy_directives(await client.get("/join"))["connect-src"] == ["'self'", *expected]


async def test_the_page_itself_may_use_the_microphone_and_nobody_in_it(client: httpx2.AsyncClient) -> None:
    page = await client.get("/join")
    assert page.headers["permissions-policy"] == "microphone=(self), camera=(self)"
    # the invite stands in the address
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_assets_are_packed_and_kept_for_good(client: httpx2.AsyncClient) -> None:
    asset = await client.get("/assets/index-4f2a.js", headers={"Accept-Encoding": "gzip"})
    assert asset.text == SCRIPT
    assert asset.headers["content-encoding"] == "gzip"
    assert int(asset.headers["content-length"]) <= len(gzip.compress(SCRIPT.encode(), 6)) + 20
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    missing = await client.get("/assets/index-0000.js")
    assert (missing.status_code, "cache-control" in missing.headers) == (404, False)
    assert (await client.get("/assets/../index.html")).status_code == 404


async def test_a_server_without_pages_says_how_to_build_them(tmp_path: Path) -> None:
    async with make_client(tmp_path) as client:
        page = await client.get("/join")
        assert page.status_code == 503
        assert "make web" in page.text


async def test_pages_stand_in_nobodys_way(services: Services) -> None:
    app = with_services(Starlette(routes=build_routes(services.settings)), services)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client:
        asked = await client.get("/graphql", params={"query": "{ __typename }"})
        assert asked.json() == {"data": {"__typename": "Query"}}
        assert "content-security-policy" not in (await client.get("/healthz")).headers
        assert (await client.get("/nothing/of/ours")).status_code == 404
