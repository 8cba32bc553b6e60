"""What the interviews' sound and turns say: how long replies took and by whose doing, and which turns are not whole."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.interviews import Outcome

from benchmarks.rig import FIRST_AUDIO_SECONDS, FIRST_WORD_SECONDS
from models.documents.turn import Move, Speaker, Turn
from sandbox.caller.participant import CallerUtterance

ADVANCING = (Move.NEXT, Move.CLOSE)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply, in seconds: from the candidate's last sound to the interviewer's first one, as the candidate heard both."""

    total: float
    final: float
    """until the recognizer's last words were there"""
    endpointing: float
    """until the answer was taken to be over"""
    providers: float
    """then: their fixed delays, as far as they were not over by that time"""
    ours: float
    """the rest: the room, both ways, and everything between"""
    first_word: float
    """of ours, and of Claude: from there to the reply's first word"""
    first_audio: float
    """of ours, and of the synthesizer: from there to its first sound"""
    played: float
    """of ours: from there until it is played into the room"""
    arrived: float
    """of ours: from there to the candidate's ear"""


@dataclass(frozen=True, slots=True)
class Whole:
    """Whether turns are what they should be. Counts over the answers of some interviews."""

    answers: int
    spoken_over: int
    """a reply was begun aloud before the answer was over: the candidate is talked over, the reply is cut off"""
    split: int
    """stored as more than one turn: one contribution all the same"""
    not_once: int
    """answers after which the plan has not advanced by exactly one"""
    cut_off: int
    """interviewer's turns that were not heard to their end"""
    unfinished: int
    """interviews"""

    @property
    def is_whole(self) -> bool:
        """Nothing was cut, nothing split, nothing counted twice, and every interview came to its end."""
        return not (self.spoken_over or self.split or self.not_once or self.cut_off or self.unfinished)


def replies_of(outcome: Outcome) -> list[Reply]:
    """The replies of an interview that were heard in full after an answer without a reply into it."""
    turns = {turn.seq: turn for turn in outcome.turns}
    ends = [*(said.started_at for said in outcome.said[1:]), math.inf]
    replies = []
    for said, end in zip(outcome.said, ends, strict=True):
        heard_at = next((sound.started_at for sound in outcome.sounds if said.started_at < sound.started_at < end), None)
        turn = _first(outcome.turns, Speaker.INTERVIEWER, said.ended_at, end)
        if heard_at is None or heard_at < said.ended_at or turn is None or turn.latency is None:
            continue
        answer = turns.get(turn.answers or 0)
        if answer and (reply := _measure(said, answer, turn, heard_at)):
            replies.append(reply)
    return replies


def _first(turns: Sequence[Turn], speaker: Speaker, begin: float, end: float) -> Turn | None:
    return next((turn for turn in turns if turn.speaker is speaker and begin < turn.started_at.timestamp() < end), None)


def _measure(said: CallerUtterance, answer: Turn, turn: Turn, heard_at: float) -> Reply | None:
    """The stages were measured from the end of speech as the worker knows it; here they count from the end as it was."""
    latency = turn.latency
    if latency is None or None in (latency.final, latency.committed, latency.first_word, latency.first_audio, latency.heard):
        return None
    origin = answer.ended_at.timestamp() - said.ended_at
    final, committed, first_word, first_audio, played = (
        origin + (seconds or 0.0)
        for seconds in (latency.final, latency.committed, latency.first_word, latency.first_audio, latency.heard)
    )
    total = heard_at - said.ended_at
    # an early reply may be asked for as soon as the words are there, one that is not early when the answer is over:
    # what of Claude's delay is left by then is Claude's, and a request that comes later than it could is our doing
    begun_at = final if first_word - committed < FIRST_WORD_SECONDS else committed
    providers = max(0.0, begun_at + FIRST_WORD_SECONDS - committed) + FIRST_AUDIO_SECONDS
    return Reply(
        total=total,
        final=final,
        endpointing=committed,
        providers=providers,
        ours=total - committed - providers,
        first_word=first_word - committed,
        first_audio=first_audio - first_word,
        played=played - first_audio,
        arrived=total - played,
    )


def judge(outcomes: Sequence[Outcome]) -> Whole:
    """Look at all turns of some interviews."""
    spoken_over = split = not_once = 0
    for outcome in outcomes:
        begins = [said.started_at for said in outcome.said]
        for said, begin, end in zip(outcome.said, begins, [*begins[1:], math.inf], strict=True):
            spoken_over += any(said.started_at < sound.started_at < said.ended_at for sound in outcome.sounds)
            within = [turn for turn in outcome.turns if begin < turn.started_at.timestamp() < end]
            advances = sum(turn.speaker is Speaker.INTERVIEWER and turn.move in ADVANCING for turn in within)
            not_once += advances != 1
            pieces = [
                turn
                for turn in outcome.turns
                # that it begins is told a little early at times
                if turn.speaker is Speaker.CANDIDATE and begin < turn.ended_at.timestamp() < end
            ]
            split += len(pieces) != 1
    return Whole(
        answers=sum(len(outcome.said) for outcome in outcomes),
        spoken_over=spoken_over,
        split=split,
        not_once=not_once,
        cut_off=sum(turn.interrupted for outcome in outcomes for turn in outcome.turns),
        unfinished=sum(not outcome.is_completed for outcome in outcomes),
    )


def percentile(values: Sequence[float], share: float) -> float:
    """By nearest rank; not a number where there are no values."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)] if ranked else math.nan
