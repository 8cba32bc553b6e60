"""What a candidate requests on the pages: adjustments before the interview, and opting out of it."""

import pytest

from models.documents.interview import EndReason, InterviewStatus, RequestKind, RequestStatus
from models.documents.turn import Channel, Move, read_turns
from tests.factories import reload_interview
from tests.resolvers.tenant import Tenant
from tests.web.browser import Browser
from tests.web.conftest import Site
from tests.web.test_typed_interview import CONSENT_LABEL


@pytest.mark.usefixtures("text_interviewer")
@pytest.mark.line("C8", "C9")
async def test_candidate_requests_adjustments_types_and_withdraws(chromium: Browser, site: Site, tenant: Tenant) -> None:
    interview = await tenant.make_interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    # a candidate who was granted typing is never asked for a microphone
    async with chromium.open_page(has_microphone=False) as page:
        await page.open(site.invite_url(interview))
        await page.wait_for_texts("30 minutes at most", "Speak or type, as you like")
        await page.click("I need something different")
        await page.wait_for_texts("What would help you do your best?")
        for choice in ("More time", "Typing instead of speaking", "Something else"):
            await page.check(choice)
        await page.fill("What do you need?", "A sign language interpreter")
        assert await page.find_accessibility_violations() == []
        await page.click("Send the request")
        answers = [
            "More time: granted. You have 45 minutes in total.",
            "Typing: granted.",
            "A sign language interpreter",
            "sent to",
        ]
        await page.wait_for_texts(*answers)
        (request,) = (await reload_interview(interview)).requests
        assert (request.kinds, request.status) == (
            [RequestKind.EXTRA_TIME, RequestKind.TYPING, RequestKind.OTHER],
            RequestStatus.OPEN,
        )
        await page.reload()
        await page.wait_for_texts("45 minutes at most", "You type your answers", *answers)
        assert await page.find_accessibility_violations() == []

        await page.check(CONSENT_LABEL)
        await page.click("Continue")
        await page.wait_for_texts("Ready when you are")
        await page.click("Start the interview")
        await page.wait_for_texts("up to 45 min", "Your turn")
        assert await page.find_accessibility_violations() == []

        await page.click("Help")
        await page.wait_for_texts(*answers)
        assert await page.find_accessibility_violations() == []
        await page.click("Withdraw my consent")
        await page.click("Yes, withdraw")
        await page.wait_for_texts("You have opted out of this interview", "Nothing that you said is evaluated")
        assert await page.evaluate("document.activeElement.textContent") == "You have opted out of this interview"
        opted_out = await reload_interview(interview)
        assert (opted_out.status, opted_out.end_reason) == (InterviewStatus.OPTED_OUT, EndReason.CONSENT_WITHDRAWN)
        assert (await read_turns(interview.id))[-1].move is Move.CLOSE
        await page.reload()
        await page.wait_for_texts("You have opted out of this interview")
        assert await page.find_accessibility_violations() == []
        await page.click("Erase my data")
        await page.click("Erase everything")
        await page.wait_for_texts("Your data have been erased")
        assert (await reload_interview(interview)).erased_at
