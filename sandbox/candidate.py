"""A simulated candidate that answers from prepared answers, through the API like any other client.

It asks to hear one question again, asks a question of its own, thinks about stopping and goes on after all, gives one thin
answer first so that a probe follows, and answers every other question with its prepared answer and every probe with its
prepared elaboration. At the end it has nothing to add.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

REPEAT_REQUEST = "Sorry, could you repeat the question, please?"
OWN_QUESTION = "Before I answer: when will I hear from you?"
STOP_WISH = "I think I would like to stop here."
STOP_DENIAL = "No, let us go on."
NOTHING_TO_ADD = "No, thank you."
_REQUESTS = (REPEAT_REQUEST, OWN_QUESTION, STOP_WISH, STOP_DENIAL)


@dataclass(frozen=True, slots=True)
class PreparedAnswers:
    """Prepared answers by question key: `answers` to the question itself, `more` to a probe."""

    name: str
    email: str
    experience: str
    resume: str
    job_description: str
    thin: dict[str, str]
    """Question key -> the thin answer that comes first."""
    asks_to_repeat: str
    """Key of the question that the candidate asks to hear again."""
    asks_own_question: str
    """Key of the question before whose answer the candidate asks OWN_QUESTION."""
    answers: dict[str, str]
    more: dict[str, str]
    wants_to_stop: str | None = None
    """Key of the question at which the candidate wants to stop, and then does not."""


def load_answers(path: Path) -> PreparedAnswers:
    """Read prepared answers from YAML."""
    return PreparedAnswers(**yaml.safe_load(path.read_text(encoding="utf-8")))


def load_questions(path: Path) -> dict[str, str]:
    """Read the questions of a starter position from YAML. Returns their texts by key."""
    return {question["key"]: question["text"] for question in yaml.safe_load(path.read_text(encoding="utf-8"))["questions"]}


@dataclass(slots=True)
class SimulatedCandidate:
    """Decides what to say to each turn of the interviewer."""

    prepared: PreparedAnswers
    questions: Mapping[str, str] = field(default_factory=dict)
    """Question key -> text. Only a candidate that takes part by voice needs it."""
    times_heard: dict[str, int] = field(default_factory=dict)
    """Question key -> how many turns the interviewer has spent on it."""
    _open_question: str | None = None
    _last_answer: str | None = None

    def answer(self, question_key: str | None, text: str) -> str | None:
        """Return the answer to an interviewer's turn on that question, or None for a greeting or a closing."""
        if question_key is None:
            return NOTHING_TO_ADD if "?" in text else None
        key = question_key
        times = self.times_heard[key] = self.times_heard.get(key, 0) + 1
        lines = [
            *([REPEAT_REQUEST] if key == self.prepared.asks_to_repeat else []),
            *([OWN_QUESTION] if key == self.prepared.asks_own_question else []),
            *([STOP_WISH, STOP_DENIAL] if key == self.prepared.wants_to_stop else []),
            *([self.prepared.thin[key]] if key in self.prepared.thin else []),
            self.prepared.answers.get(key, "I have not met that in my work so far, so I would rather not guess."),
            self.prepared.more.get(key, "I think that is the whole of it, there is nothing I left out."),
        ]
        return lines[min(times, len(lines)) - 1]

    def answer_spoken(self, heard: str) -> str | None:
        """Return the answer to the interviewer's words as heard, or None if they ask nothing.

        The question is recognized by its text. If the interviewer repeats a question without having been asked to, it did not
        hear the answer, so the candidate repeats it.
        """
        plain = _normalize_words(heard)
        key = max(self.questions, key=lambda key: plain.rfind(_normalize_words(self.questions[key])), default=None)
        is_asked = key is not None and _normalize_words(self.questions[key]) in plain
        if not is_asked and "?" not in heard:
            # this is a greeting, a closing, or time to think
            return None
        if "to ask" in plain:
            return NOTHING_TO_ADD
        if is_asked and key == self._open_question and self._last_answer not in _REQUESTS:
            return self._last_answer
        if is_asked:
            self._open_question = key
        self._last_answer = self.answer(self._open_question, heard)
        return self._last_answer


def _normalize_words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
