"""The search for advisories: it fails on findings, and says so where no advisory database can be reached."""

import asyncio
import sys
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.helpers import ROOT
from tests.schema.api_client import serve


async def audit(url: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(ROOT / ".ci" / "audit.py"), url, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_audit_is_not_run_where_no_database_can_be_reached() -> None:
    assert await audit("http://127.0.0.1:9/") == (0, "audit: not run: no advisory database can be reached\n")


@pytest.mark.parametrize(
    ("vulnerable", "status", "code", "message"),
    [
        (None, 200, 0, "audit: no advisory for "),
        ("starlette", 200, 1, ": GHSA-1, GHSA-2"),
        ("react", 200, 1, "npm react "),
        (None, 400, 1, "audit: the advisory database, or a proxy before it, answers with 400"),
        (None, 403, 0, "not run: the advisory database, or a proxy before it, answers with 403"),
    ],
)
async def test_audit_fails_on_findings_and_errors(vulnerable: str | None, status: int, code: int, message: str) -> None:
    async def answer(request: Request) -> Response:
        queries: list[dict[str, Any]] = (await request.json())["queries"]
        advisories = {"vulns": [{"id": "GHSA-1"}, {"id": "GHSA-2"}]}
        results = [advisories if query["package"]["name"] == vulnerable else {} for query in queries]
        return JSONResponse({"results": results}, status)

    async with serve(Starlette(routes=[Route("/", answer, methods=["POST"])])) as server:
        returned, output = await audit(f"http://127.0.0.1:{server.port}/")
    assert (returned, message in output) == (code, True), output
