"""The commands of main.py: their output, their error messages, and that they end the processes they start."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from bson import ObjectId
from pydantic import SecretStr
from pymongo.asynchronous.database import AsyncDatabase
from typer.testing import CliRunner

import logs
import main
from auth import authenticate, decode_member_link_token, decrypt_secret
from cli.schema import SCHEMA_SNAPSHOT
from errors import Unauthenticated
from models.documents.member import find_member_by_identity
from models.documents.member_invitation import MemberInvitation
from models.documents.organization import Role, create_key, ensure_organization
from models.reads.credentials import CredentialReader
from models.storage.clock import now
from models.writes.members import accept_invitation
from models.writes.organization_closing import close_organization
from receipts import parse_signing_keys
from sandbox.processes import ChildProcess
from settings import AuthSettings, Settings
from tests.cli_workspace import MAIN, copy_workspace, wait_for_dev_output
from tests.factories import add_organization_usage
from tests.helpers import ROOT
from tests.oidc_issuer import OidcIssuer

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]

COMMAND_SECONDS = 300
"""Far longer than any command takes, even on a busy machine."""

SECRET = "a secret that is long enough for any test"
SIGN_IN_SET = "sign-in set --organization Acme --issuer http://accounts.example --client-id viva"
UNREACHABLE_MONGODB = {"MONGODB_URL": "mongodb://ada:hush@127.0.0.1:9/?directConnection=true", "MONGODB_TIMEOUT_SECONDS": "0.25"}
SEVERAL_COMMANDS_CODE = """
import json, sys
from typer.testing import CliRunner
import main
results = [CliRunner().invoke(main.cli_app, command.split()) for command in sys.argv[1:]]
print(json.dumps([[result.exit_code, result.stdout, result.stderr] for result in results]))
"""


async def run_command(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    """Run a command whose only settings are `environment`; return its exit code, standard output and standard error."""
    return await run_python(folder, str(MAIN), *arguments, **environment)


async def run_commands(folder: Path, *commands: str, **environment: str) -> list[tuple[int, str, str]]:
    """Run several commands in one process, which takes much less time; return what `run_command` does of each."""
    code, out, err = await run_python(folder, "-c", SEVERAL_COMMANDS_CODE, *commands, **{**environment, "PYTHONPATH": str(ROOT)})
    assert code == 0, err
    return [(code, out, err) for code, out, err in json.loads(out)]


async def run_python(folder: Path, *arguments: str, **environment: str) -> tuple[int, str, str]:
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        cwd=folder,
        env={**clean, "COLUMNS": "200", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), COMMAND_SECONDS)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CliRunner:
    """Run commands that exit early in this process, without settings from the environment or a .env file."""
    for name in os.environ:
        if name.partition("_")[0].lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    # It would bind the logs of all later tests to a stream that is closed after this one.
    monkeypatch.setattr(logs, "configure", lambda _: None)
    return CliRunner()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return copy_workspace(tmp_path)


async def test_keys_can_be_created_listed_and_revoked(
    database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path: Path
) -> None:
    where = {"MONGODB_URL": mongod, "MONGODB_DATABASE": database.name}
    create = ("keys", "create", "Acme", "RECRUITER", "ATS")
    code, _, error_output = await run_command(tmp_path, *create, **where)
    assert (code, "There is no organization Acme" in error_output) == (2, True), "a mistyped name makes no organization"
    assert await database["organizations"].count_documents({}) == 0
    code, secret, error_output = await run_command(tmp_path, *create, "--new", **where)
    secret = secret.strip()
    assert code == 0
    assert secret.startswith("viva_")
    key_id = re.findall(r"[0-9a-f]{24}", error_output)[0]
    assert "cannot be displayed again" in error_output
    assert await database["positions"].count_documents({"newest": True}) == 6

    # Only a digest of the secret is stored.
    for name in await database.list_collection_names():
        async for document in database[name].find():
            assert secret not in str(document)

    auth = AuthSettings(secret=SecretStr(SECRET))
    caller = await authenticate(secret, auth, CredentialReader())
    assert caller.role is Role.RECRUITER
    await create_key(caller.organization_id, Role.ADMIN, "Ada")
    (revoked, _, _), (code, _, error_output) = await asyncio.gather(
        run_command(tmp_path, "keys", "revoke", key_id, **where), run_command(tmp_path, "keys", "revoke", "0" * 24, **where)
    )
    assert revoked == 0
    assert (code, "There is no key" in error_output) == (2, True)
    with pytest.raises(Unauthenticated, match="revoked"):
        await authenticate(secret, auth, CredentialReader())

    code, _, error_output = await run_command(tmp_path, "keys", "list", "Acmee", **where)
    assert (code, "There is no organization Acmee" in error_output) == (2, True)
    assert await database["organizations"].count_documents({}) == 1
    code, out, _ = await run_command(tmp_path, "keys", "list", "Acme", **where)
    assert code == 0
    rows = {line.split("\u2502")[1].strip(): line for line in out.splitlines() if "\u2502" in line}
    assert all(part in rows[key_id] for part in ("RECRUITER", "ATS", "revoked"))
    entries = await database["audit_log"].find().sort("at").to_list()
    assert [(entry["action"], entry["object_ids"]) for entry in entries] == [
        ("keys create", [f"key_{key_id}"]),
        ("keys revoke", [f"key_{key_id}"]),
    ]
    assert [part in line for line in rows.values() for part in ("ADMIN", "Ada", "live")].count(True) == 3
    assert secret not in out


async def test_first_member_is_invited_and_gets_another_link_by_command(
    database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path: Path
) -> None:
    where = {"MONGODB_URL": mongod, "MONGODB_DATABASE": database.name, "AUTH_SECRET": SECRET}
    invite = ("members", "invite", "Ada@example.org", "--organization", "Acme", "--name", "Ada Lovelace")
    code, _, error_output = await run_command(tmp_path, *invite, **where)
    assert (code, "There is no organization Acme" in error_output) == (2, True)
    code, url, _ = await run_command(tmp_path, *invite, "--new", **where)
    assert (code, "/sign-in#invitation=" in url) == (0, True)
    [invitation] = await MemberInvitation.find_all().to_list()
    auth = AuthSettings(secret=SecretStr(SECRET))
    assert decode_member_link_token(url.strip().partition("#invitation=")[2], auth) == invitation.id
    assert await accept_invitation(invitation)
    of_ada = ("ada@example.org", "--organization", "Acme")
    (linked, url, _), (removed, _, error_output), (listed, out, _) = await asyncio.gather(
        run_command(tmp_path, "members", "link", *of_ada, **where),
        run_command(tmp_path, "members", "remove", *of_ada, **where),
        run_command(tmp_path, "members", "list", "--organization", "Acme", **where),
    )
    assert (linked, "/sign-in#invitation=" in url) == (0, True)
    assert (removed, "last administrator" in error_output) == (2, True)
    assert (listed, "ada@example.org" in out, "ADMIN" in out) == (0, True, True)
    assert set(await database["audit_log"].distinct("action")) == {"members invite", "members link"}


async def test_key_can_be_rotated_and_organization_renamed(
    database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path: Path
) -> None:
    where = {"MONGODB_URL": mongod, "MONGODB_DATABASE": database.name}
    organization, _ = await ensure_organization("Acme")
    key, secret = await create_key(organization.id, Role.VIEWER, "ATS")
    (code, rotated, _), (renamed, _, _) = await asyncio.gather(
        run_command(tmp_path, "keys", "rotate", str(key.id), "--overlap-hours", "0", **where),
        run_command(tmp_path, "organizations", "rename", "Acme", "Acme & Sons", **where),
    )
    assert (code, renamed) == (0, 0)
    assert set(await database["audit_log"].distinct("action")) == {"keys rotate", "organizations rename"}
    auth = AuthSettings(secret=SecretStr(SECRET))
    assert (await authenticate(rotated.strip(), auth, CredentialReader())).caller == f"key:{key.id}"
    with pytest.raises(Unauthenticated):
        await authenticate(secret, auth, CredentialReader())
    (code, _, error_output), (listed, out, _) = await asyncio.gather(
        run_command(tmp_path, "keys", "rotate", str(key.id), **where), run_command(tmp_path, "organizations", "list", **where)
    )
    assert (code, "rotated already" in error_output) == (2, True)
    assert (listed, "Acme & Sons" in out) == (0, True)


async def test_organization_can_be_closed_reopened_and_deleted(
    database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path: Path
) -> None:
    where = {"MONGODB_URL": mongod, "MONGODB_DATABASE": database.name}
    organization, _ = await ensure_organization("Acme")
    _, secret = await create_key(organization.id, Role.VIEWER, "ATS")
    auth = AuthSettings(secret=SecretStr(SECRET))
    code, out, _ = await run_command(tmp_path, "organizations", "close", "Acme", **where)
    assert (code, "keys (1)" in out) == (0, True)
    with pytest.raises(Unauthenticated, match="is closed"):
        await authenticate(secret, auth, CredentialReader())
    delete = ("organizations", "delete", "Acme", "--no-wait", "--yes-delete")
    (code, _, error_output), (listed, out, _), (wrong, _, refusal) = await asyncio.gather(
        run_command(tmp_path, "keys", "create", "Acme", "ADMIN", "Ada", **where),
        run_command(tmp_path, "organizations", "list", **where),
        run_command(tmp_path, *delete, "Acmee", **where),
    )
    assert (code, "is closed" in error_output) == (2, True)
    assert (listed, "closed since" in out) == (0, True)
    assert (wrong, "nothing was deleted" in refusal) == (2, True)
    assert (await run_command(tmp_path, "organizations", "reopen", "Acme", **where))[0] == 0
    assert (await authenticate(secret, auth, CredentialReader())).role is Role.VIEWER
    await close_organization(organization)
    assert (await run_command(tmp_path, *delete, "Acme", **where))[0] == 0
    assert (await database["organizations"].find_one({"name": "Acme"}) or {})["deletion_requested_at"]


async def test_identity_provider_can_be_set_shown_and_removed(
    database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path: Path, issuer: OidcIssuer
) -> None:
    await ensure_organization("Acme")
    await ensure_organization("Initech")
    where = {"MONGODB_URL": mongod, "MONGODB_DATABASE": database.name, "AUTH_SECRET": SECRET}
    (tmp_path / "secret").write_text("hush hush\n")
    issuer.metadata = {"code_challenge_methods_supported": None}
    options = f"--issuer {issuer.url} --client-id viva --client-secret-file secret --audience viva-api"
    no_pkce, unknown, stored, added, shown, taken = await run_commands(
        tmp_path,
        f"sign-in set --organization Acme {options}",
        f"sign-in set --organization Acmee {options} --assume-pkce",
        f"sign-in set --organization Acme {options} --assume-pkce",
        "sign-in add-program --organization Acme --subject ats --name ATS",
        "sign-in show --organization Acme",
        f"sign-in set --organization Initech {options} --assume-pkce",
        **where,
    )
    assert (no_pkce[0], "does not offer PKCE" in no_pkce[2]) == (2, True)
    assert (unknown[0], "There is no organization Acmee" in unknown[2]) == (2, True)
    assert (stored[0], "http://127.0.0.1:8000/sign-in/oidc/callback" in stored[1]) == (0, True)
    assert (shown[0], issuer.url in shown[1], "hush" in shown[1]) == (0, True, False)
    assert (taken[0], "Another organization has this issuer and audience" in taken[2]) == (2, True)
    acme = await database["organizations"].find_one({"name": "Acme"})
    assert acme is not None
    assert "hush" not in str(acme)
    auth = AuthSettings(secret=SecretStr(SECRET))
    assert decrypt_secret(acme["identity_provider"]["client_secret"], auth) == "hush hush"
    member = await find_member_by_identity(acme["_id"], issuer.url, "ats")
    assert member is not None
    assert (added[0], member.name, member.role) == (0, "ATS", Role.INTEGRATION)
    code, _, _ = await run_command(tmp_path, "sign-in", "remove", "--organization", "Acme", **where)
    assert code == 0
    assert await database["organizations"].distinct("identity_provider") == [None]
    actions = [entry["action"] for entry in await database["audit_log"].find().sort("at").to_list()]
    assert actions == ["sign-in set", "sign-in add-program", "sign-in remove"]


async def test_budgets_of_an_organization_can_be_set_and_shown(
    database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path: Path
) -> None:
    organization, _ = await ensure_organization("Acme")
    await add_organization_usage(organization.id, now(), messages=3)
    where = {"MONGODB_URL": mongod, "MONGODB_DATABASE": database.name, "BUDGET_DAILY_MESSAGES": "0"}
    (set_code, _, _), (unknown_code, _, unknown) = await asyncio.gather(
        run_command(tmp_path, "budgets", "set", "Acme", "daily_usd", "2500.5", **where),
        run_command(tmp_path, "budgets", "set", "Acmee", "daily_usd", "1", **where),
    )
    assert (set_code, unknown_code, "There is no organization Acmee" in unknown) == (0, 2, True)
    entries = await database["audit_log"].find().to_list()
    assert [(entry["action"], entry["organization_id"]) for entry in entries] == [("budgets set", organization.id)]
    code, out, _ = await run_command(tmp_path, "budgets", "show", "Acme", **where)
    rows = [[cell.strip() for cell in line.split("\u2502")[1:5]] for line in out.splitlines() if "\u2502" in line]
    assert code == 0
    assert ["daily_usd", "0", "2,500.5", "Acme"] in rows
    assert ["daily_messages", "3", "unlimited", "all organizations"] in rows


@pytest.mark.parametrize(
    ("command", "environment", "message"),
    [
        ("serve", {}, "AUTH_SECRET is missing"),
        ("jobs", {}, "AUTH_SECRET is missing"),
        ("jobs", {"AUTH_SECRET": SECRET}, "ANTHROPIC_API_KEY is not set"),
        ("serve", {"API_PORT": "over 9000"}, "API_PORT: "),
        ("serve", {"AUTH_SECRET": SECRET, "MONGODB_TIMEOUT_SECONDS": "-1"}, "MONGODB_TIMEOUT_SECONDS: "),
        (
            "serve",
            {"API_ALLOWED_ORIGINS": "https://hr.invalid"},
            "API_ALLOWED_ORIGINS or API_TRUSTED_PROXIES: this is not a JSON list",
        ),
        ("serve", {"AUTH_SECRET": SECRET, "API_ALLOWED_ORIGINS": '["hr.invalid/page"]'}, "API_ALLOWED_ORIGINS: an origin is"),
        ("serve", {"AUTH_SECRET": SECRET, "AUTH_SIGNING_KEY": "rubbish"}, "AUTH_SIGNING_KEY: it is not a private key"),
        ("serve", {"LOG": "debugging"}, "LOG: this is a prefix"),
        ("serve", {"API": "an address"}, "API: this is a prefix"),
        ("jobs", {"JOBS": "400"}, "JOBS: this is a prefix"),
        ("keys revoke rubbish", {}, "rubbish is not the id of a key"),
        ("keys create Acme CANDIDATE x", {}, "return a link for them"),
        ("budgets set Acme usd 5", {}, "usd is not a daily budget: use one of daily_interviews,"),
        ("budgets set -- Acme daily_usd -5", {}, "-5 is not a value of daily_usd"),
        ("budgets set Acme daily_usd inf", {}, "inf is not a value of daily_usd"),
        ("budgets set Acme daily_usd five", {}, "five is not a value of daily_usd"),
        (f"{SIGN_IN_SET} --audience viva", {"AUTH_SECRET": SECRET}, "The audience is the client id"),
        (f"{SIGN_IN_SET} --client-secret-file missing", {"AUTH_SECRET": SECRET}, "cannot be read"),
        (f"{SIGN_IN_SET} --client-secret-file -", {"AUTH_SECRET": SECRET}, "The client's secret is empty"),
        (SIGN_IN_SET, {"AUTH_SECRET": SECRET}, "The issuer is not an https URL"),
        (
            "jobs",
            {"AUTH_SECRET": SECRET, "ANTHROPIC_API_KEY": "sk-ant-example", "WORKER_HOST": "203.0.113.1"},
            "WORKER_HOST, WORKER_HEALTH_PORT: this address cannot be used",
        ),
    ],
)
def test_command_with_an_invalid_setting_exits_with_one_line(
    in_process: CliRunner, command: str, environment: dict[str, str], message: str
) -> None:
    result = in_process.invoke(main.cli_app, command.split(), env=environment)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not any(value in result.stderr for value in environment.values())


def test_printed_signing_key_can_be_put_into_an_environment_file(in_process: CliRunner, tmp_path: Path) -> None:
    result = in_process.invoke(main.cli_app, ["keys", "signing-key"])
    assert result.exit_code == 0
    (line,) = result.stdout.splitlines()
    assert "AUTH_SIGNING_KEY" in result.stderr
    (tmp_path / ".env").write_text(f"AUTH_SIGNING_KEY={line}\n", encoding="utf-8")
    [key] = parse_signing_keys(Settings(_env_file=tmp_path / ".env").auth)
    assert key.kid


def test_all_invalid_settings_are_reported_together(in_process: CliRunner) -> None:
    result = in_process.invoke(main.cli_app, ["serve"], env={"API_PORT": "a port", "JOBS_LEASE_SECONDS": "0"})
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["API_PORT", "JOBS_LEASE_SECONDS"]


async def test_commands_report_an_unavailable_mongodb_in_one_line(tmp_path: Path) -> None:
    where = {"AUTH_SECRET": SECRET, "ANTHROPIC_API_KEY": "a key that nobody may see", **UNREACHABLE_MONGODB}
    answers = await asyncio.gather(
        *(run_command(tmp_path, *command, **where) for command in (["serve"], ["jobs"], ["keys", "list", "A"]))
    )
    for code, _, err in answers:
        assert code == 2
        assert err.startswith("MONGODB_URL: MongoDB does not answer")
        assert len(err.splitlines()) == 1
        assert not any(value in err for value in (*where.values(), "hush"))


async def test_database_is_migrated_backed_up_and_restored_by_commands(
    bound_database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path: Path
) -> None:
    name = f"viva_commands_{ObjectId()}"
    where = {"MONGODB_URL": mongod, "MONGODB_DATABASE": name, "MONGODB_TIMEOUT_SECONDS": "30"}
    commands = ("keys list A", "migrate --dry-run", "migrate", "migrate --dry-run", "organizations list", "backup copy")
    others = ("restore copy", "restore copy --no-erasures", "erasures export list", "migrate --finish")
    answers = await run_commands(tmp_path, *commands, *others, **where)
    refused, planned, migrated, nothing, listed, backed_up, *rest = answers
    assert (refused[0], "run `main.py migrate` once" in refused[2]) == (2, True)
    assert "Create unique index name_1 of organizations (0 documents)." in planned[1]
    assert [answer[0] for answer in (planned, migrated, nothing, listed, backed_up)] == [0] * 5
    assert "main.py migrate --finish" in migrated[1]
    assert nothing[1] == "There is nothing to do.\n"
    unlisted, restored, exported, finished = rest
    assert (unlisted[0], "no list of what was erased" in unlisted[2]) == (2, True)
    assert (restored[0], "no list of erasures (0 erased again)" in restored[1]) == (0, True)
    assert [answer[0] for answer in (exported, finished)] == [0, 0]
    assert (tmp_path / "list").read_text(encoding="utf-8").startswith('{"complete_until"')
    await bound_database.client.drop_database(name)


async def test_address_that_cannot_be_shared_is_reported_in_one_line(
    database: AsyncDatabase[dict[str, Any]], mongod: str, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        servers = {"MONGODB_URL": mongod, "MONGODB_DATABASE": database.name}
        where = {"AUTH_SECRET": SECRET, **servers, "API_PORT": port, "API_REUSE_PORT": "true"}
        code, _, err = await run_command(tmp_path, "serve", **where, LOG_LEVEL="WARNING")
    assert (code, err.partition(",")[0]) == (2, "API_HOST")
    assert len(err.splitlines()) == 1


def test_mcp_server_needs_a_key_and_an_encrypted_connection(in_process: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    for url, key, message in (
        ("http://127.0.0.1:8000", "", "VIVA_API_KEY is not set"),
        ("http://viva.example", "viva_key", "VIVA_URL: plain http to another host"),
        ("viva.example", "viva_key", "VIVA_URL: this is not an http or https URL"),
    ):
        monkeypatch.setenv("VIVA_URL", url)
        monkeypatch.setenv("VIVA_API_KEY", key)
        result = in_process.invoke(main.cli_app, ["mcp"])
        assert (result.exit_code, message in result.stderr, "viva_key" in result.stderr) == (2, True, False)


def test_schema_command_prints_and_checks_the_snapshot(
    in_process: CliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert in_process.invoke(main.cli_app, ["schema"]).stdout == SCHEMA_SNAPSHOT.read_text(encoding="utf-8")
    assert in_process.invoke(main.cli_app, ["schema", "--check"]).exit_code == 0
    (tmp_path / "old.graphql").write_text("type Query", encoding="utf-8")
    monkeypatch.setattr("cli.schema.SCHEMA_SNAPSHOT", tmp_path / "old.graphql")
    result = in_process.invoke(main.cli_app, ["schema", "--check"])
    assert (result.exit_code, "run `make schema`" in result.stderr) == (2, True)


def test_schema_command_refuses_what_breaks_clients_of_the_last_release(
    in_process: CliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    promised, current = tmp_path / "released.graphql", SCHEMA_SNAPSHOT.read_text(encoding="utf-8")
    promised.write_text(current.replace("type Viewer {", "type Viewer {\n  shoeSize: Int\n"), encoding="utf-8")
    monkeypatch.setattr("cli.schema.RELEASED_SCHEMA", promised)
    for option in ("--check", "--release"):
        result = in_process.invoke(main.cli_app, ["schema", option])
        assert (result.exit_code, "Viewer.shoeSize was removed" in result.stderr) == (2, True)
    promised.write_text("type Query { viewer: Viewer! } type Viewer { name: String! }", encoding="utf-8")
    assert in_process.invoke(main.cli_app, ["schema", "--release"]).exit_code == 0
    assert promised.read_text(encoding="utf-8") == current


async def test_dev_prints_its_urls_a_token_for_each_role_and_a_valid_query(
    mongod: str, valkey: str, workspace: Path, tmp_path: Path
) -> None:
    environment = {**os.environ, "MONGODB_URL": mongod, "REDIS_URL": valkey, "MONGODB_DATABASE": f"dev_{os.getpid()}"}
    command, log = [sys.executable, str(workspace / "main.py"), "dev", "--typed"], tmp_path / "log"
    with socket.socket() as other:
        # It is fine if another process has the port already.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            other.bind(("127.0.0.1", 8000))
            other.listen()
        async with (
            ChildProcess(command, log, cwd=workspace, environment=environment) as dev,
            httpx2.AsyncClient() as client,
        ):
            output = await wait_for_dev_output(dev, log)
            assert "SANDBOX" in output.splitlines()[0]
            url = re.findall(r"GraphQL IDE\s+(http\S+)", output)[0]
            (other_port,) = re.findall(r"Port 8000 is taken: this run uses (\d+)\.", output)
            assert url == f"http://127.0.0.1:{other_port}/graphql"
            query = re.findall(r"A first query\n(\{.*?\n\})", output, re.DOTALL)[0]
            first = output.partition("Open first\n")[2].splitlines()[:3]
            assert [re.split(r"\s{2,}", line.strip())[0] for line in first] == ["Hold an interview", "Follow it", "GraphQL IDE"]
            assert all("http://127.0.0.1:" in line for line in first)
            tokens = parse_tokens(output)
            assert set(tokens) == set(Role) - {Role.CANDIDATE}
            await assert_ide_loads(client, url)
            for role, token in tokens.items():
                response = await client.post(url, json={"query": query}, headers={"Authorization": f"Bearer {token}"})
                assert "errors" not in response.json(), json.dumps(response.json()["errors"])
                assert response.json()["data"]["viewer"]["role"] == role
                assert len(response.json()["data"]["positions"]["nodes"]) == 6
            # Ctrl-C in a terminal. Each of its processes may use its whole drain time.
            dev.send_signal(signal.SIGINT)
            async with asyncio.timeout(COMMAND_SECONDS):
                assert await dev.wait() == 0
            with pytest.raises(httpx2.TransportError):
                await client.get(url)


def parse_tokens(output: str) -> dict[str, str]:
    return dict(re.findall(r"^\s+([A-Z]+)\s+(viva_\S+)$", output, re.MULTILINE))


async def assert_ide_loads(client: httpx2.AsyncClient, url: str) -> None:
    page = await client.get(url, headers={"Accept": "text/html"})
    assert page.is_success
    assert "GraphiQL" in page.text
    # Without npm they are loaded from a CDN.
    scripts = re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', page.text)
    assert len(scripts) == 7
    for script in scripts if shutil.which("npm") else []:
        assert (await client.get(httpx2.URL(url).join(script))).is_success, script


async def test_demo_that_cannot_start_fails_with_the_reason(valkey: str, workspace: Path) -> None:
    code, output, err = await run_python(
        workspace, str(workspace / "main.py"), "demo", "--typed", REDIS_URL=valkey, **UNREACHABLE_MONGODB
    )
    assert code == 2
    assert output.startswith("SANDBOX")
    assert "MONGODB_URL: MongoDB does not answer" in err
    assert "Traceback" not in err
    assert "hush" not in err
