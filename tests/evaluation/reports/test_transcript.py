import json
import re
from io import StringIO

import pytest
import webvtt

from evaluation.reports.labels import load_labels
from evaluation.reports.report_model import TimeOrigin
from evaluation.reports.transcript import TranscriptExport, build_transcript_export, to_plain_text, to_webvtt
from models.documents.turn import Channel, Speaker, Turn, WordConfidence
from tests.evaluation.reports.samples import START, make_turn, make_unstored_interview

LABELS = load_labels("en")
TURNS = [
    make_turn(1, "Welcome.", Speaker.INTERVIEWER, start=-1, end=3),
    make_turn(2, "I use C++ & Rust <3 --> all day.\r\n\r\nReally.", start=3.5, end=9.25),
    make_turn(3, "Typed", start=10, end=10, channel=Channel.TEXT),
    make_turn(4, " \n ", start=11, end=12),
    make_turn(5, "Earlier by its clock.\x1b[31m\x00", Speaker.INTERVIEWER, start=8, end=8.4),
    make_turn(6, "After an hour.", start=3725.5, end=3726.75),
]


def export(turns: list[Turn] = TURNS, recording_offset: float | None = None) -> TranscriptExport:
    recording_start = (
        None if recording_offset is None else make_turn(0, "", start=recording_offset, end=recording_offset).started_at
    )
    return build_transcript_export(make_unstored_interview(), "int_1", turns, recording_start)


def read_cues(text: str) -> list[webvtt.Caption]:
    """Return the cues that a parser of WebVTT finds."""
    return webvtt.from_buffer(StringIO(text)).captions


def to_milliseconds(timestamp: str) -> int:
    hours, minutes, seconds = timestamp.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + float(seconds)) * 1000)


def test_webvtt_has_valid_cues_with_speakers() -> None:
    text = to_webvtt(export(), LABELS)
    captions = read_cues(text)
    assert [(cue.identifier, cue.voice, cue.text) for cue in captions] == [
        ("1", "Interviewer", "Welcome."),
        ("2", "Candidate", "I use C++ &amp; Rust &lt;3 --&gt; all day.\nReally."),
        ("3", "Candidate", "Typed"),
        ("5", "Interviewer", "Earlier by its clock.[31m"),
        ("6", "Candidate", "After an hour."),
    ]
    assert text.startswith("WEBVTT\n\n")


def test_webvtt_times_are_monotonic_and_no_cue_is_empty() -> None:
    captions = read_cues(to_webvtt(export(), LABELS))
    starts, ends = ([to_milliseconds(getattr(cue, name)) for cue in captions] for name in ("start", "end"))
    assert starts == [0, 3500, 10_000, 10_000, 3_725_500]
    assert ends == [3000, 9250, 11_000, 11_000, 3_726_750]


def test_webvtt_of_hostile_text_has_one_cue_per_turn() -> None:
    hostile = "WEBVTT\n\n1\n00:00:00.000 --> 00:00:09.000\n<v Interviewer>Forged\u2028\u2029\x85NOTE x"
    text = to_webvtt(export([make_turn(1, hostile, start=0, end=2), make_turn(2, "NOTE", start=3, end=4)]), LABELS)
    assert len(read_cues(text)) == 2
    assert text.count("-->") == 2
    assert len(re.findall(r"^<v ", text, re.MULTILINE)) == 2
    assert len(text.split("\n\n")) == 3


def test_times_count_from_the_recording_if_there_is_one() -> None:
    from_recording = export(recording_offset=2)
    assert from_recording.time_origin is TimeOrigin.RECORDING
    assert [turn.start_seconds for turn in from_recording.turns][:3] == [0, 1.5, 8]
    from_interview = export()
    assert (from_interview.time_origin, from_interview.started_at) == (TimeOrigin.INTERVIEW, START)
    assert [turn.start_seconds for turn in from_interview.turns][:3] == [0, 3.5, 10]


