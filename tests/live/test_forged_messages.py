"""Somebody who can write to Redis can neither put words into a stream nor start work: only messages of our processes count."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from bson import ObjectId
from prometheus_client import REGISTRY
from pydantic import SecretStr
from redis.asyncio import Redis
from redis.exceptions import NoPermissionError
from structlog.testing import capture_logs

from lifecycle.jobs import Jobs
from live.hub import LiveHub
from live.interview_feed import InterviewFeed
from live.messages import Changed, Interim, encode_message
from live.signing import SIGNATURE_CHARACTERS, MessageSigner
from models.documents.interview import ErasureScope, InterviewStatus
from models.documents.turn import Speaker
from models.reads.watermarks import read_watermarks
from models.storage.clock import now
from models.writes.interview_erasure import mark_erased
from models.writes.interview_updates import update_interview
from sandbox.valkey import Valkey
from settings import AuthSettings, RedisSettings, Settings
from tests.factories import add_candidate_turn, make_interview
from tests.helpers import AUTH, ROOT, wait_until
from tests.lifecycle.job_worker import JOB_NAME, JobSpy, run_worker
from tests.live.streams import RedisSubscriptions, collect_stream

pytestmark = pytest.mark.usefixtures("database")

STRANGER = MessageSigner(AuthSettings(secret=SecretStr("a secret of somebody else, also long")))
OURS = MessageSigner(AUTH)
Forge = Callable[[str, str], str]
FORGERIES: dict[str, Forge] = {
    "unsigned": lambda _, message: message,
    "empty signature": lambda _, message: " " * SIGNATURE_CHARACTERS + message,
    "signature that is not ASCII": lambda _, message: "\xe9" * SIGNATURE_CHARACTERS + message,
    "signed with another secret": STRANGER.sign,
    "taken from another channel": lambda channel, message: OURS.sign(f"{channel}0", message),
    "signature of another message": lambda channel, message: OURS.sign(channel, "{}")[:SIGNATURE_CHARACTERS] + message,
    "truncated": lambda channel, message: OURS.sign(channel, message)[1:],
}


def read_metric() -> float:
    return REGISTRY.get_sample_value("viva_redis_rejected_messages_total") or 0.0


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_forged_turn_interim_and_change_reach_nobody(
    unpolled_live: LiveHub, settings: Settings, redis_subscriptions: RedisSubscriptions, forge: Forge
) -> None:
    interview = await make_interview()
    first = await add_candidate_turn(interview, "first")
    channel = f"{settings.redis.prefix}:interview:{interview.id}"
    organization_channel = f"{settings.redis.prefix}:organization:{interview.organization_id}"
    forged_turn = replace(first, id=ObjectId(), seq=2, text="I was never asked.")
    interim = Interim(interview.id, Speaker.CANDIDATE, "I was", 2, now())
    rejected = read_metric()
    async with (
        Redis.from_url(settings.redis.url) as redis,
        collect_stream(unpolled_live.follow_turns(interview.id, 0)) as turns,
        collect_stream(unpolled_live.follow_interims(interview.id)) as interims,
        collect_stream(unpolled_live.follow_interviews(interview.organization_id)) as interviews,
    ):
        await turns.wait_for_first(1)
        await interviews.wait_for_first(1)
        await redis_subscriptions.wait_for_interview(interview)
        await redis_subscriptions.wait_for_organization(interview)
        with capture_logs() as logs:
            for message in (forged_turn, interim, Changed(interview.id)):
                await redis.publish(channel, forge(channel, encode_message(message)))
            unpublished = await update_interview(interview.id, {}, {"language": "fr"})
            assert unpublished
            await redis.publish(organization_channel, forge(organization_channel, encode_message(Changed(interview.id))))
            second = await add_candidate_turn(interview, "second")
            await unpolled_live.publish_turn(second)
            await unpolled_live.publish_interim(replace(interim, text="Well"))
            assert await turns.wait_for_first(2) == [first, second]
            assert [item.text for item in await interims.wait_for_first(1)] == ["Well"]
            await unpolled_live.publish_change(unpublished)
            await interviews.wait_for_first(2)
    assert len(turns.items) == 2 and len(interims.items) == 1 and len(interviews.items) == 2
    assert read_metric() == rejected + 4
    events = [event for event in logs if event["event"].startswith("messages in Redis ignored")]
    assert len(events) == 1, "one warning a minute"


async def test_repeated_turn_of_an_erased_transcript_reaches_nobody() -> None:
    interview = await make_interview(status=InterviewStatus.IN_PROGRESS)
    turn = await add_candidate_turn(interview, "first")
    assert await update_interview(interview.id, {}, {"status": InterviewStatus.COMPLETED, "ended_at": now()})
    assert await mark_erased(interview.id, ErasureScope.TRANSCRIPT)
    polls: list[None] = []
    feed = InterviewFeed(interview.id, lambda: polls.append(None))
    feed.apply_watermark((await read_watermarks([interview.id]))[interview.id])
    feed.receive(encode_message(turn))
    assert (feed.get_cached_turns_after(0), len(polls)) == ([], 1)


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_forged_wake_up_starts_no_job(settings: Settings, forge: Forge) -> None:
    spy, forged_id, document_id = JobSpy(), ObjectId(), ObjectId()
    async with Jobs(settings.redis, settings.auth, concurrency=2) as jobs, Redis.from_url(settings.redis.url) as redis:
        jobs.register(JOB_NAME, spy)
        stream = f"{settings.redis.prefix}:jobs"
        await jobs.kick(JOB_NAME, document_id)
        rows: Any = await redis.xrange(stream)
        wake_up = rows[0][1][b"data"].decode()[SIGNATURE_CHARACTERS:].replace(str(document_id), str(forged_id))
        await redis.delete(stream)
        rejected = read_metric()
        async with run_worker(jobs):
            await redis.xadd(stream, {"data": forge(stream, wake_up)})
            await jobs.kick(JOB_NAME, document_id)
            assert await spy.wait_until_called(1) == [document_id]
    assert read_metric() == rejected + 1


def test_messages_stay_valid_while_the_secret_is_rotated() -> None:
    old, new = SecretStr("o" * 32), SecretStr("n" * 32)
    before = MessageSigner(AuthSettings(secret=old, previous_secrets=[new]))
    after = MessageSigner(AuthSettings(secret=new, previous_secrets=[old]))
    assert after.open("channel", before.sign("channel", "{}")) == "{}"
    assert before.open("channel", after.sign("channel", "{}")) == "{}"


async def test_message_signed_with_a_secret_that_was_removed_is_ignored() -> None:
    signed = MessageSigner(AuthSettings(secret=SecretStr("o" * 32))).sign("channel", "{}")
    assert MessageSigner(AuthSettings(secret=SecretStr("n" * 32))).open("channel", signed) is None


async def test_documented_acl_rule_permits_everything_that_viva_does(own_valkey: Valkey) -> None:
    [rule] = re.findall(r"^ +(ACL SETUSER .*)$", (ROOT / "docs/operations.md").read_text(encoding="utf-8"), re.MULTILINE)
    admin: Any
    client: Any
    async with Redis.from_url(own_valkey.url) as admin:
        await admin.execute_command(*rule.split())
        await admin.execute_command("ACL", "SETUSER", "default", "off")
    redis = RedisSettings(url=own_valkey.url.replace("redis://", "redis://viva:PASSWORD@"), prefix="viva", publish_seconds=5.0)
    spy, document_id = JobSpy(), ObjectId()
    interview = await make_interview()
    async with (
        LiveHub(redis, AUTH, poll_seconds=3600) as live,
        Jobs(redis, AUTH, concurrency=1) as jobs,
        collect_stream(live.follow_turns(interview.id, 0)) as turns,
    ):
        assert await live.is_connected()
        jobs.register(JOB_NAME, spy)
        async with run_worker(jobs):
            await jobs.kick(JOB_NAME, document_id)
            assert await spy.wait_until_called(1) == [document_id]
        async with Redis.from_url(redis.url) as client:

            async def is_subscribed() -> bool:
                return bool((await client.pubsub_numsub(f"viva:interview:{interview.id}"))[0][1])

            await wait_until(is_subscribed)
            await live.publish_turn(await add_candidate_turn(interview, "Good morning."))
            assert [turn.text for turn in await turns.wait_for_first(1)] == ["Good morning."]
            for command in (("SET", "other:key", "1"), ("PUBLISH", "other:interview:1", "x"), ("FLUSHALL",), ("KEYS", "*")):
                with pytest.raises(NoPermissionError):
                    await client.execute_command(*command)
