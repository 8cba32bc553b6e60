"""A typed interview in a real browser: every message is stored exactly once, despite reloads and network failures."""

import pytest

from lifecycle.consent import CURRENT_CONSENT_VERSION
from models.documents.interview import Interview, InterviewStatus
from models.documents.turn import Channel, Speaker, Turn, read_turns
from tests.factories import reload_interview
from tests.resolvers.tenant import Tenant
from tests.web.browser import BrowserPage
from tests.web.conftest import Site

CONSENT_LABEL = "I have read this and agree to take part."


async def make_invited_interview(tenant: Tenant) -> Interview:
    """Create a scheduled interview in the TEXT channel."""
    return await tenant.make_interview(InterviewStatus.SCHEDULED, channel=Channel.TEXT)


async def turns_of(interview: Interview, speaker: Speaker) -> list[Turn]:
    return [turn for turn in await read_turns(interview.id) if turn.speaker is speaker]


async def begin_interview(page: BrowserPage, site: Site, interview: Interview) -> None:
    """Open the invite, give consent and start the interview."""
    await page.open(site.invite_url(interview))
    await page.check(CONSENT_LABEL)
    await page.click("Continue")
    await page.click("Start the interview")
    await page.wait_for_texts("Your turn")


async def type_answer(page: BrowserPage, text: str) -> None:
    await page.fill("Type your answer", text)
    await page.press("Enter")


@pytest.mark.usefixtures("text_interviewer")
@pytest.mark.line("C1", "C2")
async def test_candidate_consents_answers_reloads_and_ends_the_interview(page: BrowserPage, site: Site, tenant: Tenant) -> None:
    interview = await make_invited_interview(tenant)
    await page.open(site.invite_url(interview))
    await page.wait_for_texts(
        "An AI asks, people decide", "3 questions, 30 minutes at most", f"Version {CURRENT_CONSENT_VERSION}"
    )
    assert await page.find_accessibility_violations() == []
    assert (await reload_interview(interview)).consent is None

    await begin_interview(page, site, interview)
    consent = (await reload_interview(interview)).consent
    assert consent and not consent.recording
    await page.wait_for_texts("3 questions")
    assert await page.find_accessibility_violations() == []

    await type_answer(page, "Hello, here I am.")
    await page.wait_for_texts("Question 1 of 3")
    await page.wait_for_texts("What draws you to this work?")
    await type_answer(page, "I like to find out why things break.")

    await page.reload()
    await page.wait_for_texts("Welcome back")
    await page.click("Continue the interview")
    await page.wait_for_texts("I like to find out why things break.")

    await page.click("End")
    await page.wait_for_texts("End the interview now?")
    assert await page.find_accessibility_violations() == []
    await page.click("Keep going")
    assert (await reload_interview(interview)).status is InterviewStatus.IN_PROGRESS
    await page.click("End")
    await page.click("End now")
    await page.wait_for_texts("Thank you for your interview", "make the decision. The AI does not.")
    await page.reload()
    await page.wait_for_texts("Thank you for your interview")
    assert await page.find_accessibility_violations() == []

    await page.click("Withdraw my consent")
    await page.click("Yes, withdraw")
    await page.wait_for_texts("You have opted out of this interview", "erased now")
    assert (await reload_interview(interview)).is_consent_withdrawn


@pytest.mark.usefixtures("text_interviewer")
@pytest.mark.line("C1", "C7")
async def test_message_typed_while_offline_is_stored_once(page: BrowserPage, site: Site, tenant: Tenant) -> None:
    interview = await make_invited_interview(tenant)
    await begin_interview(page, site, interview)
    await page.send_command("offline", isOffline=True)
    await type_answer(page, "First, I looked at the logs.")
    await page.wait_for_texts("sending…", "Your message has not been saved yet")
    # the message survives a reload
    await page.send_command("offline", isOffline=False)
    await page.reload()
    await page.click("Continue the interview")
    await page.wait_for_texts("First, I looked at the logs.")
    await page.wait_for_absence("sending…")
    assert [turn.text for turn in await turns_of(interview, Speaker.CANDIDATE)] == ["First, I looked at the logs."]

    await page.fill("Type your answer", "Then I")
    await page.reload()
    await page.click("Continue the interview")
    await page.wait_until("document.querySelector('textarea')?.value === 'Then I'")
    # the end goes through an outage, too
    await page.send_command("offline", isOffline=True)
    await page.click("End")
    await page.click("End now")
    await page.wait_for_texts("We keep trying")
    await page.send_command("offline", isOffline=False)
    await page.wait_for_texts("Thank you for your interview")


@pytest.mark.line("C8", "C9")
async def test_unusable_link_explains_what_to_do(page: BrowserPage, site: Site, tenant: Tenant) -> None:
    for fragment, advice in [
        ("#eyJhbGciOiJub25lIn0", "ask the person who invited you for a new link"),
        ("", "copy the whole link"),
    ]:
        await page.open(f"{site.url}/join{fragment}")
        await page.wait_for_texts(advice)
    cancelled = await tenant.make_interview(InterviewStatus.CANCELLED)
    await page.open(site.invite_url(cancelled))
    await page.wait_for_texts("This interview was cancelled")
    assert await page.find_accessibility_violations() == []
