"""clients/python against the real API: one effect for each call, streams without gaps, typed errors, and its examples."""

import asyncio
import filecmp
import importlib
import json
import shutil
import signal
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx2
import pytest
from graphql import GraphQLEnumType, build_schema
from standardwebhooks import Webhook
from starlette.applications import Starlette
from viva_client import RetryPolicy, Viva, WebhookVerificationError, errors, verify_webhook
from viva_client.generated import Channel, ConsentInput, StartInterviewInput
from viva_client.generated import InterviewStatus as Status

from api.http import build_routes
from lifecycle.services import Services
from lifecycle.states import end_interview
from live.cancellation import cancel_and_wait
from models.documents.interview import EndReason, Interview, InterviewStatus
from models.documents.organization import Role, create_key, revoke_key
from tests.clients.conftest import ApiProcess
from tests.factories import add_candidate_turn, make_position
from tests.faults.oracle import Oracle, expected_text
from tests.helpers import ROOT, wait_until
from tests.live.streams import collect_stream
from tests.protocols.node_scripts import run_command
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import CONSENT_INPUT, ServerAddress, issue_token, with_services

pytestmark = pytest.mark.servers

PACKAGE = ROOT / "clients" / "python"
GENERATED = Path("viva_client") / "generated"
QUICK = RetryPolicy(attempts=1000, first_seconds=0.01, max_seconds=0.05)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def load_example(name: str) -> Any:
    return importlib.import_module(f"examples.{name}")


class UnreliableNetwork(httpx2.AsyncBaseTransport):
    """Calls the API without a socket. The first responses are lost, or replaced by those of `script`."""

    def __init__(self, services: Services, *script: httpx2.Response | None) -> None:
        self._api = httpx2.ASGITransport(with_services(Starlette(routes=build_routes(services.settings)), services))
        self._script = list(script)
        self.requests: list[Any] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(json.loads(request.content or b"{}"))
        replacement = self._script.pop(0) if self._script else self
        if isinstance(replacement, httpx2.Response):
            return replacement
        response = await self._api.handle_async_request(request)
        if replacement is None:
            raise httpx2.ReadError("the response is lost")
        return response


def open_viva(network: UnreliableNetwork, token: Any) -> Viva:
    return Viva("http://viva", token, calls=QUICK, http_client=httpx2.AsyncClient(transport=network))


def new_start(tenant: Tenant, **values: Any) -> StartInterviewInput:
    consent = ConsentInput.model_validate(CONSENT_INPUT)
    fields = {"candidate_name": "Ada Lovelace", "position_key": tenant.position.key, "channel": Channel.TEXT, "consent": consent}
    return StartInterviewInput(**{**fields, **values})


async def test_interview_is_started_once_although_the_responses_are_lost(services: Services, tenant: Tenant) -> None:
    network = UnreliableNetwork(services, None, None)
    async with open_viva(network, await issue_token(tenant, Role.INTEGRATION)) as viva:
        started = await viva.start_interview(new_start(tenant))
        again = await viva.start_interview(new_start(tenant, idempotency_key="application-1"))
        assert await viva.start_interview(new_start(tenant, idempotency_key="application-1")) != started
    assert started
    assert again
    keys = [request["variables"]["input"]["idempotencyKey"] for request in network.requests]
    assert (len(set(keys[:3])), len(set(keys)), await Interview.count()) == (1, 2, 2)
    assert started.interview.id != again.interview.id


