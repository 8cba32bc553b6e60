"""Budgets of an interview that has begun: once one is used up, code replies, and the interview goes on to its closing."""

import pytest
import structlog
from pymongo.errors import ConnectionFailure

from lifecycle import budgets
from lifecycle.turns import store_message
from models.documents.budget import Budget
from models.documents.interview import EndReason, EvaluationStatus, InterviewStatus
from models.documents.organization_usage import get_organization_usage
from models.documents.turn import Move, Source
from models.storage.clock import now
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from tests.agent.stored_chats import UNPROBED_ANSWER, Chat, with_settings
from tests.agent.talks import ENGLISH, QUESTIONS
from tests.factories import add_organization_usage

COMPLETE = ScriptedReply(text="NEXT\nThank you for that.")


def with_budget(chat: Chat, **values: float) -> Chat:
    return chat.with_other_services(with_settings(chat.services, "budget", **values))


async def test_interview_is_completed_by_code_once_the_days_budget_is_used_up(chat: Chat, provider: AnthropicProvider) -> None:
    chat = with_budget(chat, daily_calls=1)
    provider.scripts.append(COMPLETE)
    assert (await chat.say_and_get_reply(UNPROBED_ANSWER)).source is Source.MODEL
    assert (await chat.interview()).exhausted_budget is None
    for answer in (UNPROBED_ANSWER, UNPROBED_ANSWER, "No, thank you."):
        await chat.say_and_get_reply(answer)
    assert len(provider.reply_requests) == 1
    spoken = await chat.interviewer_turns()
    assert [turn.move for turn in spoken] == [Move.GREET, *[Move.NEXT] * 3, Move.ANYTHING_ELSE, Move.CLOSE]
    assert [turn.source for turn in spoken][3:] == [Source.CODE] * 3
    assert (spoken[3].text, spoken[5].text) == (QUESTIONS[2], ENGLISH.closings[EndReason.WRAPPED_UP])
    interview = await chat.interview()
    assert (interview.status, interview.end_reason) == (InterviewStatus.COMPLETED, EndReason.WRAPPED_UP)
    assert interview.exhausted_budget is Budget.DAILY_CALLS
    assert interview.end_detail
    assert interview.end_detail.startswith("Claude was not asked because the budget DAILY_CALLS was used up")
    assert [evaluation.status for evaluation in await chat.evaluations()] == [EvaluationStatus.PENDING]


async def test_claude_is_asked_again_once_the_budget_is_open(chat: Chat, provider: AnthropicProvider) -> None:
    provider.scripts.append(COMPLETE)
    interview = await chat.interview()
    await add_organization_usage(interview.organization_id, now(), messages=5)
    assert (await with_budget(chat, daily_messages=5).say_and_get_reply(UNPROBED_ANSWER)).source is Source.MODEL, (
        "the budget of messages keeps interviews from beginning, and changes nothing in those that have begun"
    )
    assert (await with_budget(chat, daily_usd=0.0001).say_and_get_reply(UNPROBED_ANSWER)).source is Source.CODE
    assert (await chat.say_and_get_reply("Just that.")).source is Source.MODEL
    assert (await chat.interview()).exhausted_budget is Budget.DAILY_COST, "a person who reads the interview has to know"


@pytest.mark.parametrize(
    ("budget", "values"),
    [(Budget.INTERVIEW_CALLS, {"interview_calls": 1}), (Budget.INTERVIEW_COST, {"interview_usd": 0.0001})],
)
async def test_budget_of_the_interview_ends_its_calls_and_not_those_of_others(
    chat: Chat, provider: AnthropicProvider, budget: Budget, values: dict[str, float]
) -> None:
    chat = with_budget(chat, **values)
    provider.scripts.append(COMPLETE)
    sources = [(await chat.say_and_get_reply(UNPROBED_ANSWER)).source for _ in range(2)]
    assert sources == [Source.MODEL, Source.CODE]
    assert (len(provider.reply_requests), (await chat.interview()).exhausted_budget) == (1, budget)


async def test_day_counts_messages_once_and_calls_however_they_end(chat: Chat, provider: AnthropicProvider) -> None:
    text = "CLARIFY\nI mean your daily work. Any of it."
    provider.scripts += [COMPLETE, ScriptedReply(text=text, stall_after=len(text) - 3), ScriptedReply(status=529)]
    for answer in (UNPROBED_ANSWER, "What do you mean by this?", UNPROBED_ANSWER):
        await chat.say_and_get_reply(answer)
    interview = await chat.interview()
    day = await get_organization_usage(interview.organization_id, now())
    assert (day.messages, interview.candidate_messages) == (3, 3)
    assert interview.reply_usage.calls == 2, "the third call was not answered"
    assert day.usage.model_copy(update={"cost_usd": round(day.usage.cost_usd, 6)}) == interview.reply_usage


async def test_repeated_message_is_counted_once(chat: Chat) -> None:
    interview = await chat.interview()
    for _ in range(3):
        await store_message(chat.services, interview, "Hello.", "the same key")
    assert (await get_organization_usage(interview.organization_id, now())).messages == 1


async def test_claude_is_asked_if_budgets_cannot_be_checked(
    chat: Chat, provider: AnthropicProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ConnectionFailure

    monkeypatch.setattr(budgets, "read_daily_budgets", fail)
    provider.scripts.append(COMPLETE)
    with structlog.testing.capture_logs() as logs:
        assert (await with_budget(chat, daily_calls=1).say_and_get_reply(UNPROBED_ANSWER)).source is Source.MODEL
    assert "budgets not checked" in [entry["event"] for entry in logs]
