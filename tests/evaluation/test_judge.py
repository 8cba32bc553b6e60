"""Every failure of the judge becomes a JudgeFailed with a reason without any quote."""

import json
from typing import Any

import pytest
from anthropic import AsyncAnthropic

import settings
from evaluation.judge import JudgeFailed, ask_judge
from evaluation.prompt import build_system_text, get_criterion_judgement
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


async def test_judgement_has_its_model_and_usage(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text=json.dumps(VALID_JUDGEMENT)))
    usages: list[Usage] = []
    answer = await request_judgement(claude, usages=usages)
    assert usages == [answer.usage]
    assert get_criterion_judgement(answer.judgement, "technical").level == 3
    assert answer.model == "sandbox"
    assert answer.usage.input_tokens > 0
    # the rubric is written to the cache, which costs a quarter more
    rubric = count_tokens(build_system_text(position_body(), "en")[0]["text"])
    cost = ((answer.usage.input_tokens + 0.25 * rubric) * 5 + answer.usage.output_tokens * 25) / 1_000_000
    assert answer.usage.cost_usd == pytest.approx(cost, abs=1e-4)


async def test_second_judgement_reads_the_rubric_from_the_cache(claude: AsyncAnthropic) -> None:
    assert (await request_judgement(claude)).usage.cached_input_tokens == 0
    assert (await request_judgement(claude)).usage.cached_input_tokens > 0


async def test_request_has_the_whole_transcript_and_the_schema(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
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
    ("script", "reason"),
    [
        (ScriptedReply(text="{not JSON"), "invalid JSON"),
        (ScriptedReply(text=f"I think that {SECRET_PHRASE} was great."), "invalid JSON"),
        (ScriptedReply(text="[]"), "schema"),
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
async def test_incomplete_or_invalid_answer_fails_and_its_usage_is_recorded(
    claude: AsyncAnthropic, provider: AnthropicProvider, script: ScriptedReply, reason: str
) -> None:
    provider.scripts.append(script)
    usages: list[Usage] = []
    failed = await expect_judge_failure(claude, usages=usages)
    assert failed.is_transient
    (usage,) = usages
    assert usage.input_tokens > 0
    with pytest.raises(JudgeFailed, match=reason):
        raise failed


@pytest.mark.parametrize(
    ("status", "kind", "is_transient"),
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
async def test_service_error_is_transient_or_names_a_remedy(
    claude: AsyncAnthropic, provider: AnthropicProvider, status: int, kind: str, is_transient: bool
) -> None:
    provider.scripts.append(ScriptedReply(status=status, error_type=kind))
    failed = await expect_judge_failure(claude)
    assert failed.is_transient is is_transient
    assert str(status) in str(failed)
    assert is_transient or "then evaluate again" in str(failed)
    # a single call: the job retries, after a pause stored in the document
    assert len(provider.requests) == 1


async def test_retry_after_header_is_respected(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(status=429, error_type="rate_limit_error", retry_after=17))
    assert (await expect_judge_failure(claude)).retry_after_seconds == 17


async def test_timeout_is_a_failure(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(delay_seconds=30))
    assert "within 0 seconds" in str(await expect_judge_failure(claude, timeout_seconds=0.2))


async def test_unreachable_service_is_a_failure(provider: AnthropicProvider) -> None:
    async with AsyncAnthropic(api_key="test", base_url="http://127.0.0.1:9", max_retries=0) as unreachable:
        assert "cannot be reached" in str(await expect_judge_failure(unreachable))
