"""Interviews that continue after their end, by the candidate's own link or because a person has reopened them."""

import asyncio
from datetime import timedelta

import pytest
from bson import ObjectId

from errors import Conflict
from lifecycle.repairs import repair_all
from lifecycle.states import cancel_interview, end_interview, finish_interview
from models.documents.evaluation import Evaluation, list_evaluations
from models.documents.interview import (
    Adoption,
    Consent,
    Decision,
    EndReason,
    Erasure,
    ErasureScope,
    EvaluationStatus,
    Interview,
    InterviewStatus,
    ReviewReason,
    RoomState,
)
from models.documents.organization import Role
from models.documents.turn import Channel, Move
from models.storage.clock import now
from models.writes.evaluation_transitions import adopt_evaluation, claim_evaluation, complete_evaluation
from resolvers.invites import JoinRequest, get_invitation, join_interview
from resolvers.reopening import MAX_RETURNS, ReopenRequest, reopen_interview
from tests.agent.stored_chats import UNPROBED_ANSWER, Chat
from tests.agent.talks import ENGLISH, QUESTIONS
from tests.factories import new_outcome, seconds_ago
from tests.resolvers.tenant import Tenant, global_id_of

COMPLETED, SCHEDULED, IN_PROGRESS = InterviewStatus.COMPLETED, InterviewStatus.SCHEDULED, InterviewStatus.IN_PROGRESS
WELCOME = f"{ENGLISH.welcome_back} {ENGLISH.question_again}"


async def join_by_link(chat: Chat, tenant: Tenant, *, reopen: bool | None = True) -> Interview:
    """Join in writing with the interview's present invite."""
    request = JoinRequest(invite=tenant.invite_token(await chat.interview()), channel=Channel.TEXT, reopen=reopen)
    return (await join_interview(chat.services, request)).interview


async def reopen(chat: Chat, tenant: Tenant, key: str | None = None) -> Interview:
    request = ReopenRequest(interview_id=global_id_of(await chat.interview()), reason="The power failed.", idempotency_key=key)
    return (await reopen_interview(chat.services, await tenant.principal(Role.RECRUITER), request)).interview


async def complete_newest_evaluation(chat: Chat, level: int) -> Evaluation:
    pending = (await list_evaluations(chat.id))[0]
    claimed = await claim_evaluation(pending.id, "holder", 60, prompt_version="1")
    assert claimed
    completed = await complete_evaluation(claimed, new_outcome(level), transcript_digest="01")
    assert completed
    return completed


async def compute_seconds_left(chat: Chat) -> float:
    interview = await chat.interview()
    assert interview.started_at
    return (interview.started_at + interview.time_limit - now()).total_seconds()


async def leave_by_voice(chat: Chat, seconds: float) -> None:
    """Let the candidate be away from the room for so long that the interview ends."""
    await chat.move_into_past(seconds=seconds)
    left = RoomState(expected_until=seconds_ago(seconds), left_at=seconds_ago(seconds))
    await chat.set_fields(channel=Channel.VOICE, room=left, due_at=None)
    await repair_all(chat.services)


async def test_candidate_who_was_away_for_150_seconds_comes_back_by_the_same_link(chat: Chat, tenant: Tenant) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    seconds_left = await compute_seconds_left(chat)
    await leave_by_voice(chat, 150)
    ended = await chat.interview()
    assert (ended.status, ended.end_reason) == (COMPLETED, EndReason.CANDIDATE_LEFT)
    await complete_newest_evaluation(chat, 5)
    token = tenant.invite_token(ended)
    deadline = (await get_invitation(chat.services, token)).can_reopen_until
    assert ended.ended_at
    assert deadline == ended.ended_at + timedelta(hours=1)

    joined = await join_by_link(chat, tenant)
    assert tenant.invite_token(joined) == token
    assert (joined.status, joined.end_reason, joined.ended_at) == (IN_PROGRESS, None, None)
    assert joined.progress.question_key == "teamwork"
    assert (joined.evaluated, joined.score, joined.counted_version) == (False, None, None)
    (reopening,) = joined.reopenings
    assert (reopening.status, reopening.end_reason, reopening.reopened_by) == (COMPLETED, EndReason.CANDIDATE_LEFT, None)
    assert reopening.credited_seconds == pytest.approx(150, abs=10)
    assert await compute_seconds_left(chat) == pytest.approx(seconds_left, abs=10)

    await chat.run_reply_job()
    again = (await chat.turns())[-1]
    assert (again.move, again.text, again.question_key) == (Move.REPEAT, f"{WELCOME} {QUESTIONS[2]}", "teamwork")
    await chat.run_reply_job()
    assert (await chat.turns())[-1] == again, "it is said once"
    assert (await chat.say_and_get_reply(UNPROBED_ANSWER)).move is Move.ANYTHING_ELSE
    await chat.say_and_get_reply("No, thank you.")
    second = await complete_newest_evaluation(chat, 3)
    interview = await chat.interview()
    assert (interview.status, interview.end_reason, interview.counted_version) == (COMPLETED, EndReason.WRAPPED_UP, 2)
    assert interview.score == 50.0
    assert [version.version for version in await list_evaluations(chat.id)] == [second.version, 1]


