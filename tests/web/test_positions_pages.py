"""The pages of positions: editing, reordering, refused values, publishing, conflicts and the history."""

import pytest

from models.documents.organization import Role
from models.documents.position import find_position
from models.writes.position_versions import save_position
from resolvers.positions import validate_position_body
from tests.web.browser import BrowserPage
from tests.web.conftest import Site, sign_in


@pytest.mark.line("P1")
async def test_position_is_edited_published_and_compared(page: BrowserPage, site: Site) -> None:
    tenant = site.tenant
    await sign_in(page, site, Role.RECRUITER)
    await page.open(f"{site.url}/positions")
    await page.wait_for_texts("Tester", "In use")
    assert await page.find_accessibility_violations() == []
    await page.click("Tester", role="link")

    # a reload keeps the draft
    await page.send_command("click", role="button", name="What draws you to this work?")
    await page.wait_for_texts("Spoken in these words")
    await page.press("Alt+ArrowDown")
    await page.wait_for_texts("Question moved to place 2 of 3.")
    assert await page.evaluate("document.activeElement.ariaLabel") == "Question 2"
    await page.wait_for_texts("Draft of version 2", "Draft saved in this browser")
    await page.reload()
    await page.wait_for_texts("Draft of version 2")

    await page.send_command("click", role="button", name="communication")
    await page.fill("Level 2", " ")
    await page.click("Publish")
    await page.wait_for_texts("Write at least 1 character")
    assert await page.evaluate("document.activeElement.labels[0].textContent") == "Level 2"
    assert await page.find_accessibility_violations() == []
    await page.fill("Level 2", "Repeats what was asked.")

    # somebody else publishes in the meantime
    other = await find_position(tenant.id, "tester")
    assert other
    content = other.model_dump(exclude={"id", "organization_id", "version", "newest", "created_at", "created_by", "revision_id"})
    await save_position(tenant.id, validate_position_body({**content, "limit_minutes": 45}), 1, created_by="Grace")
    await page.click("Publish")
    await page.wait_for_texts("Version 2 is newer than your draft", "Minutes at most", "Order of the questions")
    assert await page.find_accessibility_violations() == []
    await page.click("Go on with my draft")
    await page.click("Publish")
    await page.wait_for_texts("Version 3 is published.")
    saved = await find_position(tenant.id, "tester")
    assert saved
    assert [question.key for question in saved.questions] == ["incident", "motivation", "teamwork"]
    assert (saved.criteria[1].levels[1].anchor, saved.limit_minutes) == ("Repeats what was asked.", 30)
    assert [criterion.weight for criterion in saved.criteria] == [1, 1, 1], "nobody has changed a share"

    await page.send_command("click", role="link", name="Versions")
    await page.wait_for_texts("What version 3 changed", "Repeats what was asked.")
    assert await page.find_accessibility_violations() == []
    await page.send_command("click", role="link", name="Version 2")
    await page.click("Take version 2 back")
    await page.click("Publish it again")
    await page.wait_for_texts("Version 4 is published")
    again = await find_position(tenant.id, "tester")
    assert again
    assert (again.version, again.limit_minutes, again.criteria[1].levels[1].anchor) == (4, 45, "communication at level 2")

    await page.click("Editor", role="link")
    await page.click("Archive")
    await page.wait_for_texts("New interviews for", "No invitation is open")
    await page.click("Archive the position")
    await page.wait_for_texts("This position is archived")
    archived = await find_position(tenant.id, "tester")
    assert archived
    assert (archived.version, archived.archived, archived.limit_minutes) == (5, True, 45)
