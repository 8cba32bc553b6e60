import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from anthropic import AsyncAnthropic
from pymongo.asynchronous.database import AsyncDatabase
from starlette.applications import Starlette

from agent import typed
from agent.phrases import load_phrasebook
from api.http import build_routes
from lifecycle.change_sequencer import sequence_changes
from lifecycle.jobs import REPLY
from lifecycle.services import Services
from live.cancellation import cancel_and_wait
from models.documents.change_sequencer import ensure_sequencer
from models.documents.interview import Interview
from models.documents.organization import Role
from sandbox.processes import free_port
from settings import ApiSettings, RecordingSettings
from tests.audio import silence, tone, write_wav
from tests.lifecycle.job_worker import run_worker
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import issue_token, serve, with_services
from tests.web.browser import Browser, BrowserPage, find_missing_requirement, launch_browser

MICROPHONE_HERTZ = 660
"""Frequency of the beeps that the browser's fake microphone plays."""


@pytest.fixture(scope="session", autouse=True)
def _require_browser() -> None:
    """Skip these tests where no browser is available; fail in CI, where nobody would notice the skip."""
    missing_requirement = find_missing_requirement()
    if missing_requirement and os.environ.get("CI"):
        pytest.fail(f"the pages cannot be tested: {missing_requirement}")
    if missing_requirement:
        pytest.skip(f"the pages are not tested: {missing_requirement}")


@dataclass(frozen=True)
class Site:
    """A running API that serves the web pages."""

    url: str
    tenant: Tenant
    services: Services

    def invite_url(self, interview: Interview) -> str:
        """Return the candidate's link, as in Invite.url."""
        return f"{self.url}/join#{self.tenant.invite_token(interview)}"

    def review_url(self, interview: Interview) -> str:
        """Return the link of the review page, as in Interview.url."""
        return f"{self.url}/interviews/{global_id_of(interview)}"


@asynccontextmanager
async def serve_site(services: Services, tenant: Tenant, folder: Path, port: int) -> AsyncIterator[Site]:
    """Serve the API and its pages, with a recording store of its own."""
    url = f"http://127.0.0.1:{port}"
    changed = {"api": ApiSettings(public_url=url), "recording": RecordingSettings(store=str(folder / "recordings"))}
    site_services = replace(services, settings=services.settings.model_copy(update=changed))
    async with serve(with_services(Starlette(routes=build_routes(site_services.settings)), site_services), port):
        yield Site(url, tenant, site_services)


@pytest.fixture
async def site(services: Services, tenant: Tenant, tmp_path: Path) -> AsyncIterator[Site]:
    """The API and its pages on a real server."""
    async with serve_site(services, tenant, tmp_path, free_port()) as served:
        yield served


@pytest.fixture
async def text_interviewer(services: Services, claude: AsyncAnthropic) -> AsyncIterator[None]:
    """A jobs worker that replies in typed interviews."""
    phrasebook = load_phrasebook()
    services.jobs.register(REPLY, lambda interview_id: typed.respond_if_due(services, claude, phrasebook, interview_id))
    async with run_worker(services.jobs):
        yield


@pytest.fixture(scope="session")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose fake microphone plays beeps: its noise suppression silences a lasting tone within two seconds."""
    beep = np.concatenate([tone(MICROPHONE_HERTZ, 0.5), silence(0.5)])
    sound = write_wav(tmp_path_factory.mktemp("sounds") / "beeps.wav", beep)
    async with launch_browser(sound) as opened:
        yield opened


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[BrowserPage]:
    """A page without cookies or storage."""
    async with chromium.open_page() as opened:
        yield opened


@pytest.fixture
async def change_feed(database: AsyncDatabase[dict[str, object]], services: Services) -> AsyncIterator[None]:
    """A jobs process that numbers the changes, which lists follow."""
    await ensure_sequencer()
    task = asyncio.create_task(sequence_changes(services, asyncio.Event()))
    yield
    await cancel_and_wait(task)


async def sign_in(page: BrowserPage, site: Site, role: Role) -> None:
    """Give the page's browser a session of an API key, as the sign-in page does."""
    await page.open(f"{site.url}/sign-in")
    mutation = {
        "query": "mutation($key: String!) { signIn(input: {key: $key}) { expiresAt } }",
        "variables": {"key": await issue_token(site.tenant, role)},
    }
    request = {"method": "POST", "headers": {"Content-Type": "application/json"}, "body": json.dumps(mutation)}
    result = await page.evaluate(f"fetch('/graphql', {json.dumps(request)}).then((response) => response.json())")
    assert "errors" not in result, result


async def begin_voice_interview(page: BrowserPage, invite_url: str) -> None:
    """Open the invite, agree to the interview and its recording, check the microphone and start."""
    await page.open(invite_url)
    await page.check("I have read this and agree to take part.")
    await page.choose("Yes, record")
    await page.click("Continue")
    await page.wait_for_texts("We can hear you.")
    assert await page.find_accessibility_violations() == []
    await page.click("Start the interview")
