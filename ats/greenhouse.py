"""The adapter for Greenhouse: its Assessment Partner API, as documented at https://developers.greenhouse.io/assessment.html.

Its change log names 10 January 2025 as the newest version. docs/integrations.md quotes it, and says what is assumed where the
documentation is silent.
"""

import base64
import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, BeforeValidator, StringConstraints, ValidationError

from ats.port import Assessment, NewOrder, OrderResult, OutgoingRequest, ResponseProblem
from errors import BadInput
from lifecycle.public_addresses import find_url_problem, parse_literal
from models.documents.webhook import WebhookIntegration

DOMAIN = "greenhouse.io"
"""Callback URLs are on this domain or a host below it: the request to them carries the API key."""
OPERATIONS = ("list_tests", "send_test", "test_status")
"""Our endpoints that Greenhouse may find a fault with."""
_MAX_ERRORS = 1_000
_RETRIABLE_STATUSES = frozenset({401, 403, 408, 425, 429})
"""Statuses of refusals after which another attempt may succeed, because a key, a limit or the time has changed."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
OptionalLine = Annotated[str, BeforeValidator(lambda value: "" if value is None else value), StringConstraints(max_length=2_000)]
"""Greenhouse sends null for a property without a value."""


class _Candidate(BaseModel):
    first_name: OptionalLine = ""
    last_name: OptionalLine = ""
    preferred_name: OptionalLine = ""
    email: Line
    greenhouse_profile_url: Line


class _SendTest(BaseModel):
    partner_test_id: Line
    candidate: _Candidate
    url: Line


class _ResponseError(BaseModel):
    api_call: Line
    errors: list[Any]
    partner_interview_id: OptionalLine = ""


M = TypeVar("M", bound=BaseModel)


class Greenhouse:
    """Implements ats.port.AtsAdapter. Properties of a request that it does not name are ignored, and not stored."""

    integration = WebhookIntegration.GREENHOUSE

    def write_assessments(self, assessments: Sequence[Assessment]) -> list[dict[str, str]]:
        """Return the response to list_tests."""
        return [{"partner_test_id": each.id, "partner_test_name": each.name} for each in assessments]

    def read_order(self, body: Any, *, allow_loopback: bool) -> NewOrder:
        """Return the order in a request to send_test."""
        request = _parse(_SendTest, body)
        problem = _find_callback_problem(request.url, allow_loopback=allow_loopback)
        if problem:
            raise BadInput(f"url: it {problem}. Send the URL of the test at Greenhouse.", field="url")
        return NewOrder(
            assessment_id=request.partner_test_id,
            reference=_build_reference(request.candidate.greenhouse_profile_url),
            candidate_name=_build_name(request.candidate),
            candidate_email=request.candidate.email,
            callback_url=request.url,
        )

    def write_receipt(self, interview_id: str) -> dict[str, str]:
        """Return the response to send_test."""
        return {"partner_interview_id": interview_id}

    def write_result(self, result: OrderResult) -> dict[str, Any]:
        """Return the response to test_status. Properties without a value are null, as in Greenhouse's own responses."""
        times = {"Started At": result.started_at, "Completed At": result.ended_at}
        return {
            "partner_status": result.state,
            "partner_profile_url": result.url,
            "partner_score": None if result.score is None else round(result.score, 1),
            "metadata": {name: _format_time(moment) for name, moment in times.items() if moment is not None},
        }

    def read_problem(self, body: Any) -> ResponseProblem:
        """Return what a request to response_error reports."""
        request = _parse(_ResponseError, body)
        operation = request.api_call if request.api_call in OPERATIONS else "another call"
        return ResponseProblem(operation, min(len(request.errors), _MAX_ERRORS), request.partner_interview_id or None)

    def build_notification(self, callback_url: str, api_key: str) -> OutgoingRequest:
        """Return the request "PATCH - Mark Test as Completed", which has no body."""
        credentials = base64.b64encode(f"{api_key}:".encode()).decode()
        headers = {"authorization": f"Basic {credentials}", "user-agent": "Viva-Greenhouse/1"}
        return OutgoingRequest(callback_url, headers, method="PATCH")

    def is_final(self, status: int) -> bool:
        """Return whether Greenhouse will never accept this test, as is the case for candidates who are no longer active."""
        return 400 <= status < 500 and status not in _RETRIABLE_STATUSES


def _parse(model: type[M], body: Any) -> M:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        # the message of the library would quote the value
        path = ".".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"]) or "the body"
        raise BadInput(f"{path} is missing, or not as Greenhouse's Assessment API documents it.", field=path) from None


def _find_callback_problem(url: str, *, allow_loopback: bool) -> str | None:
    problem = find_url_problem(url, allow_loopback=allow_loopback)
    if problem:
        return problem
    host = (urlsplit(url).hostname or "").rstrip(".")
    literal = parse_literal(host)
    is_local = host == "localhost" or (literal is not None and literal.is_loopback)
    is_greenhouse = host == DOMAIN or host.endswith(f".{DOMAIN}")
    return None if is_greenhouse or (is_local and allow_loopback) else f"is not of {DOMAIN}"


def _build_reference(profile_url: str) -> str:
    """Return the external id of the application that the profile URL names; of the URL itself if it names none."""
    try:
        application_ids = parse_qs(urlsplit(profile_url).query).get("application_id", [])
    except ValueError:
        application_ids = []
    if application_ids and application_ids[0].isascii() and application_ids[0].isdecimal() and len(application_ids[0]) <= 30:
        return f"greenhouse:{application_ids[0]}"
    return f"greenhouse:{hashlib.sha256(profile_url.encode()).hexdigest()[:40]}"


def _build_name(candidate: _Candidate) -> str:
    """Return the name by which the interviewer addresses the candidate: the preferred one, with the last name."""
    first = candidate.preferred_name.strip() or candidate.first_name.strip()
    last = candidate.last_name.strip()
    return first if first.casefold().endswith(last.casefold()) else f"{first} {last}".strip()


def _format_time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
