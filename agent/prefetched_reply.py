"""Replies of Claude's, begun early: while it is still being waited whether the candidate goes on, the reply is on its way.

One that was begun is used only when what it answers is, to the letter, what is to be answered in the end.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from anthropic import AsyncAnthropic

from agent.interviewer import MoveChosen, stream_reply
from agent.plan import InterviewPlan
from agent.prompts import Prompt
from live.cancellation import cancel_and_wait
from settings import Settings

ReplyEvent = MoveChosen | str


class PrefetchedReply:
    """At most one reply is on its way at a time."""

    def __init__(self, claude: AsyncAnthropic, settings: Settings) -> None:
        self._claude = claude
        self._settings = settings
        self._prefetched: tuple[Prompt, asyncio.Queue[ReplyEvent | None], asyncio.Task[None]] | None = None

    async def prefetch(self, plan: InterviewPlan, prompt: Prompt) -> None:
        """Ask Claude now for what `stream` will want in a moment, if nothing comes between. What was begun before is dropped."""
        if self._prefetched and self._prefetched[0] == prompt:
            return
        await self.discard()
        events: asyncio.Queue[ReplyEvent | None] = asyncio.Queue()
        self._prefetched = prompt, events, asyncio.create_task(self._collect(plan, prompt, events), name="early reply")

    async def discard(self) -> None:
        """What was begun is not wanted any more."""
        prefetched, self._prefetched = self._prefetched, None
        if prefetched:
            await cancel_and_wait(prefetched[2])

    async def stream(self, plan: InterviewPlan, prompt: Prompt) -> AsyncGenerator[ReplyEvent, None]:
        """The reply (agent.interviewer.reply), from what has come of it already; iterate it within contextlib.aclosing."""
        prefetched = self._prefetched if self._prefetched and self._prefetched[0] == prompt else None
        if prefetched is None:
            await self.discard()
            async with aclosing(
                stream_reply(self._claude, self._settings.anthropic, self._settings.interview, plan, prompt)
            ) as reply_events:
                async for event in reply_events:
                    yield event
            return
        _, events, filling = prefetched
        self._prefetched = None
        try:
            while (early_event := await events.get()) is not None:
                yield early_event
            await filling
        finally:
            await cancel_and_wait(filling)

    async def _collect(self, plan: InterviewPlan, prompt: Prompt, events: asyncio.Queue[ReplyEvent | None]) -> None:
        try:
            async with aclosing(
                stream_reply(self._claude, self._settings.anthropic, self._settings.interview, plan, prompt)
            ) as source:
                async for event in source:
                    events.put_nowait(event)
        finally:
            events.put_nowait(None)
