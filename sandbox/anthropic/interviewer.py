"""The simulated Claude as interviewer. It applies these rules to the request alone, and the first that matches wins:

    the candidate confirms a wish to stop, or repeats it                   CLOSE
    the candidate declines to stop                                         REPEAT, so that the question is heard again
    the candidate asks to repeat, to explain, for a moment, or to stop     REPEAT, CLARIFY, WAIT, STOP; NEXT if not allowed
    the candidate does not know                                            NEXT; PROBE if not allowed
    the answer has fewer than THIN_ANSWER_WORDS words                      PROBE
    a short message ends with a question                                   ANSWER, without a fact
    otherwise                                                              NEXT with a bridging sentence, ANYTHING_ELSE or CLOSE

A rule matches only if the directive allows its move. The interviewer understands nothing: it probes short answers and accepts
long ones. It neither quotes the candidate nor judges an answer.
"""

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

THIN_ANSWER_WORDS = 12
MAX_INTENT_WORDS = 14
"""Maximum number of words of a request; the same phrase within a longer text is part of an answer."""

_STOP = re.compile(
    r"\b(stop|end|quit|finish|leave) (here|now|this|the (interview|conversation|call))\b|\bend it\b"
    r"|\bi(['\u2019]d| would)? (want|like|need|prefer) to (stop|quit|finish)\b"
    r"|\b(to|please|can we|could we|let us|let['\u2019]s|^) ?(stop|quit|finish)( please)?\W*$",
    re.IGNORECASE,
)
_INTENTS = (
    ("REPEAT", re.compile(r"\brepeat\b|\bsay (that|it) again\b|\bonce more\b", re.IGNORECASE), "Of course."),
    (
        "CLARIFY",
        re.compile(r"\bwhat do you mean\b|\bnot sure (what|i understand)\b|\bclarify\b|\bexplain the question\b", re.IGNORECASE),
        "I am interested in your own experience here. Any example from your work will do.",
    ),
    ("WAIT", re.compile(r"\b(a|one) (moment|minute|second)\b|\blet me think\b", re.IGNORECASE), "Take the time you need."),
    ("STOP", _STOP, "I understand."),
)
_YES = re.compile(
    r"\W*(yes|yeah|yep|yup|sure|correct|exactly|right|i do|i would|please do|that's right|that is right|of course|okay|ok)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"\W*(no|nope|not yet|never mind|let us go on|let's go on|go on|continue|i would rather go on)\b", re.IGNORECASE)
_DOES_NOT_KNOW = re.compile(
    r"\b(do not|don['\u2019]?t|can(?:not|['\u2019]t)) (know|remember|recall|say|answer|think of)\b"
    r"|\bno (idea|clue|experience|example)\b|\bnot sure\b|\b(skip|pass)\b|\bnever (done|used|had|met|worked)\b",
    re.IGNORECASE,
)
_BRIDGES = (
    "Thank you for explaining that.",
    "Thank you for walking me through that.",
    "I see, thank you.",
    "Thank you for your answer.",
)
_PROBES = (
    "Thank you. Could you take me through one concrete example?",
    "Thank you. Which part of it did you do yourself?",
    "Thank you. How did it turn out in the end?",
)
_PROBE_AFTER_UNKNOWN = "That is all right. Does anything similar come to mind?"


def write_reply(messages: Sequence[dict[str, Any]]) -> str:
    """Return the reply to a request's messages: the move on the first line, then the words.

    Raises ValueError if the messages contain no directive.
    """
    directive = _parse_directive(messages)
    moves = directive["moves"].split()
    answer = _find_last_candidate_text(messages)
    replies = [
        *(_reply_after_stop_question(answer) if directive["stop asked"] == "yes" else []),
        *detect_intents(answer),
        *([("ANSWER", "none")] if _asks(answer) else []),
        *_reply_to_answer(answer, directive),
    ]
    move, words = next(((move, words) for move, words in replies if move in moves), (moves[0], "Thank you, I have noted that."))
    return f"{move}\n{words}"


def detect_intents(text: str) -> list[tuple[str, str]]:
    """Return a reply, as a move and its words, for each request that the candidate makes instead of answering."""
    if len(text.split()) > MAX_INTENT_WORDS:
        return []
    return [(move, words) for move, pattern, words in _INTENTS if pattern.search(text)]


def _asks(said: str) -> bool:
    return said.rstrip().endswith("?") and len(said.split()) <= MAX_INTENT_WORDS


def _reply_after_stop_question(said: str) -> list[tuple[str, str]]:
    is_short = len(said.split()) <= MAX_INTENT_WORDS
    if is_short and _NO.match(said):
        return [("REPEAT", "Gladly, let us go on."), ("NEXT", "Gladly, let us go on.")]
    wants_to_stop = bool(_STOP.search(said))
    if (is_short and (wants_to_stop or _YES.match(said))) or (wants_to_stop and _YES.match(said)):
        return [("CLOSE", "Thank you for telling me.")]
    return []


def _reply_to_answer(said: str, directive: dict[str, str]) -> list[tuple[str, str]]:
    asked = int(directive["question"].split()[0])
    count = len(said.split())
    probe = ("PROBE", _PROBES[int(directive.get("PROBE used", 0)) % len(_PROBES)])
    if detect_intents(said):
        words = "Let's leave that question there and move on."
        return [("NEXT", words), ("ANYTHING_ELSE", words), ("CLOSE", "Thank you for your time."), probe]
    if asked == 0:
        return [("NEXT", "Good, let us begin."), ("CLOSE", "Thank you for your time.")]
    if count <= MAX_INTENT_WORDS and _DOES_NOT_KNOW.search(said):
        words = "That is all right, let us go on."
        return [("NEXT", words), ("ANYTHING_ELSE", words), ("CLOSE", "That is all right."), ("PROBE", _PROBE_AFTER_UNKNOWN)]
    return [
        *([probe] if count < THIN_ANSWER_WORDS else []),
        ("NEXT", _BRIDGES[asked % len(_BRIDGES)]),
        ("ANYTHING_ELSE", _BRIDGES[asked % len(_BRIDGES)]),
        ("CLOSE", "Thank you for your answer."),
    ]


def _parse_directive(messages: Sequence[dict[str, Any]]) -> dict[str, str]:
    for message in reversed(messages):
        if message["role"] == "system":
            lines = (line.partition(": ") for line in extract_text(message["content"]).splitlines())
            return {name: value for name, separator, value in lines if separator}
    raise ValueError("no message with the role 'system' contains a directive")


def _find_last_candidate_text(messages: Sequence[dict[str, Any]]) -> str:
    spoken = [message for message in messages if message["role"] == "user"]
    return unescape(extract_text(spoken[-1]["content"])) if spoken else ""


def extract_text(content: str | Sequence[dict[str, Any]]) -> str:
    """Return the text of a message's content, or of the system prompt."""
    return content if isinstance(content, str) else "\n".join(block["text"] for block in content)
