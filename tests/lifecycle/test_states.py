"""State changes are idempotent, notify subscribers and wake jobs."""

import asyncio
from datetime import timedelta

import pytest
from bson import ObjectId

from errors import Conflict, NotFound
from lifecycle import states
from lifecycle.budgets import DailyBudgetExhausted
from lifecycle.jobs import EVALUATE, REPLY
from lifecycle.services import Services
from lifecycle.turns import store_interviewer_turns, store_message
from models.documents.evaluation import list_evaluations
from models.documents.interview import EndReason, EvaluationStatus, Interview, InterviewStatus
from models.documents.organization_usage import get_organization_usage
from models.documents.turn import Channel, read_turns
from models.storage.clock import now
from models.storage.lease import PENDING_DISPATCH
from models.writes import interview_erasure
from models.writes.interview_transitions import claim_reply, open_chat, release_interview_lease
from models.writes.interview_updates import update_interview
from tests.factories import CONSENT, add_candidate_turn, make_interview, new_interviewer_update, new_turn, reload_interview
from tests.helpers import fail_with_connection_error
from tests.lifecycle.redis_probe import RedisProbe, change_channels_of

SCHEDULED, WAITING, IN_PROGRESS = InterviewStatus.SCHEDULED, InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS
ENDING, COMPLETED, CANCELLED = InterviewStatus.ENDING, InterviewStatus.COMPLETED, InterviewStatus.CANCELLED


async def make_leased_interview() -> Interview:
    """An interview whose reply is being written."""
    interview = await make_interview()
    await add_candidate_turn(interview, "Hello.")
    leased = await claim_reply(interview.id, "holder", 60)
    assert leased
    return leased


async def test_opening_notifies_subscribers_and_wakes_the_reply_job(services: Services, redis_probe: RedisProbe) -> None:
    interview = await make_interview(status=SCHEDULED)
    opened = await states.open_interview(services, interview.id, CONSENT, Channel.TEXT)
    assert (opened.status, opened.consent) == (WAITING, CONSENT)
    assert await redis_probe.read_published_channels() == change_channels_of(interview)
    assert await redis_probe.read_enqueued_jobs() == [(REPLY, interview.id)]


async def test_opening_by_voice_claims_a_dispatch_and_wakes_no_job(services: Services, redis_probe: RedisProbe) -> None:
    interview = await make_interview(status=SCHEDULED)
    opened = await states.open_interview(services, interview.id, CONSENT, Channel.VOICE)
    assert (opened.status, opened.channel, opened.consent) == (WAITING, Channel.VOICE, CONSENT)
    assert opened.lease
    assert opened.lease.holder == PENDING_DISPATCH
    assert await redis_probe.read_published_channels() == change_channels_of(interview)
    assert await redis_probe.read_enqueued_jobs() == []


async def test_opening_again_returns_the_interview_unchanged(services: Services, redis_probe: RedisProbe) -> None:
    interview = await make_interview(status=SCHEDULED)
    other = CONSENT.model_copy(update={"recording": True})
    opened = await asyncio.gather(
        *(states.open_interview(services, interview.id, consent, Channel.TEXT) for consent in (CONSENT, other) * 3)
    )
    assert {item.status for item in opened} == {WAITING}
    assert len({item.updated_at for item in opened}) == 1, "only one of them changed it"
    assert len({item.consent.recording for item in opened if item.consent}) == 1, "and its consent is stored"
    assert len(await redis_probe.read_enqueued_jobs()) == 1
    assert (await get_organization_usage(interview.organization_id, now())).interviews == 1
    await update_interview(interview.id, {}, {"status": IN_PROGRESS})
    assert (await states.open_interview(services, interview.id, CONSENT, Channel.TEXT)).status is IN_PROGRESS