async def test_concurrent_joins_reopen_once(chat: Chat, tenant: Tenant) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    ended = await end_interview(chat.services, await chat.interview(), EndReason.CANDIDATE_ENDED)
    joined = await asyncio.gather(*(join_by_link(chat, tenant) for _ in range(4)))
    assert {interview.status for interview in joined} == {IN_PROGRESS}
    interview = await chat.interview()
    assert len(interview.reopenings) == 1
    assert interview.expires_at == ended.expires_at
    (evaluation,) = await list_evaluations(chat.id)
    assert (evaluation.status, evaluation.due_at) == (EvaluationStatus.FAILED, None), "it was of an interview that goes on"


@pytest.mark.parametrize(
    ("reason", "reopen", "is_reopened"),
    [
        (EndReason.CANDIDATE_LEFT, None, True),
        (EndReason.CANDIDATE_LEFT, False, False),
        (EndReason.CANDIDATE_ENDED, None, False),
    ],
)
async def test_client_that_joins_again_does_not_undo_a_wish_to_stop(
    chat: Chat, tenant: Tenant, reason: EndReason, reopen: bool | None, is_reopened: bool
) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await end_interview(chat.services, await chat.interview(), reason)
    if is_reopened:
        assert (await join_by_link(chat, tenant, reopen=reopen)).status is IN_PROGRESS
        return
    with pytest.raises(Conflict, match="has ended"):
        await join_by_link(chat, tenant, reopen=reopen)


async def test_link_reopens_three_times_at_most(chat: Chat, tenant: Tenant) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    for _ in range(MAX_RETURNS):
        await end_interview(chat.services, await chat.interview(), EndReason.FAILED)
        assert (await join_by_link(chat, tenant)).status is IN_PROGRESS
    await end_interview(chat.services, await chat.interview(), EndReason.FAILED)
    with pytest.raises(Conflict, match="has ended"):
        await join_by_link(chat, tenant)
    assert (await reopen(chat, tenant)).status is SCHEDULED, "a person still can"


@pytest.mark.parametrize(
    ("reason", "minutes"),
    [
        (EndReason.WRAPPED_UP, 0),
        (EndReason.OUT_OF_TIME, 0),
        (EndReason.RECRUITER_ENDED, 0),
        (EndReason.CANDIDATE_LEFT, 61),
    ],
)
async def test_link_does_not_reopen_after_another_end_or_later(
    chat: Chat, tenant: Tenant, reason: EndReason, minutes: int
) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await end_interview(chat.services, await chat.interview(), reason)
    await chat.set_fields(ended_at=now() - timedelta(minutes=minutes))
    invitation = await get_invitation(chat.services, tenant.invite_token(await chat.interview()))
    assert invitation.can_reopen_until is None
    with pytest.raises(Conflict, match="COMPLETED"):
        await join_by_link(chat, tenant)


async def test_person_reopens_once_per_key_and_the_last_answer_gets_its_reply(chat: Chat, tenant: Tenant) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await chat.move_into_past(minutes=29)
    await chat.say(UNPROBED_ANSWER)
    await chat.move_into_past(minutes=2)
    await chat.run_reply_job()
    ended = await chat.interview()
    assert (ended.status, ended.end_reason) == (COMPLETED, EndReason.OUT_OF_TIME)
    await chat.set_fields(decision=Decision.HOLD)

    old_token = tenant.invite_token(ended)
    reopened = await reopen(chat, tenant, "once")
    assert (await reopen(chat, tenant, "once")).id == reopened.id
    (reopening,) = (await chat.interview()).reopenings
    assert (reopening.reason, reopening.reopened_by) == ("The power failed.", "a recruiter")
    assert (reopened.status, reopened.end_reason, reopened.review_reasons) == (SCHEDULED, None, [])
    with pytest.raises(Exception, match="not valid"):
        await get_invitation(chat.services, old_token)
    await chat.run_reply_job()
    assert len(await chat.turns()) == 6, "nothing is said before the candidate is back"

    joined = await join_by_link(chat, tenant)
    assert joined.review_reasons == [ReviewReason.REOPENING]
    assert joined.progress.question_key == "incident"
    assert await compute_seconds_left(chat) == pytest.approx(120 + chat.services.settings.interview.closing_seconds, abs=10)
    await chat.run_reply_job()
    reply = (await chat.turns())[-1]
    assert (reply.move, reply.answers) == (Move.NEXT, 5)
    assert reply.text.startswith(ENGLISH.welcome_back)
    assert reply.text.endswith(QUESTIONS[2])
    assert (await chat.interview()).progress.exchanges == 2


