"""A spoken interview in a real browser and a real LiveKit room, with a test participant as the interviewer."""

import signal
from contextlib import AbstractAsyncContextManager

import pytest
from livekit import rtc

from lifecycle.rooms import AGENT_NAME_ATTRIBUTE, CANDIDATE_IDENTITY, HEARING_ATTRIBUTE, build_room_name
from models.documents.interview import Interview, InterviewStatus, get_interview
from models.documents.turn import Channel, Speaker, read_turns
from models.writes.append_turns import append_interviewer_turns
from sandbox.livekit.server import LivekitServer
from settings import LivekitSettings
from tests.audio import measure_loudest_tone, play_tone
from tests.factories import new_interviewer_update, new_turn, reload_interview
from tests.helpers import wait_until
from tests.livekit_probe import LivekitProbe, open_livekit_probe
from tests.livekit_rooms import join_room
from tests.resolvers.tenant import Tenant
from tests.web.browser import Browser, BrowserPage
from tests.web.conftest import MICROPHONE_HERTZ, Site, begin_voice_interview

pytestmark = pytest.mark.realtime

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
"""Evaluates to the frequency of the strongest tone that the page plays, in hertz; 0 if it plays none."""

PLACES_SCRIPT = (
    """['.presence', '.question', '.slot', '.bar'].map((name) => document.querySelector(name).getBoundingClientRect().top)"""
)
"""Evaluates to the places of the parts of the room, which must not move."""


def join_as_interviewer(settings: LivekitSettings, interview: Interview) -> AbstractAsyncContextManager[rtc.Room]:
    """Join as an agent participant under another name, so that the reconciler does not replace it."""
    attributes = {AGENT_NAME_ATTRIBUTE: "stand-in", "lk.agent.state": "speaking"}
    return join_room(settings, build_room_name(interview.id), "agent-of-the-test", "agent", attributes=attributes)


async def begin_interview(page: BrowserPage, site: Site, interview: Interview) -> None:
    await begin_voice_interview(page, site.invite_url(interview))
    await page.wait_for_texts("Viva is joining")


@pytest.mark.line("C4")
async def test_candidate_and_interviewer_hear_each_other_and_candidate_rejoins_with_the_same_link(
    page: BrowserPage, site: Site, tenant: Tenant, livekit: LivekitProbe
) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    await begin_interview(page, site, interview)
    opened = await get_interview(interview.id)
    assert opened and opened.consent and opened.consent.recording

    async with join_as_interviewer(livekit.settings, interview) as room, play_tone(room, INTERVIEWER_HERTZ):
        assert abs(await measure_loudest_tone(room) - MICROPHONE_HERTZ) < 20
        await page.wait_for_texts("Viva is speaking")
        await wait_until(lambda: _hears_interviewer(page))
        await room.local_participant.set_attributes({"lk.agent.state": "listening"})
        # an interviewer who has not said anything yet leaves the turn to nobody
        await page.wait_for_texts("Viva is joining")
        # spoken words appear before their turn, which then replaces them
        writer = await room.local_participant.stream_text(topic="lk.transcription", attributes={"lk.segment_id": "one"})
        await writer.write("What draws you ")
        await page.wait_for_texts("What draws you")
        await writer.write("to this work?")
        await writer.aclose()
        await append_interviewer_turns(
            interview.id, [new_turn("item:1", "What draws you to this work?")], new_interviewer_update(fence=1)
        )
        await page.wait_for_texts("What draws you to this work?", "Your turn")
        assert await page.find_accessibility_violations() == []
        assert await page.read_lines("Captions", "region") == ["Viva\nWhat draws you to this work?"]

        # only the interviewer knows that nothing arrives: the browser goes on sending
        await room.local_participant.set_attributes({HEARING_ATTRIBUTE: "no"})
        await page.wait_for_texts("We cannot hear you", "What you say now may be lost")
        await room.local_participant.set_attributes({HEARING_ATTRIBUTE: "yes"})
        await page.wait_for_absence("We cannot hear you")

        await page.click("Camera")
        await page.wait_until("document.querySelector('video')?.videoWidth > 0")
        await wait_until(lambda: _has_video(room))
        await page.click("Camera")

        await page.click("Mute")
        await page.wait_for_texts("You are muted")
        await page.click("Unmute")
        await page.wait_for_absence("You are muted")

        await page.reload()
        await page.wait_for_texts("Welcome back")
        await page.click("Continue the interview")
        await page.wait_for_texts("What draws you to this work?", "Your turn")
        assert abs(await measure_loudest_tone(room) - MICROPHONE_HERTZ) < 20


