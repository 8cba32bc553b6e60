"""The input that filters the audit log."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from schema.decorators import input_type


@input_type
class AuditLogFilter:
    """Selects entries of the audit log. An entry is selected if it meets all given conditions."""

    actions: list[str] | None = strawberry.field(
        default=UNSET, description="Its action is one of these, such as eraseInterview. At most 100 values."
    )
    api_key_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Its actor used one of these API keys. At most 100 ids."
    )
    member_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="Its actor is one of these members. At most 100 ids."
    )
    interview_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="It is about one of these interviews. At most 100 ids."
    )
    object_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="It names one of these objects, of any kind. At most 100 ids."
    )
    since: datetime | None = strawberry.field(default=UNSET, description="It was made at this time or later.")
    until: datetime | None = strawberry.field(default=UNSET, description="It was made before this time.")
