"""The feed of one interview, shared by all its followers in this process."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice

from bson import ObjectId

from engine import metrics
from live.messages import Interim, decode_message
from live.single_flight import SingleFlight
from live.synchronization import Notifier
from models.documents.interview import Interview, get_interview
from models.documents.turn import Speaker, Turn, read_turns
from models.reads.credentials import AccessState
from models.reads.watermarks import Watermark
from models.storage.clock import now

MAX_CACHED_TURNS = 32
"""Turns cached for followers that are slightly behind."""
TURN_BATCH_SIZE = 100
"""Turns that a follower reads from MongoDB in one query."""
TYPING_DURATION = timedelta(seconds=15)
"""How long a candidate counts as typing. The page repeats the signal every five seconds."""


class InterviewFeed:
    """State advanced by messages and watermarks; each follower reads it with its own cursor and waits for notifiers.

    A turn is taken from a message only if it directly continues the known turns; anything else triggers a read of MongoDB.
    """

    def __init__(self, interview_id: ObjectId, request_poll: Callable[[], None]) -> None:
        """`request_poll` requests a fresh watermark, which arrives through `apply_watermark`."""
        self.interview_id = interview_id
        self.is_over = False
        """Whether no turn follows the last known one."""
        self.is_gone = False
        """Whether the interview is erased or unknown."""
        self.access_state: AccessState | None = None
        """None before the first watermark, and for an unknown interview."""
        self.turns_notifier = Notifier()
        self.interims_notifier = Notifier()
        self._interview_notifier = Notifier()
        self._request_poll = request_poll
        self._last_seq: int | None = None  # highest seq known to be stored; None before the first watermark
        self._recent: deque[Turn] = deque(maxlen=MAX_CACHED_TURNS)  # contiguous and ending at _last_seq, or empty
        self._last_seq_by_speaker: dict[Speaker, int] = {}  # seq of each speaker's last known turn
        self._interims: dict[Speaker, tuple[int, Interim]] = {}
        self._interim_number = 0
        self._updated_at: datetime | None = None
        self._interview: Interview | None = None
        self._single_flight = SingleFlight()

    def close(self) -> None:
        """Cancel running reads, after the last follower has left."""
        self._single_flight.cancel()

    def receive(self, text: str) -> None:
        """Apply a message of the interview's channel."""
        match decode_message(text):
            case Turn(interview_id=self.interview_id) as turn:
                self._apply_turn(turn)
            case Interim(interview_id=self.interview_id) as interim:
                self._apply_interim(interim)
            case _:
                self._request_poll()

    def apply_watermark(self, watermark: Watermark | None) -> None:
        """Apply a fresh watermark, or None if the interview does not exist, and wake the followers of turns."""
        self.access_state = watermark.access_state if watermark else None
        self.is_gone = watermark is None or watermark.is_erased
        self.is_over = watermark is None or watermark.is_over or watermark.is_erased
        if watermark and self._last_seq is not None and watermark.last_seq > self._last_seq:
            metrics.TURNS_FOUND_BY_POLLING.inc(watermark.last_seq - self._last_seq)
        if watermark and (self._last_seq is None or watermark.last_seq > self._last_seq or self._lost_turns(watermark)):
            self._last_seq = watermark.last_seq
            self._recent.clear()
        if watermark and watermark.updated_at != self._updated_at:
            self._updated_at = watermark.updated_at
            self._interview_notifier.wake()
        self.turns_notifier.wake()
        if self.is_over:
            self._interims.clear()
            self.interims_notifier.wake()

    # --- turns

    def _lost_turns(self, watermark: Watermark) -> bool:
        # An older watermark may lack the newest turns. But once an interview is over, it has fewer only if its transcript was
        # erased, and the cached turns with it.
        return watermark.is_over and self._last_seq is not None and watermark.last_seq < self._last_seq

    def get_cached_turns_after(self, cursor: int) -> list[Turn] | None:
        """Return the cached turns after the cursor, [] if no newer turn is known, or None if MongoDB must be read."""
        last, recent = self._last_seq, self._recent
        if last is not None and cursor >= last:
            return []
        if recent and recent[0].seq <= cursor + 1:
            return list(islice(recent, cursor + 1 - recent[0].seq, None))
        return None

    async def read_turns_after(self, cursor: int) -> list[Turn]:
        """Read at most TURN_BATCH_SIZE turns after the cursor from MongoDB, in one read for concurrent followers."""
        last = self._last_seq
        # a read that began before `last` was known may lack it, so it is not shared
        return await self._single_flight.get((cursor, last), self._read_turns, cursor)

    async def _read_turns(self, cursor: int) -> list[Turn]:
        turns = await read_turns(self.interview_id, cursor, TURN_BATCH_SIZE)
        self._cache_turns(turns)
        return turns

    def is_complete(self, cursor: int) -> bool:
        """Return whether no turn will ever follow this seq."""
        return self.is_gone or (self.is_over and self._last_seq is not None and cursor >= self._last_seq)

    def _apply_turn(self, turn: Turn) -> None:
        self._update_speaker(turn)
        # nothing follows the end that MongoDB has reported: this may be a repeated message about an erased transcript
        if self._last_seq is None or turn.seq > self._last_seq + 1 or (self.is_over and turn.seq > self._last_seq):
            self._request_poll()
        elif turn.seq == self._last_seq + 1:
            self._last_seq = turn.seq
            self._recent.append(turn)
            self.turns_notifier.wake()
            # clocks of two machines may differ
            metrics.TURN_SECONDS.observe(max(0.0, (now() - turn.ended_at).total_seconds()))

    def _cache_turns(self, turns: list[Turn]) -> None:
        if not turns or self._last_seq is None or turns[-1].seq < self._last_seq:
            return
        for turn in turns:
            self._update_speaker(turn)
        self._recent = deque(turns, MAX_CACHED_TURNS)
        if turns[-1].seq > self._last_seq:
            self._last_seq = turns[-1].seq
            self.turns_notifier.wake()

    def _update_speaker(self, turn: Turn) -> None:
        self._last_seq_by_speaker[turn.speaker] = max(turn.seq, self._last_seq_by_speaker.get(turn.speaker, 0))
        current = self._interims.get(turn.speaker)
        if current and current[1].after_seq < turn.seq:
            del self._interims[turn.speaker]

    # --- interims

    def find_interim_after(self, number: int) -> tuple[int, Interim] | None:
        """Return the oldest interim with a higher number, and its number. Only the newest of each speaker is stored."""
        return min(
            (numbered for numbered in self._interims.values() if numbered[0] > number and not _is_outdated(numbered[1])),
            default=None,
            key=lambda numbered: numbered[0],
        )

    def _apply_interim(self, interim: Interim) -> None:
        current = self._interims.get(interim.speaker)
        is_late = current is not None and (interim.after_seq, interim.at) < (current[1].after_seq, current[1].at)
        if self.is_over or is_late or self._last_seq_by_speaker.get(interim.speaker, 0) > interim.after_seq:
            return
        self._interim_number += 1
        self._interims[interim.speaker] = self._interim_number, interim
        self.interims_notifier.wake()

    # --- the interview itself

    async def wait_for_interview_after(self, seen: datetime, get_updated_at: Callable[[Interview], datetime]) -> Interview | None:
        """Wait until `get_updated_at` differs from `seen`; return the interview, shared by followers, or None if it is gone."""
        while True:
            number = self._interview_notifier.number
            interview = await self._read_interview()
            if interview is None or get_updated_at(interview) != seen:
                return interview
            await self._interview_notifier.wait_after(number)

    async def _read_interview(self) -> Interview | None:
        known = self._updated_at
        if self._interview is None or known is None or self._interview.updated_at < known:
            self._interview = await self._single_flight.get(known, get_interview, self.interview_id)
        return self._interview


def _is_outdated(interim: Interim) -> bool:
    """Return whether the interim says that the candidate is typing, and is too old for that."""
    return not interim.text and now() - interim.at > TYPING_DURATION
