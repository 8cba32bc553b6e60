"""Views of an interview: callers who may not see all of it, and the stored fields that are hidden from each.

A change that a view does not contain must neither move the `updatedAt` of its callers nor wake their streams. Tests compare
the fields with the guards of the schema.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.storage.compare_and_set import to_literals

INTERNAL_FIELDS = frozenset(
    {
        *("answered_seq", "attempts", "candidate_characters", "candidate_messages", "candidate_order", "code_replies", "due_at"),
        "deleted_notes",
        *("email_terms", "evaluation_requests", "fence", "indexed_updated_at", "interviewer", "last_candidate_seq", "lease"),
        *("name_terms", "renewals", "replies", "resumed_after_seq", "signals", "unjudged_seqs"),
    }
)
"""Stored fields that no field of the schema shows."""
_RESULT_FIELDS = frozenset(
    {"adoptions", "decided_at", "decided_by", "decision", "decision_version", "notes", "recommendation", "score"}
)
_EVALUATION_FIELDS = frozenset(
    {
        *_RESULT_FIELDS,
        *("counted_version", "evaluated", "evaluation_status", "exhausted_budget", "rated_by", "reply_usage", "review_reasons"),
    }
)
_LEGAL_HOLD_FIELDS = frozenset({"legal_hold", "released_legal_holds"})
_TRACE_FIELDS = frozenset({"origin"})
_REQUEST_FIELDS = frozenset({"requests", "withdrawal_reason"})


class InterviewView(StrEnum):
    """What a caller sees of an interview, if it is not all of it."""

    BLIND = "BLIND"
    """That of a reviewer before giving levels of one's own (resolvers.blind_review)."""
    INTEGRATION = "INTEGRATION"
    VIEWER = "VIEWER"
    CANDIDATE = "CANDIDATE"


HIDDEN_FIELDS: Mapping[InterviewView, frozenset[str]] = {
    # a reviewer's own rating ends the blindness, and with it the view
    InterviewView.BLIND: INTERNAL_FIELDS | _RESULT_FIELDS | {"rated_by"},
    InterviewView.INTEGRATION: INTERNAL_FIELDS | _TRACE_FIELDS | _LEGAL_HOLD_FIELDS | _REQUEST_FIELDS,
    InterviewView.VIEWER: INTERNAL_FIELDS | _TRACE_FIELDS | _LEGAL_HOLD_FIELDS | _REQUEST_FIELDS | _EVALUATION_FIELDS,
    InterviewView.CANDIDATE: INTERNAL_FIELDS
    | _TRACE_FIELDS
    | _LEGAL_HOLD_FIELDS
    | _EVALUATION_FIELDS
    | {"end_detail", "external_id", "room"},
}
"""Stored fields that a view does not contain. A new field is visible to all until it is listed here."""

ALL_VIEWS = frozenset(InterviewView)
RESULT_VIEWS = frozenset({InterviewView.INTEGRATION})
"""Views that contain the results of evaluations."""
EVALUATION_VIEWS = frozenset({InterviewView.BLIND, InterviewView.INTEGRATION})
"""Views that contain the state of evaluations, and recordings."""


def build_visibility(
    values: Mapping[str, Any], computed: Mapping[str, Any], also_visible_to: Collection[InterviewView]
) -> dict[InterviewView, dict[str, Any]]:
    """Return for each view the expression for whether it contains a change; nothing if all do.

    The change consists of `values` and `computed`, as for `compare_and_set`, and of something outside of the interview that
    the views in `also_visible_to` contain.
    """
    if "last_seq" in computed or set(also_visible_to) == ALL_VIEWS:
        # a turn is visible to all, and the most frequent change: without comparisons
        return {}
    changes = {**to_literals(values), **computed}
    return {view: {"$or": [view in also_visible_to, *_build_differences(changes, HIDDEN_FIELDS[view])]} for view in InterviewView}


def build_update_times(visibility: Mapping[InterviewView, dict[str, Any]]) -> dict[str, Any]:
    """Return the expressions that keep `Interview.updated_for` with a change of this visibility that moves `updated_at`."""
    if not visibility:
        # as in a new interview, so that a turn does not change the indexed fields within it
        return {"updated_for": {"$literal": {}}}
    return {
        f"updated_for.{view}": {"$cond": [is_visible, "$$REMOVE", {"$ifNull": [f"$updated_for.{view}", "$updated_at"]}]}
        for view, is_visible in visibility.items()
    }


def _build_differences(changes: Mapping[str, Any], hidden: frozenset[str]) -> list[dict[str, Any]]:
    # a missing field is not equal to null
    return [
        {"$ne": [{"$ifNull": [f"${path}", None]}, {"$ifNull": [value, None]}]}
        for path, value in changes.items()
        if path.partition(".")[0] not in hidden
    ]


def select_update_time(
    updated_at: datetime, updated_for: Mapping[InterviewView, datetime], view: InterviewView | None
) -> datetime:
    """Return the time of the newest change that the view contains; None is the view of everything."""
    return updated_at if view is None else updated_for.get(view, updated_at)
