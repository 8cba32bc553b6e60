"""Generates stored interviews as after years of use: in all states and ages, with names, scores and texts of real sizes."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate, islice
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.write_concern import WriteConcern

from evaluation.rubric import RECOMMENDATION_BANDS
from models.documents.interview import (
    TURN_STATUSES,
    Consent,
    Decision,
    EndReason,
    Interview,
    InterviewStatus,
    PositionRef,
    Recommendation,
    build_name_keys,
)
from models.documents.interview_indexes import INDEXED_UPDATED_AT
from models.documents.turn import Channel
from models.storage.clock import now

Row = dict[str, Any]

YEARS = 3
BATCH = 2000
GIVEN_NAMES, FAMILY_NAMES = 1500, 20_000
"""Numbers of distinct names. A few of them are frequent, and most are rare."""
TEXTS = 400
SYLLABLES = ("an", "ber", "chi", "da", "el", "fo", "gar", "hu", "in", "jo", "ka", "lin", "mar", "no", "os", "pe", "ra", "ty")
SETTLED = timedelta(days=14)
"""Age at which no interview is live any more, and most are reviewed."""


@dataclass(frozen=True, slots=True)
class _Position:
    ref: PositionRef
    opened_at: datetime
    weight: float


class Archive:
    """The interviews of one organization; the same seed makes the same interviews."""

    def __init__(self, organization_id: ObjectId, count: int, seed: int = 1) -> None:
        self.organization_id = organization_id
        self.count = count
        self.until = now()
        self._random = random.Random(seed)
        self._given = self._names(GIVEN_NAMES)
        self._family = self._names(FAMILY_NAMES)
        self._texts = [
            " ".join(self._random.choices(self._family[:5000], k=self._random.randrange(40, 700))) for _ in range(TEXTS)
        ]
        # a larger organization has more positions, each open for some months
        self._position_count = max(8, min(300, count // 3000))
        self.positions = [self._position(number) for number in range(self._position_count)]
        self._cumulative_weights = list(accumulate(position.weight for position in self.positions))

    def rows(self, template: Row) -> Iterator[Row]:
        """Yield documents; `template` is one that the product has stored, for the fields that do not vary."""
        for _ in range(self.count):
            yield {**template, **self._interview()}

    def _names(self, count: int) -> list[str]:
        names: dict[str, None] = {}
        while len(names) < count:
            names["".join(self._random.choices(SYLLABLES, k=self._random.choice((2, 2, 3)))).capitalize()] = None
            if len(names) > len(SYLLABLES) ** 2:
                names["".join(self._random.choices(SYLLABLES, k=4)).capitalize()] = None
        return list(names)

    def _position(self, number: int) -> _Position:
        rng = self._random
        # spread over all years
        opened_at = self.until - timedelta(days=365 * YEARS * (number + rng.random()) / self._position_count)
        ref = PositionRef(
            id=PydanticObjectId(),
            key=f"position_{number}",
            version=rng.randrange(1, 6),
            title=f"{rng.choice(self._family)} {rng.choice(('Engineer', 'Manager', 'Analyst', 'Agent'))}",
            limit_minutes=30,
            questions=6,
        )
        return _Position(ref, opened_at, rng.paretovariate(1.2))

    def _pick(self, names: Sequence[str]) -> str:
        # close to Zipf's law: the logarithm of the rank is uniform
        return names[int(len(names) ** self._random.random()) - 1]

    def _interview(self) -> Row:
        rng = self._random
        position = rng.choices(self.positions, cum_weights=self._cumulative_weights)[0]
        open_seconds = (self.until - position.opened_at).total_seconds()
        # most of a position's interviews come in its first months
        age_seconds = min(rng.expovariate(1 / (90 * 86400)), rng.uniform(0, open_seconds))
        created_at = _to_milliseconds(position.opened_at + timedelta(seconds=age_seconds))
        name = f"{self._pick(self._given)} {self._pick(self._family)}"
        email = f"{name.replace(' ', '.').lower()}{rng.randrange(100)}@{rng.choice(('mail', 'post', 'work'))}.example"
        state = self._state(created_at)
        score = state["score"]
        touched = state["ended_at"] or created_at
        if state["decision"]:
            touched += timedelta(hours=rng.expovariate(1 / 72))
        return {
            "_id": ObjectId(int(created_at.timestamp()).to_bytes(4, "big") + rng.randbytes(8)),
            "organization_id": self.organization_id,
            "channel": "VOICE" if rng.random() < 0.7 else "TEXT",
            "candidate": {"name": name, "email": email, "experience": rng.choice((None, "Five years in teams of ten."))},
            **build_name_keys(name, email),
            "resume": rng.choice(self._texts) if rng.random() < 0.6 else None,
            "job_description": rng.choice(self._texts)[:1500] if rng.random() < 0.3 else None,
            "external_id": f"ATS-{rng.randrange(10**9)}" if rng.random() < 0.6 else None,
            "position": position.ref.model_dump(),
            "created_at": created_at,
            "updated_at": min(touched, self.until),
            "expires_at": created_at + timedelta(days=14),
            "scheduled_for": created_at + timedelta(days=rng.randrange(1, 10)) if rng.random() < 0.5 else None,
            "evaluated": score is not None or state["recommendation"] is not None,
            **state,
        }

    def _state(self, created_at: datetime) -> Row:
        rng = self._random
        settled = self.until - created_at > SETTLED
        states: dict[str, float] = (
            {"COMPLETED": 75, "EXPIRED": 15, "CANCELLED": 8, "FAILED": 2}
            if settled
            else {"SCHEDULED": 35, "COMPLETED": 55, "CANCELLED": 8, "FAILED": 1, "WAITING": 0.2, "IN_PROGRESS": 0.2}
        )
        status = rng.choices(list(states), list(states.values()))[0]
        started_at, ended_at = None, None
        if status in ("COMPLETED", "FAILED", "IN_PROGRESS"):
            started_at = _to_milliseconds(created_at + timedelta(hours=rng.expovariate(1 / 60)))
        if started_at and status != "IN_PROGRESS":
            ended_at = _to_milliseconds(started_at + timedelta(minutes=rng.uniform(8, 35)))
        if status in ("EXPIRED", "CANCELLED"):
            ended_at = _to_milliseconds(created_at + timedelta(days=rng.uniform(0.1, 14)))
        is_live = status in ("WAITING", "IN_PROGRESS")
        score, recommendation, decision = None, None, None
        if status == "COMPLETED" and rng.random() < 0.98:
            score = round(min(100.0, max(0.0, rng.gauss(58, 20))), 1) if rng.random() < 0.95 else None
            recommendation = "INCONCLUSIVE" if score is None else _recommendation(score)
            if rng.random() < (0.9 if settled else 0.3):
                decision = rng.choices(list(Decision), (3, 1, 3) if score and score > 55 else (1, 1, 8))[0].value
        return {
            "status": status,
            "started_at": started_at,
            "ended_at": ended_at,
            "end_reason": EndReason.WRAPPED_UP.value if status == "COMPLETED" else None,
            "last_seq": rng.randrange(12, 50) if started_at else 0,
            "due_at": self.until + timedelta(days=1) if is_live else None,
            "lease": {"holder": "benchmark", "until": self.until + timedelta(days=1)} if is_live else None,
            "score": score,
            "recommendation": recommendation,
            "decision": decision,
        }


def _to_milliseconds(value: datetime) -> datetime:
    """Truncate to what MongoDB stores."""
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


def _recommendation(score: float) -> str:
    return next((band for least, band in RECOMMENDATION_BANDS if score >= least), Recommendation.STRONG_NO_HIRE).value


async def _store_template(organization_id: ObjectId) -> Row:
    """Store an interview with the product's own code, and return and delete the document."""
    at = now()
    position = PositionRef(id=PydanticObjectId(), key="k", version=1, title="t", limit_minutes=30, questions=6)
    interview = await Interview(
        organization_id=PydanticObjectId(organization_id),
        status=InterviewStatus.COMPLETED,
        channel=Channel.TEXT,
        language="en",
        candidate=None,
        candidate_order="",
        name_terms=[],
        email_terms=[],
        position=position,
        expires_at=at,
        consent=Consent(text_version="2026-11", given_at=at, recording=True),
    ).insert()
    row: Row | None = await Interview.get_pymongo_collection().find_one({"_id": interview.id})
    await interview.delete()
    if row is None:
        raise RuntimeError("the interview was not stored")
    return row


async def store(archives: Sequence[Archive], changes: Row | None = None) -> None:
    """Store all interviews, with these fields changed, in the database that documents are bound to. Raises PyMongoError."""
    # without journal or majority, because data of a benchmark can be generated again
    rows: AsyncCollection[Row] = Interview.get_pymongo_collection().with_options(write_concern=WriteConcern(w=1, j=False))
    for archive in archives:
        documents = archive.rows(await _store_template(archive.organization_id))
        while batch := [{**row, **(changes or {})} for row in islice(documents, BATCH)]:
            for row in batch:
                row[INDEXED_UPDATED_AT] = None if row["status"] in TURN_STATUSES else row["updated_at"]
            await rows.insert_many(batch, ordered=False)
