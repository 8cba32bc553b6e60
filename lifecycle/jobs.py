"""Jobs: wake-ups over Redis Streams (taskiq) for work that is recorded in MongoDB.

A wake-up carries only a job name and a document id. The document itself holds what is due, the attempts and the lease, so a
wake-up that is lost, duplicated or late changes nothing but the delay: `lifecycle.repairs` finds the same work in MongoDB.
For the same reason the stream is read without acknowledgement; there is nothing to reclaim from a worker that died.
"""

import asyncio
import os
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from secrets import token_hex
from types import TracebackType
from typing import Any, Self, cast

import structlog
from bson import ObjectId
from redis.asyncio import Redis
from redis.exceptions import RedisError
from taskiq import AckableMessage, BrokerMessage, SendTaskError, TaskiqMessage, TaskiqMiddleware
from taskiq.kicker import AsyncKicker
from taskiq.receiver import Receiver
from taskiq_redis import RedisStreamBroker

import settings
import tracing
from engine import metrics
from live.signing import MessageSigner
from models.storage.backoff import Backoff

log = structlog.get_logger(__name__)

StreamEntries = list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]
JobHandler = Callable[[ObjectId], Awaitable[None]]

REPLY = "reply"
EVALUATE = "evaluate"
RECORD = "record"
FINALIZE_RECORDING = "finish recording"
ERASE_MEDIA = "erase media"

MAX_STREAM_LENGTH = 10_000
"""Wake-ups that Redis stores; it drops the oldest, whose work repairs find."""
_BACKOFF = Backoff(base_seconds=0.1, max_seconds=2.0)


def create_holder_name() -> str:
    """Return a name for a lease holder that no other process ever uses."""
    return f"{socket.gethostname()}:{os.getpid()}:{token_hex(4)}"


class WakeUpBroker(RedisStreamBroker):
    """taskiq's stream broker with signed wake-ups and a receive loop that survives Redis outages.

    The loop also recreates the consumer group.
    """

    def __init__(self, url: str, signer: MessageSigner, **options: Any) -> None:
        super().__init__(url, **options)
        self._signer = signer

    async def kick(self, message: BrokerMessage) -> None:
        """Add a signed wake-up to the stream."""
        signed = self._signer.sign(self.queue_name, message.message.decode()).encode()
        await super().kick(message.model_copy(update={"message": signed}))

    async def listen(self) -> AsyncGenerator[AckableMessage, None]:
        """Yield wake-ups as they arrive, each to one worker. Runs until it is cancelled."""
        failures = 0
        while True:
            try:
                async with Redis(connection_pool=self.connection_pool) as redis:
                    streams = await redis.xreadgroup(
                        self.consumer_group_name,
                        self.consumer_name,
                        {self.queue_name: ">"},
                        count=self.count,
                        block=self.block,
                        noack=True,
                    )
                failures = 0
            except (RedisError, OSError) as error:
                log.warning("wake-ups unavailable", reason=type(error).__name__)
                failures += 1
                await asyncio.sleep(_BACKOFF.jittered_seconds(failures))
                with suppress(RedisError, OSError):
                    await self._declare_consumer_group()
                continue
            # redis-py's type is the union of the replies of all protocol versions
            for _, messages in cast(StreamEntries, streams or []):
                for _, fields in messages:
                    message = self._signer.open(self.queue_name, fields.get(b"data", b"").decode(errors="replace"))
                    if message is not None:
                        yield AckableMessage(data=message.encode(), ack=_skip_acknowledgement)


async def _skip_acknowledgement() -> None:
    return None


REQUEST_ID = "request_id"
"""Label of a wake-up, and key in the log: the id of a request."""


class CauseMiddleware(TaskiqMiddleware):
    """Carries the request and the span that cause a job in the labels of its wake-up, into the log and the trace of the job."""

    def pre_send(self, message: TaskiqMessage) -> TaskiqMessage:
        """Label a wake-up with what is being done now."""
        request_id, traceparent = structlog.contextvars.get_contextvars().get(REQUEST_ID), tracing.format_traceparent()
        if request_id:
            message.labels[REQUEST_ID] = request_id
        if traceparent:
            message.labels[tracing.TRACEPARENT] = traceparent
        return message

    def pre_execute(self, message: TaskiqMessage) -> TaskiqMessage:
        """Bind the labels in the job's task, which taskiq starts for each message."""
        if request_id := message.labels.get(REQUEST_ID):
            structlog.contextvars.bind_contextvars(caused_by=request_id)
        tracing.set_cause(message.labels.get(tracing.TRACEPARENT))
        return message


