"""People follow an interview on its page while it goes on, and play its recording afterwards, line by line."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from bson import ObjectId

from models.append import append_candidate, append_interviewer
from models.clock import now
from models.interview import Consent, EndReason, Interview, InterviewStatus
from models.organization import Role
from models.turn import Channel, Speaker
from tests.factories import new_recording, new_turn, played_file, say, words
from tests.resolvers.tenant import Tenant
from tests.schema.api import token_of
from tests.web.browser import Page
from tests.web.conftest import Site
from tests.web.sounds import write_ogg

SECONDS = 20


async def enter(page: Page, site: Site, interview: Interview, token: str) -> None:
    """Open the page of an interview and show a token."""
    await page.open(site.review(interview))
    await page.fill("API token", token)
    await page.click("Open the interview")


async def recorded(site: Site) -> Interview:
    """An interview that is over, by voice: a question at 2 s of its recording, the answer at 8 s, a typed line at 15 s."""
    tenant, begun = site.tenant, now() - timedelta(minutes=5)
    consent = Consent(text_version="2026-11", given_at=begun, recording=True)
    interview = await tenant.interview(channel=Channel.VOICE, consent=consent, started_at=begun)
    number = ObjectId(interview.id)

    def at(seconds: float) -> dict[str, Any]:
        moment = begun + timedelta(seconds=seconds)
        return {"started_at": moment, "ended_at": moment + timedelta(seconds=2), "channel": Channel.VOICE}

    await append_interviewer(number, [new_turn("item:1", "What draws you to this work?", **at(2))], words())
    await append_candidate(number, new_turn("item:2", "I like to find out why things break.", Speaker.CANDIDATE, **at(8)))
    await append_candidate(number, new_turn("client:3", "That is all.", Speaker.CANDIDATE, **{**at(15), "channel": Channel.TEXT}))
    path = f"{interview.id}/audio.ogg"
    file = Path(site.services.settings.recording.store) / path
    await asyncio.to_thread(write_ogg, file, SECONDS)
    played = played_file(path=path, started_at=begun, duration_seconds=SECONDS, size_bytes=file.stat().st_size)
    await new_recording(interview, files=[played], is_open=False).insert()
    done = {"status": InterviewStatus.COMPLETED, "end_reason": EndReason.WRAPPED_UP, "ended_at": now()}
    stored = await Interview.get(interview.id)
    assert stored
    await stored.set(done)
    await tenant.evaluation(stored)
    return stored


async def test_turns_come_live_and_none_is_lost_with_the_server(page: Page, site: Site, tenant: Tenant) -> None:
    interview = await tenant.interview(channel=Channel.TEXT)
    number = ObjectId(interview.id)
    await append_interviewer(number, [new_turn("reply:0", "What draws you to this work?")], words())
    await enter(page, site, interview, await token_of(tenant, Role.RECRUITER))
    await page.see("Ada Lovelace", "Live", "What draws you to this work?")
    await say(interview, "I like to find out why things break.")
    await page.see("I like to find out why things break.")
    assert await page.violations() == []

    await page.tell("offline", isOffline=True)
    await say(interview, "And to mend them.")
    await page.tell("offline", isOffline=False)
    await say(interview, "That is all.")
    await page.see("And to mend them.", "That is all.")
    assert await page.lines("Transcript") == [
        "Interviewer What draws you to this work?",
        "Candidate I like to find out why things break. (typed)",
        "Candidate And to mend them. (typed)",
        "Candidate That is all. (typed)",
    ]


async def test_a_line_of_the_transcript_plays_from_where_it_was_said(page: Page, site: Site, tenant: Tenant) -> None:
    interview = await recorded(site)
    await enter(page, site, interview, await token_of(tenant, Role.RECRUITER))
    await page.see("Completed", "I like to find out why things break.", "of 100", "not for decisions")
    await page.until("document.querySelector('audio').readyState >= 1")
    assert SECONDS - 0.5 < await page.evaluate("document.querySelector('audio').duration") < SECONDS + 0.5

    await page.click("Play from 0:08")
    await page.until("document.querySelector('[aria-current]')?.textContent.includes('why things break')")
    assert 7.9 < await page.evaluate("document.querySelector('audio').currentTime") < 12
    assert not await page.evaluate("document.querySelector('audio').paused")
    await page.evaluate("document.querySelector('audio').currentTime = 14.5")
    await page.until("document.querySelector('[aria-current]')?.textContent.includes('That is all.')")
    assert await page.violations() == []


async def test_a_viewer_gets_neither_recording_nor_evaluation(page: Page, site: Site, tenant: Tenant) -> None:
    interview = await recorded(site)
    await enter(page, site, interview, "viva_of_nobody")
    await page.see("This token is not valid")
    await page.fill("API token", await token_of(tenant, Role.VIEWER))
    await page.click("Open the interview")
    await page.see("Completed", "I like to find out why things break.")
    assert await page.evaluate("document.querySelectorAll('audio, video, #evaluation').length") == 0
    # the tab remembers who is reading
    await page.reload()
    await page.see("I like to find out why things break.")
