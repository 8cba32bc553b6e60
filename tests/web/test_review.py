"""The review page: live transcript, recording and evaluation."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lifecycle.services import Services
from models.documents.evaluation import Evaluation
from models.documents.interview import Consent, Decision, EndReason, Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import Channel, Speaker
from models.storage.clock import now
from models.writes.append_turns import append_candidate_turn, append_interviewer_turns
from sandbox.processes import free_port
from tests.audio import encode_sound_part, tone
from tests.factories import (
    add_candidate_turn,
    new_interviewer_update,
    new_recording,
    new_recording_file,
    new_turn,
    reload_interview,
)
from tests.resolvers.tenant import Tenant
from tests.web.browser import BrowserPage
from tests.web.conftest import Site, serve_site, sign_in

RECORDING_SECONDS = 20

COUNT_TURNS_SCRIPT = "document.querySelectorAll('[role=log] [data-seq]').length"


async def open_interview(page: BrowserPage, site: Site, interview: Interview, role: Role = Role.RECRUITER) -> None:
    """Open an interview's page with a session of this role."""
    await sign_in(page, site, role)
    await page.open(site.review_url(interview))


async def make_recorded_interview(site: Site) -> Interview:
    """Create a completed voice interview: a question at 2 s of its recording, the answer at 8 s, a typed turn at 15 s."""
    tenant, started_at = site.tenant, now() - timedelta(minutes=5)
    consent = Consent(text_version="2026-11", given_at=started_at, recording=True)
    interview = await tenant.make_interview(channel=Channel.VOICE, consent=consent, started_at=started_at)

    def spoken_at(seconds: float) -> dict[str, Any]:
        moment = started_at + timedelta(seconds=seconds)
        return {"started_at": moment, "ended_at": moment + timedelta(seconds=2), "channel": Channel.VOICE}

    await append_interviewer_turns(
        interview.id, [new_turn("item:1", "What draws you to this work?", **spoken_at(2))], new_interviewer_update()
    )
    await append_candidate_turn(
        interview.id, new_turn("item:2", "I like to find out why things break.", Speaker.CANDIDATE, **spoken_at(8))
    )
    await append_candidate_turn(
        interview.id, new_turn("client:3", "That is all.", Speaker.CANDIDATE, **{**spoken_at(15), "channel": Channel.TEXT})
    )
    path = f"{interview.id}/audio.ogg"
    file = Path(site.services.settings.recording.store) / path
    file.parent.mkdir(parents=True)
    file.write_bytes(encode_sound_part(tone(220, RECORDING_SECONDS), tone(440, RECORDING_SECONDS)))
    recording_file = new_recording_file(
        path=path, started_at=started_at, duration_seconds=RECORDING_SECONDS, size_bytes=file.stat().st_size
    )
    await new_recording(interview, files=[recording_file], is_open=False).insert()
    completion = {"status": InterviewStatus.COMPLETED, "end_reason": EndReason.WRAPPED_UP, "ended_at": now()}
    stored = await Interview.get(interview.id)
    assert stored
    await stored.set(completion)
    await tenant.make_evaluation(stored)
    return stored


@pytest.mark.line("R1")
async def test_review_page_shows_live_turns_and_loses_none_while_offline(page: BrowserPage, site: Site, tenant: Tenant) -> None:
    interview = await tenant.make_interview(channel=Channel.TEXT)
    await append_interviewer_turns(interview.id, [new_turn("reply:0", "What draws you to this work?")], new_interviewer_update())
    await open_interview(page, site, interview)
    await page.wait_for_texts("Ada Lovelace", "Live", "What draws you to this work?")
    await add_candidate_turn(interview, "I like to find out why things break.")
    await page.wait_for_texts("I like to find out why things break.")
    assert await page.find_accessibility_violations() == []

    await page.send_command("offline", isOffline=True)
    await add_candidate_turn(interview, "And to fix them.")
    await page.send_command("offline", isOffline=False)
    await add_candidate_turn(interview, "That is all.")
    await page.wait_for_texts("And to fix them.", "That is all.")
    assert await page.read_lines("Transcript") == [
        "What draws you to this work?",
        "I like to find out why things break. (typed)",
        "And to fix them. (typed)",
        "That is all. (typed)",
    ]


