"""Backoff: Python and MongoDB compute the same pauses."""

import pytest

from models.documents.interview import Interview
from models.storage.backoff import Backoff
from models.writes.interview_updates import update_interview
from tests.factories import make_interview, reload_interview

BACKOFF = Backoff(base_seconds=2.0, max_seconds=60.0)


def test_backoff_doubles_with_each_failure_up_to_its_maximum() -> None:
    assert [BACKOFF.seconds(failures) for failures in range(-1, 8)] == [0, 0, 2, 4, 8, 16, 32, 60, 60]
    assert BACKOFF.seconds(1_000_000) == 60


def test_jittered_backoff_stays_between_half_of_the_pause_and_the_whole() -> None:
    pauses = [BACKOFF.jittered_seconds(3) for _ in range(200)]
    assert 4 <= min(pauses) < 5
    assert 7 < max(pauses) <= 8
    assert BACKOFF.jittered_seconds(0) == 0


@pytest.mark.usefixtures("database")
async def test_mongodb_computes_the_same_backoff() -> None:
    interview = await make_interview()
    assert interview.id
    for failures in (None, -1, 0, 1, 2, 3, 6, 7, 1_000_000):
        await Interview.get_pymongo_collection().update_one({"_id": interview.id}, {"$set": {"probe": failures}})
        await update_interview(interview.id, {}, {}, {"score": BACKOFF.expression("$probe")})
        stored = await reload_interview(interview)
        assert stored.score == BACKOFF.seconds(failures or 0), failures
