"""Interviews as years of use leave them: of every state and age, with names, references, scores and texts of real sizes."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from beanie import PydanticObjectId
from bson import ObjectId
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.write_concern import WriteConcern

from evaluation.rubric import RECOMMENDATION_BANDS
from models.documents.interview import (
    Consent,
    Decision,
    EndReason,
    Interview,
    InterviewStatus,
    PositionRef,
    Recommendation,
    extract_search_terms,
)
from models.documents.turn import Channel
from models.storage.clock import now

Row = dict[str, Any]

YEARS = 3
BATCH = 2000
GIVEN, FAMILY = 1500, 20_000
"""names that there are; a few are frequent, most are rare, as names are"""
TEXTS = 400
SYLLABLES = ("an", "ber", "chi", "da", "el", "fo", "gar", "hu", "in", "jo", "ka", "lin", "mar", "no", "os", "pe", "ra", "ty")
AGED = timedelta(days=14)
"""what is younger may be under way, and may wait to be reviewed"""


@dataclass(frozen=True, slots=True)
class _Position:
    ref: PositionRef
    opened_at: datetime
    weight: float


class Archive:
    """One organization's interviews, the same ones for the same `seed`."""

    def __init__(self, organization_id: ObjectId, count: int, seed: int = 1) -> None:
        self.organization_id = organization_id
        self.count = count
        self.until = now()
        self._dice = random.Random(seed)
        self._given = self._names(GIVEN)
        self._family = self._names(FAMILY)
        self._texts = [" ".join(self._dice.choices(self._family[:5000], k=self._dice.randrange(40, 700))) for _ in range(TEXTS)]
        # a larger organization has more positions, each open for some months
        self._position_count = max(8, min(300, count // 3000))
        self.positions = [self._position(number) for number in range(self._position_count)]
        self._cumulated = list(accumulate(position.weight for position in self.positions))

    def rows(self, template: Row) -> Iterator[Row]:
        """The interviews as MongoDB keeps them; `template` is one that the product has stored."""
        for _ in range(self.count):
            yield {**template, **self._interview()}

    def _names(self, count: int) -> list[str]:
        names: dict[str, None] = {}
        while len(names) < count:
            names["".join(self._dice.choices(SYLLABLES, k=self._dice.choice((2, 2, 3)))).capitalize()] = None
            if len(names) > len(SYLLABLES) ** 2:
                names["".join(self._dice.choices(SYLLABLES, k=4)).capitalize()] = None
        return list(names)

    def _position(self, number: int) -> _Position:
        dice = self._dice
        # some are always open
        opened_at = self.until - timedelta(days=365 * YEARS * (number + dice.random()) / self._position_count)
        ref = PositionRef(
            id=PydanticObjectId(),
            key=f"position_{number}",
            version=dice.randrange(1, 6),
            title=f"{dice.choice(self._family)} {dice.choice(('Engineer', 'Manager', 'Analyst', 'Agent'))}",
            limit_minutes=30,
            questions=6,
        )
        return _Position(ref, opened_at, dice.paretovariate(1.2))

    def _pick(self, names: Sequence[str]) -> str:
        # Zipf's, near enough: the logarithm of the rank is uniform
        return names[int(len(names) ** self._dice.random()) - 1]

    def _interview(self) -> Row:
        dice = self._dice
        position = dice.choices(self.positions, cum_weights=self._cumulated)[0]
        longest = (self.until - position.opened_at).total_seconds()
        # most of a position's interviews come in its first months, some are never over
        made = position.opened_at + timedelta(seconds=min(dice.expovariate(1 / (90 * 86400)), dice.uniform(0, longest)))
        made = made.replace(microsecond=made.microsecond // 1000 * 1000)
        name = f"{self._pick(self._given)} {self._pick(self._family)}"
        email = f"{name.replace(' ', '.').lower()}{dice.randrange(100)}@{dice.choice(('mail', 'post', 'work'))}.example"
        state = self._state(made)
        score = state["score"]
        touched = state["ended_at"] or made
        if state["decision"]:
            touched += timedelta(hours=dice.expovariate(1 / 72))
        return {
            "_id": ObjectId(int(made.timestamp()).to_bytes(4, "big") + dice.randbytes(8)),
            "organization_id": self.organization_id,
            "channel": "VOICE" if dice.random() < 0.7 else "TEXT",
            "candidate": {"name": name, "email": email, "experience": dice.choice((None, "Five years in teams of ten."))},
            "candidate_order": name.casefold(),
            "name_terms": extract_search_terms(name),
            "email_terms": extract_search_terms(name, email),
            "resume": dice.choice(self._texts) if dice.random() < 0.6 else None,
            "job_description": dice.choice(self._texts)[:1500] if dice.random() < 0.3 else None,
            "external_id": f"ATS-{dice.randrange(10**9)}" if dice.random() < 0.6 else None,
            "position": position.ref.model_dump(),
            "created_at": made,
            "updated_at": min(touched, self.until),
            "expires_at": made + timedelta(days=14),
            "scheduled_for": made + timedelta(days=dice.randrange(1, 10)) if dice.random() < 0.5 else None,
            "evaluated": score is not None or state["recommendation"] is not None,
            **state,
        }

    def _state(self, made: datetime) -> Row:
        dice = self._dice
        age = self.until - made
        states = (
            (("COMPLETED", 75), ("EXPIRED", 15), ("CANCELLED", 8), ("FAILED", 2))
            if age > AGED
            else (("SCHEDULED", 35), ("COMPLETED", 55), ("CANCELLED", 8), ("FAILED", 1), ("WAITING", 0.2), ("IN_PROGRESS", 0.2))
        )
        status = dice.choices([state for state, _ in states], [weight for _, weight in states])[0]
        begun = made + timedelta(hours=dice.expovariate(1 / 60)) if status in ("COMPLETED", "FAILED", "IN_PROGRESS") else None
        ended = begun + timedelta(minutes=dice.uniform(8, 35)) if begun and status != "IN_PROGRESS" else None
        if status in ("EXPIRED", "CANCELLED"):
            ended = made + timedelta(days=dice.uniform(0.1, 14))
        is_live = status in ("WAITING", "IN_PROGRESS")
        score, recommendation, decision = None, None, None
        if status == "COMPLETED" and dice.random() < 0.98:
            score = round(min(100.0, max(0.0, dice.gauss(58, 20))), 1) if dice.random() < 0.95 else None
            recommendation = "INCONCLUSIVE" if score is None else _band(score)
            if dice.random() < (0.9 if age > AGED else 0.3):
                decision = dice.choices(list(Decision), (3, 1, 3) if score and score > 55 else (1, 1, 8))[0].value
        return {
            "status": status,
            "started_at": begun and begun.replace(microsecond=begun.microsecond // 1000 * 1000),
            "ended_at": ended and ended.replace(microsecond=ended.microsecond // 1000 * 1000),
            "end_reason": EndReason.WRAPPED_UP.value if status == "COMPLETED" else None,
            "last_seq": dice.randrange(12, 50) if begun else 0,
            "due_at": self.until + timedelta(days=1) if is_live else None,
            "lease": {"holder": "somebody", "until": self.until + timedelta(days=1)} if is_live else None,
            "score": score,
            "recommendation": recommendation,
            "decision": decision,
        }


def _band(score: float) -> str:
    return next((band for least, band in RECOMMENDATION_BANDS if score >= least), Recommendation.STRONG_NO_HIRE).value


async def store_template(organization_id: ObjectId) -> Row:
    """An interview as the product itself stores it, taken out again."""
    at = now()
    ref = PositionRef(id=PydanticObjectId(), key="k", version=1, title="t", limit_minutes=30, questions=6)
    interview = await Interview(
        organization_id=PydanticObjectId(organization_id),
        status=InterviewStatus.COMPLETED,
        channel=Channel.TEXT,
        language="en",
        candidate=None,
        candidate_order="",
        name_terms=[],
        email_terms=[],
        position=ref,
        expires_at=at,
        consent=Consent(text_version="2026-11", given_at=at, recording=True),
    ).insert()
    row: Row | None = await Interview.get_pymongo_collection().find_one({"_id": interview.id})
    await interview.delete()
    if row is None:
        raise RuntimeError("what was stored is gone")
    return row


async def fill(archives: Sequence[Archive]) -> None:
    """Store them all. Raises pymongo.errors.PyMongoError."""
    # neither majority nor journal: what a benchmark's machine loses is made again
    rows: AsyncCollection[Row] = Interview.get_pymongo_collection().with_options(write_concern=WriteConcern(w=1, j=False))
    for archive in archives:
        template = await store_template(archive.organization_id)
        batch: list[Row] = []
        for row in archive.rows(template):
            batch.append(row)
            if len(batch) == BATCH:
                await rows.insert_many(batch, ordered=False)
                batch = []
        if batch:
            await rows.insert_many(batch, ordered=False)
