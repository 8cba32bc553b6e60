"""Publishing and following interviews. MongoDB is the source of truth; Redis carries turns and wakes followers."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Iterator
from contextlib import aclosing, contextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import structlog
from broadcaster import Broadcast
from bson import ObjectId
from redis.exceptions import RedisError

import settings
from live.cancellation import cancel_and_wait
from live.interview_feed import InterviewFeed
from live.messages import Changed, Interim, encode_message
from live.organization_feed import OrganizationFeed, UpdateTime
from live.poller import Poller
from live.redis_backend import SUBSCRIBED, RedisBackend
from live.signing import MessageSigner
from live.single_flight import retry_until_available
from live.synchronization import Notifier, RefCounted
from models.documents.change import Change
from models.documents.evaluation import Evaluation
from models.documents.interview import Interview, get_interview
from models.documents.interview_views import InterviewView
from models.documents.recording import Recording
from models.documents.turn import Turn
from models.reads.change_list import ChangeSelection, read_changes
from models.reads.credentials import AccessState

log = structlog.get_logger(__name__)

CHANGE_BATCH_SIZE = 100
"""Changes that a follower reads from MongoDB in one query."""
_FEED_ADVANCED = "changes"
"""Message that a change feed has advanced."""

AccessCheck = Callable[[Callable[[], None]], None]
"""Checks a follower's access without waiting, and raises to end its stream.

It may start a check in the background. If that finds that the access has ended, it calls its argument, which wakes the stream.
"""


OrganizationFeedKey = tuple[ObjectId, InterviewView | None]
"""Followers of one organization share a feed if they have the same view: what others see must not delay their changes."""


def get_newest_update(interview: Interview) -> datetime:
    """Return the time of the interview's newest change."""
    return interview.updated_at


