"""What health checks and metrics say about the deployment: overdue work, missing workers, and the metrics of workers."""

import asyncio
import re
import socket
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from bson import ObjectId
from prometheus_client import Counter
from prometheus_client.registry import CollectorRegistry
from pydantic import SecretStr
from pymongo.asynchronous.database import AsyncDatabase

from lifecycle.deployment_state import DeploymentMonitor
from lifecycle.heartbeats import send_heartbeats
from lifecycle.metrics_page import SummedCollector, render, render_page
from lifecycle.overdue import OVERDUE_SECONDS, Backlog, list_required_workers, read_backlog
from lifecycle.services import Services
from lifecycle.worker_health import serve_metrics
from models.documents.budget import Budget
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Organization
from models.documents.organization_usage import OrganizationUsage, begin_of_day
from models.documents.worker_heartbeat import WorkerHeartbeat, WorkerKind
from models.reads.backlog import ALIVE_SECONDS, DueWork, Work, read_due_work
from models.reads.change_list import FeedState
from models.reads.daily_totals import read_daily_totals
from models.storage.clock import now
from models.writes.worker_heartbeats import record_heartbeat
from settings import BudgetSettings, Settings
from tests.factories import (
    make_interview,
    make_voice_interview,
    new_evaluation,
    new_recording,
    new_webhook_endpoint,
    seconds_ago,
)
from tests.helpers import wait_until

NOBODY = dict.fromkeys(WorkerKind, 0)
NOTHING_DUE = {work: DueWork() for work in Work}


async def change(interview: Interview, **values: Any) -> None:
    await Interview.get_pymongo_collection().update_one({"_id": interview.id}, {"$set": values})


async def make_due_work() -> None:
    """Store one piece of work of each kind that has been due for 100 seconds."""
    at = seconds_ago(100)
    await make_interview(due_at=at)
    await make_interview(status=InterviewStatus.SCHEDULED, expires_at=at)
    await change(await make_interview(status=InterviewStatus.ENDING), ended_at=at)
    await change(await make_interview(), erasure={"pending": True, "marked_at": at}, due_at=None)
    waiting = await make_voice_interview()
    await change(waiting, **{"room.participant": "PA_1", "room.joined_at": at, "room.dispatches": 2, "lease": None})
    ended = await make_interview(status=InterviewStatus.COMPLETED, ended_at=at)
    await new_evaluation(ended, due_at=at).insert()
    await new_recording(ended, due_at=at).insert()
    endpoint = new_webhook_endpoint(ObjectId())
    await endpoint.insert()
    delivery = {"endpoint_id": endpoint.id, "event_key": "e", "status": "PENDING", "due_at": at, "created_at": at}
    await endpoint.get_pymongo_collection().database["webhook_deliveries"].insert_one(delivery)


async def test_due_work_of_each_kind_is_counted_with_its_age(database: AsyncDatabase[dict[str, Any]]) -> None:
    assert await read_due_work(database) == NOTHING_DUE
    await make_due_work()
    due = await read_due_work(database)
    assert {work: (found.count, 100 <= found.oldest_seconds < 160) for work, found in due.items()} == dict.fromkeys(
        Work, (1, True)
    )


async def test_work_that_has_a_worker_or_has_to_wait_is_not_due(database: AsyncDatabase[dict[str, Any]]) -> None:
    closed = await Organization(name="closed", closed_at=now()).insert()
    lease = {"holder": "a worker", "until": now() + timedelta(minutes=1)}
    await make_interview(due_at=seconds_ago(100), lease=lease)
    await change(await make_interview(due_at=seconds_ago(100)), organization_id=closed.id)
    await make_interview(due_at=now() + timedelta(minutes=1))
    await new_webhook_endpoint(ObjectId(), retry_at=now() + timedelta(minutes=1)).insert()
    assert await read_due_work(database) == NOTHING_DUE


def test_only_work_that_is_due_for_too_long_is_overdue() -> None:
    late = {work: DueWork(1, limit + 1) for work, limit in OVERDUE_SECONDS.items()}
    in_time = {work: DueWork(1, limit - 1) for work, limit in OVERDUE_SECONDS.items()}
    assert Backlog(in_time, NOBODY, FeedState(0, 2.0)).list_overdue() == {}
    assert Backlog(late, NOBODY, FeedState(0, 60.0)).list_overdue().keys() == {*(work.value for work in Work), "change_feed"}
    assert OVERDUE_SECONDS.keys() == set(Work)