async def test_call_that_finds_no_budget_returns_the_interview_that_another_has_opened_meanwhile(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview = await make_interview(status=SCHEDULED)

    async def open_meanwhile(*_: object) -> None:
        await open_chat(interview.id, CONSENT, Channel.TEXT)
        raise DailyBudgetExhausted("used up")

    monkeypatch.setattr(states, "claim_beginning", open_meanwhile)
    assert (await states.open_interview(services, interview.id, CONSENT, Channel.TEXT)).status is WAITING


@pytest.mark.parametrize("status", [ENDING, COMPLETED, CANCELLED, InterviewStatus.EXPIRED, InterviewStatus.FAILED])
async def test_opening_an_interview_that_is_over_raises_conflict(
    services: Services, redis_probe: RedisProbe, status: InterviewStatus
) -> None:
    interview = await make_interview(status=status)
    with pytest.raises(Conflict, match=status):
        await states.open_interview(services, interview.id, CONSENT, Channel.TEXT)
    assert (await redis_probe.read_published_channels(), await redis_probe.read_enqueued_jobs()) == (set(), [])


@pytest.mark.parametrize("status", [WAITING, IN_PROGRESS])
async def test_ending_without_a_lease_holder_completes_immediately(
    services: Services, redis_probe: RedisProbe, status: InterviewStatus
) -> None:
    interview = await make_interview(status=status)
    ended = await states.end_interview(services, interview, EndReason.RECRUITER_ENDED)
    assert (ended.status, ended.end_reason) == (COMPLETED, EndReason.RECRUITER_ENDED)
    [evaluation] = await list_evaluations(interview.id)
    assert evaluation.status is EvaluationStatus.PENDING
    assert (evaluation.model, evaluation.prompt_version) == (services.settings.anthropic.judge_model, "")
    assert await redis_probe.read_published_channels() == change_channels_of(interview)
    assert await redis_probe.read_enqueued_jobs() == [(EVALUATE, evaluation.id)]


async def test_concurrent_ends_are_one_end_with_one_evaluation(services: Services, redis_probe: RedisProbe) -> None:
    interview = await make_interview()
    reasons = [EndReason.CANDIDATE_ENDED, EndReason.RECRUITER_ENDED, EndReason.OUT_OF_TIME] * 2
    ended = await asyncio.gather(*(states.end_interview(services, interview, reason) for reason in reasons))
    assert {item.status for item in ended} <= {ENDING, COMPLETED}
    assert len({item.end_reason for item in ended}) == 1
    again = await states.end_interview(services, interview, EndReason.CANDIDATE_LEFT)
    assert (again.status, again.end_reason) == (COMPLETED, ended[0].end_reason)
    [evaluation] = await list_evaluations(interview.id)
    assert await redis_probe.read_enqueued_jobs() == [(EVALUATE, evaluation.id)]


async def test_ending_during_a_reply_waits_for_the_lease_holder(services: Services, redis_probe: RedisProbe) -> None:
    held = await make_leased_interview()
    ended = await states.end_interview(services, held, EndReason.CANDIDATE_ENDED)
    assert ended.status is ENDING
    assert await redis_probe.read_published_channels() == change_channels_of(held)
    with pytest.raises(Conflict, match="ENDING"):
        await store_message(services, held, "one more thing", "key")
    last = new_interviewer_update(held.fence, answers=1, statuses=(ENDING,))
    stored = await store_interviewer_turns(services, held.id, [new_turn("reply:1", "Good bye.")], last)
    finished = await states.finish_interview(services, stored)
    assert (finished.status, finished.end_reason, finished.lease) == (COMPLETED, EndReason.CANDIDATE_ENDED, None)
    assert [turn.text for turn in await read_turns(held.id)] == ["Hello.", "Good bye."]


async def test_finishing_again_returns_the_interview_unchanged(services: Services, redis_probe: RedisProbe) -> None:
    interview = await make_interview(status=ENDING)
    finished = await asyncio.gather(*(states.finish_interview(services, interview) for _ in range(5)))
    assert {item.status for item in finished} == {COMPLETED}
    assert len(await list_evaluations(interview.id)) == 1
    assert len(await redis_probe.read_enqueued_jobs()) == 1


async def test_end_detail_counts_the_replies_made_by_code(services: Services) -> None:
    interview = await make_interview(status=ENDING, replies=7, code_replies=3)
    finished = await states.finish_interview(services, interview)
    assert finished.end_detail
    assert "3 of 7 replies" in finished.end_detail
    other = await states.finish_interview(services, await make_interview(status=ENDING, replies=7))
    assert other.end_detail is None


@pytest.mark.parametrize("status", [SCHEDULED, CANCELLED, InterviewStatus.EXPIRED, InterviewStatus.FAILED])
async def test_ending_an_interview_that_never_began_raises_conflict(
    services: Services, redis_probe: RedisProbe, status: InterviewStatus
) -> None:
    interview = await make_interview(status=status)
    with pytest.raises(Conflict, match="cancelInterview" if status is SCHEDULED else status):
        await states.end_interview(services, interview, EndReason.RECRUITER_ENDED)
    assert await list_evaluations(interview.id) == []
    assert (await redis_probe.read_published_channels(), await redis_probe.read_enqueued_jobs()) == (set(), [])


@pytest.mark.parametrize("status", [SCHEDULED, WAITING])
async def test_cancelling_notifies_subscribers_and_keeps_the_first_reason(
    services: Services, redis_probe: RedisProbe, status: InterviewStatus
) -> None:
    interview = await make_interview(status=status, due_at=now())
    cancelled = await states.cancel_interview(services, interview, "ill")
    assert (cancelled.status, cancelled.end_detail, cancelled.due_at) == (CANCELLED, "ill", None)
    assert await redis_probe.read_published_channels() == change_channels_of(interview)
    assert await states.cancel_interview(services, interview, "another reason") == cancelled
    assert await redis_probe.read_published_channels() == set()


@pytest.mark.parametrize("status", [IN_PROGRESS, ENDING, COMPLETED, InterviewStatus.EXPIRED, InterviewStatus.FAILED])
async def test_cancelling_an_interview_that_has_begun_raises_conflict(
    services: Services, redis_probe: RedisProbe, status: InterviewStatus
) -> None:
    interview = await make_interview(status=status)
    with pytest.raises(Conflict, match="endInterview" if status is IN_PROGRESS else status):
        await states.cancel_interview(services, interview, None)
    assert (await reload_interview(interview)).status is status
    assert await redis_probe.read_published_channels() == set()


async def test_expiry_happens_once_and_only_after_its_time(services: Services, redis_probe: RedisProbe) -> None:
    early = await make_interview(status=SCHEDULED)
    late = await make_interview(status=SCHEDULED, expires_at=now() - timedelta(seconds=1))
    await states.expire_interview(services, early.id)
    assert await redis_probe.read_published_channels() == set()
    await states.expire_interview(services, late.id)
    assert await redis_probe.read_published_channels() == change_channels_of(late)
    await states.expire_interview(services, late.id)
    assert await redis_probe.read_published_channels() == set()
    assert [(await reload_interview(item)).status for item in (early, late)] == [SCHEDULED, InterviewStatus.EXPIRED]


async def test_erasing_notifies_subscribers_once_and_is_idempotent(services: Services, redis_probe: RedisProbe) -> None:
    interview = await make_interview()
    await add_candidate_turn(interview, "a secret")
    erased = await states.erase_interview(services, interview)
    assert (erased.status, erased.candidate) == (CANCELLED, None)
    assert erased.erasure
    assert (erased.erasure.turns, erased.erasure.pending) == (1, False)
    assert await redis_probe.read_published_channels() == change_channels_of(interview)
    assert await states.erase_interview(services, interview) == erased
    assert await read_turns(interview.id) == []


async def test_erasure_whose_deletion_failed_stays_marked_and_can_be_repeated(
    services: Services, redis_probe: RedisProbe, monkeypatch: pytest.MonkeyPatch
) -> None:
    interview = await make_interview()
    await add_candidate_turn(interview, "a secret")
    with monkeypatch.context() as patch:
        patch.setattr(interview_erasure, "delete_erased", fail_with_connection_error)
        with pytest.raises(ConnectionError):
            await states.erase_interview(services, interview)
    assert await redis_probe.read_published_channels() == change_channels_of(interview), "subscriptions end at the mark"
    assert (await reload_interview(interview)).erased_at
    erased = await states.erase_interview(services, interview)
    assert erased.erasure
    assert not erased.erasure.pending
    assert await read_turns(interview.id) == []


async def test_requesting_an_evaluation_notifies_subscribers_and_wakes_its_job(
    services: Services, redis_probe: RedisProbe
) -> None:
    interview = await make_interview(status=COMPLETED)
    first = await states.request_evaluation(services, interview, ObjectId(), requested_by="somebody", reason=None)
    assert await redis_probe.read_published_channels() == change_channels_of(interview)
    again = await states.request_evaluation(services, interview, ObjectId(), requested_by="somebody", reason=None)
    assert again.id == first.id
    assert set(await redis_probe.read_enqueued_jobs()) == {(EVALUATE, first.id)}


async def test_message_is_published_and_wakes_the_reply_job(services: Services, redis_probe: RedisProbe) -> None:
    interview = await make_interview()
    turn = await store_message(services, interview, "Hello.", "key")
    assert await store_message(services, interview, "Hello.", "key") == turn
    assert await redis_probe.read_published_channels() == change_channels_of(interview)
    assert set(await redis_probe.read_enqueued_jobs()) == {(REPLY, interview.id)}


async def test_interviewer_turns_are_published(services: Services, redis_probe: RedisProbe) -> None:
    held = await make_leased_interview()
    await store_interviewer_turns(services, held.id, [new_turn("reply:1")], new_interviewer_update(held.fence, answers=1))
    assert await redis_probe.read_published_channels() == change_channels_of(held)
    assert (await reload_interview(held)).last_seq == 2
    await release_interview_lease(held.id, held.fence)


async def test_state_changes_of_an_unknown_interview_raise_not_found(services: Services) -> None:
    interview = await make_interview()
    await interview.delete()
    for step in (
        states.open_interview(services, interview.id, CONSENT, Channel.TEXT),
        states.end_interview(services, interview, EndReason.RECRUITER_ENDED),
        states.finish_interview(services, interview),
        states.cancel_interview(services, interview, None),
        states.erase_interview(services, interview),
    ):
        with pytest.raises(NotFound):
            await step
