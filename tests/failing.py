"""A process in which everything fails while it handles what was said; test_logs runs it and reads its log."""

import asyncio
import gc
import logging
import sys
from contextlib import suppress
from typing import Literal, cast

import structlog
from bson import ObjectId
from taskiq.receiver.receiver import logger as taskiq_logger

import logs
import settings
from lifecycle.jobs import Jobs
from lifecycle.lease import kept
from models.database import connect
from models.turn import collection
from tests.factories import make_interview, say

SAID = "I was fired from my last job"
SECRET = "sk-very-secret"

log = structlog.get_logger(__name__)


async def job(_: ObjectId) -> None:
    raise ValueError(SAID)


async def storing(_: ObjectId) -> None:
    """pymongo's errors quote the document."""
    interview = await make_interview()
    turn = await say(interview, SAID, SAID)
    row = await collection().find_one({"_id": turn.id})
    await collection().insert_one({**(row or {}), "_id": ObjectId(), "seq": 2})


async def renewal() -> bool:
    raise ConnectionError(SAID)


async def forgotten() -> None:
    asyncio.get_running_loop().create_task(job(ObjectId()), name="forgotten")
    await asyncio.sleep(0)


def by_libraries() -> None:
    api_key = SECRET
    try:
        try:
            raise ValueError(f"{SAID} {api_key}")
        except ValueError as error:
            raise RuntimeError(SAID) from error
    except RuntimeError:
        log.exception("ours failed", request_id="a request")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n%s", SAID)
        taskiq_logger.exception("Exception found while executing function.")


async def main(log_format: str, mongodb_url: str, redis_url: str, database: str) -> None:
    logs.configure(settings.Log(format=cast(Literal["console", "json"], log_format)))
    async with (
        connect(settings.Mongodb(url=mongodb_url, database=database)) as client,
        Jobs(settings.Redis(url=redis_url, prefix=database), concurrency=1) as jobs,
    ):
        jobs.register("job", job)
        jobs.register("storing", storing)
        stop = asyncio.Event()
        work = asyncio.create_task(jobs.work(stop, 5.0))
        jobs.start_here("job", ObjectId())
        await jobs.kick("storing", ObjectId())
        with suppress(TimeoutError):
            async with asyncio.timeout(0.1), kept(renewal, 0.04):
                await asyncio.sleep(5)
        await forgotten()
        gc.collect()
        by_libraries()
        await asyncio.sleep(0.5)
        stop.set()
        await work
        await client.drop_database(database)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
