"""Checks of `main.py doctor` that concern the deployment as a whole: MongoDB, the pages, names in .env, the API, webhooks."""

import asyncio
import difflib
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from aiohttp import ClientConnectorCertificateError, ClientError, ClientSession, ClientTimeout
from dotenv import dotenv_values
from livekit.api import CreateRoomRequest, DeleteRoomRequest, ListRoomsRequest, LiveKitAPI, ServerError
from pydantic import BaseModel
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.uri_parser import parse_uri

from api.web_pages import DIST
from lifecycle.overdue import Backlog, list_required_workers, read_backlog
from lifecycle.rooms import PROBE_ROOM_PREFIX
from models.documents.change import CHANGE_DAYS
from models.documents.worker_heartbeat import WorkerKind
from models.storage.clock import now
from settings import LivekitSettings, Settings
from version import read_version

MIN_MONGODB_VERSION = (6, 0)
MAX_DIRECT_SECONDS = 2.0
"""Longest wait for one server of MONGODB_URL that is asked on its own."""
MAX_CLOCK_SECONDS = 2.0
"""Longest difference of clocks that does no harm. Leases go by MongoDB's clock, and tokens by that of the process."""
API_SECONDS = 5.0
WEBHOOK_SECONDS = 4.0
POLL_SECONDS = 0.1
MISSING_WORKER_EFFECTS = {
    WorkerKind.JOBS: "typed replies, evaluations and repairs wait",
    WorkerKind.AGENT: "candidates wait in their rooms for an interviewer",
    WorkerKind.RECORDER: "nothing is recorded",
}
SIMILARITY = 0.88
"""How similar a name must be to that of a setting to be a misspelling of it (difflib.SequenceMatcher.ratio)."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check. `message` describes the state, or the problem and its remedy."""

    subject: str
    is_ok: bool
    message: str
    is_note: bool = False
    """Whether something is still to be done that is no mistake, as before the first start."""


# --- MongoDB


async def check_mongodb(settings: Settings) -> AsyncIterator[CheckResult]:
    """Check MongoDB, and if it answers, what it says about clocks, jobs processes and organizations."""
    name, timeout_ms = "MONGODB_URL", int(settings.mongodb.timeout_seconds * 1000)
    try:
        async with AsyncMongoClient[dict[str, Any]](
            settings.mongodb.url, timeoutMS=timeout_ms, serverSelectionTimeoutMS=timeout_ms, tz_aware=True
        ) as client:
            before = now()
            hello = await client.admin.command("hello", codec_options=client.codec_options)
            after = now()
            version = (await client.server_info())["version"]
            is_direct = client.options.direct_connection
            database = client[settings.mongodb.database]
            feed = await database["change_sequencer"].find_one()
            backlog = await read_backlog(database)
            organizations = await database["organizations"].count_documents({"closed_at": None})
    except OperationFailure:
        yield CheckResult(name, False, "the server refused the connection. Check user, password and authSource in the URL.")
        return
    except (PyMongoError, ValueError) as error:
        cause = await _find_cause(settings)
        yield CheckResult(
            name, False, cause or f"no answer ({type(error).__name__}). Start MongoDB, or correct the URL and the network."
        )
        return
    yield (
        _check_server(hello, version, is_direct)
        or _check_change_feed(feed)
        or CheckResult(name, True, f"MongoDB {version}, replica set {hello['setName']}.")
    )
    yield check_clock(hello["localTime"], before, after)
    for result in check_workers(backlog, settings):
        yield result
    yield check_organizations(organizations)


async def _find_cause(settings: Settings) -> str | None:
    """Ask the servers of the URL one by one, and return why they do not serve as a replica set. None if none answers."""
    try:
        url = parse_uri(settings.mongodb.url)
    except (PyMongoError, ValueError):
        return None
    timeout_ms = int(min(settings.mongodb.timeout_seconds, MAX_DIRECT_SECONDS) * 1000)
    tls = {name: value for name, value in url["options"].items() if name.lower().startswith("tls")}
    for host, port in url["nodelist"]:
        with suppress(PyMongoError):
            async with AsyncMongoClient[dict[str, Any]](
                host, port, directConnection=True, timeoutMS=timeout_ms, serverSelectionTimeoutMS=timeout_ms, **tls
            ) as client:
                return explain_hello(await client.admin.command("hello"), url["options"].get("replicaSet"))
    return None