class Jobs:
    """Sends wake-ups from any process, and runs jobs where they are registered and `run` is called. Use as `async with`."""

    def __init__(self, redis: settings.RedisSettings, auth: settings.AuthSettings, concurrency: int) -> None:
        self.holder = create_holder_name()
        """Name of this process as a lease holder."""
        self._publish_seconds = redis.publish_seconds
        self._concurrency = concurrency
        self._slots = asyncio.Semaphore(concurrency)
        self._handlers: dict[str, JobHandler] = {}
        self._local_tasks: dict[tuple[str, ObjectId], asyncio.Task[None]] = {}
        self._broker = WakeUpBroker(
            redis.url,
            MessageSigner(auth),
            queue_name=f"{redis.prefix}:jobs",
            consumer_group_name="jobs",
            consumer_name=self.holder,
            # a group that is recreated after Redis lost its data starts at the first wake-up, not at the next one
            consumer_id="0",
            maxlen=MAX_STREAM_LENGTH,
            xread_block=1000,
            socket_connect_timeout=2,
            socket_timeout=4,  # longer than xread_block, or every idle read would time out
            health_check_interval=10,
        )
        self._broker.add_middlewares(CauseMiddleware())

    async def __aenter__(self) -> Self:
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(self._publish_seconds):
                await self._broker.startup()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._broker.shutdown()

    async def kick(self, name: str, document_id: ObjectId) -> None:
        """Wake a worker for this job. Never raises: if Redis is unreachable, `lifecycle.repairs` starts the job later."""
        try:
            async with asyncio.timeout(self._publish_seconds):
                kicker: AsyncKicker[..., Any] = AsyncKicker(task_name=name, broker=self._broker, labels={})
                await kicker.kiq(str(document_id))
        except (SendTaskError, RedisError, OSError, TimeoutError) as error:
            metrics.WAKE_UPS_NOT_SENT.inc()
            log.warning("wake-up not sent", job=name, id=str(document_id), reason=type(error).__name__)

    def register(self, name: str, handler: JobHandler, *, exclusive: bool = False) -> None:
        """Let this process run jobs of that name. `handler` decides by the document whether there is anything to do.

        With `exclusive`, a job is skipped while another of the same name runs in this process; repairs start it again later.
        """
        self._handlers[name] = _skip_while_running(handler) if exclusive else handler

        async def handle_wake_up(document_id: str) -> None:
            await self._run_handler(name, ObjectId(document_id))

        self._broker.register_task(handle_wake_up, task_name=name)

    def start_locally(self, name: str, document_id: ObjectId) -> None:
        """Start the job in this process without Redis, unless `start_locally` has it running already."""
        key = (name, document_id)
        if name not in self._handlers or key in self._local_tasks:
            return

        async def run() -> None:
            async with self._slots:
                await self._run_handler(name, document_id)

        task = asyncio.create_task(run(), name=f"{name}:{document_id}")
        self._local_tasks[key] = task
        task.add_done_callback(lambda _: self._local_tasks.pop(key, None))

    async def _run_handler(self, name: str, document_id: ObjectId) -> None:
        started_at, outcome = time.monotonic(), "failed"
        try:
            await self._handlers[name](document_id)
            outcome = "done"
        except Exception as error:
            # the document stays due, so the job is tried again; the error's message may quote the candidate
            log.error("job failed", job=name, id=str(document_id), reason=type(error).__name__)
        finally:
            metrics.JOBS.labels(name, outcome).inc()
            metrics.JOB_SECONDS.labels(name).observe(time.monotonic() - started_at)

    async def run(self, stop: asyncio.Event, drain_seconds: float) -> None:
        """Handle wake-ups until `stop` is set, then give running jobs `drain_seconds` to finish."""
        receiver = Receiver(
            self._broker,
            max_async_tasks=self._concurrency,
            run_startup=False,
            wait_tasks_timeout=drain_seconds,
            validate_params=False,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(receiver.listen(stop))
            group.create_task(self._drain_local_tasks(stop, drain_seconds))

    async def _drain_local_tasks(self, stop: asyncio.Event, drain_seconds: float) -> None:
        await stop.wait()
        if self._local_tasks:
            await asyncio.wait(list(self._local_tasks.values()), timeout=drain_seconds)


def _skip_while_running(handler: JobHandler) -> JobHandler:
    lock = asyncio.Lock()

    async def run_unless_running(document_id: ObjectId) -> None:
        if not lock.locked():
            async with lock:
                await handler(document_id)

    return run_unless_running
