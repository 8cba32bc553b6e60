"""Turns in motion: publishing what is stored, and following it. MongoDB holds it; Redis carries it, and wakes who follows."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import aclosing, contextmanager
from types import TracebackType
from typing import Any, Self

import structlog
from broadcaster import Broadcast
from bson import ObjectId
from redis.exceptions import RedisError

import settings
from live.backend import RedisBackend
from live.cancellation import end
from live.followed import Followed
from live.messages import Changed, Interim, write_message
from live.reads import patiently
from live.shared import Shared
from live.wall import Wall
from live.watch import Watch
from models.follow import Standing
from models.interview import Interview, get_interview
from models.turn import Turn

log = structlog.get_logger(__name__)

Check = Callable[[Callable[[], None]], None]
"""raises what ends a stream; looks for it without waiting, and then calls what wakes the stream"""


class Live:
    """The live feeds of a process: one for all its followers. Who may follow what is not decided here.

    Nothing here fails, or loses or repeats a turn, because Redis is away: followers then see what is new within `poll_seconds`.
    While MongoDB is away they wait for it.
    """

    def __init__(self, redis: settings.Redis, *, poll_seconds: float = 2.0, coalesce_seconds: float = 1.0) -> None:
        """`poll_seconds`: how often MongoDB is asked even when nothing calls for it. `coalesce_seconds`: the least time
        between two states of one interview. Raises ValueError for an address that is none."""
        self._prefix = redis.prefix
        self._poll_seconds = poll_seconds
        self._coalesce_seconds = coalesce_seconds
        self._backend = RedisBackend(redis)
        self._broadcast = Broadcast(backend=self._backend)
        self._followed = Shared(self._open_followed)
        self._walls = Shared(self._open_wall)
        self._watch = Watch(self._followed, poll_seconds)
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._broadcast.connect()
        self._start(self._watch.run(), "watch")
        self._start(self._tick(), "tick")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await end(*self._tasks)
        await self._broadcast.disconnect()

    async def is_connected(self) -> bool:
        """Whether Redis carries messages both ways; answers within settings.redis.publish_seconds."""
        return await self._backend.is_up()

    # --- publishing: bounded by settings.redis.publish_seconds, and never raises for Redis

    async def publish_turn(self, turn: Turn) -> None:
        """Carry a turn, which is stored already, to whoever follows its interview."""
        await self._publish(self._interview_channel(turn.interview_id), turn)

    async def publish_interim(self, interim: Interim) -> None:
        """Carry what is being said right now; it is stored nowhere."""
        await self._publish(self._interview_channel(interim.interview_id), interim)

    async def publish_change(self, organization_id: ObjectId, interview_id: ObjectId) -> None:
        """Tell followers of the interview and of its organization that the interview has changed in MongoDB."""
        changed = Changed(interview_id)
        await asyncio.gather(
            self._publish(self._interview_channel(interview_id), changed),
            self._publish(self._organization_channel(organization_id), changed),
        )

    async def _publish(self, channel: str, message: Turn | Interim | Changed) -> None:
        try:
            await self._broadcast.publish(channel, write_message(message))
        except (RedisError, OSError) as error:
            # the backend has said that Redis is away, once; this comes with every turn
            log.debug("not published", channel=channel, reason=type(error).__name__)

    # --- following

    def standing(self, interview_id: ObjectId) -> Standing | None:
        """Of an interview that is followed already, as MongoDB told it within `poll_seconds`; None: ask MongoDB."""
        followed = self._followed.get(interview_id)
        return followed.standing if followed else None

    async def follow_turns(self, interview_id: ObjectId, after: int, check: Check | None = None) -> AsyncGenerator[Turn, None]:
        """The interview's turns from seq after + 1 on, in order, each once; those to come too.

        Ends after the last turn of an interview that is over, and at once when it is erased or unknown. Calls `check` before
        each turn, and each `poll_seconds` when nobody says anything, and ends with what that raises.
        """
        followed = self._followed.take(interview_id)
        try:
            signal, cursor = followed.turns_moved, after
            while True:
                seen = signal.number
                turns = followed.turns_at_hand(cursor)
                if turns is None:
                    turns = await followed.read_turns_after(cursor)
                for turn in turns:
                    if check:
                        check(signal.wake)
                    cursor = turn.seq
                    yield turn
                if turns:
                    continue
                if followed.is_complete(cursor):
                    return
                await signal.moved(seen)
                if check:
                    check(signal.wake)
        finally:
            self._followed.give_back(interview_id)

    async def follow_interims(self, interview_id: ObjectId, check: Check | None = None) -> AsyncGenerator[Interim, None]:
        """What is being said right now. Slow followers see each speaker's newest words only.

        Ends when the interview is over, erased or unknown. Calls `check` as follow_turns.
        """
        followed = self._followed.take(interview_id)
        try:
            signal, number = followed.interims_moved, 0
            while not followed.is_over:
                seen = signal.number
                while numbered := followed.interim_after(number):
                    if check:
                        check(signal.wake)
                    number, interim = numbered
                    yield interim
                if not followed.is_over:
                    await signal.moved(seen)
                    if check:
                        check(signal.wake)
        finally:
            self._followed.give_back(interview_id)

    async def follow_interview(self, interview_id: ObjectId) -> AsyncGenerator[Interview, None]:
        """The interview as it is, then as it is whenever that has changed, at most once in `coalesce_seconds`.

        The last state always comes. Never ends, since reviews and evaluations come late; only an unknown id ends at once.
        The documents are shared with other followers: read them, never change them.
        """
        loop = asyncio.get_running_loop()
        with self._followed.use(interview_id) as followed:
            interview = await patiently(get_interview, interview_id)
            while interview is not None:
                given_at = loop.time()
                yield interview
                await asyncio.sleep(given_at + self._coalesce_seconds - loop.time())
                interview = await followed.interview_after(interview.updated_at)

    def follow_interviews(self, organization_id: ObjectId) -> AsyncGenerator[Interview, None]:
        """Each interview of the organization that changes after this call, each at most once in `coalesce_seconds`.

        Those that changed shortly before the call come first (live.wall.OVERLAP), so that after a list that was read just before
        there is no gap: (id, updated_at) tells what is known already. Never ends. The documents are shared: never change them.
        """
        return self._follow_interviews(organization_id, asyncio.get_running_loop().time())

    async def _follow_interviews(self, organization_id: ObjectId, called_at: float) -> AsyncGenerator[Interview, None]:
        with self._walls.use(organization_id) as wall:
            async with aclosing(wall.follow(called_at)) as interviews:
                async for interview in interviews:
                    yield interview

    # --- what is open while somebody follows it

    @contextmanager
    def _open_followed(self, interview_id: ObjectId) -> Iterator[Followed]:
        followed = Followed(interview_id, lambda: self._watch.look(interview_id))
        with self._subscribed(self._interview_channel(interview_id), followed.receive):
            self._watch.look(interview_id)
            yield followed
        followed.close()

    @contextmanager
    def _open_wall(self, organization_id: ObjectId) -> Iterator[Wall]:
        wall = Wall(organization_id, self._poll_seconds, self._coalesce_seconds)
        with (
            self._subscribed(self._organization_channel(organization_id), wall.receive),
            self._running(wall.run(), f"wall {organization_id}"),
        ):
            yield wall

    async def _tick(self) -> None:
        """Wake every follower now and then, whether or not MongoDB answers: one timer for all of them."""
        while True:
            await asyncio.sleep(self._poll_seconds)
            open_now = self._followed.keys()
            for interview_id in open_now:
                if followed := self._followed.get(interview_id):
                    followed.turns_moved.wake()
                    followed.interims_moved.wake()

    @contextmanager
    def _subscribed(self, channel: str, receive: Callable[[str], None]) -> Iterator[None]:
        async def pump() -> None:
            async with self._broadcast.subscribe(channel) as subscriber:
                while True:
                    receive((await subscriber.get()).message)

        with self._running(pump(), channel):
            yield

    @contextmanager
    def _running(self, work: Coroutine[Any, Any, None], name: str) -> Iterator[None]:
        task = self._start(work, name)
        try:
            yield
        finally:
            # not awaited: a follower that is cancelled must not wait for anything
            self._start(end(task), f"end of {name}")

    def _start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=f"live {name}")
        self._tasks.add(task)
        task.add_done_callback(self._note_end)
        return task

    def _note_end(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("live task failed", task=task.get_name(), reason=type(error).__name__)

    def _interview_channel(self, interview_id: ObjectId) -> str:
        return f"{self._prefix}:interview:{interview_id}"

    def _organization_channel(self, organization_id: ObjectId) -> str:
        return f"{self._prefix}:organization:{organization_id}"
