"""A data set of a few thousand documents for query-plan tests."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

from models.database import DOCUMENTS
from models.documents.consent_text import AgreedConsentText
from models.documents.evaluation import Evaluation
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.interview import (
    TURN_STATUSES,
    Decision,
    EndReason,
    EvaluationStatus,
    Interview,
    InterviewStatus,
    Recommendation,
    build_name_keys,
)
from models.documents.interview_indexes import INDEXED_UPDATED_AT
from models.documents.interview_views import InterviewView
from models.documents.notice import Notice
from models.documents.organization import ApiKey, Organization, Role, create_key
from models.documents.organization_usage import OrganizationUsage, begin_of_day
from models.documents.position import Position
from models.documents.turn import get_turn_collection
from models.documents.turn_correction import TurnCorrection
from models.storage.clock import now
from models.writes.interview_transitions import mark_completed, mark_ending
from tests.factories import add_candidate_turn, make_interview, make_position, new_evaluation
from tests.models.interview_list_cases import FIRST_CREATED_AT, NAMES
from tests.models.profiler import Plan

Row = dict[str, Any]

INTERVIEW_COUNT = 4000
OTHER_COUNT = 1000


@dataclass(frozen=True)
class SampleDataset:
    """The stored data: half of the interviews belong to the organization, and no job is due."""

    organization_id: ObjectId
    interview: Interview
    """A completed interview of the organization."""
    interviews: list[Interview]
    """All interviews of the organization."""
    secret: str
    stored_at: datetime


@asynccontextmanager
async def insert_dataset(database: AsyncDatabase[Any]) -> AsyncIterator[SampleDataset]:
    """Insert the data set, and delete it when the block ends."""
    await delete_all_documents()
    rng = random.Random(1)  # a fixed seed: the same data set each time
    position = await make_position()
    organization_id = position.organization_id
    interview = await make_interview(position)
    turn = await add_candidate_turn(interview, "hello")
    await mark_ending(interview.id, EndReason.WRAPPED_UP)
    evaluation = new_evaluation(interview, due_at=None)
    await mark_completed(evaluation.interview_id, evaluation, None)
    key, secret = await create_key(position.organization_id, Role.ADMIN, "a key")
    at = now()

    async def insert_copies(documents: Any, document_id: object, count: int, vary: Any) -> None:
        row = await documents.find_one({"_id": document_id})
        await documents.insert_many([{**row, "_id": ObjectId(), **vary(number)} for number in range(count)])

    await insert_copies(
        Interview.get_pymongo_collection(), interview.id, INTERVIEW_COUNT, lambda n: random_interview_row(rng, position, n, at)
    )
    await insert_copies(get_turn_collection(), turn.id, OTHER_COUNT, lambda n: {"interview_id": ObjectId(), "key": f"{n}"})
    await insert_copies(get_turn_collection(), turn.id, 50, lambda n: {"seq": n + 2, "key": f"{n}"})
    await insert_copies(
        Evaluation.get_pymongo_collection(),
        evaluation.id,
        OTHER_COUNT,
        # active, and not due
        lambda n: {"interview_id": ObjectId(), "due_at": at + timedelta(hours=1, minutes=n)},
    )
    await insert_copies(
        Position.get_pymongo_collection(),
        position.id,
        OTHER_COUNT,
        lambda n: {"key": f"p{n // 2}", "version": n % 2 + 1, "newest": n % 2 == 1, "title": f"title {rng.random()}"},
    )
    await insert_copies(
        ApiKey.get_pymongo_collection(), key.id, OTHER_COUNT, lambda n: {"digest": f"{n}", "organization_id": ObjectId()}
    )
    await Organization.insert_many([Organization(name=f"organization {number}") for number in range(100)])
    await IdempotencyClaim.insert_many(
        [IdempotencyClaim(caller="c", mutation="m", key=f"{n}", digest="d", result_id=ObjectId()) for n in range(OTHER_COUNT)]
    )
    await OrganizationUsage.insert_many(
        [
            OrganizationUsage(organization_id=owner, day=begin_of_day(at) - timedelta(days=n))
            for n in range(10)
            for owner in (organization_id, *(PydanticObjectId() for _ in range(50)))
        ]
    )
    await Notice.insert_many(
        [
            Notice(organization_id=owner, contact=None, alternative=None, updated_by="somebody")
            for owner in (organization_id, *(PydanticObjectId() for _ in range(100)))
        ]
    )
    await AgreedConsentText.insert_many(
        [AgreedConsentText(digest=f"{n}", version="test", language="en", text="I agree.") for n in range(100)]
    )
    await TurnCorrection.insert_many(
        [
            TurnCorrection(interview_id=corrected, seq=1, text="Another word.")
            for corrected in (interview.id, *(PydanticObjectId() for _ in range(OTHER_COUNT)))
        ]
    )
    interviews = await Interview.find({"organization_id": organization_id}).to_list()
    yield SampleDataset(organization_id, interview, interviews, secret, at)
    await delete_all_documents()


async def delete_all_documents() -> None:
    for document in DOCUMENTS:
        await document.get_pymongo_collection().delete_many({})


def random_interview_row(rng: random.Random, position: Position, number: int, at: datetime) -> Row:
    created_at = FIRST_CREATED_AT + timedelta(seconds=rng.randrange(50_000))
    # few interviews store turns at any time
    status = rng.choices(list(InterviewStatus), [1 if status in TURN_STATUSES else 8 for status in InterviewStatus])[0]
    is_live = status in ("WAITING", "IN_PROGRESS")
    word = f"name{rng.randrange(200)}"
    name = f"{rng.choice(NAMES)} {word} unique{number}"
    email = f"unique{number}@{rng.choice(['mail', 'post'])}.example"
    row = {
        "organization_id": position.organization_id if number % 2 else ObjectId(),
        "status": status,
        "channel": rng.choice(["TEXT", "VOICE"]),
        "created_at": created_at,
        "updated_at": created_at + timedelta(seconds=rng.randrange(10_000)),
        "started_at": rng.choice([None, created_at]),
        "ended_at": None if is_live else at + timedelta(hours=1),
        # a live interview is due at its next silence limit
        "due_at": at + timedelta(hours=1) if is_live else None,
        # an interviewer holds its lease
        "lease": {"holder": "somebody", "until": at + timedelta(hours=1)} if is_live else None,
        "room": {"participant": "somebody", "wanted_until": created_at, "left_at": None} if is_live else None,
        "score": rng.choice([None, rng.uniform(0, 100)]),
        "evaluated": rng.choice([True, False]),
        "evaluation_status": rng.choices([None, *EvaluationStatus], [20, 1, 1, 20, 2])[0],
        "recommendation": rng.choice([None, *Recommendation]),
        "decision": rng.choice([None, *Decision]),
        "external_id": None if number % 4 == 3 else f"ATS-{number}",
        "candidate": {"name": name, "email": email},
        **build_name_keys(name, email),
        "scheduled_for": created_at + timedelta(hours=rng.randrange(1, 5)) if number % 4 == 1 else None,
        "position": {**position_ref_row(position), "key": rng.choice(["tester", "other", "third", "fourth", "fifth"])},
    }
    row[INDEXED_UPDATED_AT] = None if status in TURN_STATUSES else row["updated_at"]
    return {**row, **hidden_update_row(created_at, row["updated_at"], number)}


REVIEWER_ID = PydanticObjectId()


def hidden_update_row(created_at: datetime, updated_at: datetime, number: int) -> Row:
    """Return the fields of an interview whose last change is hidden from most views in most interviews."""
    views = [view for position, view in enumerate(InterviewView) if number // 2 % 8 >= 2 + position % 2]
    is_blind = number % 20 == 1
    return {
        "updated_for": dict.fromkeys(views, created_at + (updated_at - created_at) * (number % 97 / 97)),
        "is_blind": is_blind,
        "rated_by": [REVIEWER_ID] if number % 60 == 1 else [],
    }


def position_ref_row(position: Position) -> Row:
    return {
        "id": position.id,
        "version": position.version,
        "title": position.title,
        "limit_minutes": position.limit_minutes,
        "questions": len(position.questions),
    }


def assert_uses_indexes(plans: list[Plan], count: int | None = None) -> None:
    """Assert that every plan uses an index and none scans a collection."""
    assert len(plans) == count if count else plans
    for plan in plans:
        assert "COLLSCAN" not in plan.stages, plan
        assert {"IXSCAN", "COUNT_SCAN", "IDHACK", "EOF"} & set(plan.stages), plan
