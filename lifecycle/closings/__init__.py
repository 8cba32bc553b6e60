"""The interviewer's closing words by language and end reason, also for interviews that another process ends.

Each language is one YAML file in this folder.
"""

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter

from models.documents.interview import EndReason, Interview
from models.documents.language import primary_language
from models.documents.turn import Channel, Move, NewTurn, Source, Speaker, Turn
from models.storage.clock import now
from models.wording.data_files import read_yaml

Closings = Mapping[str, Mapping[EndReason, str]]
"""Closings by primary BCP 47 subtag."""

_FOLDER = Path(__file__).parent
_ADAPTER = TypeAdapter(dict[EndReason, str])


def load_closings() -> Closings:
    """Read the closings of every language. A process calls this once, when it starts."""
    return {path.stem: _ADAPTER.validate_python(read_yaml(path)) for path in _FOLDER.glob("*.yaml")}


def build_missing_closing(
    closings: Closings, interview: Interview, turns: list[Turn], reason: EndReason | None = None
) -> NewTurn | None:
    """Return the written closing of an interview that was ended without one, or None if there is nothing to close.

    `reason` is the reason with which the interview is about to end; the default is its `end_reason`.
    The closing answers no turn of the candidate.
    """
    reason = reason or interview.end_reason
    moves = [turn.move for turn in turns if turn.speaker is Speaker.INTERVIEWER and turn.move is not None]
    if not moves or moves[-1] is Move.CLOSE or reason is None:
        return None
    at = now()
    return NewTurn(
        key=f"end:{interview.last_seq}",
        speaker=Speaker.INTERVIEWER,
        text=closings[primary_language(interview.language)][reason],
        channel=Channel.TEXT,
        started_at=at,
        ended_at=at,
        move=Move.CLOSE,
        source=Source.CODE,
        answers=0,
    )
