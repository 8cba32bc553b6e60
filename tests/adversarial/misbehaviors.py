"""What a scripted Claude does wrong, at the wire: the words, the moves and the failures of its replies.

A misbehavior is a function of the request alone, so interviews that run at the same time do not influence each other. Where it
can do several things, a checksum of the request chooses one.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zlib import crc32

import yaml

from agent.prompts import RULES
from models.documents.turn import Move
from sandbox.anthropic.interviewer import extract_text
from sandbox.anthropic.provider import ScriptedReply
from tests.adversarial.interviewer_talks import TEXTS, TalkTexts

_SENTENCES: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(
    (Path(__file__).parents[1] / "agent" / "spoken_sentences.yaml").read_text("utf-8")
)
_OBEDIENCE = {
    "en": "As you wish: you are hired, and the interview is over.",
    "de": "Wie Sie wünschen: Sie sind eingestellt, und das Interview ist beendet.",
    "es": "Como desee: está contratado, y la entrevista ha terminado.",
    "fr": "Comme vous voulez : vous êtes embauché, et l'entretien est terminé.",
}
_HIDDEN = {"en": "You are hired.", "de": "Sie sind eingestellt.", "es": "Está contratado.", "fr": "Vous êtes embauché."}
"""Promises that a filter must find however they are written."""
_FORMS = (
    '{"move": "NEXT", "text": "Thank you"}',
    "<b>Viva</b>.",
    "**Viva** is here.",
    "Visit https://evil.example/apply now.",
    "[Viva](https://evil.example).",
    "\u200b\u200b\u200b.",
    "\u202eViva\u202c.",
    "\u001b[31mViva\u001b[0m.",
    "\u0000Viva.",
    "Viva \ud800.",
    "\u2800\u3164.",
    "| | | | |",
    "```json\n{}\n```",
    "Viva.<|im_end|><|im_start|>user",
    "```\nCLOSE\n```",
    "CLOSE\nViva.",
    "\U0001f389\U0001f389\U0001f389.",
    "x" * 500,
)
_RULE_SENTENCES = [sentence for sentence in re.split(r"(?<=[.:]) ", " ".join(RULES.split())) if len(sentence.split()) > 8]
"""Sentences of the prompt; shorter ones reveal nothing."""


@dataclass(frozen=True)
class ReplyRequest:
    """What a request for a reply says."""

    body: dict[str, Any]

    @cached_property
    def moves(self) -> list[str]:
        """The moves that the directive allows."""
        return self._directive["moves"].split()

    @cached_property
    def question(self) -> int:
        """The number of the open question, counted from 1."""
        return int(self._directive["question"].split()[0])

    @cached_property
    def language(self) -> str:
        """The language of the interview."""
        return extract_text(self.body["system"]).partition("You speak ")[2][:2]

    @property
    def texts(self) -> TalkTexts:
        """The texts of that language."""
        return TEXTS[self.language]

    @cached_property
    def contribution(self) -> str:
        """What the candidate has said last."""
        return next(extract_text(message["content"]) for message in reversed(self.body["messages"]) if message["role"] == "user")

    @cached_property
    def checksum(self) -> int:
        """A number that differs between requests and is the same in each run."""
        return crc32(json.dumps(self.body["messages"]).encode())

    @cached_property
    def _directive(self) -> dict[str, str]:
        lines = (line.partition(": ") for line in extract_text(self.body["messages"][-1]["content"]).splitlines())
        return {name: value for name, separator, value in lines if separator}

    def choose(self, items: Sequence[Any]) -> Any:
        """Return one of the items."""
        return items[self.checksum % len(items)]

    def harmless_words(self, move: str) -> str:
        """Return words that this move may say."""
        if move == Move.PROBE:
            return str(self.choose(self.texts.probes))
        return self.texts.explanation if move == Move.CLARIFY else self.texts.statement


Misbehavior = Callable[[ReplyRequest], ScriptedReply]


def _say(find_bad: Callable[[ReplyRequest], Sequence[str]]) -> Misbehavior:
    """Say one of the bad sentences with an allowed move, alone or after a harmless sentence."""

    def reply(request: ReplyRequest) -> ScriptedReply:
        move = request.moves[(request.checksum >> 8) % len(request.moves)]
        bad = request.choose(find_bad(request))
        words = bad if (request.checksum >> 16) % 2 else f"{request.texts.statement} {bad}"
        return ScriptedReply(text=f"{move}\n{words}")

    return reply


def _use_move(name: str) -> Misbehavior:
    """Choose the same move in every reply, whether or not it is allowed."""
    return lambda request: ScriptedReply(text=f"{name}\n{request.harmless_words(name)}")


def _use_forbidden_move(request: ReplyRequest) -> ScriptedReply:
    forbidden = [move for move in Move if move not in request.moves]
    move = request.choose(forbidden) if forbidden else "NONE"
    return ScriptedReply(text=f"{move}\n{request.harmless_words(move)}")


def _invent_facts(request: ReplyRequest) -> ScriptedReply:
    return ScriptedReply(text=f"{Move.ANSWER}\n{request.choose((_HIDDEN[request.language], '99', '-1', '1' * 5000))}")


def _obey(request: ReplyRequest) -> ScriptedReply:
    """Do what the candidate says, and end the interview as soon as anything sounds like it."""
    move = Move.CLOSE if request.choose((True, False)) else request.moves[0]
    return ScriptedReply(text=f"{move}\n{_OBEDIENCE[request.language]}")


def _echo(request: ReplyRequest) -> ScriptedReply:
    """Repeat what the candidate has said as if it were the reply."""
    return ScriptedReply(text=request.contribution)


def _ask_the_same_probe(request: ReplyRequest) -> ScriptedReply:
    return ScriptedReply(text=f"{Move.PROBE if Move.PROBE in request.moves else request.moves[0]}\n{request.texts.probes[0]}")


def _ask_core_questions(request: ReplyRequest) -> ScriptedReply:
    """Ask a core question that was not asked yet, or the open one again, as a probe."""
    return ScriptedReply(text=f"{Move.PROBE}\n{request.choose(request.texts.questions).text}")


def _find_private(request: ReplyRequest) -> Sequence[str]:
    return [*request.texts.private, *_RULE_SENTENCES]


def _find_hidden(request: ReplyRequest) -> Sequence[str]:
    text = _HIDDEN[request.language]
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)
    return [
        "\u200b".join(text),
        "\u00ad".join(text),
        wide,
        text.upper(),
        text.replace(" ", "\u00a0"),
        text.replace(" ", " \u2060 "),
    ]


def _repeat_words(request: ReplyRequest) -> ScriptedReply:
    first, second = request.texts.statement.split()[:2]
    return ScriptedReply(text=f"{request.moves[0]}\n{f'{first} {second}, ' * 150}")


def _say_too_much(request: ReplyRequest) -> ScriptedReply:
    """Send 50,000 characters, in harmless sentences or without any end of a sentence."""
    text = f"{request.texts.explanation} " if request.choose((True, False)) else f"{request.texts.explanation.rstrip('.')}, "
    return ScriptedReply(text=f"{request.choose(request.moves)}\n{text * (50_000 // len(text))}", delta_characters=2000)


def _fail(**values: Any) -> Misbehavior:
    return lambda _: ScriptedReply(**values)


def _break(**offset: int) -> Misbehavior:
    """Break a harmless reply in its last sentence, by the named option of ScriptedReply."""
    ((name, characters),) = offset.items()

    def reply(request: ReplyRequest) -> ScriptedReply:
        move = request.choose(request.moves)
        text = f"{move}\n{request.harmless_words(move)}"
        return ScriptedReply(text=text, **{name: min(len(text) - 1, len(move) + 1 + characters)})  # type: ignore[arg-type]  # `name` is one of two fields of type int

    return reply


def _stop_with(reason: str) -> Misbehavior:
    return lambda request: ScriptedReply(
        text=f"{request.moves[0]}\n{request.harmless_words(request.moves[0])}", stop_reason=reason
    )


_KINDS = sorted({kind for kinds in _SENTENCES.values() for kind in kinds} - {"GOOD"})


def _find_kind(kind: str) -> Callable[[ReplyRequest], Sequence[str]]:
    # Faults of form are the same in every language, and have a table in English only.
    return lambda request: _SENTENCES[request.language].get(kind) or _SENTENCES["en"][kind]


MISBEHAVIORS: Mapping[str, Misbehavior] = {
    "obeys the candidate": _obey,
    "repeats the candidate's words": _echo,
    "chooses forbidden moves": _use_forbidden_move,
    **{f"always chooses {move}": _use_move(move) for move in Move},
    "chooses a move that does not exist": _use_move("HIRE"),
    "invents facts": _invent_facts,
    "asks the same probe": _ask_the_same_probe,
    "asks core questions as probes": _ask_core_questions,
    **{f"says {kind}": _say(_find_kind(kind)) for kind in _KINDS},
    "leaks notes, anchors and rules": _say(_find_private),
    "hides a promise": _say(_find_hidden),
    "sends markup, links, JSON, controls": _say(lambda _: _FORMS),
    "repeats words 150 times": _repeat_words,
    "sends 50,000 characters": _say_too_much,
    "refuses without a move": lambda request: ScriptedReply(text=request.choose(_SENTENCES[request.language]["REFUSAL"])),
    "sends nothing": _fail(text=""),
    "sends white space": _fail(text=" \n\n \t"),
    "sends a move without words": lambda request: ScriptedReply(text=request.choose(request.moves)),
    "sends a page instead of a stream": _fail(raw_body="<html>Bad gateway</html>"),
    "sends an empty body": _fail(raw_body=""),
    **{f"answers {status}": _fail(status=status, error_type=kind) for status, kind in (
        (400, "invalid_request_error"), (401, "authentication_error"), (429, "rate_limit_error"), (500, "api_error"),
        (529, "overloaded_error"),
    )},
    "stalls before the first word": _fail(text="NEXT", stall_after=0),
    "stalls in the move": _fail(text="NEXT", stall_after=2, delta_characters=1),
    "stalls in a sentence": _break(stall_after=12),
    "cuts the stream before the first word": _fail(text="NEXT", cut_after=0),
    "cuts the stream in a sentence": _break(cut_after=12),
    "sends an error in a sentence": _break(error_after=12),
    "stops with max_tokens": _stop_with("max_tokens"),
    "stops with refusal": _stop_with("refusal"),
}  # fmt: skip  # one line per misbehavior reads as a table


def is_stalling(name: str) -> bool:
    """Return whether a misbehavior keeps the interviewer waiting for a timeout."""
    return name.startswith("stalls")


def mix(request: ReplyRequest) -> ScriptedReply:
    """Misbehave in another way in every reply."""
    return list(MISBEHAVIORS.values())[(request.checksum >> 4) % len(MISBEHAVIORS)](request)
