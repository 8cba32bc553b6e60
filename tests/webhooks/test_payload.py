"""The example of docs/integrations.md verifies the requests that Viva sends."""

import re
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from models.storage.clock import now
from tests.helpers import ROOT
from webhooks.payload import build_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # of the specification's example
BODY = b'{"type":"interview.started"}'


@pytest.fixture
def stored() -> dict[str, Any]:
    return {}


@pytest.fixture
def client(stored: dict[str, Any]) -> TestClient:
    """A client of the receiver in the documentation."""
    page = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
    examples = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (example,) = (each for each in examples if "async def receive" in each)

    async def store_once(message_id: str, event: object) -> None:
        stored.setdefault(message_id, event)

    scope: dict[str, Any] = {"store_once": store_once}
    exec(example.replace("whsec_...", SECRET), scope)  # our own page
    return TestClient(Starlette(routes=[Route("/", scope["receive"], methods=["POST"])]))


def test_documented_receiver_accepts_what_is_signed_and_nothing_else(client: TestClient, stored: dict[str, Any]) -> None:
    headers = build_headers("whd_1", BODY, [SECRET], now())
    assert client.post("/", content=BODY, headers=headers).status_code == 204
    assert stored == {"whd_1": {"type": "interview.started"}}
    for changed in ({"webhook-id": "whd_2"}, {"webhook-timestamp": "1"}, {"webhook-signature": "v1,AAAA"}):
        assert client.post("/", content=BODY, headers={**headers, **changed}).status_code == 401
    assert client.post("/", content=BODY + b" ", headers=headers).status_code == 401
    assert list(stored) == ["whd_1"]
