"""Stores what is said in a room as turns, in order and exactly once, and retries while MongoDB is unavailable."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import structlog
from bson import ObjectId
from pymongo.errors import PyMongoError

from agent.voice.speech_collector import SpeechSegment
from errors import Conflict, NotFound
from lifecycle.services import Services
from lifecycle.turns import store_interviewer_turns, store_message, store_spoken_turn
from live.messages import Interim
from models.documents.interview import Interview
from models.documents.turn import AccessOrigin, Channel, NewTurn, Speaker, Turn
from models.storage.backoff import Backoff
from models.storage.clock import now
from models.storage.lease import LeaseLost
from models.writes.append_turns import InterviewerUpdate, TranscriptFull

log = structlog.get_logger(__name__)

T = TypeVar("T")

_BACKOFF = Backoff(base_seconds=0.1, max_seconds=2.0)

MAX_TYPED_CHARACTERS = 20_000
"""Longest text of one typed turn, as in the sendMessage mutation."""
INTERIM_INTERVAL_SECONDS = 0.15
"""Seconds between two published interims, which is as fast as a reader can follow."""


class TranscriptWriter:
    """Stores the turns of one room under a lease, and publishes interims.

    Run `publish_interims` as a task.
    """

    def __init__(self, services: Services, interview_id: ObjectId, fence: int) -> None:
        self._services = services
        self._interview_id = interview_id
        self._fence = fence
        self._store_lock = asyncio.Lock()
        self._interims: dict[Speaker, str] = {}
        self._interims_changed = asyncio.Event()
        self.candidate_origin: AccessOrigin | None = None
        """How the LiveKit token was obtained with which the candidate is, or was last, in the room."""
        self._last_seq = 0
        """Highest sequence number that is known to be stored."""

    async def add_candidate_speech(self, segment: SpeechSegment, *, interrupted: bool = False) -> Turn:
        """Store what the candidate said.

        Set `interrupted` if the connection broke or the interview ended meanwhile.

        Retries for as long as MongoDB is unavailable. Raises LeaseLost when another process has taken
        over or the interview accepts no more turns.
        """
        min_confidence = self._services.settings.voice.min_confidence
        is_uncertain = segment.confidence < min_confidence
        uncertain_words = [word for word in segment.words if word.confidence < min_confidence]
        turn = NewTurn(
            key=f"item:{segment.id}",
            speaker=Speaker.CANDIDATE,
            text=segment.text,
            channel=Channel.VOICE,
            started_at=segment.started_at,
            ended_at=segment.ended_at,
            confidence=segment.confidence,
            is_uncertain=is_uncertain,
            uncertain_words=[] if is_uncertain else uncertain_words,
            interrupted=interrupted,
            written_with=self.candidate_origin,
        )
        stored = await self._store_with_retry(lambda: store_spoken_turn(self._services, self._interview_id, turn, self._fence))
        self.note_stored([stored])
        return stored

    async def add_typed_text(self, interview: Interview, text: str, key: str) -> None:
        """Store what the candidate typed into the room; a long text becomes several turns.

        Text that no longer fits into the interview is dropped. Retries and raises as `add_candidate_speech` does.
        """
        for index, start in enumerate(range(0, len(text), MAX_TYPED_CHARACTERS)):
            part = text[start : start + MAX_TYPED_CHARACTERS]
            store = partial(store_message, self._services, interview, part, f"{key}:{index}", written_with=self.candidate_origin)
            try:
                await self._store_with_retry(store)
            except TranscriptFull:
                log.warning("typed text dropped: the transcript is full", interview_id=str(self._interview_id))
                return

    async def add_interviewer_turns(self, turns: Sequence[NewTurn], update: InterviewerUpdate) -> Interview:
        """Store what the interviewer said. Retries and raises as `add_candidate_speech` does."""
        interview = await self._store_with_retry(
            lambda: store_interviewer_turns(self._services, self._interview_id, turns, update)
        )
        self._last_seq = max(self._last_seq, interview.last_seq)
        return interview

    def note_stored(self, turns: Sequence[Turn]) -> None:
        """Record that these turns are stored, so that interims published from now on follow them."""
        self._last_seq = max(self._last_seq, *(turn.seq for turn in turns), 0)

    async def _store_with_retry(self, store: Callable[[], Awaitable[T]]) -> T:
        async with self._store_lock:
            failures = 0
            while True:
                try:
                    return await store()
                except TranscriptFull:
                    raise
                except (Conflict, NotFound):
                    # The interview has ended, was erased, or belongs to another process.
                    raise LeaseLost from None
                except PyMongoError as error:
                    log.warning("turn not stored; retrying", interview_id=str(self._interview_id), reason=type(error).__name__)
                failures += 1
                await asyncio.sleep(_BACKOFF.jittered_seconds(failures))

    def update_interim(self, speaker: Speaker, text: str) -> None:
        """Set what the speaker has said since the last turn.

        Interims are published but never stored.
        """
        self._interims[speaker] = text
        self._interims_changed.set()

    async def publish_interims(self) -> None:
        """Publish the newest interim of each speaker whenever one changes. Never ends."""
        while True:
            await self._interims_changed.wait()
            self._interims_changed.clear()
            interims, self._interims = self._interims, {}
            for speaker, text in interims.items():
                if text:
                    await self._services.live.publish_interim(Interim(self._interview_id, speaker, text, self._last_seq, now()))
            await asyncio.sleep(INTERIM_INTERVAL_SECONDS)
