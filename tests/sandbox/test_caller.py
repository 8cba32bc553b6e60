"""The simulated candidate in a real LiveKit room, with a second participant that plays the interviewer."""

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from livekit import api, rtc

from sandbox.caller.listener import TrackListener, VoiceActivity
from sandbox.caller.microphone import SAMPLE_RATE, CallEnded, Microphone
from sandbox.caller.participant import STATE_ATTRIBUTE, TRANSCRIPTION_TOPIC, CallerUtterance, VoiceCaller
from sandbox.candidate import load_questions
from sandbox.livekit.server import LivekitServer
from sandbox.processes import ChildProcess
from sandbox.speech import synthesize
from sandbox.voices import make_interviewer_voice

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.timeout(180)


def make_token(server: LivekitServer, room: str, identity: str) -> str:
    grants = api.VideoGrants(room_join=True, room=room, can_update_own_metadata=True)
    return (
        api.AccessToken(server.api_key, server.api_secret)
        .with_identity(identity)
        .with_grants(grants)
        .with_ttl(timedelta(minutes=5))
        .to_jwt()
    )


@dataclass
class Partner:
    """The participant that plays the interviewer: it speaks and listens."""

    room: rtc.Room
    microphone: Microphone
    heard: list[VoiceActivity] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    departures: list[float] = field(default_factory=list)

    async def ask(self, text: str) -> float:
        """Says a text and publishes its captions, as livekit-agents does. Returns when its audio ended."""
        speech = synthesize(text, make_interviewer_voice("en"), SAMPLE_RATE)
        await self.room.local_participant.set_attributes({STATE_ATTRIBUTE: "speaking"})
        writer = await self.room.local_participant.stream_text(
            topic=TRANSCRIPTION_TOPIC, attributes={"lk.segment_id": uuid4().hex}
        )
        for word in text.split():
            await writer.write(word + " ")
        await self.microphone.play(speech.samples)
        ended_at = time.time()
        await writer.aclose()
        await self.room.local_participant.set_attributes({STATE_ATTRIBUTE: "listening"})
        return ended_at

    async def wait_until_heard(self, count: int, seconds: float = 30) -> None:
        """Wait until `count` periods of the caller's speech have ended."""
        async with asyncio.timeout(seconds):
            while sum(sound.ended_at is not None for sound in self.heard) < count:
                await asyncio.sleep(0.02)


@dataclass
class CallRoom:
    """A room with the caller and its partner."""

    partner: Partner
    caller: VoiceCaller
    token: str


@pytest.fixture
async def call_room(livekit_server: LivekitServer) -> AsyncIterator[CallRoom]:
    name = f"call-{uuid4().hex}"
    token = make_token(livekit_server, name, "candidate")
    async with _join_partner(livekit_server, name) as partner, VoiceCaller(livekit_server.url, token) as caller:
        yield CallRoom(partner, caller, token)


