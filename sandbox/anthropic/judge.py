"""The simulated Claude as judge. It counts words, understands nothing, and says so in the summary.

It applies these rules to the request alone:

    answers to a criterion   the candidate's turns on the questions that name it, or all of them if no question does
    level                    by the words in the longest of these: under 10 -> 1, 25 -> 2, 50 -> 3, 90 -> 4, else 5; none -> null
    quotes                   the beginning of the first sentence of at least five words in each of the two longest
    strengths, weaknesses    the longest and the shortest answer

Like a real judge it wavers: the criterion that a pass assesses first is rated by the second longest answer, if there is one.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any

from sandbox.anthropic.interviewer import detect_intents, extract_text

LEVEL_BOUNDS = ((10, 1), (25, 2), (50, 3), (90, 4))
MIN_QUOTE_WORDS = 5

_TURN = re.compile(r'<turn number="(\d+)" speaker="CANDIDATE"(?: question="(\w+)")?[^>]*>(.*?)</turn>', re.DOTALL)
_QUESTION = re.compile(r'<question key="(\w+)" criteria="([\w ]*)">')
_FIRST_CRITERION = re.compile(r"criteria in this order: (\w+)")
_SENTENCE = re.compile(r"[^.!?\n]+")


@dataclass(frozen=True, slots=True)
class _CandidateAnswer:
    number: int
    question: str
    text: str

    @property
    def words(self) -> int:
        return len(self.text.split())

    def make_quote(self) -> dict[str, Any]:
        sentences = [sentence.strip() for sentence in _SENTENCE.findall(self.text)]
        # up to the first comma, so that the quote is a part of its sentence
        parts = [part for sentence in sentences for part in (sentence.split(", ", maxsplit=1)[0], sentence)]
        text = next((part for part in parts if len(part.split()) >= MIN_QUOTE_WORDS), self.text)
        return {"turn": self.number, "text": text}


def write_judgement(body: dict[str, Any]) -> str:
    """Return the judgement as JSON, in the schema that the request asks for."""
    system = extract_text(body["system"])
    criteria_by_question = {key: criteria.split() for key, criteria in _QUESTION.findall(system)}
    answers = [
        _CandidateAnswer(int(number), question, unescape(text))
        for number, question, text in _TURN.findall(extract_text(body["messages"][-1]["content"]))
        if not detect_intents(unescape(text))
    ]
    first_read = _FIRST_CRITERION.search(extract_text(body["messages"][-1]["content"]))
    schema = body["output_config"]["format"]["schema"]
    keys = list(_resolve_reference(schema, schema["properties"]["criteria"])["properties"])
    by_length = sorted(answers, key=lambda answer: answer.words, reverse=True)
    judgement = {
        "criteria": {
            key: _judge_criterion(key, by_length, criteria_by_question, wavers=bool(first_read and first_read[1] == key))
            for key in keys
        },
        "strengths": _make_findings("the longest answer, it goes into detail.", by_length[:1]),
        "weaknesses": _make_findings("the shortest answer, it stays general.", by_length[-1:]),
        "summary": (
            f"Made by the sandbox from the lengths of {len(answers)} candidate turns, not from what they mean. "
            "It shows what an evaluation looks like, and is not for decisions."
        ),
    }
    return json.dumps(judgement, ensure_ascii=False)


def _resolve_reference(schema: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    name = part.get("$ref", "").removeprefix("#/$defs/")
    resolved: dict[str, Any] = schema["$defs"][name] if name else part
    return resolved


def _judge_criterion(
    key: str, by_length: Sequence[_CandidateAnswer], criteria_by_question: dict[str, list[str]], *, wavers: bool
) -> dict[str, Any]:
    is_targeted = any(key in criteria for criteria in criteria_by_question.values())
    relevant = [answer for answer in by_length if not is_targeted or key in criteria_by_question.get(answer.question, [])]
    if not relevant:
        return {"quotes": [], "rationale": "Sandbox: no answer to a question on this criterion.", "level": None}
    words = relevant[1 if wavers and len(relevant) > 1 else 0].words
    return {
        "quotes": [answer.make_quote() for answer in relevant[:2]],
        "rationale": f"Sandbox: {len(relevant)} turns on questions of this criterion, the one that counts has {words} words.",
        "level": next((level for bound, level in LEVEL_BOUNDS if words < bound), 5),
    }


def _make_findings(text: str, answers: Sequence[_CandidateAnswer]) -> list[dict[str, Any]]:
    return [{"text": f"Sandbox: {text}", "quotes": [answer.make_quote()]} for answer in answers]
