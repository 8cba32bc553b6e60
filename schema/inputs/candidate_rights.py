"""Inputs of the mutations about candidates' rights."""

import strawberry
from strawberry import UNSET

from schema.decorators import input_type
from schema.inputs.interviews import IDEMPOTENCY_KEY, INTERVIEW_ID
from schema.types.enums import RequestKind, RequestStatus

_INTERVIEW_ID = "The id of the interview. Either interviewId, with a credential that may act for the candidate, or invite."
_INVITE = "The token of the invite, which is then the credential. Works before and after the first join."
_DETAILS = "The candidate's own words. Only recruiters, administrators and the candidate can read them. At most 2,000 characters."


@input_type
class WithdrawConsentInput:
    """The input of withdrawConsent."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID | None = strawberry.field(default=UNSET, description=_INTERVIEW_ID)
    invite: str | None = strawberry.field(default=UNSET, description=_INVITE)
    erase_data: bool = strawberry.field(
        default=False,
        description="Whether to erase the whole interview as well, as by eraseInterview. Candidates may always ask for it; for "
        "them, role ADMIN.",
    )
    reason: str | None = strawberry.field(
        default=UNSET, description="The reason, which Interview.withdrawalReason returns. At most 2,000 characters."
    )


@input_type
class RequestAlternativeInput:
    """The input of requestAlternative."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID | None = strawberry.field(default=UNSET, description=_INTERVIEW_ID)
    invite: str | None = strawberry.field(default=UNSET, description=_INVITE)
    details: str | None = strawberry.field(default=UNSET, description=_DETAILS)


@input_type
class RequestAccommodationInput:
    """The input of requestAccommodation."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID | None = strawberry.field(default=UNSET, description=_INTERVIEW_ID)
    invite: str | None = strawberry.field(default=UNSET, description=_INVITE)
    kinds: list[RequestKind] = strawberry.field(description="What the candidate needs. At least one.")
    details: str | None = strawberry.field(default=UNSET, description=_DETAILS)


@input_type
class ResolveRequestInput:
    """The input of resolveRequest."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    interview_id: strawberry.ID = strawberry.field(description=INTERVIEW_ID)
    request_id: strawberry.ID = strawberry.field(description="The id of the request.")
    status: RequestStatus = strawberry.field(description="The answer: GRANTED or DECLINED.")
    note: str | None = strawberry.field(
        default=UNSET, description="A note to the candidate, who can read it. At most 2,000 characters."
    )
    time_factor: float | None = strawberry.field(
        default=UNSET,
        description="With GRANTED, the factor by which the candidate's time limit is longer, 1 to 3. Default: the factor "
        "stays as it is.",
    )