async def test_retry_waits_as_long_as_the_api_asks_and_gives_up_in_time(
    services: Services, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("viva_client.retries.asyncio", SimpleNamespace(sleep=sleep, Lock=asyncio.Lock))

    def limited(seconds: int) -> httpx2.Response:
        extensions = {"code": "RATE_LIMITED", "requestId": "r", "retryAfterSeconds": seconds}
        return httpx2.Response(429, json={"errors": [{"message": "Wait.", "extensions": extensions}]})

    token = await issue_token(tenant, Role.INTEGRATION)
    network = UnreliableNetwork(services, limited(7), httpx2.Response(502, text="<html>"), limited(3600))
    async with open_viva(network, token) as viva:
        with pytest.raises(errors.RateLimited) as refused:
            await viva.latest_cursor()
    assert [pause >= 7 for pause in pauses] == [True, False]
    assert (refused.value.details.retry_after_seconds, refused.value.details.request_id) == (3600, "r")
    down = UnreliableNetwork(services, *[httpx2.Response(503)] * 3)
    async with Viva("http://viva", token, calls=RetryPolicy(3), http_client=httpx2.AsyncClient(transport=down)) as viva:
        with pytest.raises(errors.Unavailable):
            await viva.latest_cursor()
    assert len(down.requests) == 3


async def test_next_token_is_supplied_once_and_a_key_that_never_worked_is_an_error(services: Services, tenant: Tenant) -> None:
    key, first = await create_key(tenant.id, Role.VIEWER, "first")
    tokens = [first, await issue_token(tenant, Role.VIEWER)]
    async with open_viva(UnreliableNetwork(services), lambda: tokens.pop(0)) as viva:
        await viva.list_positions()
        await revoke_key(key.id)
        await wait_until(lambda: _is_refused(services, first))
        await asyncio.gather(viva.list_positions(), viva.list_positions())
    assert tokens == []
    for wrong in ("viva_wrong", lambda: "viva_wrong"):
        async with open_viva(UnreliableNetwork(services), wrong) as viva:
            with pytest.raises(errors.Unauthenticated):
                await viva.list_positions()


async def _is_refused(services: Services, token: str) -> bool:
    async with open_viva(UnreliableNetwork(services), token) as viva:
        try:
            await viva.list_positions()
        except errors.Unauthenticated:
            return True
        return False


async def test_errors_have_the_classes_of_their_codes(services: Services, tenant: Tenant, interview: Interview) -> None:
    schema = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))
    assert set(errors.ERRORS) == set(cast(GraphQLEnumType, schema.type_map["ErrorCode"]).values)
    unknown = "int_" + "0" * 24
    async with open_viva(UnreliableNetwork(services), await issue_token(tenant, Role.VIEWER)) as viva:
        for call, error in (
            (viva.get_interview(unknown), errors.NotFound),
            (viva.transcript(unknown), errors.NotFound),
            (viva.get_evaluation(global_id_of(interview)), errors.Forbidden),
            (viva.start_interview(new_start(tenant)), errors.Forbidden),
            (viva.execute("{ unknown }"), errors.BadInput),
        ):
            with pytest.raises(error) as refused:
                await call
            assert refused.value.details.code == error.code


def test_values_that_are_newer_than_the_client_are_kept() -> None:
    assert Status("PAUSED") == "PAUSED"
    assert Status("COMPLETED") is Status.COMPLETED
    assert isinstance(errors.make_error("Later.", errors.ErrorDetails(code="NEWER")), errors.VivaError)


