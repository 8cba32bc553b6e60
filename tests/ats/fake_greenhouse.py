"""Greenhouse at the wire: it sends requests of the documented form, and receives the notification of a completed test."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.schema.api_client import serve

PREFIX = "/integrations/greenhouse"
TEST_PATH = "/integrations/testing_partners/take_home_tests/"


@dataclass
class FakeGreenhouse:
    """Calls our endpoints with the organization's API key, and records the notifications, which need the same key."""

    client: httpx2.AsyncClient
    api_key: str
    origin: str = ""
    statuses: list[int] = field(default_factory=list)
    """Statuses of the next responses to notifications; 200 after them."""
    notified: list[str] = field(default_factory=list)
    """The last part of the URL of each notification, which is Greenhouse's id of the test."""
    accepted: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        assert (request.method, await request.body()) == ("PATCH", b""), "the notification is documented as such"
        test_id = request.url.path.removeprefix(TEST_PATH)
        self.notified.append(test_id)
        status = self.statuses.pop(0) if self.statuses else 200
        if request.headers["authorization"] != basic_headers(self.api_key)["Authorization"]:
            status = 401
        if status == 200:
            self.accepted.append(test_id)
        await Response(status_code=status)(scope, receive, send)

    async def send_test(self, test_id: str = "12345", **values: Any) -> httpx2.Response:
        """Call send_test. `values` are those of `build_send_test`."""
        body = build_send_test(f"{self.origin}{TEST_PATH}{test_id}", **values)
        return await self.client.post(f"{PREFIX}/send_test", json=body, headers=basic_headers(self.api_key))

    async def order(self, **values: Any) -> str:
        """Call send_test successfully; return the partner_interview_id, which is all that the response has."""
        response = await self.send_test(**values)
        assert response.status_code == 200, response.text
        (interview_id,) = response.json().values()
        assert response.json() == {"partner_interview_id": interview_id}
        return str(interview_id)

    async def get(self, path: str, **parameters: str) -> httpx2.Response:
        """Call an endpoint by GET."""
        return await self.client.get(f"{PREFIX}/{path}", params=parameters, headers=basic_headers(self.api_key))

    async def read_status(self, interview_id: str) -> dict[str, Any]:
        """Call test_status successfully."""
        response = await self.get("test_status", partner_interview_id=interview_id)
        assert response.status_code == 200, response.text
        content: dict[str, Any] = response.json()
        return content


def build_send_test(
    url: str = f"https://app.greenhouse.io{TEST_PATH}12345", application_id: str = "26234709", **candidate: Any
) -> dict[str, Any]:
    """Return the body of the documented example of send_test, for a test of ours. `candidate` has other properties."""
    return {
        "partner_test_id": "tester",
        "candidate": {
            "first_name": "Harry",
            "last_name": "Potter",
            "preferred_name": "The Chosen One",
            "resume_url": "https://hogwarts.com/resume",
            "phone_number": "123-456-7890",
            "email": "hpotter@hogwarts.edu",
            "greenhouse_profile_url": f"https://app.greenhouse.io/people/17681532?application_id={application_id}",
            **candidate,
        },
        "sent_by": "test_sender@example.org",
        "url": url,
    }


def basic_headers(user_name: str, password: str = "") -> dict[str, str]:
    """Return the header as documented: the key, a colon, and nothing, in Base64."""
    return {"Authorization": f"Basic {base64.b64encode(f'{user_name}:{password}'.encode()).decode()}"}


@asynccontextmanager
async def run_greenhouse(client: httpx2.AsyncClient, api_key: str) -> AsyncIterator[FakeGreenhouse]:
    """Serve Greenhouse on loopback."""
    greenhouse = FakeGreenhouse(client, api_key)
    async with serve(greenhouse) as address:
        greenhouse.origin = f"http://127.0.0.1:{address.port}"
        yield greenhouse
