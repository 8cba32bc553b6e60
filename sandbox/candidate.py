"""A simulated candidate: answers as a person would, from prepared answers, through the API like any other client.

Rules: one question is asked to be repeated, one is answered thinly at first so that a probe follows; every other question
gets its prepared answer, a probe its prepared elaboration.
"""

from dataclasses import dataclass, field
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Answers:
    """What the candidate says, by the question's key: `answer` at once, `more` when probed."""

    name: str
    email: str
    experience: str
    resume: str
    job_description: str
    thin: dict[str, str]
    """question key -> the thin answer that is given first"""
    asks_to_repeat: str
    answers: dict[str, str]
    more: dict[str, str]


def load_answers(path: Path) -> Answers:
    """Read prepared answers from YAML."""
    return Answers(**yaml.safe_load(path.read_text(encoding="utf-8")))


@dataclass(slots=True)
class Candidate:
    """Decides what to say to each turn of the interviewer."""

    prepared: Answers
    heard: dict[str, int] = field(default_factory=dict)
    """question key -> how often the interviewer has spoken on it"""

    def answer(self, question_key: str | None) -> str | None:
        """What to say to an interviewer's turn on that question; None to greeting and closing."""
        if question_key is None:
            return None
        key = question_key
        said = self.heard[key] = self.heard.get(key, 0) + 1
        lines = [
            *(["Sorry, could you repeat the question, please?"] if key == self.prepared.asks_to_repeat else []),
            *([self.prepared.thin[key]] if key in self.prepared.thin else []),
            self.prepared.answers.get(key, "I have not met that in my work so far, so I would rather not guess."),
            self.prepared.more.get(key, "I think that is the whole of it, there is nothing I left out."),
        ]
        return lines[min(said, len(lines)) - 1]
