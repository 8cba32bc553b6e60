"""Replies of Claude's, begun early: while it is still being waited whether the candidate goes on, the reply is on its way.

One that was begun is used only when what it answers is, to the letter, what is to be answered in the end.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from anthropic import AsyncAnthropic

from agent.interviewer import Opened, reply
from agent.plan import Plan
from agent.prompts import Prompt
from live.cancellation import end
from settings import Settings

Event = Opened | str


class Replies:
    """At most one reply is on its way at a time."""

    def __init__(self, claude: AsyncAnthropic, settings: Settings) -> None:
        self._claude = claude
        self._settings = settings
        self._begun: tuple[Prompt, asyncio.Queue[Event | None], asyncio.Task[None]] | None = None

    async def begin(self, plan: Plan, prompt: Prompt) -> None:
        """Ask Claude now for what `take` will want in a moment, if nothing comes between. What was begun before is dropped."""
        if self._begun and self._begun[0] == prompt:
            return
        await self.drop()
        events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._begun = prompt, events, asyncio.create_task(self._fill(plan, prompt, events), name="early reply")

    async def drop(self) -> None:
        """What was begun is not wanted any more."""
        begun, self._begun = self._begun, None
        if begun:
            await end(begun[2])

    async def take(self, plan: Plan, prompt: Prompt) -> AsyncGenerator[Event, None]:
        """The reply (agent.interviewer.reply), from what has come of it already; iterate it within contextlib.aclosing."""
        begun = self._begun if self._begun and self._begun[0] == prompt else None
        if begun is None:
            await self.drop()
            async with aclosing(reply(self._claude, self._settings.anthropic, self._settings.interview, plan, prompt)) as fresh:
                async for event in fresh:
                    yield event
            return
        _, events, filling = begun
        self._begun = None
        try:
            while (early := await events.get()) is not None:
                yield early
            await filling
        finally:
            await end(filling)

    async def _fill(self, plan: Plan, prompt: Prompt, events: asyncio.Queue[Event | None]) -> None:
        try:
            async with aclosing(reply(self._claude, self._settings.anthropic, self._settings.interview, plan, prompt)) as source:
                async for event in source:
                    events.put_nowait(event)
        finally:
            events.put_nowait(None)
