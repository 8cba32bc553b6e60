"""A hand-made transcript with known evidence gives exactly the numbers that docs/evaluation.md computes."""

from dataclasses import replace
from typing import Any

import pytest
from beanie import PydanticObjectId

from evaluation.languages import Languages
from evaluation.passes import build_outcome
from models.documents.evaluation import CriterionState, EvaluationOutcome, InconclusiveReason, ReviewFlag
from models.documents.interview import Candidate, EndReason, Interview, Recommendation
from models.documents.judgement import JudgementDocument
from models.documents.position import Criterion, PositionContent, Question
from models.documents.turn import Move, Speaker, Turn
from models.documents.usage import Usage
from tests.evaluation.judgements import build_criterion_judgement, build_judgement_json
from tests.evaluation.turns import candidate_turn, interviewer_turn
from tests.factories import position_body

WEIGHTS = {"technical": 0.5, "communication": 0.3, "problem_solving": 0.2}
QUESTIONS = {
    "bug": "technical",
    "design": "technical",
    "release": "technical",
    "customer": "communication",
    "conflict": "problem_solving",
}
ANSWERS = {
    "bug": "I measured the wait of each lock in the queue and found two workers that took them in turns.",
    "design": "I compared polling with webhooks by the cost of three million calls and chose webhooks.",
    "release": "I don't know.",
    "customer": "I wrote the customer a short message each hour that named the cause and the next step.",
    "conflict": "I asked my colleague what he feared and we tried both ways on one module.",
}
QUOTES = {
    "technical": (2, "I measured the wait of each lock"),
    "communication": (8, "a short message each hour that named the cause"),
    "problem_solving": (10, "my colleague what he feared and we tried both ways on one module"),
}


def make_position() -> PositionContent:
    criteria = [
        Criterion(key=key, name=key, weight=weight, levels=position_body().criteria[0].levels) for key, weight in WEIGHTS.items()
    ]
    questions = [
        Question(key=key, text=f"Please tell me about a {key}.", criterion_keys=[criterion])
        for key, criterion in QUESTIONS.items()
    ]
    return position_body(criteria=criteria, questions=questions)


def make_transcript(answers: dict[str, str], *, probed: str | None = None) -> list[Turn]:
    turns: list[Turn] = []
    for key, answer in answers.items():
        turns.append(interviewer_turn(len(turns) + 1, f"Please tell me about a {key}.", len(turns), key))
        turns.append(candidate_turn(len(turns) + 1, answer, key))
        if key == probed:
            turns.append(interviewer_turn(len(turns) + 1, "What was your part in it?", len(turns), key, move=Move.PROBE))
            turns.append(candidate_turn(len(turns) + 1, "Nothing comes to mind.", key))
    return turns


def make_judgement(number: int, **levels: int | None) -> JudgementDocument:
    judged = {key: build_criterion_judgement(level, *([QUOTES[key]] if level else [])) for key, level in levels.items()}
    judgement: JudgementDocument = JudgementDocument.model_construct(
        number=number,
        text=build_judgement_json(build_criterion_judgement(None), **judged),
        model="test",
        message_id=f"msg_{number}",
        max_tokens=1000,
        prompt_digest=f"0{number}",
        usage=Usage(input_tokens=10, output_tokens=number),
    )
    return judgement


def evaluate(
    languages: Languages, *judgements: JudgementDocument, turns: list[Turn] | None = None, **values: Any
) -> EvaluationOutcome:
    fields = {"end_reason": EndReason.WRAPPED_UP, "language": "en", "candidate": Candidate(name="Ada"), **values}
    interview = Interview.model_construct(id=PydanticObjectId(), **fields)
    return build_outcome(interview, make_position(), turns or make_transcript(ANSWERS), judgements, languages)


def test_example_of_the_documentation(languages: Languages) -> None:
    outcome = evaluate(
        languages,
        make_judgement(1, technical=4, communication=2),
        make_judgement(2, technical=3, communication=2),
        make_judgement(3, technical=4, communication=3),
    )
    # (0.5 x 75 + 0.3 x 25) / 0.8 = 56.25, and two of the three questions on the first criterion were answered
    assert (outcome.overall_score, outcome.coverage) == (56.2, 0.6333)
    assert (outcome.recommendation, outcome.inconclusive_reason) == (Recommendation.HIRE, None)
    technical, communication, problem_solving = outcome.criteria
    assert (technical.level, technical.pass_levels, technical.spread) == (4, [4, 3, 4], 1)
    assert (communication.level, communication.pass_levels, communication.spread) == (2, [2, 2, 3], 1)
    assert [(one.question_key, one.answered) for one in technical.questions] == [
        ("bug", True),
        ("design", True),
        ("release", False),
    ]
    assert (problem_solving.level, problem_solving.state) == (None, CriterionState.NOT_ASSESSED)
    # the passes alone: 56.25, (0.5 x 50 + 0.3 x 25) / 0.8 = 40.625, and (0.5 x 75 + 0.3 x 50) / 0.8 = 65.625
    assert [one.overall_score for one in outcome.passes] == [56.2, 40.6, 65.6]
    assert (outcome.lowest_score, outcome.highest_score, outcome.flags) == (40.6, 65.6, [ReviewFlag.BANDS_DIFFER])
    assert outcome.usage == Usage(input_tokens=30, output_tokens=6)


