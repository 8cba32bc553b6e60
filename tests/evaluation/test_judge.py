"""Every failure of the judge becomes a JudgeFailed with a reason without any quote."""

import json
from typing import Any

import pytest
from anthropic import AsyncAnthropic

import settings
from evaluation.judge import JudgeFailed, JudgeUnavailable, ask_judge
from evaluation.prompt import build_system_text, format_transcript, get_criterion_judgement
from models.documents.usage import Usage
from sandbox.anthropic.cache import count_tokens
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from tests.evaluation.judgements import build_criterion_judgement, build_judgement_json
from tests.evaluation.turns import candidate_turn, interviewer_turn
from tests.factories import position_body

SECRET_PHRASE = "the heliotrope migration of nineteen ninety"
TURNS = [interviewer_turn(1, "What did you do?", 0), candidate_turn(2, f"I led {SECRET_PHRASE}, all by myself, at night.")]
VALID_JUDGEMENT = json.loads(build_judgement_json(build_criterion_judgement(3, (2, SECRET_PHRASE))))
ANTHROPIC_SETTINGS = settings.AnthropicSettings(input_usd=5, cached_input_usd=0.5, output_usd=25)


async def request_judgement(
    claude: AsyncAnthropic, timeout_seconds: float = 5, usages: list[Usage] | None = None, pass_number: int = 1
) -> Any:
    async def record_usage(usage: Usage) -> None:
        if usages is not None:
            usages.append(usage)

    return await ask_judge(
        claude, ANTHROPIC_SETTINGS, position_body(), "en", TURNS, "Ada Lovelace", pass_number, timeout_seconds, record_usage
    )


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
    # all but the rubric, which differs between the passes, is written to the cache, which costs a quarter more
    (body,) = provider.judgement_requests
    written = answer.usage.input_tokens - count_tokens(body["messages"][0]["content"][1]["text"])
    cost = ((answer.usage.input_tokens + 0.25 * written) * 5 + answer.usage.output_tokens * 25) / 1_000_000
    assert answer.usage.cost_usd == pytest.approx(cost, abs=1e-4)


async def test_later_passes_read_rules_and_transcript_from_the_cache(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    usages = [(await request_judgement(claude, pass_number=number)).usage for number in (1, 2, 3)]
    assert usages[0].cached_input_tokens == 0
    cached = [build_system_text(position_body(), "en")[0]["text"], format_transcript(TURNS, "Ada Lovelace")]
    assert usages[1].cached_input_tokens == usages[2].cached_input_tokens >= sum(len(text) // 4 for text in cached)
    # a provider that caches documents that another schema of the answer is another prompt
    assert len({json.dumps(body["output_config"]) for body in provider.judgement_requests}) == 1


async def test_request_has_the_whole_transcript_and_the_schema(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    await request_judgement(claude)
    (body,) = provider.judgement_requests
    assert body["model"] == ANTHROPIC_SETTINGS.judge_model
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert SECRET_PHRASE in body["messages"][0]["content"][0]["text"]
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
    # nothing was paid for a request that the service did not take
    assert isinstance(failed, JudgeUnavailable) is is_transient
    assert str(status) in str(failed)
    assert is_transient or "then evaluate again" in str(failed)
    # a single call: the job retries, after a pause stored in the document
    assert len(provider.requests) == 1


@pytest.mark.parametrize(("status", "kind"), [(400, "invalid_request_error"), (402, "billing_error")])
async def test_lack_of_credit_is_transient_and_named(
    claude: AsyncAnthropic, provider: AnthropicProvider, status: int, kind: str
) -> None:
    text = (
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits."
    )
    provider.scripts.append(ScriptedReply(status=status, error_type=kind, error_message=text))
    failed = await expect_judge_failure(claude)
    assert isinstance(failed, JudgeUnavailable)
    assert "credit" in str(failed)


async def test_transcript_that_is_too_long_is_named(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    text = "prompt is too long: 215000 tokens > 200000 maximum"
    provider.scripts.append(ScriptedReply(status=400, error_type="invalid_request_error", error_message=text))
    failed = await expect_judge_failure(claude)
    assert not failed.is_transient
    assert "too long" in str(failed)
    assert "ANTHROPIC_JUDGE_MODEL" in str(failed)


async def test_retry_after_header_is_respected(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(status=429, error_type="rate_limit_error", retry_after=17))
    assert (await expect_judge_failure(claude)).retry_after_seconds == 17


async def test_timeout_is_a_failure(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(delay_seconds=30))
    assert "within 0 seconds" in str(await expect_judge_failure(claude, timeout_seconds=0.2))


async def test_unreachable_service_is_a_failure(provider: AnthropicProvider) -> None:
    async with AsyncAnthropic(api_key="test", base_url="http://127.0.0.1:9", max_retries=0) as unreachable:
        failed = await expect_judge_failure(unreachable)
    assert isinstance(failed, JudgeUnavailable)
    assert "cannot be reached" in str(failed)


async def test_answer_that_breaks_off_may_have_been_paid_for(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(raw_body=json.dumps({"id": "msg"})[:-1]))
    assert not isinstance(await expect_judge_failure(claude), JudgeUnavailable)
