"""Every way in which the judge may fail: named, never a number, without a word of what was said."""

import json
from typing import Any

import pytest
from anthropic import AsyncAnthropic

import settings
from evaluation.judge import JudgeFailed, ask_judge
from evaluation.prompt import judged as judged_of
from evaluation.prompt import system_text
from models.evaluation import Usage
from sandbox.anthropic.cache import count_tokens
from sandbox.anthropic.provider import Provider, Script
from tests.evaluation.judgements import judged, judgement
from tests.evaluation.transcripts import candidate, interviewer
from tests.factories import position_body

SECRET = "the heliotrope migration of nineteen ninety"
TURNS = [interviewer(1, "What did you do?", 0), candidate(2, f"I led {SECRET}, all by myself, at night.")]
WHOLE = json.loads(judgement(judged(3, (2, SECRET))))
ANTHROPIC = settings.Anthropic(input_usd=5, cached_input_usd=0.5, output_usd=25)


async def ask(claude: AsyncAnthropic, timeout_seconds: float = 5, usages: list[Usage] | None = None) -> Any:
    async def record_usage(usage: Usage) -> None:
        if usages is not None:
            usages.append(usage)

    return await ask_judge(claude, ANTHROPIC, position_body(), "en", TURNS, timeout_seconds, record_usage)


async def failure(claude: AsyncAnthropic, timeout_seconds: float = 5, usages: list[Usage] | None = None) -> JudgeFailed:
    with pytest.raises(JudgeFailed) as failed:
        await ask(claude, timeout_seconds, usages)
    told = repr(failed.value) + str(failed.value.__cause__)
    assert "heliotrope" not in told
    return failed.value


async def test_a_judgement_comes_with_its_model_and_what_it_took(claude: AsyncAnthropic, provider: Provider) -> None:
    provider.scripts.append(Script(text=json.dumps(WHOLE)))
    usages: list[Usage] = []
    answer = await ask(claude, usages=usages)
    assert usages == [answer.usage]
    assert judged_of(answer.judgement, "technical").level == 3
    assert answer.model == "sandbox"
    assert answer.usage.input_tokens > 0
    # the rubric is written to the cache, at a quarter more
    rubric = count_tokens(system_text(position_body(), "en")[0]["text"])
    cost = ((answer.usage.input_tokens + 0.25 * rubric) * 5 + answer.usage.output_tokens * 25) / 1_000_000
    assert answer.usage.cost_usd == pytest.approx(cost, abs=1e-4)


async def test_the_second_interview_of_a_position_reads_the_rubric_from_the_cache(claude: AsyncAnthropic) -> None:
    assert (await ask(claude)).usage.cached_input_tokens == 0
    assert (await ask(claude)).usage.cached_input_tokens > 0


async def test_one_call_holds_the_whole_transcript_and_asks_for_the_rubrics_shape(
    claude: AsyncAnthropic, provider: Provider
) -> None:
    await ask(claude)
    (body,) = provider.judgements
    assert body["model"] == ANTHROPIC.judge_model
    assert [message["role"] for message in body["messages"]] == ["user"]
    assert SECRET in body["messages"][0]["content"]
    assert body["output_config"]["format"]["type"] == "json_schema"
    assert "tools" not in body


def without(*path: str) -> str:
    broken = json.loads(json.dumps(WHOLE))
    target = broken
    for step in path[:-1]:
        target = target[step]
    del target[path[-1]]
    return json.dumps(broken)


def replaced(value: Any, *path: str) -> str:
    broken = json.loads(json.dumps(WHOLE))
    target = broken
    for step in path[:-1]:
        target = target[step]
    target[path[-1]] = value
    return json.dumps(broken)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        (Script(text="{not JSON"), "no JSON"),
        (Script(text=f"I think that {SECRET} was great."), "no JSON"),
        (Script(text="[]"), "form"),
        (Script(text=without("criteria", "technical")), r"criteria\.technical"),
        (Script(text=without("criteria")), r"\(criteria\)"),
        (Script(text=replaced(6, "criteria", "technical", "level")), r"criteria\.technical"),
        (Script(text=replaced(SECRET, "criteria", "technical", "level")), r"criteria\.technical"),
        (Script(text=replaced(1, "criteria", SECRET)), r"\(criteria\)"),
        (Script(text=json.dumps(WHOLE)[:-40], stop_reason="max_tokens"), "cut off"),
        (Script(text=json.dumps(WHOLE), stop_reason="max_tokens"), "cut off"),
        (Script(text="", stop_reason="refusal"), "refused"),
        (Script(text=f"I will not judge {SECRET}.", stop_reason="refusal"), "refused"),
        (Script(text=json.dumps(WHOLE), stop_reason="model_context_window_exceeded"), "ended early"),
    ],
)
async def test_an_answer_that_is_no_whole_judgement_is_none(
    claude: AsyncAnthropic, provider: Provider, script: Script, told: str
) -> None:
    provider.scripts.append(script)
    usages: list[Usage] = []
    failed = await failure(claude, usages=usages)
    assert failed.passing
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
    claude: AsyncAnthropic, provider: Provider, status: int, kind: str, passing: bool
) -> None:
    provider.scripts.append(Script(status=status, error_type=kind))
    failed = await failure(claude)
    assert failed.passing is passing
    assert str(status) in str(failed)
    assert passing or "then evaluate again" in str(failed)
    # one call: retries are the job's, with their pauses in the document
    assert len(provider.requests) == 1


async def test_the_services_own_pause_is_kept(claude: AsyncAnthropic, provider: Provider) -> None:
    provider.scripts.append(Script(status=429, error_type="rate_limit_error", retry_after=17))
    assert (await failure(claude)).retry_after_seconds == 17


async def test_no_answer_in_time_is_a_failure(claude: AsyncAnthropic, provider: Provider) -> None:
    provider.scripts.append(Script(delay_seconds=30))
    assert "within 0 seconds" in str(await failure(claude, timeout_seconds=0.2))


async def test_nobody_there_is_a_failure(provider: Provider) -> None:
    async with AsyncAnthropic(api_key="test", base_url="http://127.0.0.1:9", max_retries=0) as nobody:
        assert "cannot be reached" in str(await failure(nobody))
