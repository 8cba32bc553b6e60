"""A whole interview in the browser with the real interviewer, from the invite to the playback of the recording."""

import asyncio
import os
from pathlib import Path

import pytest

from cli import keys
from models.documents.organization import Role
from sandbox.dev import schedule_sample_interview
from sandbox.stack import issue_keys, run_stack
from tests.audio import write_speech
from tests.livekit_rooms import find_livekit
from tests.web.browser import launch_browser
from tests.web.conftest import begin_voice_interview

ROOT = Path(__file__).parents[2]
ANSWER = "I like to find out why things break, and how to build them so that they do not break again."

STORED_LINES_SCRIPT = "[...document.querySelectorAll('.captions > div p')].map(({ innerText }) => innerText)"
"""Evaluates to the captions of stored turns, without words that are being spoken."""


@pytest.mark.servers
@pytest.mark.long
@pytest.mark.timeout(300)  # starts every process, and speaks for about twenty seconds
@pytest.mark.line("C4", "R2")
async def test_candidate_talks_to_the_interviewer_and_recruiter_plays_the_recording(
    mongod: str, valkey: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await find_livekit()
    monkeypatch.setenv("MONGODB_URL", mongod)
    monkeypatch.setenv("REDIS_URL", valkey)
    monkeypatch.setenv("MONGODB_DATABASE", f"pages_{os.getpid()}")
    sound = await asyncio.to_thread(write_speech, tmp_path / "answer.wav", ANSWER, 120)
    async with run_stack(ROOT, tmp_path / "data") as stack, launch_browser(sound) as chromium, chromium.open_page() as page:
        tokens = await issue_keys(stack, tmp_path / "data", keys.provision_key)
        invite, review = await schedule_sample_interview(stack, tokens[Role.RECRUITER])
        await begin_voice_interview(page, invite)
        # unmuting restarts the WAV, so that the answer begins at that moment
        await page.click("Mute")
        await page.wait_for_texts("Viva is speaking", "I'm Viva, an AI")
        await page.wait_for_texts("Question 1 of 7", "Your turn", seconds=60)
        before = len(await page.evaluate(STORED_LINES_SCRIPT))
        await page.click("Unmute")
        await page.wait_until(f"{STORED_LINES_SCRIPT}.length >= {before + 2}")
        lines = await page.evaluate(STORED_LINES_SCRIPT)
        assert "things break" in lines[before], lines
        assert lines[before + 1].startswith("Viva")
        await page.click("Type")
        await page.fill("Type your answer", "I have nothing to add to that.")
        await page.press("Enter")
        await page.click("Type")
        await page.wait_until(f"{STORED_LINES_SCRIPT}.length >= {before + 4}")
        await page.click("End")
        await page.click("End now")
        await page.wait_for_texts("Thank you for your interview")

        await page.open(review)
        # after the sign-in, the link leads to where it should
        await page.click("Enter as recruiter")
        await page.wait_for_texts("Ended by the candidate")
        await page.click("Scorecard")
        await page.wait_for_texts("Do not use it for decisions.", "response time")
        await page.click("Transcript")
        await page.wait_until("document.querySelector('audio')?.readyState >= 1")
        place = await page.evaluate(
            "[...document.querySelectorAll('li')].find(({ textContent }) => textContent.includes('things break'))"
            ".querySelector('button').ariaLabel"
        )
        await page.click(place)
        await page.wait_until("document.querySelector('li[aria-current]')?.textContent.includes('things break')")
        assert await page.find_accessibility_violations() == []
