import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from anthropic import AsyncAnthropic
from starlette.applications import Starlette

from agent import text
from lifecycle.jobs import REPLY
from lifecycle.services import Services
from models.interview import Interview
from sandbox.processes import free_port
from schema.transport import routes
from settings import Api, Recording
from tests.lifecycle.workers import working
from tests.resolvers.tenant import Tenant, id_of
from tests.schema.api import served, with_services
from tests.web.browser import Browser, Page, browser, missing
from tests.web.sounds import TONE, write_tone


@pytest.fixture(scope="session", autouse=True)
def _pages() -> None:
    """Skip what needs a browser where there is none; in CI that is a failure: nobody would see the skip."""
    lack = missing()
    if lack and os.environ.get("CI"):
        pytest.fail(f"the pages cannot be tested: {lack}")
    if lack:
        pytest.skip(f"the pages are not tested: {lack}")


@dataclass(frozen=True)
class Site:
    """Where the pages are."""

    url: str
    tenant: Tenant
    services: Services

    def invite(self, interview: Interview) -> str:
        """The candidate's link, as Invite.url has it."""
        return f"{self.url}/join#{self.tenant.invite(interview)}"

    def review(self, interview: Interview) -> str:
        """The link for people, as Interview.url has it."""
        return f"{self.url}/interviews/{id_of(interview)}"


@pytest.fixture
async def site(services: Services, tenant: Tenant, tmp_path: Path) -> AsyncIterator[Site]:
    """The API with its pages, behind a real server, with a store of recordings of this test alone."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    changed = {"api": Api(public_url=url), "recording": Recording(store=str(tmp_path / "recordings"))}
    known = replace(services, settings=services.settings.model_copy(update=changed))
    async with served(with_services(Starlette(routes=routes(known.settings)), known), port):
        yield Site(url, tenant, known)


@pytest.fixture
async def writer(services: Services, claude: AsyncAnthropic) -> AsyncIterator[None]:
    """An interviewer for interviews that are typed."""
    services.jobs.register(REPLY, lambda interview_id: text.act(services, claude, interview_id))
    async with working(services.jobs):
        yield


@pytest.fixture(scope="session")
async def chromium(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Browser]:
    """A browser whose microphone hears a tone."""
    sound = write_tone(tmp_path_factory.mktemp("sounds") / "tone.wav", TONE)
    async with browser(sound) as opened:
        yield opened


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """The browser of somebody who has never been here."""
    async with chromium.person() as opened:
        yield opened