async def test_follow_has_no_gap_through_kills_freezes_and_revoked_keys(
    api_process: ApiProcess, tenant: Tenant, interview: Interview, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("viva_client.transport.PING_SECONDS", 0.2)
    failures: list[errors.VivaError] = []

    class ObservedPolicy(RetryPolicy):
        async def wait(self, count: int, error: errors.VivaError) -> None:
            failures.append(error)
            await RetryPolicy.wait(self, count, error)

    key, first_secret = await create_key(tenant.id, Role.VIEWER, "first")
    secrets = [first_secret, await issue_token(tenant, Role.VIEWER)]
    interview_id = global_id_of(interview)
    oracle = Oracle(interview_id)

    async def speak() -> list[str]:
        for _ in range(2):
            texts.append(expected_text(interview_id, len(texts) + 1))
            await add_candidate_turn(interview, texts[-1])
        return texts

    texts: list[str] = []
    policy = ObservedPolicy(attempts=1000, first_seconds=0.01, max_seconds=0.05)
    async with (
        Viva(api_process.url, lambda: secrets.pop(0), timeout_seconds=1.0, streams=policy) as viva,
        collect_stream(viva.follow(interview_id)) as followed,
    ):
        await speak()
        await followed.wait_until(lambda turns: len(turns) == len(texts))
        await api_process.process.kill()
        await speak()
        await api_process.start()
        await followed.wait_until(lambda turns: len(turns) == len(texts))
        api_process.process.send_signal(signal.SIGSTOP)
        failures.clear()
        # as on a machine that was suspended: the connection looks open, but nothing comes through it
        await wait_until(lambda: failures)
        await speak()
        api_process.process.send_signal(signal.SIGCONT)
        await followed.wait_until(lambda turns: len(turns) == len(texts))
        await revoke_key(key.id)
        await wait_until(lambda: not secrets)
        await speak()
        await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
        await wait_until(lambda: followed.ended)
    for turn in followed.items:
        oracle.observe(turn.seq, turn.text)
    assert (oracle.last, set(oracle.violations().values())) == (len(texts), {0})


async def test_stream_that_can_never_succeed_is_an_error(server: ServerAddress, tenant: Tenant, interview: Interview) -> None:
    url = f"http://127.0.0.1:{server.port}"
    token = await issue_token(tenant, Role.INTEGRATION)
    async with Viva(url, token, streams=QUICK) as viva:
        with pytest.raises(errors.NotFound):
            await anext(viva.follow("int_" + "0" * 24))
        with pytest.raises(errors.BadInput):
            await anext(viva.changes("no cursor"))
    async with Viva(url, "viva_wrong", streams=QUICK) as viva:
        with pytest.raises(errors.Unauthenticated):
            await anext(viva.follow(global_id_of(interview)))
    async with Viva(f"{url}/elsewhere", token, streams=QUICK) as viva:
        with pytest.raises(errors.VivaError):
            await anext(viva.follow(global_id_of(interview)))
    async with Viva("http://127.0.0.1:9", token, streams=RetryPolicy(2, 0.01)) as viva:
        with pytest.raises(errors.ConnectionFailed):
            await anext(viva.follow(global_id_of(interview)))


async def test_files_of_an_interview_and_of_its_evaluation(services: Services, tenant: Tenant) -> None:
    interview = await tenant.make_completed_interview("Good morning.")
    evaluation = await tenant.make_evaluation(interview)
    async with open_viva(UnreliableNetwork(services, None), await issue_token(tenant, Role.RECRUITER)) as viva:
        transcript = json.loads(await viva.transcript(global_id_of(interview)))
        assert [turn["text"] for turn in transcript["turns"]] == ["Good morning."]
        assert (await viva.transcript(global_id_of(interview), "vtt")).startswith(b"WEBVTT")
        assert b"Ada Lovelace" in await viva.report(global_id_of(evaluation), "html")
        comparison = await viva.download("/comparison.csv", positionKey=tenant.position.key, positionVersion=1)
        assert b"Ada Lovelace" in comparison


@pytest.mark.usefixtures("change_feed")
async def test_example_holds_a_copy_of_all_interviews(server: ServerAddress, tenant: Tenant) -> None:
    for name in ("Grace Hopper", "Ada Lovelace", "Mary Somerville"):
        await tenant.make_interview(name=name, external_id=f"application of {name}")
    db = sqlite3.connect(":memory:")
    # smaller pages than the example's, so that there are several
    smaller = Viva.list_interviews
    async with Viva(f"http://127.0.0.1:{server.port}", await issue_token(tenant, Role.INTEGRATION), streams=QUICK) as viva:
        viva.list_interviews = lambda **options: smaller(viva, **{**options, "first": 2})  # type: ignore[method-assign]
        copying = asyncio.create_task(load_example("synchronize").synchronize(db, viva))

        def count(status: str) -> int:
            try:
                [found] = db.execute("SELECT count(*) FROM interviews WHERE status = ?", [status]).fetchone()
            except sqlite3.OperationalError:
                return 0
            return int(found)

        await wait_until(lambda: copying.done() or count("IN_PROGRESS") == 3)
        interviews = await Interview.find_all().to_list()
        await end_interview(tenant.services, interviews[0], EndReason.RECRUITER_ENDED)
        await wait_until(lambda: copying.done() or count("IN_PROGRESS") == 2)
        await tenant.make_interview(name="Caroline Herschel")
        await wait_until(lambda: copying.done() or count("IN_PROGRESS") == 3)
        await cancel_and_wait(copying)
    db.close()


async def test_example_starts_an_interview_and_prints_its_turns(
    server: ServerAddress, tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    await make_position(tenant.id, key="software_engineer")
    token = await issue_token(tenant, Role.INTEGRATION)
    async with Viva(f"http://127.0.0.1:{server.port}", token, streams=QUICK) as viva:
        running = asyncio.create_task(load_example("start_and_follow").interview_candidate(viva, "application-4711"))
        interview = await wait_until(lambda: Interview.find_one(Interview.status == InterviewStatus.WAITING))
        await add_candidate_turn(interview, "Good morning.")
        await end_interview(tenant.services, interview, EndReason.RECRUITER_ENDED)
        await running
    link, *turns = capsys.readouterr().out.splitlines()
    assert "/join#" in link
    assert turns == ["1. CANDIDATE: Good morning."]


async def test_example_accepts_genuine_webhooks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    example = load_example("receive_webhook")
    body = '{"type": "interview.completed", "timestamp": "2026-11-30T16:20:31Z", "data": {"interviewId": "int_1"}}'
    at = datetime.now(UTC)
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(SECRET).sign("msg_1", at, body),
    }
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(example.app), base_url="http://receiver") as client:
        statuses = [
            (await client.post("/webhooks/viva", content=text, headers=headers)).status_code for text in (body, body, "{}")
        ]
    assert statuses == [204, 204, 401]
    assert [event["type"] for event in example.events.values()] == ["interview.completed"]
    with pytest.raises(WebhookVerificationError):
        verify_webhook(SECRET, body, {})


async def test_generated_code_is_that_of_the_schema(tmp_path: Path, python_generator: Path) -> None:
    copy = tmp_path / "clients" / "python"
    shutil.copy(ROOT / "schema.graphql", tmp_path)
    shutil.copytree(PACKAGE.parent, copy.parent, ignore=shutil.ignore_patterns("generated", "node_modules", "__pycache__"))
    code, output, stderr = await run_command(python_generator, "-W", "ignore", "-m", "ariadne_codegen", cwd=copy)
    assert code == 0, output + stderr
    names = {path.name for folder in (copy, PACKAGE) for path in (folder / GENERATED).glob("*.py")}
    differing = filecmp.cmpfiles(copy / GENERATED, PACKAGE / GENERATED, names, shallow=False)[1:]
    assert differing == ([], []), "the client is not that of schema.graphql: run make clients"
