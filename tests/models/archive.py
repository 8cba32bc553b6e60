"""A few thousand documents, and MongoDB's own account of how it answered."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

from tests.models.profiler import Plan
from models.clock import now
from models.database import DOCUMENTS
from models.evaluation import Evaluation
from models.idempotency import Claim
from models.interview import Decision, EndReason, Interview, InterviewStatus, Recommendation
from models.organization import ApiKey, Organization, Role, create_key
from models.position import Position
from models.transition import close, finish
from models.turn import collection
from tests.factories import make_interview, make_position, new_evaluation, say

Row = dict[str, Any]

INTERVIEWS = 4000
OTHERS = 1000


@dataclass(frozen=True)
class Archive:
    """What is stored: half of the interviews are the organization's, and no job is due."""

    organization_id: ObjectId
    interview: Interview
    """of the organization, over, with OTHERS turns and evaluations beside it"""
    secret: str
    at: datetime


@asynccontextmanager
async def stored_archive(database: AsyncDatabase[Any]) -> AsyncIterator[Archive]:
    """The archive, until the block ends."""
    await empty()
    dice = random.Random(1)  # the same archive each time
    position = await make_position()
    organization_id = ObjectId(position.organization_id)
    interview = await make_interview(position)
    turn = await say(interview, "hello")
    await close(ObjectId(interview.id), EndReason.WRAPPED_UP)
    evaluation = new_evaluation(interview, due_at=None)
    await finish(ObjectId(interview.id), evaluation, None)
    key, secret = await create_key(position.organization_id, Role.ADMIN, "a key")
    at = now()

    async def multiply(documents: Any, document_id: object, count: int, vary: Any) -> None:
        row = await documents.find_one({"_id": document_id})
        await documents.insert_many([{**row, "_id": ObjectId(), **vary(number)} for number in range(count)])

    await multiply(Interview.get_pymongo_collection(), interview.id, INTERVIEWS, lambda n: an_interview(dice, position, n, at))
    await multiply(collection(), turn.id, OTHERS, lambda n: {"interview_id": ObjectId(), "key": f"{n}"})
    await multiply(collection(), turn.id, 50, lambda n: {"seq": n + 2, "key": f"{n}"})
    await multiply(
        Evaluation.get_pymongo_collection(),
        evaluation.id,
        OTHERS,
        # at work, and not due
        lambda n: {"interview_id": ObjectId(), "due_at": at + timedelta(hours=1, minutes=n)},
    )
    await multiply(
        Position.get_pymongo_collection(),
        position.id,
        OTHERS,
        lambda n: {"key": f"p{n // 2}", "version": n % 2 + 1, "newest": n % 2 == 1, "title": f"title {dice.random()}"},
    )
    await multiply(ApiKey.get_pymongo_collection(), key.id, OTHERS, lambda n: {"digest": f"{n}", "organization_id": ObjectId()})
    await Organization.insert_many([Organization(name=f"organization {number}") for number in range(100)])
    await Claim.insert_many(
        [Claim(caller="c", mutation="m", key=f"{n}", digest="d", result_id=ObjectId()) for n in range(OTHERS)]
    )
    yield Archive(organization_id, interview, secret, at)
    await empty()


async def empty() -> None:
    for document in DOCUMENTS:
        await document.get_pymongo_collection().delete_many({})


def an_interview(dice: random.Random, position: Position, number: int, at: datetime) -> Row:
    made = at - timedelta(seconds=dice.randrange(10_000_000))
    status = dice.choice(list(InterviewStatus))
    is_live = status in ("WAITING", "IN_PROGRESS")
    word = f"name{dice.randrange(200)}"
    return {
        "organization_id": position.organization_id if number % 2 else ObjectId(),
        "status": status,
        "channel": dice.choice(["TEXT", "VOICE"]),
        "created_at": made,
        "updated_at": made + timedelta(seconds=dice.randrange(10_000)),
        "started_at": dice.choice([None, made]),
        "ended_at": None if is_live else at + timedelta(hours=1),
        # the next limit of silence, as a live interview has it
        "due_at": at + timedelta(hours=1) if is_live else None,
        # and who attends
        "lease": {"holder": "somebody", "until": at + timedelta(hours=1)} if is_live else None,
        "room": {"participant": "somebody", "wanted_until": made, "left_at": None} if is_live else None,
        "score": dice.choice([None, dice.uniform(0, 100)]),
        "evaluated": dice.choice([True, False]),
        "recommendation": dice.choice([None, *Recommendation]),
        "decision": dice.choice([None, *Decision]),
        "external_id": dice.choice([None, f"ATS-{number}"]),
        "candidate_order": word,
        "name_terms": ["somebody", word, f"unique{number}"],
        "email_terms": ["example", "org", "somebody", word, f"unique{number}"],
        "position": {**position_ref(position), "key": f"position{dice.randrange(5)}"},
    }


def position_ref(position: Position) -> Row:
    return {
        "id": position.id,
        "version": position.version,
        "title": position.title,
        "limit_minutes": position.limit_minutes,
        "questions": len(position.questions),
    }


def check(plans: list[Plan], count: int | None = None) -> None:
    """None of them goes through a whole collection."""
    assert len(plans) == count if count else plans
    for plan in plans:
        assert "COLLSCAN" not in plan.stages, plan
        assert {"IXSCAN", "COUNT_SCAN", "IDHACK", "EOF"} & set(plan.stages), plan
