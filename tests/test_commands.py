"""main.py as people run it: what it prints, what it refuses, and that what it starts goes down with it."""

import asyncio
import json
import os
import re
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pymongo.asynchronous.database import AsyncDatabase

from models.organization import Role
from sandbox.processes import Child

MAIN = Path(__file__).parents[1] / "main.py"
pytestmark = pytest.mark.servers

SECRET = "a secret that is long enough for any test"


async def run(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """The exit code, standard output and standard error of a command; only `environment` sets anything."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(MAIN),
        *arguments,
        cwd=folder,
        env={**clean, "COLUMNS": "200", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def test_keys_are_made_listed_and_revoked(database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path: Path) -> None:
    where = {"MONGODB_URL": mongod, "MONGODB_DATABASE": database.name}
    code, secret, told = await run(tmp_path, "keys", "create", "Acme", "RECRUITER", "ATS", **where)
    secret = secret.strip()
    assert code == 0
    assert secret.startswith("viva_")
    key_id = re.findall(r"[0-9a-f]{24}", told)[0]
    assert "not shown again" in told
    assert await database["positions"].count_documents({"newest": True}) == 6

    # only a digest is kept: the secret stands nowhere
    for name in await database.list_collection_names():
        async for document in database[name].find():
            assert secret not in str(document)

    code, out, _ = await run(tmp_path, "keys", "list", "Acme", **where)
    assert code == 0
    assert all(part in out for part in (key_id, "RECRUITER", "ATS", "live"))
    assert secret not in out
    assert (await run(tmp_path, "keys", "revoke", key_id, **where))[0] == 0
    _, out, _ = await run(tmp_path, "keys", "list", "Acme", **where)
    assert "revoked" in out

    code, _, told = await run(tmp_path, "keys", "revoke", "rubbish", **where)
    assert (code, "is not the id of a key" in told) == (2, True)
    code, _, told = await run(tmp_path, "keys", "create", "Acme", "CANDIDATE", "x", **where)
    assert (code, "give them a link" in told) == (2, True)


@pytest.mark.parametrize(
    ("command", "environment", "told"),
    [
        ("serve", {}, "AUTH_SECRET is missing"),
        ("jobs", {}, "AUTH_SECRET is missing"),
        ("jobs", {"AUTH_SECRET": SECRET}, "ANTHROPIC_API_KEY is not set"),
        ("serve", {"API_PORT": "over 9000"}, "API_PORT"),
        ("serve", {"AUTH_SECRET": SECRET, "MONGODB_TIMEOUT_SECONDS": "-1"}, "MONGODB_TIMEOUT_SECONDS"),
    ],
)
async def test_a_process_that_could_not_work_says_so_in_a_line(
    tmp_path: Path, command: str, environment: dict[str, str], told: str
) -> None:
    code, _, err = await run(tmp_path, command, **environment)
    assert code == 2
    assert told in err
    assert len(err.splitlines()) == 1
    assert not any(value in err for value in environment.values())


async def test_the_printed_schema_is_the_snapshot(tmp_path: Path) -> None:
    code, out, _ = await run(tmp_path, "schema")
    assert (code, out) == (0, (MAIN.parent / "schema.graphql").read_text(encoding="utf-8"))
    assert (await run(tmp_path, "schema", "--check"))[0] == 0


async def test_dev_shows_where_it_is_with_a_token_for_each_role_and_a_query_that_works(
    mongod: str, valkey: str, tmp_path: Path
) -> None:
    log = tmp_path / "dev.log"
    environment = {**os.environ, "MONGODB_URL": mongod, "REDIS_URL": valkey, "MONGODB_DATABASE": f"dev_{os.getpid()}"}
    # main.py keeps its data beside itself: a copy of the place, so that a developer's own sandbox is left alone
    place = tmp_path / "place"
    place.mkdir()
    for entry in MAIN.parent.iterdir():
        if entry.name not in (".viva", ".env", ".git"):
            (place / entry.name).symlink_to(entry)
    (place / "main.py").unlink()
    (place / "main.py").write_text(MAIN.read_text(encoding="utf-8"), encoding="utf-8")
    async with Child([sys.executable, str(place / "main.py"), "dev"], log, cwd=place, environment=environment) as dev:

        async def is_shown() -> bool:
            return "Ctrl-C ends all of it" in log.read_text(encoding="utf-8")

        await dev.wait_until(is_shown, 60)
        told = log.read_text(encoding="utf-8")
        assert "SANDBOX" in told.splitlines()[0]
        url = re.findall(r"GraphQL IDE\s+(http\S+)", told)[0]
        query = re.findall(r"A first query\n(\{.*?\n\})", told, re.DOTALL)[0]
        tokens = dict(re.findall(r"^\s+([A-Z]+)\s+(viva_\S+)$", told, re.MULTILINE))
        assert set(tokens) == set(Role) - {Role.CANDIDATE}
        async with httpx2.AsyncClient() as client:
            page = await client.get(url, headers={"Accept": "text/html"})
            assert page.is_success
            assert "GraphiQL" in page.text
            # without npm they come from afar
            scripts = re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', page.text)
            assert len(scripts) == 7
            for script in scripts if shutil.which("npm") else []:
                assert (await client.get(httpx2.URL(url).join(script))).is_success, script
            for role, token in tokens.items():
                answer = await client.post(url, json={"query": query}, headers={"Authorization": f"Bearer {token}"})
                assert "errors" not in answer.json(), json.dumps(answer.json()["errors"])
                assert answer.json()["data"]["viewer"]["role"] == role
                assert len(answer.json()["data"]["positions"]["nodes"]) == 6
        dev.send(signal.SIGTERM)
        async with asyncio.timeout(30):
            assert await dev.wait() == 0
        async with httpx2.AsyncClient() as client:
            with pytest.raises(httpx2.TransportError):
                await client.get(url)
