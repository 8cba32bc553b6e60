"""A person takes part by voice, in a real browser and a real room, where a participant stands in for the interviewer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from livekit import api, rtc

from lifecycle.rooms import AGENT_NAME_ATTRIBUTE, CANDIDATE_IDENTITY, build_room_name
from models.documents.interview import Interview, InterviewStatus, get_interview
from models.documents.turn import Channel, Speaker, read_turns
from models.writes.append_turns import append_interviewer_turns
from sandbox.livekit.server import LivekitServer
from settings import LivekitSettings
from tests.factories import new_interviewer_update, new_turn
from tests.helpers import wait_until
from tests.livekit_probe import LivekitProbe, open_livekit_probe
from tests.livekit_rooms import measure_loudest_tone, play_tone
from tests.resolvers.tenant import Tenant
from tests.web.browser import Browser, BrowserPage
from tests.web.conftest import Site
from tests.web.sounds import MICROPHONE_HERTZ

INTERVIEWER_HERTZ = 440
LOUDEST_TONE_SCRIPT = """(async () => {
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
async def join_as_interviewer(settings: LivekitSettings, interview: Interview) -> AsyncIterator[rtc.Room]:
    """A participant that is to the page what the interviewer is, under another name: so nobody is sent to replace it."""
    room_name = build_room_name(interview.id)
    token = (
        api.AccessToken(settings.api_key.get_secret_value(), settings.api_secret.get_secret_value())
        .with_identity("agent-of-the-test")
        .with_kind("agent")
        .with_grants(api.VideoGrants(room_join=True, room=room_name, can_update_own_metadata=True))
        .with_attributes({AGENT_NAME_ATTRIBUTE: "stand-in", "lk.agent.state": "speaking"})
    )
    room = rtc.Room()
    await room.connect(settings.url, token.to_jwt())
    try:
        yield room
    finally:
        await room.disconnect()


async def begin_interview(page: BrowserPage, site: Site, interview: Interview) -> None:
    """Open the link, agree to the recording too, check the microphone, begin."""
    await page.open(site.invite_url(interview))
    await page.check("I have read this and agree to take part.")
    await page.check("The interview may be recorded.")
    await page.click("Continue")
    await page.wait_for_texts("We can hear you.")
    assert await page.find_accessibility_violations() == []
    await page.click("Begin the interview")
    await page.wait_for_texts("The interviewer is joining…")


async def test_both_hear_each_other_and_the_candidate_comes_back_by_the_same_link(
    page: BrowserPage, site: Site, tenant: Tenant, livekit: LivekitProbe
) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    await begin_interview(page, site, interview)
    opened = await get_interview(interview.id)
    assert opened and opened.consent and opened.consent.recording

    async with join_as_interviewer(livekit.settings, interview) as room, play_tone(room, INTERVIEWER_HERTZ):
        assert abs(await measure_loudest_tone(room) - MICROPHONE_HERTZ) < 20
        await page.wait_for_texts("The interviewer is speaking.")
        await _wait_until_heard(page)
        await room.local_participant.set_attributes({"lk.agent.state": "listening"})
        await page.wait_for_texts("Your turn.")
        # words come ahead of their turn, which then takes their place
        writer = await room.local_participant.stream_text(topic="lk.transcription", attributes={"lk.segment_id": "one"})
        await writer.write("What draws you ")
        await page.wait_for_texts("What draws you")
        await writer.write("to this work?")
        await writer.aclose()
        await append_interviewer_turns(
            interview.id, [new_turn("item:1", "What draws you to this work?")], new_interviewer_update(fence=1)
        )
        await page.wait_for_texts("What draws you to this work?")
        assert await page.find_accessibility_violations() == []
        assert await page.read_lines("Captions", "region") == ["Interviewer What draws you to this work?"]

        await page.click("Turn the camera on")
        await page.wait_until("document.querySelector('video')?.videoWidth > 0")
        await wait_until(lambda: _has_video(room))
        await page.click("Turn the camera off")

        await page.click("Mute")
        await page.wait_for_texts("Your microphone is off.")
        await page.click("Unmute")
        await page.wait_for_absence("Your microphone is off.")

        await page.reload()
        await page.wait_for_texts("Welcome back")
        await page.click("Go on with the interview")
        await page.wait_for_texts("What draws you to this work?", "Your turn.")
        assert abs(await measure_loudest_tone(room) - MICROPHONE_HERTZ) < 20


async def test_a_candidate_types_in_the_room_and_may_move_to_another_device(
    page: BrowserPage, site: Site, tenant: Tenant, livekit: LivekitProbe
) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    await begin_interview(page, site, interview)
    await page.fill("Type your answer", "My microphone crackles: I like to find out why things break.")
    await page.click("Send")
    await page.wait_for_absence("sending…")
    await page.wait_for_texts("I like to find out why things break.")
    stored = await read_turns(interview.id)
    assert [(turn.speaker, turn.channel) for turn in stored] == [(Speaker.CANDIDATE, Channel.TEXT)]

    async with livekit.join(interview):
        await page.wait_for_texts("The interview goes on in another window")
    await page.click("Go on here")
    await page.wait_for_absence("The interview goes on in another window")
    assert CANDIDATE_IDENTITY in await livekit.list_identities(interview)

    await page.click("End the interview")
    await page.click("End it")
    await page.wait_for_texts("The interview is over. Thank you")


async def test_a_server_that_goes_away_is_told_and_come_back_to(
    page: BrowserPage, site: Site, tenant: Tenant, own_livekit: LivekitServer
) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    await begin_interview(page, site, interview)
    async with open_livekit_probe(site.services.settings.livekit) as livekit:

        async def is_there() -> bool:
            return CANDIDATE_IDENTITY in await livekit.list_identities(interview)

        await wait_until(is_there)
        await own_livekit.kill()
        await page.wait_for_texts("Reconnecting…")
        await page.fill("Type your answer", "Are you still there?")
        await page.click("Send")
        await page.wait_for_absence("sending…")
        await own_livekit.start()
        await page.wait_for_absence("Reconnecting…")
        await wait_until(is_there)
    assert [turn.text for turn in await read_turns(interview.id)] == ["Are you still there?"]


@pytest.mark.usefixtures("livekit")
async def test_a_candidate_without_a_microphone_types_instead(chromium: Browser, site: Site, tenant: Tenant) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    async with chromium.open_page(has_microphone=False) as page:
        await page.open(site.invite_url(interview))
        await page.check("I have read this and agree to take part.")
        await page.click("Continue")
        await page.wait_for_texts("Or type your answers instead.")
        assert await page.find_accessibility_violations() == []
        await page.click("Type instead")
        await page.wait_for_texts("The interviewer is joining…")
        opened = await get_interview(interview.id)
        assert opened and opened.channel is Channel.TEXT
        # once it has a microphone it may talk after all
        await page.reload()
        await page.wait_for_texts("Welcome back", "Or type your answers instead.")


async def _has_video(room: rtc.Room) -> bool:
    publications = room.remote_participants[CANDIDATE_IDENTITY].track_publications.values()
    return any(publication.kind == rtc.TrackKind.KIND_VIDEO for publication in publications)


async def _wait_until_heard(page: BrowserPage) -> None:
    heard = 0.0
    for _ in range(40):
        heard = await page.evaluate(LOUDEST_TONE_SCRIPT)
        if abs(heard - INTERVIEWER_HERTZ) < 20:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"the page plays {heard} Hz, and not the interviewer's {INTERVIEWER_HERTZ}")
