"""Evaluations wait for the organization's daily budgets: visibly, without using up attempts, and not forever."""

from datetime import timedelta

import pytest
from anthropic import AsyncAnthropic
from bson import ObjectId

from evaluation.languages import Languages
from evaluation.tasks import BUDGET_WAIT_ENDED, MAX_BUDGET_WAIT, run_evaluation
from lifecycle.services import Services
from models.documents.budget import Budget
from models.documents.evaluation import Evaluation
from models.documents.interview import EvaluationStatus
from models.documents.organization_usage import begin_of_next_day, get_organization_usage
from models.documents.usage import Usage
from models.storage.clock import now
from models.writes.evaluation_transitions import find_due_evaluations
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from tests.evaluation.conftest import MakeEvaluation, load_evaluated_interview, reload_evaluation
from tests.evaluation.judgements import build_criterion_judgement, build_judgement_json
from tests.factories import add_organization_usage, reload_interview

ANSWER = "I measured the wait of each lock and found two that were taken in turns."
JUDGEMENT = ScriptedReply(text=build_judgement_json(build_criterion_judgement(4, (1, "I measured the wait of each lock"))))


async def make_due(evaluation: Evaluation) -> None:
    await evaluation.set({Evaluation.due_at: now() - timedelta(seconds=1)})


@pytest.fixture(autouse=True)
def one_call_per_day(services: Services) -> None:
    services.settings.budget.daily_calls = 1
    services.settings.jobs.judge_passes = 3


async def test_evaluation_waits_between_passes_and_goes_on_when_the_budget_is_raised(
    services: Services,
    claude: AsyncAnthropic,
    languages: Languages,
    provider: AnthropicProvider,
    make_due_evaluation: MakeEvaluation,
) -> None:
    evaluation = await make_due_evaluation(ANSWER)
    provider.scripts += [JUDGEMENT] * 3
    await run_evaluation(services, claude, languages, evaluation.id)
    waiting = await reload_evaluation(evaluation)
    assert (waiting.status, waiting.exhausted_budget) == (EvaluationStatus.PENDING, Budget.DAILY_CALLS)
    assert (waiting.passes_done, waiting.attempts, waiting.lease) == (1, 0, None)
    assert waiting.failure
    assert f"It is open again on {begin_of_next_day(now()):%Y-%m-%d}T00:00:00Z" in waiting.failure
    assert await find_due_evaluations(10) == []
    interview = await load_evaluated_interview(evaluation)
    assert (interview.evaluation_status, interview.score) == (EvaluationStatus.PENDING, None)
    day = await get_organization_usage(evaluation.organization_id, now())
    assert (day.usage.calls, day.usage) == (1, waiting.usage)

    await make_due(evaluation)
    await run_evaluation(services, claude, languages, evaluation.id)
    assert (await reload_interview(interview)).updated_at == interview.updated_at, "waiting on is no visible change"
    assert len(provider.requests) == 1

    services.settings.budget.daily_calls = 0
    await make_due(evaluation)
    await run_evaluation(services, claude, languages, evaluation.id)
    done = await reload_evaluation(evaluation)
    assert (done.status, done.exhausted_budget, done.failure) == (EvaluationStatus.COMPLETED, None, None)
    assert (len(provider.requests), done.usage.calls) == (3, 3)


async def test_evaluation_that_has_waited_for_a_week_fails_with_a_reason_and_no_score(
    services: Services,
    claude: AsyncAnthropic,
    languages: Languages,
    provider: AnthropicProvider,
    make_due_evaluation: MakeEvaluation,
) -> None:
    evaluation = await make_due_evaluation(ANSWER)
    await add_organization_usage(evaluation.organization_id, now(), usage=Usage(calls=1))
    await run_evaluation(services, claude, languages, evaluation.id)
    await evaluation.set({Evaluation.waiting_since: now() - MAX_BUDGET_WAIT - timedelta(seconds=1)})
    await make_due(evaluation)
    await run_evaluation(services, claude, languages, evaluation.id)
    failed = await reload_evaluation(evaluation)
    assert (failed.status, failed.outcome) == (EvaluationStatus.FAILED, None)
    assert failed.failure == BUDGET_WAIT_ENDED.format(days=7)
    assert provider.requests == []


async def test_other_organizations_are_evaluated_meanwhile(
    services: Services,
    claude: AsyncAnthropic,
    languages: Languages,
    provider: AnthropicProvider,
    make_due_evaluation: MakeEvaluation,
) -> None:
    services.settings.jobs.judge_passes = 1
    await add_organization_usage(ObjectId(), now(), usage=Usage(calls=1))
    provider.scripts.append(JUDGEMENT)
    evaluation = await make_due_evaluation(ANSWER)
    await run_evaluation(services, claude, languages, evaluation.id)
    assert (await reload_evaluation(evaluation)).status is EvaluationStatus.COMPLETED
