"""A person takes part by voice, in a real browser and a real room, where a participant stands in for the interviewer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from bson import ObjectId
from livekit import api, rtc

from lifecycle.rooms import AGENT_NAME, CANDIDATE, name_of
from models.append import append_interviewer
from models.interview import Interview, InterviewStatus, get_interview
from models.turn import Channel, Speaker, read_turns
from sandbox.livekit.server import LivekitServer
from settings import Livekit as LivekitSettings
from tests.factories import new_turn, words
from tests.live.reading import eventually
from tests.livekit import hear, humming
from tests.resolvers.tenant import Tenant
from tests.rooms import Livekit, asked
from tests.web.browser import Browser, Page
from tests.web.conftest import Site
from tests.web.sounds import TONE

INTERVIEWERS_TONE = 440
LOUDEST = """(async () => {
  const audio = [...document.querySelectorAll('audio')].find(({ srcObject, paused }) => srcObject && !paused)
  if (!audio) return 0
  const context = new AudioContext()
  const analyser = new AnalyserNode(context, { fftSize: 8192 })
  context.createMediaStreamSource(audio.srcObject).connect(analyser)
  await new Promise((resolve) => setTimeout(resolve, 400))
  const bins = new Uint8Array(analyser.frequencyBinCount)
  analyser.getByteFrequencyData(bins)
  const loudest = bins.indexOf(Math.max(...bins))
  const hertz = bins[loudest] > 120 ? (loudest * context.sampleRate) / analyser.fftSize : 0
  await context.close()
  return hertz
})()"""
"""the frequency of the strongest tone that the page plays, in hertz; 0 while it plays none"""


@asynccontextmanager
async def interviewer(settings: LivekitSettings, interview: Interview) -> AsyncIterator[rtc.Room]:
    """A participant that is to the page what the interviewer is, under another name: so nobody is sent to replace it."""
    room_name = name_of(ObjectId(interview.id))
    token = (
        api.AccessToken(settings.api_key.get_secret_value(), settings.api_secret.get_secret_value())
        .with_identity("agent-of-the-test")
        .with_kind("agent")
        .with_grants(api.VideoGrants(room_join=True, room=room_name, can_update_own_metadata=True))
        .with_attributes({AGENT_NAME: "stand-in", "lk.agent.state": "speaking"})
    )
    room = rtc.Room()
    await room.connect(settings.url, token.to_jwt())
    try:
        yield room
    finally:
        await room.disconnect()


async def enter(page: Page, site: Site, interview: Interview) -> None:
    """Open the link, agree to the recording too, check the microphone, begin."""
    await page.open(site.invite(interview))
    await page.check("I have read this and agree to take part.")
    await page.check("The interview may be recorded.")
    await page.click("Continue")
    await page.see("We can hear you.")
    assert await page.violations() == []
    await page.click("Begin the interview")
    await page.see("The interviewer is joining…")


async def test_both_hear_each_other_and_the_candidate_comes_back_by_the_same_link(
    page: Page, site: Site, tenant: Tenant, livekit: Livekit
) -> None:
    interview = await tenant.interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    await enter(page, site, interview)
    opened = await get_interview(ObjectId(interview.id))
    assert opened and opened.consent and opened.consent.recording

    async with interviewer(livekit.settings, interview) as room, humming(room, INTERVIEWERS_TONE):
        assert abs(await hear(room) - TONE) < 20
        await page.see("The interviewer is speaking.")
        await _until_heard(page)
        await room.local_participant.set_attributes({"lk.agent.state": "listening"})
        await page.see("Your turn.")
        # words come ahead of their turn, which then takes their place
        writer = await room.local_participant.stream_text(topic="lk.transcription", attributes={"lk.segment_id": "one"})
        await writer.write("What draws you ")
        await page.see("What draws you")
        await writer.write("to this work?")
        await writer.aclose()
        await append_interviewer(ObjectId(interview.id), [new_turn("item:1", "What draws you to this work?")], words(fence=1))
        await page.see("What draws you to this work?")
        assert await page.violations() == []
        assert await page.lines("Captions", "region") == ["Interviewer What draws you to this work?"]

        await page.click("Turn the camera on")
        await page.until("document.querySelector('video')?.videoWidth > 0")
        await eventually(lambda: _shows_itself(room))
        await page.click("Turn the camera off")

        await page.click("Mute")
        await page.see("Your microphone is off.")
        await page.click("Unmute")
        await page.miss("Your microphone is off.")

        await page.reload()
        await page.see("Welcome back")
        await page.click("Go on with the interview")
        await page.see("What draws you to this work?", "Your turn.")
        assert abs(await hear(room) - TONE) < 20


async def test_a_candidate_types_in_the_room_and_may_move_to_another_device(
    page: Page, site: Site, tenant: Tenant, livekit: Livekit
) -> None:
    interview = await tenant.interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    await enter(page, site, interview)
    await page.fill("Type your answer", "My microphone crackles: I like to find out why things break.")
    await page.click("Send")
    await page.miss("sending…")
    await page.see("I like to find out why things break.")
    stored = await read_turns(ObjectId(interview.id))
    assert [(turn.speaker, turn.channel) for turn in stored] == [(Speaker.CANDIDATE, Channel.TEXT)]

    async with livekit.guest(interview):
        await page.see("The interview goes on in another window")
    await page.click("Go on here")
    await page.miss("The interview goes on in another window")
    assert CANDIDATE in await livekit.identities(interview)

    await page.click("End the interview")
    await page.click("End it")
    await page.see("The interview is over. Thank you")


async def test_a_server_that_goes_away_is_told_and_come_back_to(
    page: Page, site: Site, tenant: Tenant, own_livekit: LivekitServer
) -> None:
    interview = await tenant.interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    await enter(page, site, interview)
    async with asked(site.services.settings.livekit) as livekit:

        async def is_there() -> bool:
            return CANDIDATE in await livekit.identities(interview)

        await eventually(is_there)
        await own_livekit.kill()
        await page.see("Reconnecting…")
        await page.fill("Type your answer", "Are you still there?")
        await page.click("Send")
        await page.miss("sending…")
        await own_livekit.start()
        await page.miss("Reconnecting…")
        await eventually(is_there)
    assert [turn.text for turn in await read_turns(ObjectId(interview.id))] == ["Are you still there?"]


@pytest.mark.usefixtures("livekit")
async def test_a_candidate_without_a_microphone_types_instead(chromium: Browser, site: Site, tenant: Tenant) -> None:
    interview = await tenant.interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    async with chromium.person(has_microphone=False) as page:
        await page.open(site.invite(interview))
        await page.check("I have read this and agree to take part.")
        await page.click("Continue")
        await page.see("Or type your answers instead.")
        assert await page.violations() == []
        await page.click("Type instead")
        await page.see("The interviewer is joining…")
        opened = await get_interview(ObjectId(interview.id))
        assert opened and opened.channel is Channel.TEXT
        # once it has a microphone it may talk after all
        await page.reload()
        await page.see("Welcome back", "Or type your answers instead.")


async def _shows_itself(room: rtc.Room) -> bool:
    publications = room.remote_participants[CANDIDATE].track_publications.values()
    return any(publication.kind == rtc.TrackKind.KIND_VIDEO for publication in publications)


async def _until_heard(page: Page) -> None:
    heard = 0.0
    for _ in range(40):
        heard = await page.evaluate(LOUDEST)
        if abs(heard - INTERVIEWERS_TONE) < 20:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the page plays {heard} Hz, and not the interviewer's {INTERVIEWERS_TONE}")