async def test_reopened_interview_that_was_complete_asks_for_anything_else_again(chat: Chat, tenant: Tenant) -> None:
    for answer in (UNPROBED_ANSWER, UNPROBED_ANSWER, UNPROBED_ANSWER, "No, thank you."):
        await chat.say_and_get_reply(answer)
    await complete_newest_evaluation(chat, 4)
    (first,) = await list_evaluations(chat.id)
    assert first.outcome
    adoption = Adoption(id=ObjectId(), version=1, reason="It is right.", adopted_by="somebody", adopted_at=now())
    await adopt_evaluation(first, first.outcome, adoption)
    await reopen(chat, tenant)
    await join_by_link(chat, tenant)
    await chat.run_reply_job()
    assert (await chat.turns())[-1].text == f"{WELCOME} {ENGLISH.anything_else_again}"
    await chat.say_and_get_reply("I also speak French.")
    assert (await chat.interview()).end_reason is EndReason.WRAPPED_UP
    await complete_newest_evaluation(chat, 2)
    interview = await chat.interview()
    assert (interview.counted_version, interview.score) == (1, 75.0), "what a person has adopted still counts"


@pytest.mark.parametrize("is_cancelled", [False, True])
async def test_reopening_without_a_return_leaves_everything_as_it_was(chat: Chat, tenant: Tenant, is_cancelled: bool) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await end_interview(chat.services, await chat.interview(), EndReason.RECRUITER_ENDED, "A mistake.")
    await complete_newest_evaluation(chat, 5)
    before = await chat.interview()
    reopened = await reopen(chat, tenant)
    if is_cancelled:
        for _ in range(2):
            await cancel_interview(chat.services, reopened, "Not needed.")
    else:
        await chat.set_fields(expires_at=seconds_ago(1))
        await repair_all(chat.services)
    after = await chat.interview()
    for name in ("status", "end_reason", "end_detail", "ended_at", "score", "counted_version", "credited_seconds"):
        assert getattr(after, name) == getattr(before, name), name
    assert len(await chat.evaluations()) == 1


async def test_reopened_room_that_is_left_before_anybody_speaks_is_not_complete(chat: Chat, tenant: Tenant) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await leave_by_voice(chat, 150)
    await join_by_link(chat, tenant)
    await leave_by_voice(chat, 150)
    interview = await chat.interview()
    assert (interview.status, interview.end_reason) == (COMPLETED, EndReason.CANDIDATE_LEFT)
    assert [turn.move for turn in await chat.turns()].count(Move.CLOSE) == 1
    await join_by_link(chat, tenant)
    assert (await chat.interview()).reopenings[-1].credited_seconds == pytest.approx(150, abs=10)


async def test_stop_that_ended_the_interview_is_not_repeated_by_the_return(chat: Chat, tenant: Tenant) -> None:
    await chat.say_and_get_reply("I want to stop.")
    await chat.say_and_get_reply("Yes.")
    assert (await chat.interview()).end_reason is EndReason.CANDIDATE_ENDED
    await join_by_link(chat, tenant)
    await chat.run_reply_job()
    assert (await chat.turns())[-1].text == f"{WELCOME} {QUESTIONS[0]}"
    assert (await chat.say_and_get_reply("Yes.")).move is not Move.CLOSE


async def test_withdrawal_after_a_reopening_hides_the_evaluation(chat: Chat, tenant: Tenant) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await end_interview(chat.services, await chat.interview(), EndReason.RECRUITER_ENDED)
    await complete_newest_evaluation(chat, 5)
    await reopen(chat, tenant)
    await chat.set_fields(end_reason=EndReason.ALTERNATIVE_REQUESTED)
    opted_out = await finish_interview(chat.services, await chat.interview())
    assert (opted_out.status, opted_out.evaluated, opted_out.score) == (InterviewStatus.OPTED_OUT, False, None)
    with pytest.raises(Conflict, match="opted out"):
        await reopen(chat, tenant)


@pytest.mark.parametrize(
    ("fields", "remedy"),
    [
        ({"status": InterviewStatus.CANCELLED}, "scheduleInterview"),
        ({"status": InterviewStatus.OPTED_OUT}, "opted out"),
        ({"status": InterviewStatus.ENDING}, "in a few seconds"),
        ({"status": IN_PROGRESS}, "renewInvite"),
        ({"status": SCHEDULED}, "renewInvite"),
        ({"status": COMPLETED, "erased_at": now()}, "erased"),
        ({"status": COMPLETED, "erasure": Erasure(scope=ErasureScope.TRANSCRIPT, turns=1, evaluations=0)}, "erased"),
        (
            {"status": COMPLETED, "consent": Consent(text_version="1", given_at=now(), recording=False, withdrawn_at=now())},
            "opted out",
        ),
    ],
)
async def test_interview_that_cannot_continue_is_not_reopened(
    chat: Chat, tenant: Tenant, fields: dict[str, object], remedy: str
) -> None:
    await chat.set_fields(ended_at=now(), **fields)
    before = await chat.interview()
    with pytest.raises(Conflict, match=remedy):
        await reopen(chat, tenant)
    assert await chat.interview() == before
