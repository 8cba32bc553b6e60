"""Invites."""

from datetime import datetime

import strawberry

from schema.decorators import object_type


@object_type
class Invite:
    """A link for the candidate.

    Anyone who has it can join the interview: treat it like a password.
    """

    token: str = strawberry.field(description="The token to pass to joinInterview and Query.invitation.")
    url: str = strawberry.field(description="The link to send to the candidate.")
    expires_at: datetime = strawberry.field(
        description="An interview that has not begun can be joined until then. One in progress can be rejoined even later."
    )
