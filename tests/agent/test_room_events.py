"""Events of a voice room: whose token the candidate's turns were spoken or typed with."""

from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from agent.voice.room_events import RoomEvents
from agent.voice.speech_collector import SpeechSegment
from agent.voice.transcript_writer import TranscriptWriter
from lifecycle.rooms import CANDIDATE_IDENTITY, GENERATION_ATTRIBUTE, ORIGIN_ATTRIBUTE
from lifecycle.services import Services
from models.documents.turn import AccessOrigin, Channel, read_turns
from models.storage.clock import now
from tests.factories import make_interview, make_position


@pytest.mark.parametrize(
    ("attributes", "origin"),
    [
        ({ORIGIN_ATTRIBUTE: "START_INTERVIEW"}, AccessOrigin.START_INTERVIEW),
        ({ORIGIN_ATTRIBUTE: "INVITE"}, AccessOrigin.INVITE),
        ({ORIGIN_ATTRIBUTE: "of a later version"}, None),
        ({GENERATION_ATTRIBUTE: "1"}, None),
    ],
)
async def test_turns_say_how_the_candidate_in_the_room_got_the_token(
    services: Services, attributes: dict[str, str], origin: AccessOrigin | None
) -> None:
    interview = await make_interview(await make_position(), channel=Channel.VOICE)
    writer, room = TranscriptWriter(services, interview.id, interview.fence), Mock(remote_participants={})
    events = RoomEvents(
        services,
        room,
        interview,
        session=Mock(),
        connection=Mock(),
        conversation=Mock(),
        transcript_writer=writer,
        recognizer_monitor=Mock(),
    )
    handlers = {call.args[0]: call.args[1] for call in room.on.call_args_list}
    handlers["participant_connected"](SimpleNamespace(identity=CANDIDATE_IDENTITY, sid="PA_1", attributes=attributes))
    handlers["participant_connected"](SimpleNamespace(identity="agent", sid="PA_2", attributes={}))
    at = now()
    await writer.add_candidate_speech(SpeechSegment("1", "I wrote a program.", 0.9, at, at, at.timestamp()))
    await events.on_text_input(Mock(), Mock(text="Hello.", info=Mock(stream_id="a")))
    turns = await read_turns(interview.id)
    assert [(turn.channel, turn.written_with) for turn in turns] == [(Channel.VOICE, origin), (Channel.TEXT, origin)]
