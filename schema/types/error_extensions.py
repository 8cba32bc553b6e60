"""The type of `extensions` of errors."""

from datetime import datetime

import strawberry

from schema.decorators import object_type
from schema.types.enums import Budget, ErrorCode


@object_type
class BudgetExtension:
    """A budget that is used up, in the `extensions` of an error."""

    name: Budget = strawberry.field(description="Which budget.")
    limit: float = strawberry.field(description="What the budget allows.")
    used: float = strawberry.field(description="How much of it is used.")


@object_type
class ErrorExtensions:
    """The `extensions` of every error of this API. What is null here is left out there.

    No field returns it: it is in the schema so that code generators make a type of it.
    """

    code: ErrorCode = strawberry.field(description="What kind of failure it is. Decide by it, never by the message.")
    request_id: str = strawberry.field(description="The id of the request, to quote when you report a problem.")
    field: str | None = strawberry.field(
        description="The path of the wrong value in the arguments or in `input`, such as `filter.minScore`. With BAD_INPUT, "
        "and with the FORBIDDEN of a filter or an order."
    )
    retry_after_seconds: int | None = strawberry.field(
        description="Seconds after which a retry may succeed. With RATE_LIMITED and UNAVAILABLE."
    )
    opens_at: datetime | None = strawberry.field(
        description="When the operation becomes possible. With the CONFLICT of an interview that cannot be joined yet, and with "
        "that of a budget of the day."
    )
    budget: BudgetExtension | None = strawberry.field(
        description="The budget that is used up. With the CONFLICT or RATE_LIMITED that it causes."
    )
