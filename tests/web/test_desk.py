"""The recruiter's desk: signing in, the sandbox's first page, the list of interviews and new interviews."""

from datetime import timedelta
from typing import Any

import pytest

from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import Channel
from models.storage.clock import now
from models.writes.append_turns import append_interviewer_turns
from models.writes.interview_updates import update_interview
from tests.factories import add_candidate_turn, new_interviewer_update, new_turn
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import issue_token
from tests.web.browser import Browser, BrowserPage
from tests.web.conftest import Site, sign_in

MAX_BARS_SHARE = 0.5
"""Share of the height that bars may cover at 200 % zoom."""

IS_AT_INTERVIEWS = "location.pathname === '/interviews'"


async def wait_for_rows(page: BrowserPage, *names: str) -> None:
    """Wait until the list has these candidates in this order."""
    condition = " && ".join([f"rows.length === {len(names)}", *(f"rows[{n}] === {name!r}" for n, name in enumerate(names))])
    await page.wait_until(f"((rows) => {condition})([...document.querySelectorAll('[data-index] a')].map((a) => a.textContent))")


@pytest.mark.line("S1")
async def test_deep_link_comes_back_to_itself_and_signing_out_ends_the_session(
    page: BrowserPage, site: Site, tenant: Tenant
) -> None:
    interview = await tenant.make_interview(channel=Channel.TEXT)
    await add_candidate_turn(interview, "I like to find out why things break.")
    await page.open(site.review_url(interview))
    await page.click("Sign in with an API key")
    await page.fill("API key", "viva_unknown")
    await page.click("Sign in")
    await page.wait_for_texts("This API key is not valid")
    assert await page.find_accessibility_violations() == []
    await page.fill("API key", await issue_token(tenant, Role.RECRUITER))
    await page.press("Enter")
    await page.wait_for_texts("Ada Lovelace", "I like to find out why things break.")
    assert await page.evaluate("document.cookie + Object.keys(localStorage) + Object.keys(sessionStorage)") == "", (
        "scripts see nothing"
    )
    await page.reload()
    await page.wait_for_texts("I like to find out why things break.")

    await page.click("Account: a recruiter")
    await page.click("Sign out")
    await page.wait_for_texts("Welcome to Viva")
    await page.reload()
    await page.wait_for_texts("Welcome to Viva")


@pytest.mark.line("S2")
async def test_visitor_of_the_sandbox_needs_nothing_to_look_and_to_talk(page: BrowserPage, site: Site, tenant: Tenant) -> None:
    await page.open(site.url)
    await page.wait_for_texts("Take the interview")
    assert await page.find_accessibility_violations() == []
    await page.click("Enter as recruiter")
    await page.wait_for_texts("No interviews yet")
    assert await page.evaluate(IS_AT_INTERVIEWS)
    await page.click("Account: Sandbox recruiter")
    await page.click("Sign out")
    await page.click("Take the interview")
    await page.wait_for_texts(tenant.position.title)
    assert await Interview.find({"status": InterviewStatus.SCHEDULED}).count() == 1


@pytest.mark.line("L1", "L3")
async def test_list_is_used_by_keyboard_and_follows_changes(
    page: BrowserPage, site: Site, tenant: Tenant, change_feed: None
) -> None:
    def created(minutes: int) -> dict[str, Any]:
        return {"created_at": now() - timedelta(minutes=minutes)}

    scheduled = await tenant.make_interview(InterviewStatus.SCHEDULED, "Maya Lindqvist", **created(3))
    live = await tenant.make_interview(name="Zuzana Dvořáková", **created(2))
    await tenant.make_interview(InterviewStatus.CANCELLED, "עמית בן־שושן", **created(1))
    for interview, name in ((scheduled, "Maya Lindqvist"), (live, "Zuzana Dvořáková")):
        await interview.set({"candidate": {"name": name}})
    await sign_in(page, site, Role.RECRUITER)
    await page.open(f"{site.url}/interviews?order=CREATED_AT.DESC")
    await wait_for_rows(page, "Ada Lovelace", "Zuzana Dvořáková", "Maya Lindqvist")
    assert await page.find_accessibility_violations() == []

    # bulk: the interview that has begun says in its row why it is not cancelled
    await page.press("j")
    await page.press("x")
    await page.press("j")
    await page.press("Shift+X")
    await page.wait_for_texts("2 selected")
    await page.click("Cancel interviews")
    await page.click("Cancel the interviews")
    await page.wait_for_texts("Cancelled 1 of 2", "end it instead")
    assert await page.find_accessibility_violations() == []

    # changes arrive without a reload, in the row and on top
    await update_interview(live.id, {}, {"status": InterviewStatus.ENDING})
    added = await tenant.make_interview(InterviewStatus.SCHEDULED)
    await update_interview(added.id, {}, {"candidate": {"name": "Nora New"}})
    await wait_for_rows(page, "Nora New", "Ada Lovelace", "Zuzana Dvořáková", "Maya Lindqvist")

    # the search is in the URL, and Enter opens the row at the cursor
    await page.press("Home")
    await page.press("/")
    await page.send_command("fill", role="searchbox", name="Search name or reference", text="Nora")
    await page.wait_until("location.search.includes('q=Nora')")


