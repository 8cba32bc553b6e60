"""Events of a voice room: whose token the candidate's turns were spoken or typed with."""

import asyncio
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from unittest.mock import AsyncMock, Mock, call

import pytest

from agent.voice.room_events import RoomEvents
from agent.voice.speech_collector import SpeechSegment
from agent.voice.transcript_writer import TranscriptWriter
from lifecycle.rooms import CANDIDATE_IDENTITY, GENERATION_ATTRIBUTE, HEARING_ATTRIBUTE, ORIGIN_ATTRIBUTE
from lifecycle.services import Services
from models.documents.turn import AccessOrigin, Channel, read_turns
from models.storage.clock import now
from tests.factories import make_interview, make_position
from tests.helpers import wait_until


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


class ScriptedConnection:
    """A connection whose microphone is heard, and no longer heard, when a test says so."""

    def __init__(self) -> None:
        self.changes: asyncio.Queue[bool] = asyncio.Queue()

    async def watch(self) -> AsyncGenerator[bool, None]:
        while True:
            yield await self.changes.get()

    def reset(self) -> None:
        pass

    def has_microphone(self, _: object) -> bool:
        return True


async def test_room_learns_when_the_candidate_is_not_heard_and_is_heard_again(services: Services) -> None:
    interview = await make_interview(await make_position(), channel=Channel.VOICE)
    candidate = SimpleNamespace(identity=CANDIDATE_IDENTITY, sid="PA_1", attributes={})
    set_attributes = AsyncMock()
    room = Mock(remote_participants={"PA_1": candidate}, local_participant=Mock(set_attributes=set_attributes))
    connection, forever = ScriptedConnection(), asyncio.Event()
    conversation = Mock(run=forever.wait, candidate_left=AsyncMock())
    events = RoomEvents(
        services,
        room,
        interview,
        session=Mock(),
        connection=connection,  # type: ignore[arg-type]  # it has only what RoomEvents reads
        conversation=conversation,
        transcript_writer=Mock(publish_interims=forever.wait),
        recognizer_monitor=Mock(watch=forever.wait),
    )
    stop = asyncio.Event()
    running = asyncio.create_task(events.run(stop))

    async def wait_for_attribute(value: str) -> None:
        await wait_until(lambda: set_attributes.await_args == call({HEARING_ATTRIBUTE: value}))

    for is_heard, value in ((False, "no"), (True, "yes"), (False, "no")):
        connection.changes.put_nowait(is_heard)
        await wait_for_attribute(value)
    candidate.sid = "PA_2"
    handlers = {registered.args[0]: registered.args[1] for registered in room.on.call_args_list}
    handlers["participant_connected"](candidate)
    await wait_for_attribute("yes")
    stop.set()
    assert await running is None
