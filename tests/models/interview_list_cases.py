"""Filters of interview lists with a predicate for each: for query plans, for results, and for the API."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import ObjectId

from models.documents.interview import Interview, RequestStatus
from models.reads.interview_list import ORDER_FIELDS, InterviewOrderField

FIRST_CREATED_AT = datetime(2025, 11, 1, 12, tzinfo=UTC)
"""The interviews of the tests are created within 14 hours after this time."""
MIDDLE_TIME, LATER_TIME = FIRST_CREATED_AT + timedelta(hours=6), FIRST_CREATED_AT + timedelta(hours=9)
NAMES = ("Ada Lovelace", "Grace Hopper", "Åsa O'Neill", "Ada Lovelace", "Zoë", "hopper")


@dataclass(frozen=True)
class FilterCase:
    """The fields of an InterviewFilter, and a predicate for the interviews that it selects."""

    fields: dict[str, Any]
    matches: Callable[[Interview], bool]


def combine_filters(*cases: FilterCase) -> FilterCase:
    """Return a filter for the interviews that match every one of these."""
    fields = {name: value for case in cases for name, value in case.fields.items()}
    return FilterCase(fields, lambda interview: all(case.matches(interview) for case in cases))


def _name_of(interview: Interview) -> str:
    return interview.candidate.name if interview.candidate else ""


def _has_open_requests(interview: Interview) -> bool:
    return any(request.status is RequestStatus.OPEN for request in interview.requests)


def _email_of(interview: Interview) -> str:
    return (interview.candidate and interview.candidate.email) or ""


def _is_newest_evaluation_completed(interview: Interview) -> bool:
    # also of those that were stored before the status was copied
    return interview.evaluation_status == "COMPLETED" or (interview.evaluation_status is None and interview.evaluated)


FILTERS: dict[str, FilterCase] = {
    "status": FilterCase({"statuses": ["COMPLETED"]}, lambda i: i.status == "COMPLETED"),
    "statuses": FilterCase({"statuses": ["WAITING", "ENDING"]}, lambda i: i.status in ("WAITING", "ENDING")),
    "no status": FilterCase({"statuses": []}, lambda i: False),
    "position": FilterCase({"position_keys": ["other"]}, lambda i: i.position.key == "other"),
    "positions": FilterCase({"position_keys": ["other", "tester", "?"]}, lambda i: i.position.key in ("other", "tester")),
    "channel": FilterCase({"channels": ["VOICE"]}, lambda i: i.channel == "VOICE"),
    "external id": FilterCase({"external_ids": ["ATS-1"]}, lambda i: i.external_id == "ATS-1"),
    "external ids": FilterCase({"external_ids": ["ATS-1", "ATS-2", "?"]}, lambda i: i.external_id in ("ATS-1", "ATS-2")),
    "created after": FilterCase({"created_at_or_after": MIDDLE_TIME}, lambda i: i.created_at >= MIDDLE_TIME),
    "created before": FilterCase({"created_before": LATER_TIME}, lambda i: i.created_at < LATER_TIME),
    "scheduled after": FilterCase(
        {"scheduled_after": MIDDLE_TIME}, lambda i: i.scheduled_for is not None and i.scheduled_for >= MIDDLE_TIME
    ),
    "scheduled before": FilterCase(
        {"scheduled_before": LATER_TIME}, lambda i: i.scheduled_for is not None and i.scheduled_for < LATER_TIME
    ),
    "updated after": FilterCase({"updated_at_or_after": MIDDLE_TIME}, lambda i: i.updated_at >= MIDDLE_TIME),
    "min score": FilterCase({"min_score": 50}, lambda i: i.score is not None and i.score >= 50),
    "max score": FilterCase({"max_score": 50.0}, lambda i: i.score is not None and i.score <= 50),
    "recommendation": FilterCase({"recommendations": ["HIRE"]}, lambda i: i.recommendation == "HIRE"),
    "decision": FilterCase({"decisions": ["HOLD", "ADVANCE"]}, lambda i: i.decision in ("HOLD", "ADVANCE")),
    "reviewed": FilterCase({"reviewed": True}, lambda i: i.evaluated and i.decision is not None),
    "to review": FilterCase({"reviewed": False}, lambda i: i.evaluated and i.decision is None),
    "failed": FilterCase({"evaluation_statuses": ["FAILED"]}, lambda i: i.evaluation_status == "FAILED"),
    "unfinished": FilterCase(
        {"evaluation_statuses": ["PENDING", "FAILED"]}, lambda i: i.evaluation_status in ("PENDING", "FAILED")
    ),
    "evaluated": FilterCase({"evaluation_statuses": ["COMPLETED"]}, _is_newest_evaluation_completed),
    "failed or evaluated": FilterCase(
        {"evaluation_statuses": ["FAILED", "COMPLETED"]},
        lambda i: i.evaluation_status == "FAILED" or _is_newest_evaluation_completed(i),
    ),
    "open requests": FilterCase({"has_open_requests": True}, _has_open_requests),
    "no open requests": FilterCase({"has_open_requests": False}, lambda i: not _has_open_requests(i)),
    "rubric": FilterCase({"position_version": 1}, lambda i: i.position.version == 1),
    "another rubric": FilterCase({"position_version": 2}, lambda i: i.position.version == 2),
    "name": FilterCase({"candidate": "ada"}, lambda i: "Ada" in _name_of(i)),
    "two names": FilterCase({"candidate": "LOVE ada"}, lambda i: "Lovelace" in _name_of(i)),
    "names of two": FilterCase({"candidate": "ada hopper"}, lambda i: False),
    "inside a name": FilterCase({"candidate": "ovelace"}, lambda i: False),
    "accent": FilterCase({"candidate": "o'neill åsa"}, lambda i: "Åsa" in _name_of(i)),
    "rare name": FilterCase({"candidate": "name12"}, lambda i: " name12" in _name_of(i)),
    "unique name": FilterCase({"candidate": "name unique1999"}, lambda i: "unique1999" in _name_of(i)),
    "email": FilterCase({"candidate": "mail.example", "search_email": True}, lambda i: "mail.example" in _email_of(i)),
    "unique email": FilterCase(
        {"candidate": "example unique1999", "search_email": True}, lambda i: "unique1999@" in _email_of(i)
    ),
    "punctuation": FilterCase({"candidate": "-"}, lambda i: False),
    "pattern": FilterCase({"candidate": ".*"}, lambda i: False),
}


def sort_interviews(interviews: Iterable[Interview], field: InterviewOrderField, *, descending: bool) -> list[Interview]:
    """Return the interviews in this order: missing values before all others, and equal ones by id."""

    def sort_key(interview: Interview) -> tuple[bool, Any, ObjectId]:
        value = getattr(interview, ORDER_FIELDS[field])
        return value is not None, 0 if value is None else value, interview.id

    return sorted(interviews, key=sort_key, reverse=descending)