@pytest.mark.line("S3", "L2")
async def test_new_interview_needs_a_name_and_puts_its_link_on_the_clipboard(
    page: BrowserPage, site: Site, tenant: Tenant
) -> None:
    await sign_in(page, site, Role.RECRUITER)
    await page.open(f"{site.url}/interviews")
    await page.wait_for_texts("No interviews yet")
    await page.press("n")
    await page.wait_for_texts("Candidate\u2019s name")
    await page.press("Enter")
    await page.wait_for_texts("Enter the candidate\u2019s name.")
    await page.fill("Candidate\u2019s name", "Réka Szőke")
    await page.press("Enter")
    await page.wait_for_texts("The link is on your clipboard.")
    assert await page.find_accessibility_violations() == []
    [interview] = await Interview.find({"organization_id": tenant.id}).to_list()
    assert interview.candidate
    assert (interview.candidate.name, interview.status) == ("Réka Szőke", InterviewStatus.SCHEDULED)
    assert await page.evaluate("navigator.clipboard.readText()") == site.invite_url(interview)

    # the link can be copied again, and stays the same
    await page.evaluate("navigator.clipboard.writeText('something else')")
    await page.open(f"{site.url}/interviews/{global_id_of(interview)}")
    await page.click("Copy link")
    await page.wait_for_texts("The link is on your clipboard.")
    assert await page.evaluate("navigator.clipboard.readText()") == site.invite_url(interview)


@pytest.mark.line("S1", "L1")
async def test_viewer_sees_no_results_and_cannot_make_interviews(page: BrowserPage, site: Site, tenant: Tenant) -> None:
    completed = await tenant.make_completed_interview(evaluated=True, counted_version=1, score=50.0)
    await tenant.make_evaluation(completed)
    await sign_in(page, site, Role.VIEWER)
    await page.open(f"{site.url}/interviews?tab=review&order=SCORE.DESC")
    await page.wait_for_texts("Broken off")
    await page.press("n")
    shown = await page.evaluate("document.body.innerText")
    assert not {"Needs review", "New interview", "Score and band", "Copy link"} & set(shown.split("\n"))
    assert await page.evaluate("document.querySelectorAll('dialog, input[type=checkbox]').length") == 0
    assert await page.find_accessibility_violations() == []


@pytest.mark.line("L4")
async def test_live_tile_follows_the_interview_opens_its_transcript_and_ends_it(
    page: BrowserPage, site: Site, tenant: Tenant
) -> None:
    interview = await tenant.make_interview(channel=Channel.TEXT)
    await append_interviewer_turns(interview.id, [new_turn("reply:0", "What draws you to this work?")], new_interviewer_update())
    await sign_in(page, site, Role.RECRUITER)
    await page.open(f"{site.url}/live")
    await page.wait_for_texts("1 open", "What draws you to this work?")
    await add_candidate_turn(interview, "I like to find out why things break.")
    await page.wait_for_texts("I like to find out why things break.")
    assert await page.find_accessibility_violations() == []
    await page.press("j")
    await page.press("Enter")
    await page.wait_until("document.querySelectorAll('[role=log] p').length === 2")
    assert await page.find_accessibility_violations() == []
    await page.click("End the interview")
    await page.click("End it now")
    await page.wait_for_texts("No interview is open")


@pytest.mark.line("L1", "R1", "C2")
@pytest.mark.usefixtures("change_feed")
async def test_pages_stay_usable_with_long_texts_on_small_touch_screens_and_by_tab(
    chromium: Browser, site: Site, tenant: Tenant
) -> None:
    names = ["Wolfeschlegelsteinhausenbergerdorff" * 5 + "Maximilian Alexandra Philippa"[:25], "عمر 🎻 " * 40, "Maya Lindqvist"]
    for name in names:
        made = await tenant.make_interview(InterviewStatus.SCHEDULED)
        await made.set({"candidate": {"name": name[:200]}})
    interview = await tenant.make_interview(name=names[0][:200])
    await append_interviewer_turns(interview.id, [new_turn("reply:0", "What draws you to this work?")], new_interviewer_update())
    await add_candidate_turn(interview, "Donaudampfschifffahrt" * 952)
    invited = await tenant.make_interview(InterviewStatus.SCHEDULED, channel=Channel.VOICE)
    pages = {
        f"{site.url}/interviews": "Maya Lindqvist",
        site.review_url(interview): "What draws you to this work?",
        site.invite_url(invited): "What you agree to",
    }
    async with chromium.open_page(has_touch=True) as page:
        await sign_in(page, site, Role.RECRUITER)
        problems: list[str] = []
        for url, text in pages.items():
            await page.open(url)
            await page.wait_for_texts(text)
            if url.endswith("/interviews"):
                await page.check("Select Maya Lindqvist")
            # the smallest phone, and a screen of 1440 x 900 at 200 %
            problems += [f"{url}: {problem}" for problem in await page.find_layout_problems(320, 640)]
            problems += [f"{url}: {problem}" for problem in await page.find_layout_problems(720, 450)]
            bars = await page.measure_bars()
            if bars > MAX_BARS_SHARE:
                problems.append(f"{url}: bars cover {bars:.0%} of the height")
            problems += [f"{url}: {problem}" for problem in await page.find_covered_focus()]
        assert not problems, "\n".join(problems)
