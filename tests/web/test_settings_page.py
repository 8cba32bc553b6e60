"""The settings: API keys, members and what candidates see of the organization."""

import json
from typing import Any

import pytest

from auth import PERMISSIONS
from models.documents.organization import Role
from tests.web.browser import Browser, BrowserPage
from tests.web.conftest import Site, sign_in

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


async def read_field(page: BrowserPage, name: str) -> str:
    """Return the value of the text field with this accessible name."""
    value: str = await page.evaluate(f"document.querySelector('input[aria-label={json.dumps(name)}]').value")
    return value


async def call_with_key(page: BrowserPage, secret: str) -> dict[str, Any]:
    """Return what the API answers a program with this key: the data, or the errors."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"}
    request = {"method": "POST", "headers": headers, "body": json.dumps({"query": "{ viewer { name may } }"})}
    answer: dict[str, Any] = await page.evaluate(f"fetch('/graphql', {json.dumps(request)}).then((response) => response.json())")
    return {name: answer[name] for name in ("data", "errors") if name in answer}


async def choose_option(page: BrowserPage, value: str) -> None:
    """Choose an option of the dialog's first select."""
    script = "select.dispatchEvent(new Event('change', { bubbles: true }))"
    await page.evaluate(
        f"{{ const select = document.querySelector('dialog select'); select.value = {json.dumps(value)}; {script} }}"
    )


@pytest.mark.line("K1")
async def test_key_is_made_used_rotated_and_revoked(page: BrowserPage, site: Site) -> None:
    await sign_in(page, site, Role.ADMIN)
    await page.open(f"{site.url}/settings/keys")
    await page.click("Create a key")
    await page.check("Allow only some actions")
    for role in (Role.ADMIN, Role.RECRUITER, Role.VIEWER, Role.INTEGRATION):
        await choose_option(page, role)
        offered = await page.evaluate("[...document.querySelectorAll('fieldset input')].map((box) => box.value)")
        assert set(offered) == {action.name for action in PERMISSIONS[role]}
    await page.check("Read positions")
    await page.click("Create the key")
    await page.wait_for_texts("Name is empty")
    assert await page.find_accessibility_violations() == []
    await page.fill("Name", "Careers site")
    await page.press("Enter")
    await page.wait_for_texts("The key “Careers site” was made.")
    assert await page.find_accessibility_violations() == []
    first = await read_field(page, "The API key")
    assert await call_with_key(page, first) == {"data": {"viewer": {"name": "Careers site", "may": ["READ_POSITION"]}}}
    await page.click("I have stored it")

    await page.click("Rotate Careers site")
    await page.click("Rotate")
    await page.wait_for_texts("The key “Careers site” was rotated.")
    second = await read_field(page, "The API key")
    assert second != first
    assert "data" in await call_with_key(page, first)
    await page.click("I have stored it")
    for action, confirmation in (("End it now: Careers site", first), ("Revoke Careers site", second)):
        await page.click(action)
        await page.click("Revoke the key")
        await page.wait_for_absence("Revoke this key?")
        assert (await call_with_key(page, confirmation))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    await page.wait_for_texts("Careers site", "Revoked", "Today")


@pytest.mark.line("K1")
async def test_person_is_invited_joins_by_the_link_and_changes_the_organization(chromium: Browser, site: Site) -> None:
    async with chromium.open_page() as page:
        await sign_in(page, site, Role.ADMIN)
        await page.open(f"{site.url}/settings/members")
        await page.wait_for_texts("Nobody is a member yet")
        await page.click("Invite a person")
        await page.fill("Name", "Grace Hopper")
        await page.fill("Email address", "grace")
        await choose_option(page, Role.ADMIN)
        await page.press("Enter")
        await page.wait_for_texts("Email is not an email address")
        await page.fill("Email address", "grace@example.org")
        await page.click("Make the link")
        await page.wait_for_texts("An invitation for", "Open links", "grace@example.org")
        link = await read_field(page, "The link")
        await page.click("I have stored it")

    async with chromium.open_page() as page:
        await page.open(link)
        await page.wait_for_texts("You are invited", "Grace Hopper", "grace@example.org", "administrator")
        assert await page.find_accessibility_violations() == []
        await page.click("Accept and sign in")
        await page.wait_for_texts("No interviews yet")
        await page.click("Settings", role="link")
        await page.click("Members", role="link")
        await page.wait_for_texts("grace@example.org, you", "No link waits")
        await page.click("Remove Grace Hopper")
        await page.click("Remove me")
        await page.wait_for_texts("the organization's last administrator")
        await page.click("Go back")

        await page.click("Organization", role="link")
        await page.fill("Name", "Hopper & Co")
        await page.send_command("fill", role="textbox", name="Contact", exact=True, text="Grace")
        await page.click("Save")
        await page.wait_for_texts("Email is empty")
        await page.fill("Email address of the contact", "grace@example.org")
        await page.evaluate(
            "((picker) => { const files = new DataTransfer();"
            f"const bytes = Uint8Array.from(atob('{PNG}'), (letter) => letter.charCodeAt(0));"
            "files.items.add(new File([bytes], 'logo.png', { type: 'image/png' })); picker.files = files.files;"
            "picker.dispatchEvent(new Event('change', { bubbles: true })) })(document.querySelector('input[type=file]'))"
        )
        await page.wait_until(
            "document.querySelector('main img')?.src.startsWith('data:') && document.querySelector('main img').width"
        )
        await page.click("Save")
        await page.wait_for_texts("Saved.")
        await page.wait_until("document.querySelector('main img').src.includes('/logos/')")
        await page.wait_until("document.querySelector('.rail-home').innerText.includes('Hopper & Co')")
        assert await page.find_accessibility_violations() == []
        await page.open(link)
        await page.wait_for_texts("This link cannot be used")

        await sign_in(page, site, Role.RECRUITER)
        await page.open(f"{site.url}/settings")
        await page.wait_for_texts("Your role changes no settings")