@pytest.mark.line("C4", "C8")
async def test_candidate_types_in_the_room_and_switches_devices(
    page: BrowserPage, site: Site, tenant: Tenant, livekit: LivekitProbe
) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    await begin_interview(page, site, interview)
    places = await page.evaluate(PLACES_SCRIPT)
    await page.click("Type")
    await page.wait_until("document.activeElement.tagName === 'TEXTAREA'")
    assert await page.evaluate(PLACES_SCRIPT) == places
    await page.fill("Type your answer", "My microphone crackles: I like to find out why things break.")
    await page.click("Send")
    await page.click("Speak instead")
    await page.wait_for_absence("sending…")
    await page.wait_for_texts("I like to find out why things break.")
    stored = await read_turns(interview.id)
    assert [(turn.speaker, turn.channel) for turn in stored] == [(Speaker.CANDIDATE, Channel.TEXT)]

    async with livekit.join(interview):
        await page.wait_for_texts("The interview continues elsewhere")
        assert await page.find_accessibility_violations() == []
    await page.click("Continue here")
    await page.wait_for_absence("The interview continues elsewhere")
    assert CANDIDATE_IDENTITY in await livekit.list_identities(interview)

    await page.click("Help")
    await page.check("Captions")
    await page.check("Typing instead of speaking")
    await page.click("Send the request")
    await page.wait_for_texts("Captions: granted.", "Typing: granted.")
    await page.wait_for_absence("Mute")

    async def is_written() -> bool:
        return (await reload_interview(interview)).channel is Channel.TEXT

    await wait_until(is_written)
    await page.click("Close")
    await page.wait_for_texts("I like to find out why things break.")

    await page.click("End")
    await page.click("End now")
    await page.wait_for_texts("Thank you for your interview")


@pytest.mark.line("C6")
async def test_page_reports_a_lost_livekit_server_and_reconnects(
    page: BrowserPage, site: Site, tenant: Tenant, own_livekit: LivekitServer
) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    await begin_interview(page, site, interview)
    async with open_livekit_probe(site.services.settings.livekit) as livekit:

        async def is_there() -> bool:
            return CANDIDATE_IDENTITY in await livekit.list_identities(interview)

        await wait_until(is_there)
        # a server that does not respond sends no event: the page notices it by the missing reports
        own_livekit.send_signal(signal.SIGSTOP)
        await page.wait_for_texts("We cannot hear you", "What you say now may be lost")
        assert await page.find_accessibility_violations() == []
        own_livekit.send_signal(signal.SIGCONT)
        await page.wait_for_absence("We cannot hear you")

        await own_livekit.kill()
        await page.wait_for_texts("Viva cannot hear you right now")
        await page.click("Type instead")
        await page.fill("Type your answer", "Are you still there?")
        await page.click("Send")
        await page.wait_for_absence("sending…")
        await own_livekit.start()
        await page.wait_for_absence("Not connected")
        await wait_until(is_there)
    assert [turn.text for turn in await read_turns(interview.id)] == ["Are you still there?"]


@pytest.mark.usefixtures("livekit")
@pytest.mark.line("C3")
async def test_candidate_without_microphone_can_type(chromium: Browser, site: Site, tenant: Tenant) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    async with chromium.open_page(has_microphone=False) as page:
        await page.open(site.invite_url(interview))
        await page.choose("No recording")
        await page.check("I have read this and agree to take part.")
        await page.click("Continue")
        await page.wait_for_texts("The microphone is blocked", "You can also type your answers.")
        assert await page.find_accessibility_violations() == []
        await page.click("Type my answers")
        await page.wait_for_texts("Viva is joining")
        opened = await get_interview(interview.id)
        assert opened and opened.channel is Channel.TEXT
        # after a reload the microphone check is offered again
        await page.reload()
        await page.wait_for_texts("Welcome back", "You can also type your answers.")


async def _has_video(room: rtc.Room) -> bool:
    publications = room.remote_participants[CANDIDATE_IDENTITY].track_publications.values()
    return any(publication.kind == rtc.TrackKind.KIND_VIDEO for publication in publications)


async def _hears_interviewer(page: BrowserPage) -> bool:
    return abs(float(await page.evaluate(LOUDEST_TONE_SCRIPT)) - INTERVIEWER_HERTZ) < 20
