"""A receiver of webhooks that verifies them with the library that receivers use."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks import Webhook
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.schema.api_client import serve


@dataclass
class WebhookReceiver:
    """Records the requests whose signature is valid for `secret`; the others are errors of the test."""

    secret: str
    statuses: list[int] = field(default_factory=list)
    """Statuses of the next responses; 200 after them."""
    url: str = ""
    is_stuck: bool = False
    payloads: list[dict[str, Any]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    """The `webhook-id` of each request."""
    accepted_ids: list[str] = field(default_factory=list)

    @property
    def types(self) -> list[str]:
        """The types of the events, in the order of the requests."""
        return [payload["type"] for payload in self.payloads]

    @property
    def interview_ids(self) -> list[str]:
        """The ids of the interviews of the events, in the order of the requests."""
        return [payload["data"]["interviewId"] for payload in self.payloads]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.payloads.append(Webhook(self.secret).verify(await request.body(), dict(request.headers)))
        self.ids.append(request.headers["webhook-id"])
        if self.is_stuck:
            await asyncio.Event().wait()
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.accepted_ids.append(self.ids[-1])
        headers = {"location": f"{self.url}/elsewhere"} if 300 <= status < 400 else {}
        await Response(status_code=status, headers=headers)(scope, receive, send)


@asynccontextmanager
async def run_receiver(secret: str) -> AsyncIterator[WebhookReceiver]:
    """Serve a receiver on loopback."""
    receiver = WebhookReceiver(secret)
    async with serve(receiver) as address:
        receiver.url = f"http://127.0.0.1:{address.port}/hook"
        yield receiver
