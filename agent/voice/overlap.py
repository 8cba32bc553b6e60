"""What the recognizer hears while the interviewer speaks: the interviewer's own voice, or a listener's "mm-hm". Pure functions.

Backchannels are data: `backchannels` in agent/phrases.
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import inf

ECHO_TAIL_SECONDS = 1.0
"""Longest time by which an echo ends after the interviewer's speech."""
MAX_ECHO_TAIL_SECONDS = 2.5
"""The same on a slow line, for sound that began under the speech and is as soft as an echo."""
MIN_ECHO_SHARE = 0.6
"""Share of the heard words that must occur in the interviewer's words, in the same order, for the words to be an echo."""
MIN_ECHO_WORDS = 3
"""Number of heard words below which every one of them must occur."""
MAX_BACKCHANNEL_WORDS = 4
SPEAKING_RATE = 15.0
"""Characters that the interviewer speaks per second, approximately."""
ANSWERABLE_SHARE = 0.75
"""Share of a speech after which a short word may be an answer to it instead of a backchannel."""


@dataclass(frozen=True, slots=True)
class Playback:
    """A speech of the interviewer. Times are in seconds, as `time.time` returns them."""

    text: str
    started_at: float
    ended_at: float | None
    """None while the speech is audible or paused."""
    asks_for_confirmation: bool = False
    """Whether a single "yes" answers it."""


def split_words(text: str) -> list[str]:
    """Return the words of a text without case, accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"[^\W_]+", "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn"))


def is_echo(text: str, started_at: float, ended_at: float, playbacks: Sequence[Playback]) -> bool:
    """Return whether words heard from `started_at` to `ended_at` are the interviewer's own.

    They may be of several speeches, and are recognized only after them. An answer that repeats words of the question continues
    after the question, so it is no echo.
    """
    overlapping = _find_overlapping(started_at, ended_at, playbacks)
    if not overlapping or ended_at > _echo_end(overlapping[-1]):
        return False
    heard, spoken = split_words(text), split_words(" ".join(playback.text for playback in overlapping))
    matcher = SequenceMatcher(None, heard, spoken, autojunk=False)
    matching = sum(block.size for block in matcher.get_matching_blocks())
    return bool(heard) and matching >= (MIN_ECHO_SHARE if len(heard) >= MIN_ECHO_WORDS else 1.0) * len(heard)


def may_be_echo(started_at: float, ended_at: float, playbacks: Sequence[Playback]) -> bool:
    """Return whether sound from `started_at` to `ended_at`, as soft as an echo, has the times of one, whatever its words."""
    overlapping = _find_overlapping(started_at, ended_at, playbacks)
    if not overlapping:
        return False
    speech_ended_at = overlapping[-1].ended_at or inf
    return started_at < speech_ended_at and ended_at <= speech_ended_at + MAX_ECHO_TAIL_SECONDS


def _find_overlapping(started_at: float, ended_at: float, playbacks: Sequence[Playback]) -> list[Playback]:
    """Return the speeches that are heard between two times, themselves or as an echo; empty if other sound came first."""
    overlapping = [playback for playback in playbacks if playback.started_at <= ended_at and started_at <= _echo_end(playback)]
    return overlapping if overlapping and started_at >= overlapping[0].started_at else []


def _echo_end(playback: Playback) -> float:
    return inf if playback.ended_at is None else playback.ended_at + ECHO_TAIL_SECONDS


def is_backchannel(text: str, started_at: float, playback: Playback, backchannels: Collection[Sequence[str]]) -> bool:
    """Return whether words that began at `started_at`, under the interviewer's speech, only show that the candidate listens."""
    answerable_at = playback.started_at + ANSWERABLE_SHARE * len(playback.text) / SPEAKING_RATE
    if playback.asks_for_confirmation or not playback.started_at <= started_at < answerable_at:
        return False
    words = split_words(text)
    if not words or len(words) > MAX_BACKCHANNEL_WORDS:
        return False
    while words:
        phrase = next((phrase for phrase in backchannels if words[: len(phrase)] == list(phrase)), None)
        if phrase is None:
            return False
        words = words[len(phrase) :]
    return True