class LiveHub:
    """The live feeds of a process, each shared by all its followers. Callers check access.

    While Redis is unavailable nothing fails and no turn is lost or repeated: followers get new turns within
    `poll_seconds`. While MongoDB is unavailable they wait for it.
    """

    def __init__(
        self,
        redis: settings.RedisSettings,
        auth: settings.AuthSettings,
        *,
        poll_seconds: float = 2.0,
        coalesce_seconds: float = 1.0,
    ) -> None:
        """Create the feeds; entering the context connects them. `auth` has the secret from which the messages' key is derived.

        `poll_seconds` is the time between polls of MongoDB, `coalesce_seconds` the minimum time between two states
        of one interview that a follower gets. Raises ValueError for an invalid Redis URL, and RuntimeError without a secret.
        """
        self._prefix = redis.prefix
        self._signer = MessageSigner(auth)
        self._poll_seconds = poll_seconds
        self._coalesce_seconds = coalesce_seconds
        self._backend = RedisBackend(redis)
        self._broadcast = Broadcast(backend=self._backend)
        self._interview_feeds = RefCounted(self._open_interview_feed)
        self._organization_feeds = RefCounted(self._open_organization_feed)
        self._change_notifiers = RefCounted(self._open_change_notifier)
        self._poller = Poller(self._interview_feeds, poll_seconds)
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._broadcast.connect()
        self._start_task(self._poller.run(), "poller")
        self._start_task(self._wake_periodically(), "timer")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await cancel_and_wait(*self._tasks)
        await self._broadcast.disconnect()

    async def is_connected(self) -> bool:
        """Return whether Redis can publish and deliver, within settings.redis.publish_seconds."""
        return await self._backend.is_up()

    # --- publishing: bounded by settings.redis.publish_seconds; errors of Redis are not raised

    async def publish_turn(self, turn: Turn) -> None:
        """Publish a stored turn to the followers of its interview."""
        await self._publish(self._interview_channel(turn.interview_id), turn)

    async def publish_interim(self, interim: Interim) -> None:
        """Publish what is being said right now; it is not stored."""
        await self._publish(self._interview_channel(interim.interview_id), interim)

    async def publish_change(self, document: Interview | Evaluation | Recording) -> None:
        """Notify followers of the document's interview and of its organization that it has changed in MongoDB."""
        interview_id = document.id if isinstance(document, Interview) else document.interview_id
        message = Changed(interview_id)
        await asyncio.gather(
            self._publish(self._interview_channel(interview_id), message),
            self._publish(self._organization_channel(document.organization_id), message),
        )

    async def publish_recorded_changes(self, organization_ids: Collection[ObjectId]) -> None:
        """Notify followers of the change feeds of these organizations that their feeds have advanced in MongoDB."""
        await asyncio.gather(*(self._publish(self._changes_channel(id_), _FEED_ADVANCED) for id_ in organization_ids))

    async def _publish(self, channel: str, message: Turn | Interim | Changed | str) -> None:
        try:
            text = message if isinstance(message, str) else encode_message(message)
            await self._broadcast.publish(channel, self._signer.sign(channel, text))
        except (RedisError, OSError) as error:
            # debug only: the backend has logged the outage, and this repeats with every turn
            log.debug("publish failed", channel=channel, reason=type(error).__name__)

    # --- following

    def get_cached_access_state(self, interview_id: ObjectId) -> AccessState | None:
        """Return the access state of a followed interview, at most `poll_seconds` old; None if MongoDB must be read."""
        feed = self._interview_feeds.get(interview_id)
        return feed.access_state if feed else None

    async def follow_turns(
        self, interview_id: ObjectId, after: int, check: AccessCheck | None = None
    ) -> AsyncGenerator[Turn, None]:
        """Yield the interview's turns from seq `after` + 1 on, stored and future ones, in order, each once.

        Ends after the last turn of an interview that is over, and immediately if it is erased or unknown. Calls
        `check` before each turn, and every `poll_seconds` while there is none, and propagates what it raises.
        """
        with self._interview_feeds.use(interview_id) as feed:
            notifier, cursor = feed.turns_notifier, after
            while True:
                seen = notifier.number
                turns = feed.get_cached_turns_after(cursor)
                if turns is None:
                    turns = await feed.read_turns_after(cursor)
                for turn in turns:
                    if check:
                        check(notifier.wake)
                    cursor = turn.seq
                    yield turn
                if turns:
                    continue
                if feed.is_complete(cursor):
                    return
                await notifier.wait_after(seen)
                if check:
                    check(notifier.wake)

    async def follow_interims(self, interview_id: ObjectId, check: AccessCheck | None = None) -> AsyncGenerator[Interim, None]:
        """Yield what is being said right now. Slow followers get only each speaker's newest words.

        Ends when the interview is over, erased or unknown. Calls `check` like `follow_turns`.
        """
        with self._interview_feeds.use(interview_id) as feed:
            notifier, number = feed.interims_notifier, 0
            while not feed.is_over:
                seen = notifier.number
                while numbered := feed.find_interim_after(number):
                    if check:
                        check(notifier.wake)
                    number, interim = numbered
                    yield interim
                if not feed.is_over:
                    await notifier.wait_after(seen)
                    if check:
                        check(notifier.wake)

    async def follow_interview(
        self, interview_id: ObjectId, get_updated_at: UpdateTime = get_newest_update
    ) -> AsyncGenerator[Interview, None]:
        """Yield the interview now and after each change, at most once per `coalesce_seconds`, always including the last state.

        A change is one of `get_updated_at`, so that other changes neither wake nor delay the follower. Never ends, since
        evaluations and reviews follow the interview; only an unknown id ends immediately. The documents are shared with other
        followers: do not modify them.
        """
        loop = asyncio.get_running_loop()
        with self._interview_feeds.use(interview_id) as feed:
            interview = await retry_until_available(get_interview, interview_id)
            while interview is not None:
                yielded_at = loop.time()
                yield interview
                await asyncio.sleep(yielded_at + self._coalesce_seconds - loop.time())
                interview = await feed.wait_for_interview_after(get_updated_at(interview), get_updated_at)

    def follow_interviews(
        self,
        organization_id: ObjectId,
        view: InterviewView | None = None,
        get_updated_at: UpdateTime | None = None,
    ) -> AsyncGenerator[Interview, None]:
        """Yield each interview of the organization that changes after this call, each at most once per `coalesce_seconds`.

        A change is one that `view` contains (None: everything) and that moves `get_updated_at`, by default the time of that
        view. Interviews that changed shortly before the call (OVERLAP) come first, so that there is no gap after a list
        that was read just before; (id, time of the change) identifies known states. Never ends. The documents are shared
        with other followers: do not modify them.
        """
        return self._follow_interviews((organization_id, view), asyncio.get_running_loop().time(), get_updated_at)

    async def _follow_interviews(
        self, key: OrganizationFeedKey, called_at: float, get_updated_at: UpdateTime | None
    ) -> AsyncGenerator[Interview, None]:
        with self._organization_feeds.use(key) as feed:
            async with aclosing(feed.follow(called_at, get_updated_at)) as interviews:
                async for interview in interviews:
                    yield interview

    async def follow_changes(
        self, selection: ChangeSelection, after: int, check: AccessCheck | None = None
    ) -> AsyncGenerator[Change, None]:
        """Yield the selected changes after number `after`, recorded and future ones, in order, each once.

        Never ends. Calls `check` like `follow_turns`. Raises CursorExpired if changes after the number are missing.
        """
        with self._change_notifiers.use(selection.organization_id) as notifier:
            while True:
                seen = notifier.number
                page = await retry_until_available(read_changes, selection, after, CHANGE_BATCH_SIZE)
                for change in page.changes:
                    if check:
                        check(notifier.wake)
                    yield change
                after = page.next_number
                if not page.has_more:
                    await notifier.wait_after(seen)
                if check:
                    check(notifier.wake)

    # --- feeds, open while they have followers

    @contextmanager
    def _open_interview_feed(self, interview_id: ObjectId) -> Iterator[InterviewFeed]:
        feed = InterviewFeed(interview_id, lambda: self._poller.request_poll(interview_id))
        with self._subscription(self._interview_channel(interview_id), feed.receive):
            self._poller.request_poll(interview_id)
            yield feed
        feed.close()

    @contextmanager
    def _open_organization_feed(self, key: OrganizationFeedKey) -> Iterator[OrganizationFeed]:
        organization_id, view = key
        feed = OrganizationFeed(organization_id, view, self._poll_seconds, self._coalesce_seconds)
        with (
            self._subscription(self._organization_channel(organization_id), feed.receive),
            self._background_task(feed.run(), f"organization feed {organization_id}"),
        ):
            yield feed

    @contextmanager
    def _open_change_notifier(self, organization_id: ObjectId) -> Iterator[Notifier]:
        notifier = Notifier()
        # MongoDB has the changes: whatever the message says, it only ends the wait
        with self._subscription(self._changes_channel(organization_id), lambda _: notifier.wake()):
            yield notifier

    async def _wake_periodically(self) -> None:
        """Wake every follower each `poll_seconds` for its access check, even if MongoDB does not answer."""
        while True:
            await asyncio.sleep(self._poll_seconds)
            interview_ids = self._interview_feeds.keys()
            for interview_id in interview_ids:
                if feed := self._interview_feeds.get(interview_id):
                    feed.turns_notifier.wake()
                    feed.interims_notifier.wake()
            organization_ids = self._change_notifiers.keys()
            for organization_id in organization_ids:
                if notifier := self._change_notifiers.get(organization_id):
                    notifier.wake()

    @contextmanager
    def _subscription(self, channel: str, receive: Callable[[str], None]) -> Iterator[None]:
        async def pump() -> None:
            async with self._broadcast.subscribe(channel) as subscriber:
                while True:
                    text = (await subscriber.get()).message
                    message = text if text == SUBSCRIBED else self._signer.open(channel, text)
                    if message is not None:
                        receive(message)

        with self._background_task(pump(), channel):
            yield

    @contextmanager
    def _background_task(self, work: Coroutine[Any, Any, None], name: str) -> Iterator[None]:
        task = self._start_task(work, name)
        try:
            yield
        finally:
            # not awaited: a follower that is cancelled must not wait for anything
            self._start_task(cancel_and_wait(task), f"end of {name}")

    def _start_task(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=f"live {name}")
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task

    def _on_task_done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("live task failed", task=task.get_name(), reason=type(error).__name__)

    def _interview_channel(self, interview_id: ObjectId) -> str:
        return f"{self._prefix}:interview:{interview_id}"

    def _organization_channel(self, organization_id: ObjectId) -> str:
        return f"{self._prefix}:organization:{organization_id}"

    def _changes_channel(self, organization_id: ObjectId) -> str:
        return f"{self._prefix}:changes:{organization_id}"
