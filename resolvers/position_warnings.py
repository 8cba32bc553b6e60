"""Warnings about a valid position: what makes its interviews unfair, incomplete or hard to follow. Pure functions.

A warning refuses nothing, because the rules are words and figures that code cannot be sure of: people decide.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from agent.speech_rules import SpeechFault, SpeechRules, find_form_fault, load_speech_rules
from models.documents.language import primary_language
from models.documents.position import PositionContent

GREETING_MINUTES = 1.0
MINUTES_PER_QUESTION = 0.25
"""A spoken bridging sentence and a question of up to 45 words."""
MINUTES_PER_ANSWER = 2.0
MIN_WEIGHT_SHARE = 0.02
"""Share of the weights below which a criterion moves the overall score by less than two points of 100."""

_SENTENCE_BREAK = re.compile(r"(?<=[.!?…])\s+|\n+")
_FORM_FAULTS = (SpeechFault.UNREADABLE, SpeechFault.MARKUP, SpeechFault.LINK)


class PositionWarningCode(StrEnum):
    """Why a position has a warning."""

    MARKUP = "MARKUP"
    SEVERAL_QUESTIONS = "SEVERAL_QUESTIONS"
    PROTECTED_TOPIC = "PROTECTED_TOPIC"
    EQUAL_ANCHORS = "EQUAL_ANCHORS"
    UNSERVED_CRITERION = "UNSERVED_CRITERION"
    WEIGHT_WITHOUT_EFFECT = "WEIGHT_WITHOUT_EFFECT"
    TIME_TOO_SHORT = "TIME_TOO_SHORT"
    EXCHANGES_TOO_FEW = "EXCHANGES_TOO_FEW"


@dataclass(frozen=True, slots=True)
class PositionWarning:
    """One warning, with the path of the value that it is about, in the API's names."""

    path: str
    code: PositionWarningCode
    message: str


def find_position_warnings(position: PositionContent, closing_seconds: float) -> list[PositionWarning]:
    """Return the warnings about a valid position, in the order of its questions and criteria.

    It reads the rules of the position's language from a file, so call it outside the event loop.
    """
    language = primary_language(position.language)
    rules = load_speech_rules((language,))[language]
    return [
        *_check_questions(position, rules),
        *_check_criteria(position),
        *_check_limits(position, closing_seconds),
    ]


def _check_questions(position: PositionContent, rules: SpeechRules) -> Iterator[PositionWarning]:
    for index, question in enumerate(position.questions):
        path, text = f"questions[{index}].text", question.text
        sentences = [sentence for sentence in _SENTENCE_BREAK.split(text) if sentence]
        if any(find_form_fault(sentence) in _FORM_FAULTS for sentence in sentences):
            yield PositionWarning(
                path,
                PositionWarningCode.MARKUP,
                "It has markup, symbols or a link, which are spoken as they stand: write plain text.",
            )
        if sum(map(rules.count_questions, sentences)) > 1:
            yield PositionWarning(
                path,
                PositionWarningCode.SEVERAL_QUESTIONS,
                "It asks several questions, of which candidates forget some: ask one, and leave the rest to follow-ups.",
            )
        if any(map(rules.mentions_protected_topic, sentences)):
            yield PositionWarning(
                path,
                PositionWarningCode.PROTECTED_TOPIC,
                "It seems to ask about age, family, health, origin, religion or pay: ask only what the job requires.",
            )


def _check_criteria(position: PositionContent) -> Iterator[PositionWarning]:
    served = {key for question in position.questions for key in question.criterion_keys}
    total_weight = sum(criterion.weight for criterion in position.criteria)
    for index, criterion in enumerate(position.criteria):
        anchors = {" ".join(level.anchor.casefold().split()) for level in criterion.levels}
        if len(anchors) == 1:
            yield PositionWarning(
                f"criteria[{index}].levels",
                PositionWarningCode.EQUAL_ANCHORS,
                "All levels have the same anchor, so nothing tells them apart: describe the behaviour that earns each level.",
            )
        if criterion.weight < MIN_WEIGHT_SHARE * total_weight:
            yield PositionWarning(
                f"criteria[{index}].weight",
                PositionWarningCode.WEIGHT_WITHOUT_EFFECT,
                f"It is less than {MIN_WEIGHT_SHARE:.0%} of all weights, so it moves the score by at most two points: raise it, "
                "or remove the criterion.",
            )
        if criterion.key not in served:
            yield PositionWarning(
                f"criteria[{index}].key",
                PositionWarningCode.UNSERVED_CRITERION,
                f"No question serves '{criterion.key}': add it to the criterionKeys of one, or remove the criterion.",
            )


def _check_limits(position: PositionContent, closing_seconds: float) -> Iterator[PositionWarning]:
    # each question, and the follow-up that a thin answer to it needs (agent.plan)
    exchanges = len(position.questions) + sum(bool(question.max_probes) for question in position.questions)
    needed = GREETING_MINUTES + exchanges * (MINUTES_PER_QUESTION + MINUTES_PER_ANSWER) + closing_seconds / 60
    if needed > position.limit_minutes:
        yield PositionWarning(
            "limitMinutes",
            PositionWarningCode.TIME_TOO_SHORT,
            f"Spoken answers of {MINUTES_PER_ANSWER:.0f} minutes, with one follow-up per question, need about "
            f"{math.ceil(needed)} minutes: raise the limit, or ask fewer questions.",
        )
    if exchanges > position.wrap_up_after_exchanges:
        yield PositionWarning(
            "wrapUpAfterExchanges",
            PositionWarningCode.EXCHANGES_TOO_FEW,
            f"All questions with one follow-up each are {exchanges} exchanges: raise it, or thin answers to the last questions "
            "are not followed up.",
        )
