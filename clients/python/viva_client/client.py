"""Viva's API: the generated methods, and streams that survive lost connections, lists, files and webhooks."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from typing import Any, Literal, Protocol, TypeVar

from standardwebhooks import Webhook

from .errors import ProtocolViolation
from .generated.changed import Changed
from .generated.client import GeneratedClient
from .generated.fragments import ChangeDetails, TurnDetails
from .generated.operations import CHANGED_GQL, TURN_ADDED_GQL
from .generated.turn_added import TurnAdded

Node = TypeVar("Node")


class PageInfo(Protocol):
    """Where a page of a list ends."""

    has_next_page: bool
    end_cursor: str | None


class Page(Protocol[Node]):
    """A page of any list."""

    nodes: list[Node]

    @property
    def page_info(self) -> PageInfo:
        """Where the page ends."""


class Viva(GeneratedClient):
    """A caller of the API. Use it as an async context manager."""

    def follow(self, interview_id: str, after: int = 0) -> AsyncGenerator[TurnDetails, None]:
        """Yield each turn after `after` once and in order, until the last turn of an interview that is over.

        Lost connections, restarts of the server and expired tokens only take time. Raises VivaError if the caller may not
        read the transcript, or if the server stays away for too long.
        """

        def read(data: Any, last_seq: int) -> tuple[int, TurnDetails] | None:
            turn = TurnAdded.model_validate(data).turn_added
            return (turn.seq, turn) if turn.seq == last_seq + 1 else None

        return self._resume(TURN_ADDED_GQL, {"interviewId": interview_id}, after, read)

    def changes(self, after: str) -> AsyncGenerator[ChangeDetails, None]:
        """Yield each change after the cursor once, in the order in which they were committed, without an end.

        Store `cursor` of a change together with what you made of it. Raises CursorExpired if changes are missing: read the
        lists again, and continue from a new `latest_cursor()`.
        """

        def read(data: Any, _: str) -> tuple[str, ChangeDetails] | None:
            change = Changed.model_validate(data).changed
            return (change.cursor, change) if change else None

        return self._resume(CHANGED_GQL, {}, after, read)

    async def latest_cursor(self) -> str:
        """Return the cursor of the newest change. Read it before the lists, then follow the changes after it."""
        page = await self.list_changes(first=0)
        if page is None:
            raise ProtocolViolation("The server returned no changes.")
        return page.latest_cursor

    async def iterate(self, read_page: Callable[[str | None], Awaitable[Page[Node]]]) -> AsyncGenerator[Node, None]:
        """Yield the items of all pages of a list. `read_page` receives the cursor after which its page begins."""
        after, has_next_page = None, True
        while has_next_page:
            page = await read_page(after)
            for node in page.nodes:
                yield node
            after, has_next_page = page.page_info.end_cursor, page.page_info.has_next_page

    async def transcript(self, interview_id: str, suffix: Literal["json", "txt", "vtt"] = "json") -> bytes:
        """Return the transcript as a file."""
        return await self.download(f"/interviews/{interview_id}/transcript.{suffix}")

    async def report(self, evaluation_id: str, suffix: Literal["json", "html", "pdf"] = "pdf") -> bytes:
        """Return the report of an evaluation as a file."""
        return await self.download(f"/evaluations/{evaluation_id}/report.{suffix}")


def verify_webhook(secret: str, body: bytes | str, headers: Mapping[str, str]) -> Any:
    """Return the event in the body of a webhook, as it came. Raises WebhookVerificationError if it is not genuine.

    An event can come several times: the header `webhook-id` identifies it.
    """
    return Webhook(secret).verify(body, dict(headers))