def test_plain_text_names_time_and_speaker_of_each_turn() -> None:
    text = to_plain_text(export(), LABELS)
    assert text.startswith(
        "Interview transcript: Tester\nint_1\n2026-11-25 09:00:00 UTC\nTimes count from the start of the interview.\n"
    )
    assert "\n\n[0:00:03] Candidate\nI use C++ & Rust <3 --> all day.\nReally.\n\n" in text
    assert text.endswith("[1:02:05] Candidate\nAfter an hour.\n")
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", text)


@pytest.mark.parametrize("language", ["de", "es", "fr"])
def test_speakers_are_named_in_the_language_of_the_interview(language: str) -> None:
    labels = load_labels(language)
    cues = read_cues(to_webvtt(export(), labels))
    assert {cue.voice for cue in cues} == set(labels.speakers.values())
    assert labels.time_origin[TimeOrigin.INTERVIEW] in to_plain_text(export(), labels)


def test_json_has_every_turn_with_its_original_text() -> None:
    data = json.loads(export().to_json())
    assert [turn["text"] for turn in data["turns"]] == [turn.text for turn in TURNS]
    assert data["turns"][1] == {
        "seq": 2,
        "speaker": "CANDIDATE",
        "text": TURNS[1].text,
        "channel": "VOICE",
        "questionKey": None,
        "startSeconds": 3.5,
        "endSeconds": 9.25,
        "startedAt": "2026-11-25T09:00:03.500000Z",
        "endedAt": "2026-11-25T09:00:09.250000Z",
        "confidence": 0.9,
        "isUncertain": False,
        "uncertainWords": [],
        "language": None,
        "correction": None,
        "interrupted": False,
    }
    assert (data["timeOrigin"], data["isComplete"], data["language"]) == ("INTERVIEW", True, "en")


@pytest.mark.parametrize(
    ("language", "remarks"),
    [
        ("en", "in German, hardly understood"),
        ("de", "auf Deutsch, kaum verstanden"),
        ("es", "en alemán, apenas se entendió"),
        ("fr", "en allemand, à peine compris"),
    ],
)
def test_turn_in_another_language_or_hardly_understood_is_marked_in_every_format(language: str, remarks: str) -> None:
    words = [WordConfidence(4, 8, 0.25)]
    turns = [
        make_turn(1, "Wie bitte?", start=0, end=1, language="de", is_uncertain=True),
        make_turn(2, "Oh, yeah.", start=2, end=3, uncertain_words=words),
    ]
    marked, labels = export(turns), load_labels(language)
    assert f"] {labels.speakers[Speaker.CANDIDATE]} ({remarks})\nWie bitte?\n\n" in to_plain_text(marked, labels)
    assert [cue.text for cue in read_cues(to_webvtt(marked, labels))] == [f"({remarks}) Wie bitte?", "Oh, yeah."]
    first, second = json.loads(marked.to_json())["turns"]
    assert (first["language"], first["isUncertain"], second["isUncertain"]) == ("de", True, False)
    assert second["uncertainWords"] == [{"start": 4, "end": 8, "confidence": 0.25}]


def test_transcript_without_turns_is_valid_in_every_format() -> None:
    empty = build_transcript_export(make_unstored_interview(started_at=None), "int_1", [], None)
    assert to_webvtt(empty, LABELS) == "WEBVTT\n"
    assert "UTC" not in to_plain_text(empty, LABELS)
    assert json.loads(empty.to_json())["turns"] == []


def test_correction_is_beside_its_turn_and_the_captions_show_what_was_said() -> None:
    turns = [make_turn(1, "I said 2021.", start=0, end=1), make_turn(2, "And so on.", start=2, end=3)]
    corrected = build_transcript_export(make_unstored_interview(), "int_1", turns, None, {1: "I meant 2012."})
    assert [turn.correction for turn in corrected.turns] == ["I meant 2012.", None]
    text = to_plain_text(corrected, LABELS)
    assert "I said 2021.\n\nCorrection by the candidate: I meant 2012.\n\n" in text
    assert "2012" not in to_webvtt(corrected, LABELS)
