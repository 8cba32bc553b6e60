"""The starter positions are complete and fair, and fit the interview plan."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.documents.position import PositionContent
from models.documents.turn import Move
from resolvers.positions import validate_position_body
from sandbox.candidate import load_answers
from tests.agent.talks import make_greeted_talk

ROOT = Path(__file__).parents[1]
POSITION_FILES = sorted((ROOT / "positions").glob("*.yaml"))
POSITION_KEYS = {
    "software_engineer",
    "senior_software_engineer",
    "data_scientist",
    "product_manager",
    "customer_support",
    "sales",
}
COMMON_CRITERIA = {"technical", "communication", "problem_solving"}
MINUTES_PER_QUESTION = 4
"""Minimum; with less, candidates who type are rushed."""
_PROTECTED_TOPICS = re.compile(
    r"\b(how old|your age|born|birth\w*|married|marriage|spouse|husband|wife|partner|child\w*|kids?|pregnan\w*|family|parents?|"
    r"relig\w*|church|faith|god|nationalit\w*|citizen\w*|ethnic\w*|race|native language|mother tongue|accent|origin|"
    r"health\w*|ill|illness|sick\w*|disab\w*|medical|politic\w*|vote\w*|union|gender|sex\w*|salary|salaries|wage\w*|earn\w*|debts?|"
    r"military|criminal|arrest\w*|hobb\w*)\b",
    re.IGNORECASE,
)


def read_yaml(path: Path) -> dict[str, Any]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


POSITIONS = {path.stem: read_yaml(path) for path in POSITION_FILES}


@pytest.fixture(params=POSITIONS)
def position(request: pytest.FixtureRequest) -> PositionContent:
    return validate_position_body(POSITIONS[request.param])


def test_every_starter_position_has_a_file_named_by_its_key() -> None:
    assert set(POSITIONS) >= POSITION_KEYS
    for name, document in POSITIONS.items():
        assert document["key"] == name


def test_every_field_of_the_file_is_read(position: PositionContent) -> None:
    """A misspelt field would be ignored without an error."""
    read = position.model_dump()
    assert {name: read[name] for name in POSITIONS[position.key]} == POSITIONS[position.key]


def test_position_has_six_to_eight_questions_with_notes_and_probes(position: PositionContent) -> None:
    assert 6 <= len(position.questions) <= 8
    for question in position.questions:
        assert 3 <= len(question.listen_for) <= 6, question.key
        assert len(set(question.listen_for)) == len(question.listen_for), question.key
        assert 1 <= question.max_probes <= 2, question.key
        assert question.criterion_keys, question.key


def test_each_question_asks_one_thing(position: PositionContent) -> None:
    for question in position.questions:
        assert question.text.count("?") <= 1, question.key
        assert question.text.endswith((".", "?")), question.key
        asking = re.split(r"(?<=[.?]) ", question.text)[-1]
        assert not re.search(r"\?.|, and (what|how|why|who|when|where|which)\b.*\?", asking), question.key


def test_each_question_is_short_enough_to_remember(position: PositionContent) -> None:
    for question in position.questions:
        assert len(question.text.split()) <= 45, question.key
        assert question.text == " ".join(question.text.split()), question.key
        assert not re.search(r"[<>*_#`]", question.text), question.key


def test_no_question_can_be_answered_by_yes_or_no(position: PositionContent) -> None:
    closed = re.compile(r"(?:^|[.?] |, )(do|does|did|have|has|are|is|was|were|can|could|would|will|should) you\b", re.IGNORECASE)
    for question in position.questions:
        assert not closed.search(question.text), question.key


def test_no_question_touches_a_protected_topic(position: PositionContent) -> None:
    for question in position.questions:
        for text in (question.text, *question.listen_for):
            assert not _PROTECTED_TOPICS.search(text), f"{question.key}: {text}"


@pytest.mark.parametrize(
    "text", ["How old are you?", "Do you plan to have children?", "What is your salary?", "Where were you born?"]
)
def test_protected_topics_are_detected(text: str) -> None:
    assert _PROTECTED_TOPICS.search(text)


def test_position_has_the_three_common_criteria(position: PositionContent) -> None:
    assert {criterion.key for criterion in position.criteria} >= COMMON_CRITERIA


def test_weights_sum_to_one(position: PositionContent) -> None:
    assert sum(criterion.weight for criterion in position.criteria) == pytest.approx(1)


def test_every_criterion_is_served_by_a_question(position: PositionContent) -> None:
    asked = {key for question in position.questions for key in question.criterion_keys}
    assert asked == {criterion.key for criterion in position.criteria}


def test_every_criterion_has_five_distinct_anchors(position: PositionContent) -> None:
    anchors = [level.anchor for criterion in position.criteria for level in criterion.levels]
    assert len({anchor.casefold() for anchor in anchors}) == len(anchors) == 5 * len(position.criteria)
    for criterion in position.criteria:
        assert [level.value for level in criterion.levels] == [1, 2, 3, 4, 5], criterion.key
        assert criterion.description, criterion.key
        for level in criterion.levels:
            assert len(level.anchor.split()) >= 8, f"{criterion.key} {level.value} is too short to describe a behaviour"


def test_communication_does_not_judge_accent_or_fluency(position: PositionContent) -> None:
    (communication,) = (criterion for criterion in position.criteria if criterion.key == "communication")
    assert "Accent, grammar and fluency do not count." in communication.description


def test_limits_cover_the_questions_and_leave_room_for_probes(position: PositionContent) -> None:
    asked = len(position.questions)
    assert position.limit_minutes >= MINUTES_PER_QUESTION * asked
    assert position.wrap_up_after_exchanges >= 2 * asked
    assert position.wrap_up_after_exchanges <= asked + sum(question.max_probes for question in position.questions)


def test_at_an_even_pace_every_question_is_asked_and_probed_once(position: PositionContent) -> None:
    talk = make_greeted_talk(position=position, limit=timedelta(minutes=position.limit_minutes))
    answer = (talk.limit - talk.closing) / (2 * len(position.questions)) - timedelta(seconds=1)
    for asked in range(1, len(position.questions) + 1):
        assert talk.plan.questions_asked == asked
        for move in (Move.PROBE, Move.NEXT if talk.plan.next_question else Move.CLOSE):
            talk.now += answer
            talk.answer_and_reply(move)
    assert talk.interviewer_turns[-1].move is Move.CLOSE


@pytest.mark.parametrize("name", ["software_engineer", "software_engineer_spoken"])
def test_demo_candidate_has_an_answer_to_every_question(name: str) -> None:
    answers = load_answers(ROOT / "sandbox" / "answers" / f"{name}.yaml")
    keys = {question["key"] for question in POSITIONS["software_engineer"]["questions"]}
    assert set(answers.answers) == keys
    assert {*answers.thin, *answers.more, answers.asks_to_repeat} <= keys
