"""The repair that applies retention policies, in batches and never against a legal hold."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from beanie import PydanticObjectId
from bson import ObjectId
from structlog.testing import capture_logs

from lifecycle import retention
from lifecycle.jobs import ERASE_MEDIA
from lifecycle.repairs import repair_all
from lifecycle.services import Services
from models.documents.evaluation import list_evaluations
from models.documents.interview import Interview, InterviewStatus, LegalHold
from models.documents.organization import Organization, RetentionPolicy
from models.documents.position import Position
from models.documents.turn import read_turns
from models.storage.clock import now
from models.writes.legal_hold import release_legal_hold, set_legal_hold
from models.writes.retention import repeat_retention_check, set_retention_policy
from tests.factories import (
    add_candidate_turn,
    make_interview,
    make_position,
    new_evaluation,
    new_recording,
    new_recording_file,
    reload_interview,
)
from tests.lifecycle.job_worker import JobSpy
from tests.lifecycle.redis_probe import RedisProbe, change_channels_of


@pytest.fixture
async def organization(services: Services) -> Organization:
    return await Organization(name=f"organization {ObjectId()}").insert()


@pytest.fixture
async def position(organization: Organization) -> Position:
    return await make_position(organization.id)


async def set_policy(organization: Organization, **policy: Any) -> None:
    assert await set_retention_policy(organization.id, RetentionPolicy(**policy), ObjectId())


async def make_old_interview(position: Position, days: float = 40) -> Interview:
    """Store a completed interview with a turn, an evaluation and a recording, which ended that many days ago."""
    interview = await make_interview(position)
    await add_candidate_turn(interview, "a secret")
    await new_evaluation(interview, due_at=None).insert()
    await new_recording(interview, files=[new_recording_file()], is_open=False).insert()
    at = now() - timedelta(days=days)
    await interview.set({"status": InterviewStatus.COMPLETED, "created_at": at, "started_at": at, "ended_at": at})
    return await reload_interview(interview)


async def test_each_class_of_data_is_erased_after_its_days(
    services: Services, organization: Organization, position: Position, redis_probe: RedisProbe
) -> None:
    erase_jobs = JobSpy()
    services.jobs.register(ERASE_MEDIA, erase_jobs)
    recent, month, quarter, year = [await make_old_interview(position, days) for days in (10, 40, 100, 400)]
    other = await make_old_interview(await make_position(), 400)
    await set_policy(organization, recording_days=30, transcript_days=90, candidate_days=365)
    await asyncio.gather(*(repair_all(services) for _ in range(3)))

    async def what_remains(interview: Interview) -> tuple[bool, int, bool]:
        stored = await reload_interview(interview)
        counted = len(await read_turns(interview.id)), len(await list_evaluations(interview.id))
        assert counted[0] == counted[1]
        return stored.erasure is None, counted[0], stored.candidate is not None

    assert await what_remains(recent) == (True, 1, True)
    assert await what_remains(month) == (False, 1, True)
    assert await what_remains(quarter) == (False, 0, True)
    assert await what_remains(year) == (False, 0, False)
    assert await what_remains(other) == (True, 1, True), "another organization keeps everything"
    assert (await reload_interview(year)).erased_at
    assert (await reload_interview(quarter)).erased_at is None
    published = set(await redis_probe.read_published_channels())
    assert set().union(*(change_channels_of(it) for it in (month, quarter, year))) == published
    assert {job for job in await redis_probe.read_enqueued_jobs() if job[0] == ERASE_MEDIA} == {
        (ERASE_MEDIA, it.id) for it in (month, quarter, year)
    }
    await repair_all(services)
    await asyncio.sleep(0)
    assert set(erase_jobs.started_ids) == {month.id, quarter.id, year.id}, "files are deleted by the job that erasures have"


async def test_everything_over_the_limit_is_erased_in_batches(
    services: Services, organization: Organization, position: Position, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    interviews = [await make_old_interview(position) for _ in range(5)]
    await set_policy(organization, candidate_days=30)
    erased = []
    for _ in range(4):
        await repair_all(services)
        erased.append(sum([(await reload_interview(it)).erased_at is not None for it in interviews]))
    assert erased == [2, 4, 5, 5]


async def test_check_is_repeated_after_a_pause_and_finds_what_is_over_by_then(
    services: Services, organization: Organization, position: Position
) -> None:
    interview = await make_old_interview(position, 29.9)
    await set_policy(organization, candidate_days=30)
    await repair_all(services)
    at = now() - timedelta(days=30, minutes=1)
    await interview.set({"created_at": at, "started_at": at, "ended_at": at})
    await repair_all(services)
    assert (await reload_interview(interview)).erased_at is None, "the next check is an hour away"
    stored = await Organization.get(PydanticObjectId(organization.id))
    assert stored and stored.retention_due_at
    assert 3500 < (stored.retention_due_at - now()).total_seconds() <= 3600
    await repeat_retention_check(organization.id)
    await repair_all(services)
    assert (await reload_interview(interview)).erased_at


async def test_interview_that_cannot_be_erased_does_not_stop_the_others(
    services: Services, organization: Organization, position: Position, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    unreadable, *others = [await make_old_interview(position) for _ in range(4)]
    await Interview.get_pymongo_collection().update_one({"_id": unreadable.id}, {"$set": {"progress": "what was said"}})
    await set_policy(organization, candidate_days=30)
    with capture_logs() as logged:
        for _ in range(4):
            await repair_all(services)
    assert all([(await reload_interview(it)).erased_at for it in others])
    failures = {(event["interview_id"], event["reason"]) for event in logged if event["log_level"] == "error"}
    assert failures == {(str(unreadable.id), "ValidationError")}
    assert "what was said" not in repr(logged)


async def test_held_interview_is_erased_only_after_its_release(
    services: Services, organization: Organization, position: Position
) -> None:
    interview = await make_old_interview(position)
    hold = LegalHold(reason="a lawsuit", set_by="an admin", set_at=now())
    await set_legal_hold(interview.id, hold)
    await set_policy(organization, recording_days=1, transcript_days=1, candidate_days=1)
    await repair_all(services)
    stored = await reload_interview(interview)
    assert (stored.erasure, stored.erased_at, len(await read_turns(interview.id))) == (None, None, 1)
    await release_legal_hold(interview.id, hold.id, "an admin")
    await repeat_retention_check(organization.id)
    await repair_all(services)
    assert (await reload_interview(interview)).erased_at
