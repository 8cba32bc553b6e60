from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from beanie import PydanticObjectId

from lifecycle.services import Services
from models.documents.evaluation import Evaluation
from models.documents.interview import EndReason, Interview, InterviewStatus
from models.documents.position import Position
from tests.evaluation.judgements import CRITERION_KEYS
from tests.factories import add_candidate_turn, make_interview, make_position, position_body

_QUESTIONS = [question.model_copy(update={"criterion_keys": list(CRITERION_KEYS)}) for question in position_body().questions]
"""Each answer may be evidence for each criterion."""

MakeEvaluation = Callable[..., Awaitable[Evaluation]]


@pytest.fixture
def make_due_evaluation(services: Services) -> MakeEvaluation:
    """Make a completed interview with these answers, one to each question, and return its due evaluation."""

    async def make(*answers: str, position: Position | None = None, **values: Any) -> Evaluation:
        position = position or await make_position(questions=_QUESTIONS)
        interview = await make_interview(position)
        for index, answer in enumerate(answers):
            key = position.questions[index % len(position.questions)].key
            await interview.set({"progress": {"question": index + 1, "question_key": key, "exchanges": index}})
            await add_candidate_turn(interview, answer)
        await interview.set({Interview.status: InterviewStatus.COMPLETED, Interview.end_reason: EndReason.WRAPPED_UP})
        fields: dict[str, Any] = {
            "id": PydanticObjectId(),
            "interview_id": interview.id,
            "organization_id": interview.organization_id,
            "version": 1,
            "position_id": position.id,
            "position_version": position.version,
            "model": services.settings.anthropic.judge_model,
            "transcript_digest": "",
            "sandbox": True,
        }
        return await Evaluation(**{**fields, **values}).insert()

    return make


async def reload_evaluation(evaluation: Evaluation) -> Evaluation:
    """Return the evaluation as it is stored now."""
    stored = await Evaluation.get(evaluation.id)
    assert stored
    return stored


async def load_evaluated_interview(evaluation: Evaluation) -> Interview:
    interview = await Interview.get(evaluation.interview_id)
    assert interview
    return interview
