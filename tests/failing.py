"""A process that fails in many ways while handling transcript text; test_logs runs it and reads its log."""

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
from lifecycle.lease_renewal import hold_lease
from models.database import connect
from models.documents.turn import get_turn_collection
from tests.factories import add_candidate_turn, make_interview
from tests.helpers import AUTH

SPOKEN_TEXT = "I was fired from my last job"
SECRET = "sk-very-secret"

log = structlog.get_logger(__name__)


async def fail_job(_: ObjectId) -> None:
    raise ValueError(SPOKEN_TEXT)


async def fail_insert(_: ObjectId) -> None:
    """Fail with an error of PyMongo, which quotes the document."""
    interview = await make_interview()
    turn = await add_candidate_turn(interview, SPOKEN_TEXT, SPOKEN_TEXT)
    row = await get_turn_collection().find_one({"_id": turn.id})
    await get_turn_collection().insert_one({**(row or {}), "_id": ObjectId(), "seq": 2})


async def fail_renewal() -> bool:
    raise ConnectionError(SPOKEN_TEXT)


async def abandon_failing_task() -> None:
    asyncio.get_running_loop().create_task(fail_job(ObjectId()), name="abandoned")
    await asyncio.sleep(0)


def log_from_libraries() -> None:
    api_key = SECRET
    try:
        try:
            raise ValueError(f"{SPOKEN_TEXT} {api_key}")
        except ValueError as error:
            raise RuntimeError(SPOKEN_TEXT) from error
    except RuntimeError:
        log.exception("ours failed", request_id="a request")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n%s", SPOKEN_TEXT)
        taskiq_logger.exception("Exception found while executing function.")
        error_text = f"no audio frames were pushed for text: {SPOKEN_TEXT}"
        logging.getLogger("livekit.agents").error(f"AgentSession is closing due to unrecoverable error: {error_text}")


async def main(log_format: str, mongodb_url: str, redis_url: str, database: str) -> None:
    logs.configure(settings.LogSettings(format=cast(Literal["console", "json"], log_format)))
    async with (
        connect(settings.MongodbSettings(url=mongodb_url, database=database, migrate_at_start=True)) as client,
        Jobs(settings.RedisSettings(url=redis_url, prefix=database), AUTH, concurrency=1) as jobs,
    ):
        jobs.register("job", fail_job)
        jobs.register("storing", fail_insert)
        stop = asyncio.Event()
        work = asyncio.create_task(jobs.run(stop, 5.0))
        jobs.start_locally("job", ObjectId())
        await jobs.kick("storing", ObjectId())
        with suppress(TimeoutError):
            async with asyncio.timeout(0.1), hold_lease(fail_renewal, 0.04):
                await asyncio.sleep(5)
        await abandon_failing_task()
        gc.collect()
        log_from_libraries()
        await asyncio.sleep(0.5)
        stop.set()
        await work
        await client.drop_database(database)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