@pytest.mark.line("R1", "R2")
async def test_transcript_line_starts_playback_at_its_turn(page: BrowserPage, site: Site, tenant: Tenant) -> None:
    interview = await make_recorded_interview(site)
    await open_interview(page, site, interview)
    await page.wait_for_texts("50 Hire", "Completed", "I like to find out why things break.")
    await page.click("Scorecard")
    await page.wait_for_texts("Do not use it for decisions.")
    assert await page.find_accessibility_violations() == []
    await page.click("Transcript")
    await page.wait_until("document.querySelector('audio').readyState >= 1")
    assert RECORDING_SECONDS - 0.5 < await page.evaluate("document.querySelector('audio').duration") < RECORDING_SECONDS + 0.5

    await page.click("Play from 0:08")
    await page.wait_until("document.querySelector('[role=log] [aria-current]')?.textContent.includes('why things break')")
    assert 7.9 < await page.evaluate("document.querySelector('audio').currentTime") < 12
    assert not await page.evaluate("document.querySelector('audio').paused")
    await page.evaluate("document.querySelector('audio').currentTime = 14.5")
    await page.wait_until("document.querySelector('[role=log] [aria-current]')?.textContent.includes('That is all.')")
    assert await page.find_accessibility_violations() == []


@pytest.mark.line("R3")
async def test_reviewer_rates_blind_and_decides_with_the_keyboard(page: BrowserPage, site: Site, tenant: Tenant) -> None:
    interview = await make_recorded_interview(site)
    await interview.set({"is_blind": True})
    await open_interview(page, site, interview)
    await page.wait_for_texts("Hidden until you save")
    await page.click("Scorecard")
    await page.wait_for_texts("Blind review", "0 of 3 given")
    assert await page.find_accessibility_violations() == []
    for key in ("4", "Enter", "2", "Enter", "-", "Control+Enter"):
        await page.press(key)
    await page.wait_for_texts("50 Hire")
    evaluation = await Evaluation.find_one(Evaluation.interview_id == interview.id)
    assert evaluation
    assert [rated.level for rated in evaluation.ratings[0].levels] == [4, 2, None]

    await page.choose("Level 2")
    await page.press("h")
    await page.fill("Reason for the decision", "Ask again about the outage.")
    await page.press("Control+Enter")
    await page.wait_for_texts("Say why you changed the level of")
    await page.fill("Why your level for technical", "Found the cause with help.")
    await page.press("Control+Enter")
    await page.wait_for_texts("On hold", "Found the cause with help.")
    evaluation = await Evaluation.get(evaluation.id)
    assert evaluation
    [review] = evaluation.reviews
    assert (review.decision, review.reason) == (Decision.HOLD, "Ask again about the outage.")
    assert [(override.criterion_key, override.level) for override in review.overrides] == [("technical", 2)]
    assert await page.find_accessibility_violations() == []


@pytest.mark.line("R1")
async def test_viewer_sees_neither_recording_nor_evaluation(page: BrowserPage, site: Site, tenant: Tenant) -> None:
    interview = await make_recorded_interview(site)
    await open_interview(page, site, interview, Role.VIEWER)
    await page.wait_for_texts("Completed", "I like to find out why things break.")
    assert await page.evaluate("document.querySelectorAll('audio, video, #evaluation').length") == 0


@pytest.mark.long
@pytest.mark.timeout(300)  # the server stands still for 20 s
@pytest.mark.line("R1")
async def test_transcript_of_1000_turns_is_whole_after_sleep_a_server_that_stands_still_and_one_that_ends(
    page: BrowserPage, services: Services, tenant: Tenant, tmp_path: Path
) -> None:
    interview = await tenant.make_interview(channel=Channel.TEXT)
    port = free_port()

    async def say_up_to(last: int) -> None:
        for _ in range(last - (await reload_interview(interview)).last_seq):
            await add_candidate_turn(interview, "I like to find out why things break.")

    async with serve_site(services, tenant, tmp_path, port) as site:
        await open_interview(page, site, interview)
        await say_up_to(200)
        await page.wait_until(f"{COUNT_TURNS_SCRIPT} === 200")
        await page.send_command("lifecycle", state="frozen")
        await say_up_to(400)
        await page.send_command("lifecycle", state="active")
        await page.wait_until(f"{COUNT_TURNS_SCRIPT} === 400")
        # the server runs in this thread
        time.sleep(20)  # noqa: ASYNC251 -- nothing else may run
        await say_up_to(600)
        await page.wait_until(f"{COUNT_TURNS_SCRIPT} === 600")
    await say_up_to(800)
    async with serve_site(services, tenant, tmp_path, port):
        await say_up_to(1_000)
        await page.wait_until(f"{COUNT_TURNS_SCRIPT} === 1000")
        seqs = await page.evaluate(
            "[...document.querySelectorAll('[role=log] [data-seq]')].map(({ dataset }) => Number(dataset.seq))"
        )
    assert seqs == list(range(1, 1_001))
