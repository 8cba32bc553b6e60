"""Where the time of each reply of an interview went, computed from what is stored with its turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.documents.turn import Channel, Speaker, Turn


class ReplyStage(StrEnum):
    """A stage of a reply, in the order in which they follow each other."""

    RECOGNITION = "RECOGNITION"
    ENDPOINTING = "ENDPOINTING"
    FIRST_WORD = "FIRST_WORD"
    SYNTHESIS = "SYNTHESIS"
    PLAYOUT_START = "PLAYOUT_START"
    PLAYOUT = "PLAYOUT"
    QUEUE = "QUEUE"
    COMPOSITION = "COMPOSITION"


@dataclass(frozen=True, slots=True)
class TimedStage:
    """A stage, when it began, and how long it took."""

    stage: ReplyStage
    started_at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class TurnTrace:
    """A turn with the stages of the reply that it is; without any if it is none, or if they were not observed."""

    seq: int
    speaker: Speaker
    channel: Channel
    started_at: datetime
    ended_at: datetime
    stages: list[TimedStage]


def trace_turns(turns: Sequence[Turn], answered: Mapping[int, Turn]) -> list[TurnTrace]:
    """Return the trace of each turn. `answered` has, by seq, the candidate's turns that typed replies answer."""
    return [
        TurnTrace(
            turn.seq,
            turn.speaker,
            turn.channel,
            turn.started_at,
            turn.ended_at,
            _find_stages(turn, answered.get(turn.answers or 0)),
        )
        for turn in turns
    ]


def _find_stages(turn: Turn, answered: Turn | None) -> list[TimedStage]:
    if turn.latency is not None and turn.latency.heard is not None:
        stopped_at = turn.started_at - timedelta(seconds=turn.latency.heard)
        spoken = (
            (ReplyStage.RECOGNITION, turn.latency.final),
            (ReplyStage.ENDPOINTING, turn.latency.committed),
            (ReplyStage.FIRST_WORD, turn.latency.first_word),
            (ReplyStage.SYNTHESIS, turn.latency.first_audio),
            (ReplyStage.PLAYOUT_START, turn.latency.heard),
            (ReplyStage.PLAYOUT, (turn.ended_at - stopped_at).total_seconds()),
        )
        return _chain_stages(stopped_at, spoken)
    if turn.channel is Channel.TEXT and answered is not None:
        sent_at = answered.ended_at
        typed = (
            (ReplyStage.QUEUE, (turn.started_at - sent_at).total_seconds()),
            (ReplyStage.COMPOSITION, (turn.ended_at - sent_at).total_seconds()),
        )
        return _chain_stages(sent_at, typed)
    return []


def _chain_stages(began_at: datetime, moments: Sequence[tuple[ReplyStage, float | None]]) -> list[TimedStage]:
    """Return stages that follow each other from `began_at`. Each moment is when a stage ended, in seconds; None is skipped."""
    stages, elapsed = [], 0.0
    for stage, moment in moments:
        if moment is not None:
            end = max(moment, elapsed)
            stages.append(TimedStage(stage, began_at + timedelta(seconds=elapsed), round(end - elapsed, 3)))
            elapsed = end
    return stages
