"""How many evaluations wait, run or have failed, for monitoring."""

from models.documents.interview import EvaluationStatus, Interview
from models.documents.interview_indexes import UNFINISHED_EVALUATIONS


async def count_unfinished_evaluations() -> dict[EvaluationStatus, int]:
    """Return how many interviews of all organizations have a newest evaluation in each state without results.

    The counts are read from the index of these interviews alone.
    """
    interviews = Interview.get_pymongo_collection()
    return {
        EvaluationStatus(status): await interviews.count_documents({"evaluation_status": status})
        for status in UNFINISHED_EVALUATIONS
    }
