"""The GraphQL IDE: served if enabled in the settings, and without a CDN if its files are available."""

import re
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from api.http import build_routes
from lifecycle.services import Services
from settings import ApiSettings
from tests.schema.api_client import with_services

EXTERNAL_URL_PATTERN = re.compile(r"""(?:src|href)=["'](https?://[^"']+)""")
LOCAL_URL_PATTERN = re.compile(r"""(?:src|href)=["'](/ide/[^"']+)""")


HTML_HEADERS = {"Accept": "text/html"}


def make_client(services: Services, api: ApiSettings, *, sandbox: bool = False) -> httpx2.AsyncClient:
    settings = services.settings.model_copy(update={"api": api, "sandbox": sandbox})
    app = with_services(Starlette(routes=build_routes(settings)), services)
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva")


async def test_ide_loads_its_files_from_this_server_if_they_are_available(services: Services, tmp_path: Path) -> None:
    async with make_client(services, ApiSettings(ide=True, ide_assets=str(tmp_path))) as client:
        page = await client.get("/graphql", headers=HTML_HEADERS)
        assert (page.status_code, page.headers["content-type"].split(";")[0]) == (200, "text/html")
        assert EXTERNAL_URL_PATTERN.findall(page.text) == []
        wanted = LOCAL_URL_PATTERN.findall(page.text)
        assert len(wanted) >= 5
        for path in wanted:
            file = tmp_path / path.removeprefix("/ide/")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(path)
            assert (await client.get(path)).text == path
        assert (await client.get("/ide/../settings.py")).status_code == 404


async def test_policy_of_the_ide_allows_nothing_inline_without_the_nonce_of_the_response(services: Services) -> None:
    async with make_client(services, ApiSettings(ide=True, ide_assets="/")) as client:
        pages = [await client.get("/graphql", headers=HTML_HEADERS) for _ in range(2)]
    nonces = []
    for page in pages:
        directives = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
        assert directives["default-src"] == directives["frame-ancestors"] == directives["base-uri"] == "'none'"
        nonce = re.fullmatch(r"'self' 'nonce-([\w-]{20,})'", directives["script-src"])
        assert nonce and directives["style-src"] == directives["script-src"]
        inline = re.findall(r"<(?:script|style)(?![^>]*\bsrc=)([^>]*)>", page.text)
        assert inline == [f' nonce="{nonce[1]}"'] * 2
        assert not re.search(r"\son\w+=|javascript:|\sstyle=", page.text)
        nonces.append(nonce[1])
    assert len(set(nonces)) == 2


async def test_ide_never_loads_scripts_from_a_cdn_outside_the_sandbox(services: Services) -> None:
    async with make_client(services, ApiSettings(ide=True)) as client:
        response = await client.get("/graphql", headers=HTML_HEADERS)
        assert not response.headers["content-type"].startswith("text/html")
        assert "unpkg" not in response.text


async def test_ide_loads_its_files_from_a_cdn_in_a_sandbox_without_them(services: Services) -> None:
    async with make_client(services, ApiSettings(ide=True), sandbox=True) as client:
        assert EXTERNAL_URL_PATTERN.findall((await client.get("/graphql", headers=HTML_HEADERS)).text)
        assert (await client.get("/ide/graphiql/graphiql.min.js")).status_code == 404


@pytest.mark.parametrize("accept", ["application/json", "*/*", "application/graphql-response+json"])
async def test_clients_other_than_browsers_get_no_page(services: Services, accept: str) -> None:
    async with make_client(services, ApiSettings(ide=True)) as client:
        response = await client.get("/graphql", headers={"Accept": accept}, params={"query": "{ __typename }"})
    assert response.json()["data"] == {"__typename": "Query"}
