"""The starter positions are complete and fair, and fit the interview plan."""

import math
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.documents.position import PositionContent
from models.documents.turn import Move
from resolvers.position_warnings import find_position_warnings
from resolvers.positions import validate_position_body
from sandbox.candidate import load_answers
from settings import InterviewSettings
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
COMMON_CRITERION_NOTE = "Other positions use this key with a different meaning, so compare levels only within this position."
MINUTES_PER_SPOKEN_ANSWER = 2
MINUTES_PER_SPOKEN_QUESTION = 0.25
"""A bridging sentence and a question of up to 45 words."""
GREETING_MINUTES = 1
CLOSING_MINUTES = InterviewSettings().closing_seconds / 60
_ABSENCE = re.compile(
    r"\b(no|not|never|none|nothing|nobody|neither|nor|without|missing|lack\w*|absen\w*|unable|cannot|fail(s|ed)? to|omit\w*|"
    r"leaves? out|left out|unknown|unclear|unaddressed|unmentioned|vague\w*)\b|n't\b",
    re.IGNORECASE,
)
_STYLE_OF_SPEECH = re.compile(
    r"\b(we|eloquen\w*|articulate\w*|fluent\w*|memorable|charm\w*|charisma\w*|polished|slogans?|buzzwords?|rambl\w*|hesita\w*|"
    r"drowns?|vocabulary|(speaks?|sounds?|talks?) (confident\w*|smooth\w*|well))\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(r"\?|\b(tell me|describe|take me through|walk me through|explain|give me|show me)\b", re.IGNORECASE)
_COMPOUND = re.compile(
    r"\b(and|as well as|plus|then)\b[^.?;]*\b(what|how|why|who|whom|whose|when|where|which|whether)\b|\?.", re.IGNORECASE
)
_LEADING = re.compile(
    r"\b(surely|obviously|of course|clearly|naturally|isn't|aren't|don't you|wouldn't|shouldn't|agree that|"
    r"how (important|good|bad) (is|are)|feels? (un)?fair)\b",
    re.IGNORECASE,
)
_EXPERIENCE = re.compile(r"\b(tell me|take me|walk me|describe|think of|remember|pick|take something)\b", re.IGNORECASE)
_ALTERNATIVE = re.compile(
    r"\bor, if (you|there|that)\b|\bone of yours or, if\b|\bin your studies\b|\bin open source or elsewhere\b|\bor anyone else\b",
    re.IGNORECASE,
)
_CONFESSION = re.compile(
    r"\b(fail\w*|mistakes?|wrong|lost|lose|losing|regret\w*|weakness\w*|went badly|errors?|turned down|late(r)? cost|"
    r"real cost|misjudged|blamed?|could not|changed nothing)\b",
    re.IGNORECASE,
)
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
        assert question.text.endswith((".", "?")), question.key
        assert len(_REQUEST.findall(question.text)) == 1, question.key
        assert not _COMPOUND.search(question.text), question.key


@pytest.mark.parametrize(
    "text",
    [
        "Tell me about a feature that you had a hand in, and what your part in it was.",
        "How did you find it, and why did it take so long?",
        "What happened? What did you do?",
    ],
)
def test_compound_questions_are_detected(text: str) -> None:
    assert _COMPOUND.search(text)


def test_two_requests_in_one_question_are_counted() -> None:
    text = "Tell me about a bug that was hard to find. Take me through the search."
    assert len(_REQUEST.findall(text)) == len(_REQUEST.findall("Tell me about a bug. What was its cause?")) == 2


def test_no_question_suggests_its_answer(position: PositionContent) -> None:
    for question in position.questions:
        assert not _LEADING.search(question.text), question.key


@pytest.mark.parametrize(
    "text", ["You would test that first, wouldn't you?", "Surely you have a plan?", "Is it, of course, bad?"]
)
def test_leading_questions_are_detected(text: str) -> None:
    assert _LEADING.search(text)


def test_each_question_about_experience_has_an_alternative(position: PositionContent) -> None:
    """A candidate who has not met the situation can still show what the question is about."""
    about_experience = [question for question in position.questions if _EXPERIENCE.search(question.text)]
    assert 3 <= len(about_experience) < len(position.questions)
    for question in about_experience:
        assert _ALTERNATIVE.search(question.text), question.key


@pytest.mark.parametrize("text", ["Tell me about a deal that you had expected to win.", "Think of a model that you made."])
def test_presupposed_experience_is_detected(text: str) -> None:
    assert _EXPERIENCE.search(text)
    assert not _ALTERNATIVE.search(text)


def test_at_most_one_question_asks_for_a_failure(position: PositionContent) -> None:
    confessions = [question.key for question in position.questions if _CONFESSION.search(question.text)]
    assert len(confessions) <= 1, confessions


@pytest.mark.parametrize(
    "text", ["Tell me about a mistake.", "Tell me about a deal that you lost.", "Tell me about a case that you could not solve."]
)
def test_questions_for_a_failure_are_detected(text: str) -> None:
    assert _CONFESSION.search(text)


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


def test_every_criterion_is_served_by_two_questions_and_by_one_in_the_first_half(position: PositionContent) -> None:
    """An interview that ends early then still has evidence for each criterion."""
    first_half = math.ceil(len(position.questions) / 2)
    served = {
        criterion.key: [place for place, question in enumerate(position.questions) if criterion.key in question.criterion_keys]
        for criterion in position.criteria
    }
    assert {key for question in position.questions for key in question.criterion_keys} == served.keys()
    for key, places in served.items():
        assert len(places) >= 2, key
        assert places[0] < first_half, key


def test_every_criterion_is_served_by_a_question_with_two_probes(position: PositionContent) -> None:
    """The upper anchors ask for more than people offer in a first answer."""
    for criterion in position.criteria:
        serving = [question.max_probes for question in position.questions if criterion.key in question.criterion_keys]
        assert max(serving) == 2, criterion.key


def test_every_criterion_has_five_distinct_anchors(position: PositionContent) -> None:
    anchors = [level.anchor for criterion in position.criteria for level in criterion.levels]
    assert len({anchor.casefold() for anchor in anchors}) == len(anchors) == 5 * len(position.criteria)
    for criterion in position.criteria:
        assert [level.value for level in criterion.levels] == [1, 2, 3, 4, 5], criterion.key
        assert criterion.description, criterion.key
        for level in criterion.levels:
            assert len(level.anchor.split()) >= 8, f"{criterion.key} {level.value} is too short to describe a behaviour"


def test_low_anchors_describe_behaviour_rather_than_its_absence(position: PositionContent) -> None:
    """What a candidate did not say has a state of its own, and is no reason for a low level."""
    for criterion in position.criteria:
        for level in criterion.levels[:2]:
            assert not _ABSENCE.search(level.anchor), f"{criterion.key} {level.value}: {level.anchor}"


@pytest.mark.parametrize(
    "anchor",
    ["Does not mention users.", "No attempt to reproduce the fault.", "Unable to name a cause.", "The reason stays unclear."],
)
def test_anchors_that_describe_absence_are_detected(anchor: str) -> None:
    assert _ABSENCE.search(anchor)


def test_anchors_do_not_judge_the_style_of_speech(position: PositionContent) -> None:
    for criterion in position.criteria:
        for level in criterion.levels:
            assert not _STYLE_OF_SPEECH.search(level.anchor), f"{criterion.key} {level.value}: {level.anchor}"


@pytest.mark.parametrize(
    "anchor", ['A constant "we" hides the own part.', "Sums it up in one memorable sentence.", "Speaks well."]
)
def test_anchors_that_judge_the_style_of_speech_are_detected(anchor: str) -> None:
    assert _STYLE_OF_SPEECH.search(anchor)


def test_criteria_with_a_shared_key_say_that_their_meaning_differs(position: PositionContent) -> None:
    """A key that several positions use must not invite a comparison of its levels between them."""
    shared = {
        criterion["key"]
        for key, document in POSITIONS.items()
        for criterion in document["criteria"]
        if any(criterion["key"] in {it["key"] for it in other["criteria"]} for name, other in POSITIONS.items() if name != key)
    }
    assert shared >= COMMON_CRITERIA
    for criterion in position.criteria:
        assert criterion.description.endswith(COMMON_CRITERION_NOTE) == (criterion.key in shared), criterion.key


def test_job_analysis_gives_tasks_and_reasons_for_every_criterion_and_weight(position: PositionContent) -> None:
    analysis = position.job_analysis
    assert analysis
    assert 5 <= len(analysis.tasks) == len(set(analysis.tasks))
    assert "has not been measured" in analysis.method, "the method says what was not examined"
    assert [criterion.key for criterion in analysis.criteria] == [criterion.key for criterion in position.criteria]
    reasons = [text for criterion in analysis.criteria for text in (criterion.reason, criterion.weight_reason)]
    assert len(set(reasons)) == len(reasons)
    for text in [*analysis.tasks, *reasons]:
        assert text.endswith("."), text
        assert len(text.split()) >= 6, text


def test_description_tells_candidates_what_to_expect(position: PositionContent) -> None:
    assert position.description.startswith("You ")
    assert "If you have not met a situation, tell us what you would do: that counts in the same way." in position.description
    assert "nothing to prepare" in position.description


def test_communication_does_not_judge_accent_or_fluency(position: PositionContent) -> None:
    (communication,) = (criterion for criterion in position.criteria if criterion.key == "communication")
    assert "Accent, grammar and fluency do not count." in communication.description


def test_time_fits_spoken_answers_and_one_probe_per_question(position: PositionContent) -> None:
    """Checks `limit_minutes` against greeting + n x 2 x (question or probe + answer) + closing, for n questions."""
    exchange = MINUTES_PER_SPOKEN_QUESTION + MINUTES_PER_SPOKEN_ANSWER
    needed = GREETING_MINUTES + len(position.questions) * 2 * exchange + CLOSING_MINUTES
    assert needed <= position.limit_minutes <= 1.25 * needed


def test_starter_position_has_no_warnings(position: PositionContent) -> None:
    assert find_position_warnings(position, InterviewSettings().closing_seconds) == []


def test_exchanges_allow_one_probe_per_question(position: PositionContent) -> None:
    asked = len(position.questions)
    assert 2 * asked <= position.wrap_up_after_exchanges <= asked + sum(question.max_probes for question in position.questions)


def test_at_an_even_pace_every_question_is_asked_and_probed_once(position: PositionContent) -> None:
    talk = make_greeted_talk(position=position, limit=timedelta(minutes=position.limit_minutes))
    answer = (talk.limit - talk.closing) / (2 * len(position.questions)) - timedelta(seconds=1)
    for asked in range(1, len(position.questions) + 1):
        assert talk.plan.questions_asked == asked
        for move in (Move.PROBE, Move.NEXT if talk.plan.next_question else Move.ANYTHING_ELSE):
            talk.now += answer
            talk.answer_and_reply(move)
    assert talk.interviewer_turns[-1].move is Move.ANYTHING_ELSE


@pytest.mark.parametrize("name", ["software_engineer", "software_engineer_spoken"])
def test_demo_candidate_has_an_answer_to_every_question(name: str) -> None:
    answers = load_answers(ROOT / "sandbox" / "answers" / f"{name}.yaml")
    keys = {question["key"] for question in POSITIONS["software_engineer"]["questions"]}
    assert set(answers.answers) == keys
    assert {*answers.thin, *answers.more, answers.asks_to_repeat} <= keys