def test_even_number_of_levels_gives_the_lower_of_the_two_in_the_middle(languages: Languages) -> None:
    outcome = evaluate(
        languages, make_judgement(1, technical=4), make_judgement(2, technical=3), make_judgement(3, technical=None)
    )
    assert (outcome.criteria[0].level, outcome.criteria[0].flags) == (3, [ReviewFlag.PARTLY_ASSESSED])


def test_coverage_below_three_fifths_is_inconclusive(languages: Languages) -> None:
    outcome = evaluate(languages, make_judgement(1, technical=5, problem_solving=5))
    # 0.5 x 2/3 + 0.2 = 0.5333
    assert (outcome.coverage, outcome.overall_score) == (0.5333, None)
    assert outcome.inconclusive_reason is InconclusiveReason.LOW_COVERAGE
    assert outcome.criteria[0].level == 5


@pytest.mark.parametrize(
    ("probed", "state"), [("conflict", CriterionState.NOT_DEMONSTRATED), (None, CriterionState.NOT_ASSESSED)]
)
def test_question_that_was_followed_up_in_vain_is_not_demonstrated(
    languages: Languages, probed: str | None, state: CriterionState
) -> None:
    turns = make_transcript({**ANSWERS, "conflict": "There was one, and it passed somehow."}, probed=probed)
    outcome = evaluate(languages, make_judgement(1, technical=4, communication=4), turns=turns)
    assert (outcome.criteria[2].state, outcome.criteria[2].score) == (state, None)
    assert outcome.overall_score == 75.0


def test_words_that_were_recognized_badly_give_no_score(languages: Languages) -> None:
    turns = [replace(turn, confidence=0.5) if turn.seq in (2, 4, 8) else turn for turn in make_transcript(ANSWERS)]
    outcome = evaluate(languages, make_judgement(1, technical=4, communication=4, problem_solving=4), turns=turns)
    assert (outcome.overall_score, outcome.inconclusive_reason) == (None, InconclusiveReason.HEARD_BADLY)


def test_turn_that_was_hardly_understood_is_nobodys_evidence(languages: Languages) -> None:
    turns = make_transcript(ANSWERS)
    (seq,) = [turn.seq for turn in turns if turn.speaker is Speaker.CANDIDATE and turn.question_key == "conflict"]
    uncertain = [replace(turn, confidence=0.3, is_uncertain=turn.seq == seq) for turn in turns]
    judgements = [make_judgement(1, technical=4, communication=4, problem_solving=4)]
    before, after = (evaluate(languages, *judgements, turns=it).criteria[2] for it in (turns, uncertain))
    assert [(question.asked, question.answered) for question in before.questions] == [(True, True)]
    assert [(question.asked, question.answered) for question in after.questions] == [(True, False)]
    assert (before.level, before.state) == (4, CriterionState.ASSESSED)
    assert (after.level, after.state, after.evidence) == (None, CriterionState.NOT_ASSESSED, [])


def test_interview_that_was_hardly_understood_says_so_without_the_judge(languages: Languages) -> None:
    turns = [replace(turn, confidence=0.3, is_uncertain=True) for turn in make_transcript(ANSWERS)]
    assert evaluate(languages, turns=turns).inconclusive_reason is InconclusiveReason.HEARD_BADLY


@pytest.mark.parametrize(("language", "is_answered"), [(None, True), ("de", False)])
def test_answer_in_another_language_is_measured_by_its_own_words(
    languages: Languages, language: str | None, is_answered: bool
) -> None:
    """The English lists take every German word for one that carries meaning."""
    turns = [
        replace(turn, text="Das weiß ich leider nicht.", language=language) if turn.text == ANSWERS["conflict"] else turn
        for turn in make_transcript(ANSWERS)
    ]
    outcome = evaluate(languages, make_judgement(1, technical=4, communication=4), turns=turns)
    assert [question.answered for question in outcome.criteria[2].questions] == [is_answered]


@pytest.mark.parametrize(
    ("answers", "reason"), [(ANSWERS, None), (dict(list(ANSWERS.items())[:4]), InconclusiveReason.BROKEN_OFF)]
)
def test_interview_that_a_recruiter_ended_counts_if_every_question_was_answered_or_declined(
    languages: Languages, answers: dict[str, str], reason: InconclusiveReason | None
) -> None:
    judgement = make_judgement(1, technical=4, communication=4)
    outcome = evaluate(languages, judgement, turns=make_transcript(answers), end_reason=EndReason.RECRUITER_ENDED)
    assert outcome.inconclusive_reason is reason