def explain_hello(hello: Mapping[str, Any], wanted: str | None) -> str:
    """Return why a server that answers `hello` alone does not serve as the replica set that the URL names."""
    name = hello.get("setName")
    if name is None:
        if hello.get("isreplicaset"):
            return "the server was started with --replSet, but its replica set is not initiated. Run rs.initiate() in mongosh."
        return "a standalone server, which has no transactions. Start it with --replSet and run rs.initiate()."
    if wanted is not None and name != wanted:
        return f"the server belongs to the replica set {name}, but the URL names {wanted}. Write replicaSet={name}."
    members = ", ".join(hello.get("hosts", []))
    if not hello.get("primary"):
        return f"the replica set {name} has no primary. Start a majority of its members ({members}), and look at rs.status()."
    return (
        f"a server of the replica set {name} answers, but this machine does not reach its members under their own names "
        f"({members}). Make these names resolve here, or change them with rs.reconfig()."
    )


def _check_server(hello: Mapping[str, Any], version: str, is_direct: bool | None) -> CheckResult | None:
    name = "MONGODB_URL"
    if "setName" not in hello:
        return CheckResult(name, False, explain_hello(hello, None))
    if tuple(int(part) for part in version.split(".")[:2]) < MIN_MONGODB_VERSION:
        return CheckResult(name, False, f"MongoDB {version} is too old. Use 6.0 or newer.")
    if is_direct:
        remedy = f"replace directConnection=true by replicaSet={hello['setName']}"
        return CheckResult(name, False, f"a direct connection may not support transactions after MongoDB restarts: {remedy}.")
    return None


def _check_change_feed(sequencer: Mapping[str, Any] | None) -> CheckResult | None:
    """Return an error if the change feed had a gap while its cursors were valid, otherwise None."""
    if not sequencer or not sequencer["gaps"] or sequencer["last_gap_at"] < datetime.now(UTC) - timedelta(days=CHANGE_DAYS):
        return None
    gaps, last = sequencer["gaps"], sequencer["last_gap_at"]
    return CheckResult(
        "MONGODB_URL",
        False,
        f"the change feed has {gaps} gap{'s' if gaps > 1 else ''}, the last of {last:%Y-%m-%d %H:%M} UTC: MongoDB's oplog ended "
        "before `main.py jobs` had read it. Keep that process running, or enlarge the oplog (replSetResizeOplog).",
    )


def check_clock(mongodb_time: datetime, before: datetime, after: datetime) -> CheckResult:
    """Check how far the clocks of MongoDB and this machine differ, which read `before` and `after` around MongoDB's answer."""
    seconds = max((before - mongodb_time).total_seconds(), (mongodb_time - after).total_seconds(), 0.0)
    if seconds > MAX_CLOCK_SECONDS:
        return CheckResult(
            "Clock",
            False,
            f"this machine and MongoDB differ by {seconds:.0f} seconds, so that tokens and signatures are refused, or expire too "
            "soon or too late. Synchronize both with NTP.",
        )
    return CheckResult("Clock", True, "this machine and MongoDB agree.")


def check_workers(backlog: Backlog, settings: Settings) -> Iterator[CheckResult]:
    """Check that the workers run which the deployment needs, and that no work waits for them. Before the first start, say so."""
    has_begun = backlog.feed is not None
    for kind in list_required_workers(settings):
        count, command = backlog.workers[kind], f"main.py {kind}"
        if count:
            yield CheckResult(command, True, f"{count} running.")
        else:
            message = f"none is running, so {MISSING_WORKER_EFFECTS[kind]}: start one."
            yield CheckResult(command, not has_begun, message, is_note=not has_begun)
    if overdue := backlog.list_overdue():
        late = ", ".join(f"{work} for {seconds:.0f} s" for work, seconds in overdue.items())
        yield CheckResult("Overdue work", False, f"{late}. docs/runbook.md says what to do.")


def check_organizations(open_organizations: int) -> CheckResult:
    """Check that somebody can use the deployment."""
    if not open_organizations:
        remedy = "`main.py members invite EMAIL --organization NAME --name NAME --role ADMIN --new` creates one and prints a link"
        return CheckResult("Organizations", True, f"there is none that is open: {remedy}.", is_note=True)
    return CheckResult("Organizations", True, f"{open_organizations}.")


# --- files


def check_pages(dist: Path = DIST) -> CheckResult:
    """Check that the web pages are built."""
    if not (dist / "index.html").is_file():
        return CheckResult(
            "Web pages", False, "not built, so the links of candidates and recruiters open nothing. Run `make web` (Node 20.19)."
        )
    return CheckResult("Web pages", True, "built.")


