"""The stand-in for Claude as interviewer. It decides by these rules, from the request alone, the first that fits:

    the candidate asks to repeat, to explain, for a moment, or to stop     REPEAT, CLARIFY, WAIT, STOP
    a wish to stop has been asked back, and the answer is a short yes      CLOSE
    the answer has fewer than THIN_WORDS words                             PROBE, on its last words
    else                                                                   NEXT with a bridging sentence, CLOSE, or what there is

each if the directive allows it. It understands nothing: a candidate of few words is probed, one of many is not.
"""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

THIN_WORDS = 12
SHORT_WORDS = 14
"""a wish is short; the same words within a long answer are part of it"""

_WISHES = (
    ("REPEAT", re.compile(r"\brepeat\b|\bsay (that|it) again\b|\bonce more\b", re.IGNORECASE), "Of course."),
    (
        "CLARIFY",
        re.compile(r"\bwhat do you mean\b|\bnot sure (what|i understand)\b|\bclarify\b|\bexplain the question\b", re.IGNORECASE),
        "I am interested in your own experience here. Any example from your work will do.",
    ),
    ("WAIT", re.compile(r"\b(a|one) (moment|minute|second)\b|\blet me think\b", re.IGNORECASE), "Take the time you need."),
    (
        "STOP",
        re.compile(r"\b(stop|end|quit|finish) (here|now|the interview|this)\b|\bi want to stop\b", re.IGNORECASE),
        "I understand.",
    ),
)
_YES = re.compile(r"\W*(yes|yeah|yep|please do|end it)\b", re.IGNORECASE)
_BRIDGES = (
    "Thank you, I can picture that.",
    "Thanks for walking me through that.",
    "I see, thank you.",
    "That gives me a clear picture.",
)


def reply(messages: Sequence[dict[str, Any]]) -> str:
    """The move on the first line, then the words, for a request's messages. Raises ValueError without a directive."""
    directive = _directive(messages)
    moves = directive["moves"].split()
    said = _last_words(messages)
    count = len(said.split())
    for move, words in wishes_of(said):
        if move in moves:
            return f"{move}\n{words}"
    if directive["stop asked"] == "yes" and "CLOSE" in moves and count <= SHORT_WORDS and _YES.match(said):
        return "CLOSE\nThank you for telling me."
    if "PROBE" in moves and count < THIN_WORDS:
        return f'PROBE\nYou said "{_tail(said)}". Could you take me through one concrete example of that?'
    if "NEXT" in moves:
        return f"NEXT\n{_BRIDGES[int(directive['question'].split()[0]) % len(_BRIDGES)]}"
    if "CLOSE" in moves:
        return "CLOSE\nThank you, this was good to hear."
    return f"{moves[0]}\nI have noted that."


def wishes_of(said: str) -> list[tuple[str, str]]:
    """What a candidate who says this asks for, instead of answering: move and words of each."""
    if len(said.split()) > SHORT_WORDS:
        return []
    return [(move, words) for move, wish, words in _WISHES if wish.search(said)]


def _directive(messages: Sequence[dict[str, Any]]) -> dict[str, str]:
    for message in reversed(messages):
        if message["role"] == "system":
            lines = (line.partition(": ") for line in text_of(message["content"]).splitlines())
            return {name: value for name, separator, value in lines if separator}
    raise ValueError("no message of role system holds a directive")


def _last_words(messages: Sequence[dict[str, Any]]) -> str:
    spoken = [message for message in messages if message["role"] == "user"]
    return unescape(text_of(spoken[-1]["content"])) if spoken else ""


def _tail(said: str) -> str:
    return " ".join(re.findall(r"[\w'\u2019-]+", said)[-5:])


def text_of(content: str | Sequence[dict[str, Any]]) -> str:
    """The text of a message's or the system's content."""
    return content if isinstance(content, str) else "\n".join(block["text"] for block in content)
