"""Warnings about positions: each fault has its code and the path of the value."""

from typing import Any

import pytest

from models.documents.position import Criterion, Level, PositionContent, Question
from resolvers.position_warnings import PositionWarningCode, find_position_warnings
from tests.factories import position_body

CLOSING_SECONDS = 60.0
ANCHORS = ["Names nothing yet.", "Names one cause.", "Names two causes.", "Weighs them.", "Proves one."]


def make_position(*texts: str, language: str = "en", anchors: list[str] = ANCHORS, **values: Any) -> PositionContent:
    """Return a position without warnings, except for those about its questions, by default one good one."""
    questions = [
        Question(key=f"q{index}", text=text, criterion_keys=["technical"])
        for index, text in enumerate(texts or ("How do you find the cause of a fault?",))
    ]
    levels = [Level(value=value, anchor=anchor) for value, anchor in enumerate(anchors, 1)]
    criteria = [Criterion(key="technical", name="Technical", weight=1, levels=levels)]
    return position_body(**{"language": language, "questions": questions, "criteria": criteria, **values})


def find_codes(position: PositionContent) -> list[tuple[str, PositionWarningCode]]:
    return [(warning.path, warning.code) for warning in find_position_warnings(position, CLOSING_SECONDS)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "How do you find the cause of a fault?"),
        ("en", "Tell me about a change that you made to a system, and that you had to undo."),
        ("de", "Wie finden Sie die Ursache eines Fehlers?"),
        ("es", "\u00bfC\u00f3mo encuentra usted la causa de un fallo?"),
        ("fr", "Comment trouvez-vous la cause d\u2019une panne ?"),
    ],
)
def test_good_question_has_no_warning(language: str, text: str) -> None:
    assert find_codes(make_position(text, language=language)) == []


@pytest.mark.parametrize(
    ("language", "text", "code"),
    [
        ("en", "How do you **test**?", PositionWarningCode.MARKUP),
        ("en", "How do you use <b>locks</b>?", PositionWarningCode.MARKUP),
        ("en", "What do you think of https://example.org/page?", PositionWarningCode.MARKUP),
        ("en", "What did {name} teach you?", PositionWarningCode.MARKUP),
        ("en", "How did you find it, and why did it take so long?", PositionWarningCode.SEVERAL_QUESTIONS),
        ("en", "What happened? What did you do?", PositionWarningCode.SEVERAL_QUESTIONS),
        ("en", "Tell me about a bug. Take me through the search.", PositionWarningCode.SEVERAL_QUESTIONS),
        ("de", "Was ist passiert? Was haben Sie getan?", PositionWarningCode.SEVERAL_QUESTIONS),
        ("es", "\u00bfQu\u00e9 pas\u00f3? \u00bfQu\u00e9 hizo?", PositionWarningCode.SEVERAL_QUESTIONS),
        ("fr", "Comment l'avez-vous trouv\u00e9, et pourquoi ?", PositionWarningCode.SEVERAL_QUESTIONS),
        ("en", "How old are you?", PositionWarningCode.PROTECTED_TOPIC),
        ("en", "What was your last salary?", PositionWarningCode.PROTECTED_TOPIC),
        ("de", "Haben Sie Kinder?", PositionWarningCode.PROTECTED_TOPIC),
        ("es", "\u00bfTiene hijos?", PositionWarningCode.PROTECTED_TOPIC),
        ("fr", "Avez-vous des enfants ?", PositionWarningCode.PROTECTED_TOPIC),
    ],
)
def test_question_has_a_warning_with_its_path(language: str, text: str, code: PositionWarningCode) -> None:
    good = make_position(language=language).questions[0].text if language == "en" else text
    assert ("questions[1].text", code) in find_codes(make_position(good, text, language=language))


def test_equal_anchors_have_a_warning() -> None:
    assert find_codes(make_position(anchors=["As expected.", "as  expected.", *["As expected."] * 3])) == [
        ("criteria[0].levels", PositionWarningCode.EQUAL_ANCHORS)
    ]


@pytest.mark.parametrize(("weight", "has_warning"), [(1.9, True), (2.1, False)])
def test_weight_that_hardly_moves_the_score_has_a_warning(weight: float, has_warning: bool) -> None:
    position = make_position()
    heavy = position.criteria[0].model_copy(update={"weight": 100 - weight})
    light = heavy.model_copy(update={"key": "light", "weight": weight})
    question = position.questions[0].model_copy(update={"criterion_keys": ["technical", "light"]})
    codes = find_codes(position.model_copy(update={"criteria": [heavy, light], "questions": [question]}))
    assert codes == ([("criteria[1].weight", PositionWarningCode.WEIGHT_WITHOUT_EFFECT)] if has_warning else [])


def test_criterion_that_no_question_serves_has_a_warning() -> None:
    position = make_position()
    unserved = position.criteria[0].model_copy(update={"key": "unserved"})
    assert find_codes(position.model_copy(update={"criteria": [*position.criteria, unserved]})) == [
        ("criteria[1].key", PositionWarningCode.UNSERVED_CRITERION)
    ]


@pytest.mark.parametrize(("limit", "has_warning"), [(11, False), (10, True)])
def test_limit_below_the_time_of_spoken_answers_has_a_warning(limit: int, has_warning: bool) -> None:
    """Two questions need 1 + 2 x 2 x 2.25 + 1 = 11 minutes."""
    good = "How do you find the cause of a fault?"
    codes = find_codes(make_position(good, "How do you test a change?", limit_minutes=limit))
    assert codes == ([("limitMinutes", PositionWarningCode.TIME_TOO_SHORT)] if has_warning else [])


@pytest.mark.parametrize(("exchanges", "has_warning"), [(3, False), (2, True)])
def test_too_few_exchanges_for_a_follow_up_per_question_have_a_warning(exchanges: int, has_warning: bool) -> None:
    position = make_position(
        "How do you find the cause of a fault?", "How do you test a change?", wrap_up_after_exchanges=exchanges
    )
    position.questions[0].max_probes = 0
    codes = find_codes(position)
    assert codes == ([("wrapUpAfterExchanges", PositionWarningCode.EXCHANGES_TOO_FEW)] if has_warning else [])
