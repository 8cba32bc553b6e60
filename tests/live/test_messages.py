from datetime import UTC, datetime

import pytest
from bson import ObjectId
from hypothesis import given
from hypothesis import strategies as st

from live.messages import Changed, Interim, decode_message, encode_message
from models.documents.turn import Channel, Move, Source, Speaker, Turn, WordConfidence

texts = st.text(st.characters(exclude_categories=["Cs"]))
ids = st.binary(min_size=12, max_size=12).map(ObjectId)
moments = st.datetimes(timezones=st.just(UTC), min_value=datetime(2020, 1, 1)).map(  # noqa: DTZ001  # the zone is named beside it
    lambda at: at.replace(microsecond=at.microsecond // 1000 * 1000)
)
seqs = st.integers(0, 2**31 - 1)
turns = st.builds(
    Turn,
    id=ids,
    interview_id=ids,
    seq=seqs,
    key=texts,
    speaker=st.sampled_from(Speaker),
    text=texts,
    channel=st.sampled_from(Channel),
    started_at=moments,
    ended_at=moments,
    question_key=st.none() | texts,
    confidence=st.none() | st.floats(0, 1),
    is_uncertain=st.booleans(),
    uncertain_words=st.lists(st.builds(WordConfidence, seqs, seqs, st.floats(0, 1)), max_size=3),
    language=st.none() | st.sampled_from(["en", "de"]),
    interrupted=st.booleans(),
    move=st.none() | st.sampled_from(Move),
    source=st.none() | st.sampled_from(Source),
    answers=st.none() | seqs,
)
interims = st.builds(Interim, interview_id=ids, speaker=st.sampled_from(Speaker), text=texts, after_seq=seqs, at=moments)


@given(turns | interims | st.builds(Changed, ids))
def test_decoding_restores_the_encoded_message(message: Turn | Interim | Changed) -> None:
    assert decode_message(encode_message(message)) == message


@given(st.text() | st.recursive(st.none() | st.integers() | texts, st.lists).map(str))
def test_foreign_text_decodes_to_none(text: str) -> None:
    assert decode_message(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        '{"Turn": null}',
        '{"Turn": {"seq": "1", "text": "a"}}',
        '{"Turn": {"seq": 1, "text": "a"}}',
        '{"Interim": {"interview_id": "x", "speaker": "CANDIDATE", "text": "a", "after_seq": 1, "at": "now"}}',
        '{"Changed": {"interview_id": "x"}}',
        '{"Changed": {}}',
    ],
)
def test_incomplete_message_decodes_to_none(text: str) -> None:
    assert decode_message(text) is None


@given(turns)
def test_turn_with_an_unknown_enum_value_decodes_to_none(turn: Turn) -> None:
    written = encode_message(turn)
    assert decode_message(written.replace(f'"speaker":"{turn.speaker}"', '"speaker":"NOBODY"')) is None