@asynccontextmanager
async def _join_partner(server: LivekitServer, name: str) -> AsyncIterator[Partner]:
    room = rtc.Room()
    partner = Partner(room, Microphone())
    tasks: list[asyncio.Task[None]] = []

    async def read(reader: rtc.TextStreamReader) -> None:
        partner.typed.append(await reader.read_all())

    def hear(track: rtc.RemoteTrack, _: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
        tasks.append(asyncio.create_task(TrackListener(track, participant.identity, partner.heard).listen()))

    room.on("track_subscribed", hear)
    room.on("participant_disconnected", lambda _: partner.departures.append(time.time()))
    room.register_text_stream_handler("lk.chat", lambda reader, _: tasks.append(asyncio.create_task(read(reader))))
    await room.connect(server.url, make_token(server, name, "interviewer"))
    await room.local_participant.publish_track(partner.microphone.track)
    tasks.append(asyncio.create_task(partner.microphone.run()))
    try:
        yield partner
    finally:
        await room.disconnect()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_caller_answers_each_question_after_it_has_ended_and_measures_reply_delays(call_room: CallRoom) -> None:
    answers = iter(["I fixed a bug.", "It took two days."])
    talking = asyncio.create_task(call_room.caller.converse(lambda _: next(answers, None)))
    first_question_ended_at = await call_room.partner.ask("Tell me about a bug. What was the first thing that you looked at?")
    await call_room.partner.wait_until_heard(1)
    second_question_ended_at = await call_room.partner.ask("How long did it take?")
    await call_room.partner.wait_until_heard(2)
    await asyncio.sleep(0.5)
    await call_room.caller.leave()
    await talking
    utterances = call_room.caller.utterances
    assert [utterance.text for utterance in utterances] == ["I fixed a bug.", "It took two days."]
    assert (utterances[0].started_at > first_question_ended_at, utterances[1].started_at > second_question_ended_at) == (
        True,
        True,
    )
    assert call_room.caller.interviewer_texts == [
        "Tell me about a bug. What was the first thing that you looked at?",
        "How long did it take?",
    ]
    # each side reports the same times
    assert [heard.started_at for heard in call_room.partner.heard] == pytest.approx(
        [utterance.started_at for utterance in utterances], abs=0.5
    )
    assert [heard.ended_at for heard in call_room.partner.heard] == pytest.approx(
        [utterance.ended_at for utterance in utterances], abs=0.5
    )
    (reply,) = call_room.caller.reply_delays
    assert 0 < reply < 10


async def test_statement_without_an_answer_is_part_of_the_next_caption(call_room: CallRoom) -> None:
    heard_texts: list[str] = []

    def answer_if_asked(heard: str) -> str | None:
        heard_texts.append(heard)
        return "Two days." if "?" in heard else None

    talking = asyncio.create_task(call_room.caller.converse(answer_if_asked))
    await call_room.partner.ask("Hello, and welcome.")
    await asyncio.sleep(2)
    await call_room.partner.ask("How long did it take?")
    await call_room.partner.wait_until_heard(1)
    await call_room.caller.leave()
    await talking
    assert heard_texts[0] == "Hello, and welcome."
    assert heard_texts[-1] == "Hello, and welcome. How long did it take?"
    assert [utterance.text for utterance in call_room.caller.utterances] == ["Two days."]


async def test_answer_can_contain_a_pause(call_room: CallRoom) -> None:
    said = await call_room.caller.say("First I looked.", 1.5, "Then I found it.")
    await call_room.partner.wait_until_heard(2)
    first, second = call_room.partner.heard
    assert first.ended_at is not None
    assert second.started_at - first.ended_at == pytest.approx(1.5, abs=0.5)
    assert said.text == "First I looked. Then I found it."
    assert said.ended_at - said.started_at > 3


async def test_caller_can_interrupt_the_interviewer_after_a_delay(call_room: CallRoom) -> None:
    asking = asyncio.create_task(
        call_room.partner.ask("This is a long sentence that goes on and on, and nobody would hear all of it to its end.")
    )
    sound = await call_room.caller.wait_until_spoken_to(1.0)
    await call_room.caller.say("Stop.")
    await call_room.partner.wait_until_heard(1)
    await asking
    assert call_room.partner.heard[0].started_at - sound.started_at >= 0.9


async def test_caller_falls_silent_when_its_speech_is_cancelled(call_room: CallRoom) -> None:
    saying = asyncio.create_task(call_room.caller.say(" ".join(["On and on it goes."] * 20)))
    async with asyncio.timeout(20):
        while not call_room.partner.heard:
            await asyncio.sleep(0.02)
    saying.cancel()
    with suppress(asyncio.CancelledError):
        await saying
    await call_room.partner.wait_until_heard(1, 10)
    assert all((sound.ended_at or 0) - sound.started_at < 10 for sound in call_room.partner.heard)


async def test_typed_text_arrives(call_room: CallRoom) -> None:
    await call_room.caller.type("I cannot hear you.")
    async with asyncio.timeout(10):
        while not call_room.partner.typed:
            await asyncio.sleep(0.02)
    assert call_room.partner.typed == ["I cannot hear you."]


async def test_caller_can_leave_during_an_answer_and_join_again(call_room: CallRoom) -> None:
    saying: asyncio.Task[CallerUtterance] = asyncio.create_task(call_room.caller.say(" ".join(["On and on it goes."] * 20)))
    async with asyncio.timeout(20):
        while not call_room.partner.heard:
            await asyncio.sleep(0.02)
    await call_room.caller.leave()
    with pytest.raises(CallEnded):
        await saying
    async with asyncio.timeout(10):
        while not call_room.partner.departures:
            await asyncio.sleep(0.02)
    with pytest.raises(RuntimeError, match="not in a room"):
        await call_room.caller.say("Hello?")
    before = len(call_room.partner.heard)
    await call_room.caller.join()
    await call_room.caller.say("I am back.")
    await call_room.partner.wait_until_heard(before + 1)
    assert not call_room.caller.is_disconnected


async def test_deleting_the_room_ends_the_conversation(livekit_server: LivekitServer, call_room: CallRoom) -> None:
    talking = asyncio.create_task(call_room.caller.converse(lambda _: None))
    async with api.LiveKitAPI(livekit_server.http_url, livekit_server.api_key, livekit_server.api_secret) as livekit:
        await livekit.room.delete_room(api.DeleteRoomRequest(room=call_room.partner.room.name))
    await asyncio.wait_for(talking, 10)
    assert call_room.caller.is_disconnected


async def test_caller_in_its_own_process_answers_prepared_questions_and_can_be_killed(
    livekit_server: LivekitServer, tmp_path: Path
) -> None:
    name = f"call-{uuid4().hex}"
    answers = ROOT / "sandbox" / "answers" / "software_engineer.yaml"
    position = ROOT / "positions" / "software_engineer.yaml"
    command = [sys.executable, "-m", "sandbox.caller", "--answers", str(answers), "--position", str(position)]
    environment = {
        "LIVEKIT_URL": livekit_server.url,
        "LIVEKIT_TOKEN": make_token(livekit_server, name, "candidate"),
        "PATH": "/usr/bin",
    }
    async with (
        _join_partner(livekit_server, name) as partner,
        ChildProcess(command, tmp_path / "caller.log", cwd=ROOT, environment=environment) as caller,
    ):
        await caller.wait_until_logged('"joined"')
        await partner.ask(f"Thank you. {load_questions(position)['hard_bug']}")
        async with asyncio.timeout(30):
            while not partner.heard:
                await asyncio.sleep(0.02)
        caller.send_signal(signal.SIGKILL)
        await caller.wait()
        killed_at = time.time()
        await asyncio.sleep(2)
        # a killed process sends no leave message, so the others notice only after a timeout
        assert not partner.departures
        assert all(sound.started_at < killed_at + 1 for sound in partner.heard)
