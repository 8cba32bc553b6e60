"""An interview that somebody in this process follows: what is known of it, once for all its followers."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from itertools import islice

from bson import ObjectId

from live.messages import Interim, decode_message
from live.single_flight import SingleFlight
from live.synchronization import Notifier
from models.documents.interview import Interview, get_interview
from models.documents.turn import Speaker, Turn, read_turns
from models.reads.watermarks import AccessState, Watermark

MAX_CACHED_TURNS = 32
"""turns that are kept for followers who are a little behind"""
TURN_BATCH_SIZE = 100
"""turns that one follower reads at once"""


class InterviewFeed:
    """State that messages and marks move forward; followers look at it with a cursor of their own, and wait for its signals.

    A message is believed only where it continues what is known. Everything else makes it look at MongoDB.
    """

    def __init__(self, interview_id: ObjectId, request_poll: Callable[[], None]) -> None:
        """`request_poll` asks for fresh marks (`apply_watermark`), soon."""
        self.interview_id = interview_id
        self.is_over = False
        """no turn comes after the last one known"""
        self.is_gone = False
        """erased, or never there: nothing comes at all"""
        self.access_state: AccessState | None = None
        """None until the first marks, and of an interview that is not there"""
        self.turns_notifier = Notifier()
        self.interims_notifier = Notifier()
        self._interview_notifier = Notifier()
        self._request_poll = request_poll
        self._last_seq: int | None = None  # highest seq that is stored for sure; None until the first marks
        self._recent: deque[Turn] = deque(maxlen=MAX_CACHED_TURNS)  # without a gap, up to _last_seq; or empty
        self._last_seq_by_speaker: dict[Speaker, int] = {}  # seq of each speaker's last turn that was seen
        self._interims: dict[Speaker, tuple[int, Interim]] = {}
        self._interim_number = 0
        self._updated_at: datetime | None = None
        self._interview: Interview | None = None
        self._single_flight = SingleFlight()

    def close(self) -> None:
        """The last follower has left."""
        self._single_flight.cancel()

    def receive(self, text: str) -> None:
        """Take a message of the interview's channel."""
        match decode_message(text):
            case Turn(interview_id=self.interview_id) as turn:
                self._apply_turn(turn)
            case Interim(interview_id=self.interview_id) as interim:
                self._apply_interim(interim)
            case _:
                self._request_poll()

    def apply_watermark(self, watermark: Watermark | None) -> None:
        """Take what MongoDB says; None: there is no such interview. Wakes followers of turns in any case: none waits in vain."""
        self.access_state = watermark.access_state if watermark else None
        self.is_gone = watermark is None or watermark.is_erased
        self.is_over = watermark is None or watermark.is_over or watermark.is_erased
        if watermark and (self._last_seq is None or watermark.last_seq > self._last_seq):
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

    def cached_turns_after(self, cursor: int) -> list[Turn] | None:
        """Stored turns from cursor + 1 on, none when that is all that is known; None when they must be read."""
        last, recent = self._last_seq, self._recent
        if last is not None and cursor >= last:
            return []
        if recent and recent[0].seq <= cursor + 1:
            # nearly all who ask lack the last one only
            return [recent[-1]] if recent[-1].seq == cursor + 1 else list(islice(recent, cursor + 1 - recent[0].seq, None))
        return None

    async def read_turns_after(self, cursor: int) -> list[Turn]:
        """The same, at most BATCH, from MongoDB: one read for all who ask at once."""
        last = self._last_seq
        # a read that began before `last` was known may lack it: only who knows as much shares it
        return await self._single_flight.get((cursor, last), self._read_turns, cursor)

    async def _read_turns(self, cursor: int) -> list[Turn]:
        turns = await read_turns(self.interview_id, cursor, TURN_BATCH_SIZE)
        self._cache_turns(turns)
        return turns

    def is_complete(self, cursor: int) -> bool:
        """Whether nothing will ever come after that turn."""
        return self.is_gone or (self.is_over and self._last_seq is not None and cursor >= self._last_seq)

    def _apply_turn(self, turn: Turn) -> None:
        self._update_speaker(turn)
        if self._last_seq is None or turn.seq > self._last_seq + 1:
            self._request_poll()
        elif turn.seq == self._last_seq + 1:
            self._last_seq = turn.seq
            self._recent.append(turn)
            self.turns_notifier.wake()

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

    def interim_after(self, number: int) -> tuple[int, Interim] | None:
        """The oldest interim that is numbered higher, with its number. A speaker's newest replaces the one before."""
        return min((held for held in self._interims.values() if held[0] > number), default=None, key=lambda held: held[0])

    def _apply_interim(self, interim: Interim) -> None:
        current = self._interims.get(interim.speaker)
        is_late = current is not None and (interim.after_seq, interim.at) < (current[1].after_seq, current[1].at)
        if self.is_over or is_late or self._last_seq_by_speaker.get(interim.speaker, 0) > interim.after_seq:
            return
        self._interim_number += 1
        self._interims[interim.speaker] = self._interim_number, interim
        self.interims_notifier.wake()

    # --- the interview itself

    async def wait_for_interview_after(self, seen: datetime) -> Interview | None:
        """The interview, once its updated_at is another than `seen`; None when it is no more. Shared by its followers."""
        while True:
            number = self._interview_notifier.number
            interview = await self._read_interview()
            if interview is None or interview.updated_at != seen:
                return interview
            await self._interview_notifier.wait_after(number)

    async def _read_interview(self) -> Interview | None:
        known = self._updated_at
        if self._interview is None or known is None or self._interview.updated_at < known:
            self._interview = await self._single_flight.get(known, get_interview, self.interview_id)
        return self._interview
