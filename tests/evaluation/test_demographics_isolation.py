"""Demographic data and notes of reviewers reach no model: no request of the judge or the interviewer contains them."""

import ast
from pathlib import Path

import pytest
from anthropic import AsyncAnthropic
from bson import ObjectId

from evaluation.languages import Languages
from evaluation.tasks import run_evaluation
from lifecycle.services import Services
from models.documents.demographics import Demographics
from models.documents.interview import Interview
from models.writes.demographics import store_demographics
from models.writes.notes import add_note
from sandbox.anthropic.provider import AnthropicProvider
from tests.agent.stored_chats import UNPROBED_ANSWER, make_chat
from tests.evaluation.conftest import MakeEvaluation
from tests.factories import new_interview_note
from tests.resolvers.tenant import Tenant

ROOT = Path(__file__).parents[2]
NOTE = "marker-of-a-note"
STATED = {"sex": "marker-of-sex", "race_ethnicity": "marker-of-ethnicity", "age_band": "marker-of-age"}


async def state_demographics_and_add_note(interview_id: ObjectId, organization_id: ObjectId) -> None:
    stated = Demographics(interview_id=interview_id, organization_id=organization_id, updated_by="somebody", **STATED)
    assert await store_demographics(stated, ObjectId())
    assert await add_note(interview_id, new_interview_note(text=NOTE))


def assert_sent_without_markers(provider: AnthropicProvider, expected: str) -> None:
    sent = repr(provider.requests)
    assert expected in sent, "the requests are recorded"
    assert not any(marker in sent for marker in (*STATED.values(), NOTE))


async def test_judge_gets_no_demographic_data(
    services: Services,
    claude: AsyncAnthropic,
    languages: Languages,
    provider: AnthropicProvider,
    make_due_evaluation: MakeEvaluation,
) -> None:
    evaluation = await make_due_evaluation("I like to find out why things break, and to mend them for good.")
    await state_demographics_and_add_note(evaluation.interview_id, evaluation.organization_id)
    await run_evaluation(services, claude, languages, evaluation.id)
    assert provider.requests
    assert_sent_without_markers(provider, "why things break")


async def test_interviewer_gets_no_demographic_data(
    services: Services, claude: AsyncAnthropic, provider: AnthropicProvider, tenant: Tenant
) -> None:
    chat = await make_chat(services, claude, tenant.position)
    await chat.run_reply_job()
    interview = await chat.interview()
    await state_demographics_and_add_note(interview.id, interview.organization_id)
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    assert provider.reply_requests
    assert_sent_without_markers(provider, UNPROBED_ANSWER)
    stored = await Interview.get_pymongo_collection().find_one({"_id": interview.id})
    assert not any(marker in repr(stored) for marker in STATED.values())


@pytest.mark.parametrize("package", ["agent", "evaluation", "recording", "live", "lifecycle"])
def test_package_does_not_import_demographics(package: str) -> None:
    importing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
        if "demographic" in name or "impact" in name
    ]
    assert importing == []
