"""Every way in which the judge may fail: named, never a number, without a word of what was said."""

import json
from typing import Any

import pytest
from anthropic import AsyncAnthropic

import settings
from evaluation.judge import JudgeFailed, ask_judge
from evaluation.prompt import build_system_text
from evaluation.prompt import get_criterion_judgement as judged_of
from models.documents.evaluation import Usage
from sandbox.anthropic.cache import count_tokens
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from tests.evaluation.judgements import build_criterion_judgement, build_judgement_json
from tests.evaluation.turns import candidate_turn, interviewer_turn
from tests.factories import position_body

SECRET_PHRASE = "the heliotrope migration of nineteen ninety"
TURNS = [interviewer_turn(1, "What did you do?", 0), candidate_turn(2, f"I led {SECRET_PHRASE}, all by myself, at night.")]
VALID_JUDGEMENT = json.loads(build_judgement_json(build_criterion_judgement(3, (2, SECRET_PHRASE))))
ANTHROPIC_SETTINGS = settings.AnthropicSettings(input_usd=5, cached_input_usd=0.5, output_usd=25)


async def request_judgement(claude: AsyncAnthropic, timeout_seconds: float = 5, usages: list[Usage] | None = None) -> Any:
    async def record_usage(usage: Usage) -> None:
        if usages is not None:
            usages.append(usage)

    return await ask_judge(claude, ANTHROPIC_SETTINGS, position_body(), "en", TURNS, timeout_seconds, record_usage)


async def expect_judge_failure(
    claude: AsyncAnthropic, timeout_seconds: float = 5, usages: list[Usage] | None = None
) -> JudgeFailed:
    with pytest.raises(JudgeFailed) as failed:
        await request_judgement(claude, timeout_seconds, usages)
    error_text = repr(failed.value) + str(failed.value.__cause__)
    assert "heliotrope" not in error_text
    return failed.value


async def test_a_judgement_comes_with_its_model_and_what_it_took(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text=json.dumps(VALID_JUDGEMENT)))
    usages: list[Usage] = []
    answer = await request_judgement(claude, usages=usages)
    assert usages == [answer.usage]
    assert judged_of(answer.judgement, "technical").level == 3
    assert answer.model == "sandbox"
    assert answer.usage.input_tokens > 0
    # the rubric is written to the cache, at a quarter more
    rubric = count_tokens(build_system_text(position_body(), "en")[0]["text"])
    cost = ((answer.usage.input_tokens + 0.25 * rubric) * 5 + answer.usage.output_tokens * 25) / 1_000_000
    assert answer.usage.cost_usd == pytest.approx(cost, abs=1e-4)


async def test_the_second_interview_of_a_position_reads_the_rubric_from_the_cache(claude: AsyncAnthropic) -> None:
    assert (await request_judgement(claude)).usage.cached_input_tokens == 0
    assert (await request_judgement(claude)).usage.cached_input_tokens > 0


async def test_one_call_holds_the_whole_transcript_and_asks_for_the_rubrics_shape(
    claude: AsyncAnthropic, provider: AnthropicProvider
) -> None:
    await request_judgement(claude)
    (body,) = provider.judgement_requests
    assert body["model"] == ANTHROPIC_SETTINGS.judge_model
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert SECRET_PHRASE in body["messages"][0]["content"]
    assert body["output_config"]["format"]["type"] == "json_schema"
    assert "tools" not in body


def without_field(*path: str) -> str:
    broken = json.loads(json.dumps(VALID_JUDGEMENT))
    target = broken
    for step in path[:-1]:
        target = target[step]
    del target[path[-1]]
    return json.dumps(broken)


def with_field(value: Any, *path: str) -> str:
    broken = json.loads(json.dumps(VALID_JUDGEMENT))
    target = broken
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return json.dumps(broken)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (ScriptedReply(text="{not JSON"), "no JSON"),
        (ScriptedReply(text=f"I think that {SECRET_PHRASE} was great."), "no JSON"),
        (ScriptedReply(text="[]"), "form"),
        (ScriptedReply(text=without_field("criteria", "technical")), r"criteria\.technical"),
        (ScriptedReply(text=without_field("criteria")), r"\(criteria\)"),
        (ScriptedReply(text=with_field(6, "criteria", "technical", "level")), r"criteria\.technical"),
        (ScriptedReply(text=with_field(SECRET_PHRASE, "criteria", "technical", "level")), r"criteria\.technical"),
        (ScriptedReply(text=with_field(1, "criteria", SECRET_PHRASE)), r"\(criteria\)"),
        (ScriptedReply(text=json.dumps(VALID_JUDGEMENT)[:-40], stop_reason="max_tokens"), "cut off"),
        (ScriptedReply(text=json.dumps(VALID_JUDGEMENT), stop_reason="max_tokens"), "cut off"),
        (ScriptedReply(text="", stop_reason="refusal"), "refused"),
        (ScriptedReply(text=f"I will not judge {SECRET_PHRASE}.", stop_reason="refusal"), "refused"),
        (ScriptedReply(text=json.dumps(VALID_JUDGEMENT), stop_reason="model_context_window_exceeded"), "ended early"),
    ],
)
async def test_an_answer_that_is_no_whole_judgement_is_none(
    claude: AsyncAnthropic, provider: AnthropicProvider, script: ScriptedReply, told: str
) -> None:
    provider.scripts.append(script)
    usages: list[Usage] = []
    failed = await expect_judge_failure(claude, usages=usages)
    assert failed.is_transient
    # its cost is recorded all the same
    (usage,) = usages
    assert usage.input_tokens > 0
    with pytest.raises(JudgeFailed, match=told):
        raise failed


@pytest.mark.parametrize(
    ("status", "kind", "passing"),
    [
        (400, "invalid_request_error", False),
        (401, "authentication_error", False),
        (403, "permission_error", False),
        (404, "not_found_error", False),
        (413, "request_too_large", False),
        (408, "timeout_error", True),
        (429, "rate_limit_error", True),
        (500, "api_error", True),
        (503, "api_error", True),
        (529, "overloaded_error", True),
    ],
)
async def test_an_error_of_the_service_passes_or_says_what_to_do(
    claude: AsyncAnthropic, provider: AnthropicProvider, status: int, kind: str, passing: bool
) -> None:
    provider.scripts.append(ScriptedReply(status=status, error_type=kind))
    failed = await expect_judge_failure(claude)
    assert failed.is_transient is passing
    assert str(status) in str(failed)
    assert passing or "then evaluate again" in str(failed)
    # one call: retries are the job's, with their pauses in the document
    assert len(provider.requests) == 1


async def test_the_services_own_pause_is_kept(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(status=429, error_type="rate_limit_error", retry_after=17))
    assert (await expect_judge_failure(claude)).retry_after_seconds == 17


async def test_no_answer_in_time_is_a_failure(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(delay_seconds=30))
    assert "within 0 seconds" in str(await expect_judge_failure(claude, timeout_seconds=0.2))


async def test_nobody_there_is_a_failure(provider: AnthropicProvider) -> None:
    async with AsyncAnthropic(api_key="test", base_url="http://127.0.0.1:9", max_retries=0) as nobody:
        assert "cannot be reached" in str(await expect_judge_failure(nobody))
