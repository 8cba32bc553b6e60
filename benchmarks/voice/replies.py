"""Analysis of held interviews: how long replies took and why, and whether turns are intact."""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from benchmarks.voice.deployment import FIRST_AUDIO_SECONDS, FIRST_WORD_SECONDS, HeldInterview
from models.documents.turn import Move, Speaker, Turn
from sandbox.caller.participant import CallerUtterance

ADVANCING = (Move.NEXT, Move.CLOSE)


@dataclass(frozen=True, slots=True)
class Reply:
    """Seconds of one reply, from the candidate's last sound to the interviewer's first, as the candidate heard both."""

    total: float
    endpointing: float
    """From the end of speech until the answer counts as complete."""
    providers: float
    """The part of the providers' fixed delays that falls after endpointing."""
    own: float
    """The rest of `total`: the room in both directions, and all of Viva's processing."""
    final: float
    """From the end of speech to the recognizer's final text, within endpointing."""
    first_word: float
    """From the end of endpointing to the reply's first word."""
    first_audio: float
    """From the first word until the synthesizer returns the first audio."""
    played: float
    """From the first audio until it is played into the room."""
    heard: float
    """From the start of playback until the candidate hears it."""


@dataclass(frozen=True, slots=True)
class Integrity:
    """Counts of what went wrong with turns over some interviews."""

    interrupting_replies: int
    """Replies that began before the answer was over."""
    split_answers: int
    """Answers that are not stored as exactly one turn."""
    wrong_advances: int
    """Answers after which the plan has not advanced exactly once."""
    cut_off_turns: int
    """Turns of the interviewer that were not heard to their end."""
    incomplete_interviews: int

    @property
    def is_intact(self) -> bool:
        """Whether nothing went wrong."""
        return not any(astuple(self))


def analyze_replies(held: HeldInterview) -> list[Reply]:
    """Return the latency of each reply that followed an answer and did not interrupt it."""
    turns = {turn.seq: turn for turn in held.turns}
    ends = [*(said.started_at for said in held.said[1:]), math.inf]
    replies = []
    for said, end in zip(held.said, ends, strict=True):
        heard_at = next((sound.started_at for sound in held.sounds if said.started_at < sound.started_at < end), None)
        turn = _first_interviewer_turn(held.turns, said.ended_at, end)
        if heard_at is None or heard_at < said.ended_at or turn is None or turn.latency is None:
            continue
        answer = turns.get(turn.answers or 0)
        if answer and (reply := _measure(said, answer, turn, heard_at)):
            replies.append(reply)
    return replies


def _first_interviewer_turn(turns: Sequence[Turn], begin: float, end: float) -> Turn | None:
    return next(
        (turn for turn in turns if turn.speaker is Speaker.INTERVIEWER and begin < turn.started_at.timestamp() < end), None
    )


def _measure(said: CallerUtterance, answer: Turn, turn: Turn, heard_at: float) -> Reply | None:
    latency = turn.latency
    if latency is None or None in (latency.final, latency.committed, latency.first_word, latency.first_audio, latency.heard):
        return None
    # the worker measures from the end of speech as it knows it; convert to the end as the candidate knows it
    offset = answer.ended_at.timestamp() - said.ended_at
    final, committed, first_word, first_audio, played = (
        offset + (seconds or 0.0)
        for seconds in (latency.final, latency.committed, latency.first_word, latency.first_audio, latency.heard)
    )
    total = heard_at - said.ended_at
    # A prefetched reply can be requested when the final text arrives, and any other reply when the answer is complete. Only
    # Claude's delay after that moment counts for the provider: if the request is sent later, Viva caused the rest.
    requested_at = final if first_word - committed < FIRST_WORD_SECONDS else committed
    providers = max(0.0, requested_at + FIRST_WORD_SECONDS - committed) + FIRST_AUDIO_SECONDS
    return Reply(
        total=total,
        endpointing=committed,
        providers=providers,
        own=total - committed - providers,
        final=final,
        first_word=first_word - committed,
        first_audio=first_audio - first_word,
        played=played - first_audio,
        heard=total - played,
    )


def check_integrity(interviews: Sequence[HeldInterview]) -> Integrity:
    """Check all turns of some interviews."""
    interrupting = split = wrong_advances = 0
    for held in interviews:
        begins = [said.started_at for said in held.said]
        for said, begin, end in zip(held.said, begins, [*begins[1:], math.inf], strict=True):
            interrupting += any(said.started_at < sound.started_at < said.ended_at for sound in held.sounds)
            advances = [
                turn
                for turn in held.turns
                if turn.speaker is Speaker.INTERVIEWER and turn.move in ADVANCING and begin < turn.started_at.timestamp() < end
            ]
            wrong_advances += len(advances) != 1
            # by their ends, because the recognizer reports some beginnings a little early
            answers = [
                turn for turn in held.turns if turn.speaker is Speaker.CANDIDATE and begin < turn.ended_at.timestamp() < end
            ]
            split += len(answers) != 1
    return Integrity(
        interrupting_replies=interrupting,
        split_answers=split,
        wrong_advances=wrong_advances,
        cut_off_turns=sum(turn.interrupted for held in interviews for turn in held.turns),
        incomplete_interviews=sum(not held.is_completed for held in interviews),
    )
