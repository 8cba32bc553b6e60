"""Transcript export as JSON, plain text and WebVTT (https://www.w3.org/TR/webvtt1/)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from evaluation.reports.labels import Labels
from evaluation.reports.report_model import ReportModel, TimeOrigin
from models.documents.interview import TERMINAL_STATUSES, Interview
from models.documents.turn import Channel, Speaker, Turn

MIN_CUE_MILLISECONDS = 1000
"""Shortest time that a caption is visible. A typed turn starts and ends at the same time, which WebVTT does not allow."""

_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LINE_BREAKS = re.compile(r"\s*[\r\n\x85\u2028\u2029]\s*")
_WEBVTT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class UncertainWord(ReportModel):
    """The recognition confidence, from 0 to 1, of the word text[start:end] of a turn."""

    start: int
    end: int
    confidence: float


class TranscriptTurn(ReportModel):
    """One turn. Seconds count from the transcript's origin; a turn before it has 0."""

    seq: int
    speaker: Speaker
    text: str
    channel: Channel
    question_key: str | None
    start_seconds: float
    end_seconds: float
    started_at: datetime
    ended_at: datetime
    confidence: float | None
    is_uncertain: bool
    uncertain_words: list[UncertainWord]
    """The words of low confidence, if the turn is not uncertain as a whole."""
    language: str | None
    """The language that the candidate used instead of the interview's."""
    interrupted: bool
    correction: str | None = None
    """What the candidate put beside the turn after the interview."""


class TranscriptExport(ReportModel):
    """The turns of an interview in order."""

    interview_id: str
    position_title: str
    language: str
    time_origin: TimeOrigin
    started_at: datetime | None
    """The time of the origin; None for an interview that has not started."""
    is_complete: bool
    """Whether no turn will follow."""
    turns: list[TranscriptTurn]


def build_transcript_export(
    interview: Interview,
    interview_id: str,
    turns: Sequence[Turn],
    recording_start: datetime | None,
    corrections: Mapping[int, str] = MappingProxyType({}),
) -> TranscriptExport:
    """Return the transcript with times from the start of the recording, or of the interview if there is no recording.

    `corrections` are the candidate's, by the seq of the turn.
    """
    first_turn = turns[0].started_at if turns else None
    origin = recording_start or interview.started_at or first_turn

    def count_seconds(at: datetime) -> float:
        return round(max(0.0, (at - origin).total_seconds()), 3) if origin else 0.0

    return TranscriptExport(
        interview_id=interview_id,
        position_title=interview.position.title,
        language=interview.language,
        time_origin=TimeOrigin.RECORDING if recording_start else TimeOrigin.INTERVIEW,
        started_at=origin,
        is_complete=interview.status in TERMINAL_STATUSES,
        turns=[
            TranscriptTurn(
                seq=turn.seq,
                speaker=turn.speaker,
                text=turn.text,
                channel=turn.channel,
                question_key=turn.question_key,
                start_seconds=count_seconds(turn.started_at),
                end_seconds=count_seconds(turn.ended_at),
                started_at=turn.started_at,
                ended_at=turn.ended_at,
                confidence=turn.confidence,
                is_uncertain=turn.is_uncertain,
                uncertain_words=[UncertainWord.model_validate(word, from_attributes=True) for word in turn.uncertain_words],
                language=turn.language,
                interrupted=turn.interrupted,
                correction=corrections.get(turn.seq),
            )
            for turn in turns
        ],
    )


def to_plain_text(transcript: TranscriptExport, labels: Labels) -> str:
    """Return the transcript as text with a heading, and the time and speaker above each turn."""
    heading = [labels.transcript_title.format(position=transcript.position_title), transcript.interview_id]
    if transcript.started_at:
        heading.append(f"{transcript.started_at:%Y-%m-%d %H:%M:%S} UTC")
    heading.append(labels.time_origin[transcript.time_origin])
    parts = ["\n".join(heading)]
    for turn in transcript.turns:
        remarks = f" ({', '.join(found)})" if (found := _list_remarks(turn, labels)) else ""
        parts.append(f"[{format_seconds(turn.start_seconds)}] {labels.speakers[turn.speaker]}{remarks}\n{_clean(turn.text)}")
        if turn.correction:
            parts.append(labels.correction.format(text=_clean(turn.correction)))
    return "\n\n".join(parts) + "\n"


def _list_remarks(turn: TranscriptTurn, labels: Labels) -> list[str]:
    """Return what readers should know about how the turn was understood."""
    remarks = [labels.languages[turn.language]] if turn.language else []
    return [*remarks, labels.uncertain] if turn.is_uncertain else remarks


def to_webvtt(transcript: TranscriptExport, labels: Labels) -> str:
    """Return the transcript as captions: one cue for each turn, whose identifier is the turn's seq. They have no corrections.

    A cue starts no earlier than the cue before it and ends after it starts, as WebVTT requires. Turns without text have none.
    """
    blocks = ["WEBVTT", *_write_cues(transcript, labels)]
    return "\n\n".join(blocks) + "\n"


def _write_cues(transcript: TranscriptExport, labels: Labels) -> Iterator[str]:
    previous_start = 0
    for turn in transcript.turns:
        text = _clean(turn.text).translate(_WEBVTT_ESCAPES)
        if not text:
            continue
        start = max(previous_start, round(turn.start_seconds * 1000))
        end = max(start + MIN_CUE_MILLISECONDS, round(turn.end_seconds * 1000))
        speaker = labels.speakers[turn.speaker].translate(_WEBVTT_ESCAPES)
        remarks = f"({', '.join(found)}) " if (found := _list_remarks(turn, labels)) else ""
        yield f"{turn.seq}\n{_format_timestamp(start)} --> {_format_timestamp(end)}\n<v {speaker}>{remarks}{text}"
        previous_start = start


def format_seconds(seconds: float) -> str:
    """Return a time as h:mm:ss, rounded down."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _format_timestamp(milliseconds: int) -> str:
    seconds, fraction = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:03}"


def _clean(text: str) -> str:
    """Return the text without control characters and without empty lines, which would end a cue."""
    return _CONTROL_CHARACTERS.sub("", _LINE_BREAKS.sub("\n", text)).strip()
