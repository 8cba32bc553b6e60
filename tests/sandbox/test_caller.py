"""The simulated candidate in a real LiveKit room, with a second participant that plays the interviewer."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
from livekit import rtc

from live.cancellation import cancel_and_wait
from sandbox.caller.listener import TrackListener, VoiceActivity
from sandbox.caller.microphone import SAMPLE_RATE, Microphone
from sandbox.caller.participant import STATE_ATTRIBUTE, TRANSCRIPTION_TOPIC, VoiceCaller
from sandbox.livekit.server import LivekitServer
from sandbox.speech import synthesize
from sandbox.voices import make_interviewer_voice
from tests.helpers import wait_until
from tests.livekit_rooms import join_room, make_room_token

pytestmark = [pytest.mark.realtime, pytest.mark.timeout(180)]

LONGEST_STALL_SECONDS = 1.0


@dataclass
class Partner:
    """The participant that plays the interviewer: it speaks and listens."""

    room: rtc.Room
    microphone: Microphone
    activity: list[VoiceActivity] = field(default_factory=list)

    @property
    def heard(self) -> list[VoiceActivity]:
        """The caller's speech, in the periods between pauses.

        On a busy machine the sound may stall for a moment in mid-sentence, which is no pause of the caller.
        """
        periods: list[VoiceActivity] = []
        for sound in self.activity:
            before = periods[-1] if periods else None
            if before and before.ended_at is not None and sound.started_at - before.ended_at < LONGEST_STALL_SECONDS:
                before.ended_at = sound.ended_at
            else:
                periods.append(replace(sound))
        return periods

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

    async def wait_until_heard(self, count: int) -> None:
        """Wait until `count` periods of the caller's speech have ended."""
        await wait_until(lambda: sum(sound.ended_at is not None for sound in self.heard) >= count)


@dataclass
class CallRoom:
    """A room with the caller and its partner."""

    partner: Partner
    caller: VoiceCaller


@pytest.fixture
async def call_room(livekit_server: LivekitServer) -> AsyncIterator[CallRoom]:
    name = f"call-{uuid4().hex}"
    tasks: list[asyncio.Task[None]] = []
    async with join_room(livekit_server, name, "interviewer") as room:
        partner = Partner(room, Microphone())

        def hear(track: rtc.RemoteTrack, _: rtc.RemoteTrackPublication, participant: rtc.RemoteParticipant) -> None:
            tasks.append(asyncio.create_task(TrackListener(track, participant.identity, partner.activity).listen()))

        room.on("track_subscribed", hear)
        await room.local_participant.publish_track(partner.microphone.track)
        tasks.append(asyncio.create_task(partner.microphone.run()))
        async with VoiceCaller(livekit_server.url, make_room_token(livekit_server, name, "candidate")) as caller:
            yield CallRoom(partner, caller)
    await cancel_and_wait(*tasks)


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
    assert utterances[0].started_at > first_question_ended_at
    assert utterances[1].started_at > second_question_ended_at
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


async def test_answer_can_contain_a_pause(call_room: CallRoom) -> None:
    said = await call_room.caller.say("First I looked.", 1.5, "Then I found it.")
    await call_room.partner.wait_until_heard(2)
    first, second = call_room.partner.heard
    assert first.ended_at is not None
    assert second.started_at - first.ended_at == pytest.approx(1.5, abs=0.5)
    assert said.text == "First I looked. Then I found it."
    assert said.ended_at - said.started_at > 3
