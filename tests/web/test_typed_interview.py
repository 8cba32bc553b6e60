"""A person takes part in writing, in a real browser: every word is stored once, whatever happens to page and network."""

import pytest
from bson import ObjectId

from models.interview import Interview, InterviewStatus, get_interview
from models.turn import Channel, Speaker, Turn, read_turns
from tests.resolvers.tenant import Tenant
from tests.web.browser import Page
from tests.web.conftest import Site

PARTS = "I have read this and agree to take part."


async def invited(tenant: Tenant) -> Interview:
    """An interview for which somebody has been invited, to be typed."""
    return await tenant.interview(InterviewStatus.SCHEDULED, channel=Channel.TEXT)


async def stored(interview: Interview) -> Interview:
    found = await get_interview(ObjectId(interview.id))
    assert found
    return found


async def turns_of(interview: Interview, speaker: Speaker) -> list[Turn]:
    return [turn for turn in await read_turns(ObjectId(interview.id)) if turn.speaker is speaker]


async def enter(page: Page, site: Site, interview: Interview) -> None:
    """Open the link, agree, begin."""
    await page.open(site.invite(interview))
    await page.check(PARTS)
    await page.click("Continue")
    await page.click("Begin the interview")
    await page.see("Your turn.")


async def say(page: Page, text: str) -> None:
    await page.fill("Type your answer", text)
    await page.press("Enter")


@pytest.mark.usefixtures("writer")
async def test_a_person_agrees_answers_reloads_and_ends(page: Page, site: Site, tenant: Tenant) -> None:
    interview = await invited(tenant)
    await page.open(site.invite(interview))
    await page.see("You talk to an AI. People decide.", "30 minutes at most", "version 2026-11")
    assert await page.violations() == []
    assert (await stored(interview)).consent is None

    await enter(page, site, interview)
    consent = (await stored(interview)).consent
    assert consent and not consent.recording
    await page.see("3 questions")
    assert await page.violations() == []

    await say(page, "Hello, here I am.")
    await page.see("Question 1 of 3")
    await page.see("What draws you to this work?")
    await say(page, "I like to find out why things break.")

    await page.reload()
    await page.see("Welcome back")
    await page.click("Go on with the interview")
    await page.see("I like to find out why things break.")

    await page.click("End the interview")
    await page.see("End the interview now?")
    assert await page.violations() == []
    await page.click("Go on")
    assert (await stored(interview)).status is InterviewStatus.IN_PROGRESS
    await page.click("End the interview")
    await page.click("End it")
    await page.see("The interview is over. Thank you", "decide")
    await page.reload()
    await page.see("The interview is over. Thank you")


@pytest.mark.usefixtures("writer")
async def test_what_is_typed_while_the_network_is_away_is_stored_once(page: Page, site: Site, tenant: Tenant) -> None:
    interview = await invited(tenant)
    await enter(page, site, interview)
    await page.tell("offline", isOffline=True)
    await say(page, "First, I looked at the logs.")
    await page.see("sending…", "Your message is not stored yet")
    # not even leaving the page loses it
    await page.tell("offline", isOffline=False)
    await page.reload()
    await page.click("Go on with the interview")
    await page.see("First, I looked at the logs.")
    await page.miss("sending…")
    assert [turn.text for turn in await turns_of(interview, Speaker.CANDIDATE)] == ["First, I looked at the logs."]


async def test_a_link_that_does_not_work_says_what_to_do(page: Page, site: Site, tenant: Tenant) -> None:
    for address, told in [("#eyJhbGciOiJub25lIn0", "ask whoever invited you for a new link"), ("", "copy all of it")]:
        await page.open(f"{site.url}/join{address}")
        await page.see(told)
    cancelled = await tenant.interview(InterviewStatus.CANCELLED)
    await page.open(site.invite(cancelled))
    await page.see("This interview was cancelled")
    assert await page.violations() == []