def check_names(env_file: Path, environment: Mapping[str, str] = os.environ) -> Iterator[CheckResult]:
    """Yield an error for each name in the file, and each misspelt one in the environment, that no setting has.

    The environment also belongs to other programs, so of its names only those count that are nearly those of a setting.
    """
    known = list_setting_names()
    groups = tuple({f"{name.partition('_')[0]}_" for name in known})
    in_file = {name.upper() for name in dotenv_values(env_file, interpolate=False)}
    unknown = 0
    for name in sorted((in_file | {name.upper() for name in environment}) - known):
        similar = difflib.get_close_matches(name, known, 1, SIMILARITY)
        if similar or (name in in_file and name.startswith(groups)):
            unknown += 1
            place = str(env_file) if name in in_file else "the environment"
            remedy = f"Did you mean {similar[0]}?" if similar else "docs/configuration.md lists the settings."
            yield CheckResult(name, False, f"there is no such setting, so the line in {place} has no effect. {remedy}")
    if not unknown:
        yield CheckResult("Names of settings", True, "all are known.")


def list_setting_names(model: type[BaseModel] = Settings, prefix: str = "") -> set[str]:
    """Return the names of the environment variables of all settings."""
    names: set[str] = set()
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            names |= list_setting_names(kind, f"{prefix}{name}_".upper())
        else:
            names.add(f"{prefix}{name}".upper())
    return names


# --- the API and LiveKit's webhook


async def check_api(settings: Settings) -> CheckResult:
    """Check that Viva's API answers at API_PUBLIC_URL. No answer is a note, because the API may not have been started."""
    name, url = "API_PUBLIC_URL (answer)", settings.api.public_url.rstrip("/")
    if urlsplit(url).scheme not in ("http", "https"):
        return CheckResult(name, True, "not checked.", is_note=True)
    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=API_SECONDS)) as http,
            http.get(f"{url}/healthz", allow_redirects=False) as response,
        ):
            status, content = response.status, await response.read()
            health = await response.json() if status == HTTPStatus.OK and content.startswith(b"{") else {}
    except ClientConnectorCertificateError:
        return CheckResult(name, False, "its certificate is not valid for this name, so browsers refuse it. Renew or correct it.")
    except (ClientError, TimeoutError, ValueError) as error:
        reason = type(error).__name__
        return CheckResult(
            name, True, f"nothing answers there ({reason}). Start `main.py serve`, then check again.", is_note=True
        )
    if health.get("status") != "alive":
        return CheckResult(
            name, False, f"something other than Viva's API answers (HTTP {status} at /healthz). Correct the URL or the proxy."
        )
    if health.get("version") != read_version():
        return CheckResult(name, True, f"runs version {health.get('version')}, and this is {read_version()}.", is_note=True)
    return CheckResult(name, True, "Viva's API answers.")


async def check_livekit_webhook(settings: Settings) -> CheckResult:
    """Check that LiveKit's events reach the API, which deletes the room of this check when it receives the first one."""
    name, livekit = "LiveKit's webhook", settings.livekit
    try:
        if await _is_probe_room_deleted(livekit):
            return CheckResult(name, True, "LiveKit's events reach the API.")
    except (ServerError, ClientError, TimeoutError, ValueError) as error:
        return CheckResult(name, False, f"LiveKit made no room to check it with ({type(error).__name__}). Try again.")
    return CheckResult(
        name,
        False,
        f"no event of LiveKit reached the API within {WEBHOOK_SECONDS:.0f} seconds, so that candidates who return wait for the "
        "interviewer. Add to LiveKit's configuration, or as a webhook to its cloud project: "
        f"webhook: {{api_key: LIVEKIT_API_KEY, urls: [{settings.api.public_url.rstrip('/')}/webhooks/livekit]}}.",
    )


async def _is_probe_room_deleted(livekit: LivekitSettings) -> bool:
    key, secret = livekit.api_key.get_secret_value(), livekit.api_secret.get_secret_value()
    room = f"{PROBE_ROOM_PREFIX}{token_hex(8)}"
    async with LiveKitAPI(livekit.url, key, secret, timeout=ClientTimeout(total=livekit.timeout_seconds)) as api:
        await api.room.create_room(CreateRoomRequest(name=room, empty_timeout=30))
        try:
            for _ in range(round(WEBHOOK_SECONDS / POLL_SECONDS)):
                if not (await api.room.list_rooms(ListRoomsRequest(names=[room]))).rooms:
                    return True
                await asyncio.sleep(POLL_SECONDS)
        finally:
            with suppress(ServerError):
                await api.room.delete_room(DeleteRoomRequest(room=room))
    return False
