"""What interviews have used: messages, and tokens and cost of the interviewer's replies and all versions of the evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass

from bson import ObjectId

from models.documents.evaluation_usage import sum_evaluation_usages
from models.documents.interview import ErasureScope, Interview
from models.documents.usage import Usage


@dataclass(frozen=True, slots=True)
class InterviewUsage:
    """What one interview has used."""

    replies: Usage
    evaluations: Usage
    messages: int = 0
    """Turns of the candidate."""
    characters: int = 0
    """Length of these turns."""

    @property
    def total(self) -> Usage:
        """The sum of both."""
        return self.replies.plus(self.evaluations)


async def read_interview_usages(interview_ids: Sequence[ObjectId]) -> dict[ObjectId, InterviewUsage]:
    """Return the usage of each of these interviews that exists.

    Evaluations are deleted with the transcript or the interview: their usage is that at the time of the erasure.
    """
    evaluations = await sum_evaluation_usages(interview_ids)
    counters = {"reply_usage": 1, "candidate_messages": 1, "candidate_characters": 1}
    projection = {**counters, "erasure.scope": 1, "erasure.evaluation_usage": 1}
    usages = {}
    async for row in Interview.get_pymongo_collection().find({"_id": {"$in": list(interview_ids)}}, projection):
        erasure = row.get("erasure") or {}
        at_erasure = None if erasure.get("scope") == ErasureScope.RECORDINGS else erasure.get("evaluation_usage")
        usages[row["_id"]] = InterviewUsage(
            Usage.model_validate(row.get("reply_usage") or {}),
            Usage.model_validate(at_erasure) if at_erasure else evaluations.get(row["_id"], Usage()),
            row.get("candidate_messages", 0),
            row.get("candidate_characters", 0),
        )
    return usages
