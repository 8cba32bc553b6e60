"""Storing the usage of the interviewer's calls of Claude with the interview."""

from dataclasses import dataclass
from typing import Any

from bson import ObjectId

from models.documents.budget import Budget
from models.documents.interview import Interview, InterviewerRecord
from models.documents.usage import Usage
from models.storage.lease import NOT_ERASED
from models.writes.interview_updates import update_interview

COST_DECIMALS = 6
"""Decimals of stored costs, so that sums of floating-point numbers carry no rounding noise."""


@dataclass(frozen=True, slots=True)
class ReplyUsage:
    """Usage of calls of Claude that is not stored yet, and the interviewer that made the last of them."""

    usage: Usage
    interviewer: InterviewerRecord | None
    """None if no call was answered."""
    exhausted_budget: Budget | None = None
    """The budget because of which Claude was not called."""


def usage_values(reply_usage: ReplyUsage | None) -> dict[str, Any]:
    """Return the literal values of `update_interview` that store the interviewer and the exhausted budget."""
    if reply_usage is None:
        return {}
    values = {"interviewer": reply_usage.interviewer, "exhausted_budget": reply_usage.exhausted_budget}
    return {name: value for name, value in values.items() if value is not None}


def usage_expressions(reply_usage: ReplyUsage | None) -> dict[str, Any]:
    """Return the expressions of `update_interview` that add the usage to that of earlier calls."""
    if reply_usage is None:
        return {}
    # interviews that were stored before usage was recorded do not have the fields
    return {
        f"reply_usage.{name}": {"$round": [{"$add": [{"$ifNull": [f"$reply_usage.{name}", 0]}, amount]}, COST_DECIMALS]}
        for name, amount in reply_usage.usage
    }


async def add_reply_usage(interview_id: ObjectId, reply_usage: ReplyUsage) -> Interview | None:
    """Add the usage of calls whose reply was not stored. The caller need not hold the interview's lease.

    If this raises, do not retry it, because the usage may have been added. Returns None if the interview was erased.
    """
    return await update_interview(interview_id, NOT_ERASED, usage_values(reply_usage), usage_expressions(reply_usage))
