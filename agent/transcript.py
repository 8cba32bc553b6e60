"""What is said in a room, as stored turns: in the order in which it came, each once, whatever MongoDB does meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import structlog
from bson import ObjectId
from pymongo.errors import PyMongoError

from agent.hearing import Heard
from errors import Conflict, NotFound
from lifecycle.services import Services
from lifecycle.turns import store_heard, store_message, store_words
from live.messages import Interim
from models.append import LeaseLost, Words
from models.clock import now
from models.interview import Interview
from models.turn import Channel, NewTurn, Speaker, Turn

log = structlog.get_logger(__name__)

T = TypeVar("T")

MAX_TYPED = 20_000
"""characters of one turn, as sendMessage takes them"""
MAX_WAIT_SECONDS = 2.0
INTERIM_SECONDS = 0.15
"""between two interims: a screen shows no more"""


class Transcript:
    """Stores the turns of one room under a lease, and shows what is being said. Use `keep_showing` as a task."""

    def __init__(self, services: Services, interview_id: ObjectId, fence: int) -> None:
        self._services = services
        self._interview_id = interview_id
        self._fence = fence
        self._order = asyncio.Lock()
        self._interims: dict[Speaker, str] = {}
        self._moved = asyncio.Event()
        self._last_seq = 0
        """of the turns that this knows of"""

    async def add_heard(self, heard: Heard, *, cut_off: bool = False) -> Turn:
        """Store what the candidate said; `cut_off`: the connection broke, or the end came, while they spoke.

        Waits for MongoDB as long as it is away. Raises LeaseLost when another has taken over, or no turn is taken any more.
        """
        turn = NewTurn(
            key=f"item:{heard.id}",
            speaker=Speaker.CANDIDATE,
            text=heard.text,
            channel=Channel.VOICE,
            started_at=heard.started_at,
            ended_at=heard.ended_at,
            confidence=heard.confidence,
            interrupted=cut_off,
        )
        stored = await self._until_stored(lambda: store_heard(self._services, self._interview_id, turn, self._fence))
        self.note([stored])
        return stored

    async def add_typed(self, interview: Interview, text: str, key: str) -> None:
        """Store what the candidate typed into the room, in as many turns as it takes. Waits and raises as `add_heard`."""
        for place, start in enumerate(range(0, len(text), MAX_TYPED)):
            part = text[start : start + MAX_TYPED]
            await self._until_stored(partial(store_message, self._services, interview, part, f"{key}:{place}"))

    async def add_said(self, turns: Sequence[NewTurn], words: Words) -> Interview:
        """Store what the interviewer said. Waits and raises as `add_heard`."""
        interview = await self._until_stored(lambda: store_words(self._services, self._interview_id, turns, words))
        self._last_seq = max(self._last_seq, interview.last_seq)
        return interview

    def note(self, turns: Sequence[Turn]) -> None:
        """These are stored: what is shown from now on comes after them."""
        self._last_seq = max(self._last_seq, *(turn.seq for turn in turns), 0)

    async def _until_stored(self, store: Callable[[], Awaitable[T]]) -> T:
        async with self._order:
            wait = 0.1
            while True:
                try:
                    return await store()
                except (Conflict, NotFound):
                    # ended, erased, or another's: nothing more is stored here
                    raise LeaseLost from None
                except PyMongoError as error:
                    log.warning("turn not stored yet", interview_id=str(self._interview_id), reason=type(error).__name__)
                await asyncio.sleep(wait)
                wait = min(wait * 2, MAX_WAIT_SECONDS)

    def show(self, speaker: Speaker, text: str) -> None:
        """Show what the speaker has said since the last turn; stored nowhere."""
        self._interims[speaker] = text
        self._moved.set()

    async def keep_showing(self) -> None:
        """Publish what `show` was given, the newest words of each speaker only. Never ends."""
        while True:
            await self._moved.wait()
            self._moved.clear()
            shown, self._interims = self._interims, {}
            for speaker, text in shown.items():
                if text:
                    await self._services.live.publish_interim(Interim(self._interview_id, speaker, text, self._last_seq, now()))
            await asyncio.sleep(INTERIM_SECONDS)
