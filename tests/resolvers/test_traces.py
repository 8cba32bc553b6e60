from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bson import ObjectId

from models.documents.turn import Channel, Latency, Speaker, Turn
from resolvers.traces import ReplyStage, trace_turns

HEARD_AT = datetime(2026, 11, 30, 12, 0, 1, tzinfo=UTC)
REPLY = Turn(
    id=ObjectId(),
    interview_id=ObjectId(),
    seq=4,
    key="reply:3",
    speaker=Speaker.INTERVIEWER,
    text="And then?",
    channel=Channel.VOICE,
    started_at=HEARD_AT,
    ended_at=HEARD_AT + timedelta(seconds=2),
    answers=3,
)


def test_stages_of_a_spoken_reply_follow_each_other_from_the_end_of_speech() -> None:
    latency = Latency(final=0.2, committed=0.6, first_word=0.5, first_audio=0.75, heard=1.0)
    [trace] = trace_turns([replace(REPLY, latency=latency)], {})
    assert [(timed.stage, timed.seconds) for timed in trace.stages] == [
        (ReplyStage.RECOGNITION, 0.2),
        (ReplyStage.ENDPOINTING, 0.4),
        # the reply was ready when the answer was considered complete
        (ReplyStage.FIRST_WORD, 0.0),
        (ReplyStage.SYNTHESIS, 0.15),
        (ReplyStage.PLAYOUT_START, 0.25),
        (ReplyStage.PLAYOUT, 2.0),
    ]
    assert trace.stages[0].started_at == HEARD_AT - timedelta(seconds=1)
    assert trace.stages[-1].started_at == HEARD_AT


def test_stage_that_was_not_observed_is_left_out() -> None:
    [trace] = trace_turns([replace(REPLY, latency=Latency(committed=0.5, heard=1.0))], {})
    stages = [(timed.stage, timed.seconds) for timed in trace.stages]
    assert stages == [(ReplyStage.ENDPOINTING, 0.5), (ReplyStage.PLAYOUT_START, 0.5), (ReplyStage.PLAYOUT, 2.0)]


def test_typed_reply_waits_for_a_worker_and_is_composed() -> None:
    sent_at = HEARD_AT - timedelta(seconds=0.25)
    message = replace(REPLY, seq=3, speaker=Speaker.CANDIDATE, channel=Channel.TEXT, answers=None, ended_at=sent_at)
    traces = trace_turns([message, replace(REPLY, channel=Channel.TEXT)], {3: message})
    assert [[(timed.stage, timed.seconds) for timed in trace.stages] for trace in traces] == [
        [],
        [(ReplyStage.QUEUE, 0.25), (ReplyStage.COMPOSITION, 2.0)],
    ]
    assert trace_turns([replace(REPLY, channel=Channel.TEXT)], {})[0].stages == []