def test_workers_are_missing_only_where_the_settings_need_them() -> None:
    plain = Settings(_env_file=None)
    livekit = plain.livekit.model_copy(update={"url": "ws://livekit"})
    recording = plain.recording.model_copy(update={"store": "/recordings"})
    voice = plain.model_copy(update={"livekit": livekit, "recording": recording})
    assert list_required_workers(plain) == [WorkerKind.JOBS]
    assert list_required_workers(voice) == list(WorkerKind)
    backlog = Backlog(NOTHING_DUE, {**NOBODY, WorkerKind.AGENT: 1}, None)
    assert backlog.list_missing_workers(voice) == [WorkerKind.JOBS, WorkerKind.RECORDER]


async def test_worker_counts_while_its_heartbeats_are_recent(database: AsyncDatabase[dict[str, Any]]) -> None:
    async with send_heartbeats(WorkerKind.JOBS):
        await wait_until(WorkerHeartbeat.count)
        assert (await read_backlog(database)).workers == {**NOBODY, WorkerKind.JOBS: 1}
    assert await WorkerHeartbeat.count() == 0
    await record_heartbeat(ObjectId(), WorkerKind.AGENT, "host:1", "1.0.0")
    await WorkerHeartbeat.get_pymongo_collection().update_many({}, {"$set": {"seen_at": seconds_ago(ALIVE_SECONDS + 1)}})
    assert (await read_backlog(database)).workers == NOBODY


async def test_totals_of_the_day_name_no_organization(services: Services) -> None:
    organization, other = [await Organization(name=name).insert() for name in ("Own budget", "Default budget")]
    await Organization.get_pymongo_collection().update_one(
        {"_id": organization.id}, {"$set": {"budgets": {"daily_interviews": 2}}}
    )
    for owner, interviews in ((organization, 2), (other, 3)):
        await OrganizationUsage(organization_id=owner.id, day=begin_of_day(now()), interviews=interviews).insert()
    totals = await read_daily_totals(BudgetSettings(daily_interviews=6), now())
    assert (totals.interviews, totals.largest_shares[Budget.DAILY_INTERVIEWS], totals.exhausted[Budget.DAILY_INTERVIEWS]) == (
        5,
        1,
        1,
    )
    page = (await render_page(services)).decode()
    assert 'viva_usage_today{kind="interviews"} 5.0' in page
    assert "Own budget" not in page and str(organization.id) not in page


async def test_reads_of_the_state_are_shared_and_never_waited_for_longer_than_allowed(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, may_answer = 0, asyncio.Event()

    async def read_slowly(_: Settings) -> Any:
        nonlocal calls
        calls += 1
        await may_answer.wait()
        return "state"

    monkeypatch.setattr("lifecycle.deployment_state.read_deployment_state", read_slowly)
    monitor = DeploymentMonitor(services.settings)
    assert await monitor.read(0.01) is None
    waiting = asyncio.create_task(monitor.read(30))
    await asyncio.sleep(0)
    may_answer.set()
    states: list[Any] = [await waiting, await monitor.read(0.0)]
    assert (states, calls) == (["state", "state"], 1)
    may_answer.clear()
    monkeypatch.setattr("lifecycle.deployment_state.MAX_AGE_SECONDS", 0.0)
    late: Any = await monitor.read(0.01)
    assert late == "state", "the last known state is better than none"
    monkeypatch.setattr("lifecycle.deployment_state.STALE_SECONDS", 0.0)
    assert await monitor.read(0.01) is None
    await monitor.close()


@pytest.mark.parametrize(("authorization", "status"), [(None, 401), ("Bearer wrong", 401), ("Bearer secret", 200)])
async def test_workers_serve_metrics_to_the_bearer_of_the_token(
    services: Services, authorization: str | None, status: int
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    api = services.settings.api.model_copy(update={"metrics_token": SecretStr("secret")})
    worker = services.settings.worker.model_copy(update={"metrics_port": port})
    settings = services.settings.model_copy(update={"api": api, "worker": worker})
    headers = {"Authorization": authorization} if authorization else {}
    async with (
        serve_metrics(settings, lambda: render_page(replace(services, settings=settings))),
        aiohttp.ClientSession() as client,
        client.get(f"http://127.0.0.1:{port}/metrics", headers=headers) as response,
    ):
        text = await response.text()
    assert (response.status, 'viva_workers{kind="jobs"} 0.0' in text) == (status, status == 200)


def test_samples_of_a_worker_and_its_jobs_are_added_up() -> None:
    registries = [CollectorRegistry(), CollectorRegistry()]
    for amount, (registry, labels) in enumerate(zip(registries, (["kind", "other"], ["other", "kind"]), strict=True), 1):
        Counter("viva_things", "Things", labels, registry=registry).labels(kind="a", other="b").inc(amount)
    Counter("viva_others", "Others", registry=registries[1]).inc()
    page = render([SummedCollector(registries)]).decode()
    assert re.findall(r"^viva_\w+.*$", page, re.MULTILINE) == [
        'viva_things_total{kind="a",other="b"} 3.0',
        "viva_others_total 1.0",
    ]
