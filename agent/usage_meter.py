"""Usage of the interviewer's calls of Claude, from the end of each call until it is stored with the interview."""

import pymongo
import structlog
from anthropic.types import Message
from bson import ObjectId
from pymongo.errors import PyMongoError

from agent.prompts import PROMPT_VERSION
from lifecycle.budgets import InterviewBudgets
from lifecycle.claude_usage import compute_usage, count_tokens
from models.documents.budget import Budget
from models.documents.interview import InterviewerRecord
from models.documents.usage import Usage
from models.writes.reply_usage import ReplyUsage, add_reply_usage
from settings import AnthropicSettings

log = structlog.get_logger(__name__)

STORE_SECONDS = 1.0
"""Timeout of storing the remaining usage, so that it hardly delays the end of a job."""


class UsageMeter:
    """Adds up the usage of calls of Claude that is not stored yet. One meter serves one holder of the interview's lease.

    The next stored turn includes the usage (`take`), so that a call and its reply are stored in one transaction. `store_rest`
    stores what no turn included. Usage is never counted twice, but it can be lost: that of the last calls if the lease is lost
    or MongoDB fails while they are being stored, and that of all calls since the last turn if the process is killed.

    With `budgets`, usage is also counted in the organization's day, and no call is made once a budget is used up.
    """

    def __init__(self, budgets: InterviewBudgets | None = None) -> None:
        self._budgets = budgets
        self._unstored: ReplyUsage | None = None
        self._uncounted = Usage()
        """Usage that the organization's day does not include yet."""

    async def find_exhausted_budget(self) -> Budget | None:
        """Return the budget because of which Claude is not called now, which the next stored turn names, or None."""
        if self._budgets is None:
            return None
        await self._count()
        exhausted = await self._budgets.find_exhausted(self._unstored.usage if self._unstored else Usage())
        if exhausted:
            self._add(ReplyUsage(Usage(), None, exhausted))
        return exhausted

    def record_call(self, message: Message, settings: AnthropicSettings) -> None:
        """Add the usage of a call, as far as its message arrived."""
        usage = compute_usage(
            message.usage,
            input_usd=settings.reply_input_usd,
            cached_input_usd=settings.reply_cached_input_usd,
            output_usd=settings.reply_output_usd,
        )
        count_tokens("reply", usage)
        self._add(ReplyUsage(usage, InterviewerRecord(model=message.model, prompt_version=PROMPT_VERSION)))
        self._uncounted = self._uncounted.plus(usage)

    def take(self) -> ReplyUsage | None:
        """Return the usage to store with the next turn, and start again from zero."""
        taken, self._unstored = self._unstored, None
        return taken

    def put_back(self, taken: ReplyUsage | None) -> None:
        """Return usage that was taken and has certainly not been stored."""
        if taken:
            self._add(taken)

    async def store_rest(self, interview_id: ObjectId) -> None:
        """Store the usage of calls whose reply was not stored. Failures are logged, and lose the usage."""
        await self._count()
        if (rest := self.take()) is None:
            return
        try:
            with pymongo.timeout(STORE_SECONDS):
                await add_reply_usage(interview_id, rest)
        except PyMongoError as error:
            log.warning("usage not stored", reason=type(error).__name__, **rest.usage.model_dump())

    async def _count(self) -> None:
        counted, self._uncounted = self._uncounted, Usage()
        if self._budgets and counted != Usage():
            await self._budgets.count(counted)

    def _add(self, added: ReplyUsage) -> None:
        earlier = self._unstored or ReplyUsage(Usage(), None)
        self._unstored = ReplyUsage(
            earlier.usage.plus(added.usage),
            added.interviewer or earlier.interviewer,
            added.exhausted_budget or earlier.exhausted_budget,
        )
