"""The port to applicant tracking systems (ATS): what the use cases know of one, and what its adapter translates.

An ATS offers Viva's positions as tests, orders one for a candidate, asks how it went, and is notified when there is a result.
An adapter translates between this and the messages of one ATS, and does no I/O.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from models.documents.webhook import WebhookIntegration


class OrderState(StrEnum):
    """How far the interview of an order is. The values are what an ATS without words of its own receives."""

    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    EVALUATING = "evaluating"
    COMPLETE = "complete"
    """The interview was held and people can judge it. No other state says that there is a result."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    OPTED_OUT = "opted_out"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A position, as an ATS offers it to its users."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class NewOrder:
    """The request of an ATS to interview a candidate."""

    assessment_id: str
    reference: str
    """Identifies the application: the same one and assessment make one interview."""
    candidate_name: str
    candidate_email: str
    callback_url: str
    """The URL to call when the result is available."""


@dataclass(frozen=True, slots=True)
class OrderResult:
    """What an ATS learns about an interview that it has ordered."""

    state: OrderState
    url: str
    """The interview's page, which asks for a sign-in."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    score: float | None = None
    """The counted score, if the organization sends scores to this ATS and there is one."""


@dataclass(frozen=True, slots=True)
class OutgoingRequest:
    """A request to an ATS or to the receiver of a webhook."""

    url: str
    headers: Mapping[str, str]
    method: str = "POST"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class ResponseProblem:
    """The report of an ATS that it could not use one of our responses, without its words, which may quote a candidate's data."""

    operation: str
    errors: int
    interview_id: str | None = None


class AtsAdapter(Protocol):
    """Translates between the use cases and the messages of one ATS."""

    integration: WebhookIntegration

    def write_assessments(self, assessments: Sequence[Assessment]) -> Any:
        """Return the response that lists the tests, as values of JSON."""

    def read_order(self, body: Any, *, allow_loopback: bool) -> NewOrder:
        """Return the order in a request. Raises BadInput, also for a callback URL that is not the system's own."""

    def write_receipt(self, interview_id: str) -> Any:
        """Return the response to an order."""

    def write_result(self, result: OrderResult) -> Any:
        """Return the response to the question how an order went."""

    def read_problem(self, body: Any) -> ResponseProblem:
        """Return what the system reports about one of our responses. Raises BadInput."""

    def build_notification(self, callback_url: str, api_key: str) -> OutgoingRequest:
        """Return the request that says that a result is available."""

    def is_final(self, status: int) -> bool:
        """Return whether a notification that was answered with this status would be refused again."""
