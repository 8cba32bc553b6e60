"""The inputs of the mutations about API keys."""

from datetime import datetime

import strawberry
from strawberry import UNSET

from resolvers.api_keys import DEFAULT_OVERLAP_MINUTES
from schema.decorators import input_type
from schema.inputs.interviews import IDEMPOTENCY_KEY
from schema.types.enums import Action, Role

KEY_ID = "The id of the API key."


@input_type
class CreateApiKeyInput:
    """The input of createApiKey."""

    idempotency_key: str | None = strawberry.field(
        default=UNSET, description=f"{IDEMPOTENCY_KEY} The repetition returns no secret."
    )
    name: str = strawberry.field(
        description="Who or what uses the key. Reviews and logs name it. At most 200 characters, on one line."
    )
    role: Role = strawberry.field(description="The role of the key's caller: any but CANDIDATE.")
    permissions: list[Action] | None = strawberry.field(
        default=UNSET, description="The only actions that the key may be used for. Null: all of its role (Viewer.may)."
    )
    is_test: bool = strawberry.field(
        default=False,
        description="Whether the key is for the organization's test environment, whose interviews, positions and statistics are "
        "separate. It begins with copies of the organization's positions. Default: false.",
    )
    expires_at: datetime | None = strawberry.field(default=UNSET, description="When the key expires. Null: never.")


@input_type
class RotateApiKeyInput:
    """The input of rotateApiKey."""

    idempotency_key: str | None = strawberry.field(
        default=UNSET, description=f"{IDEMPOTENCY_KEY} The repetition returns no secret."
    )
    api_key_id: strawberry.ID = strawberry.field(description=KEY_ID)
    overlap_minutes: int = strawberry.field(
        default=DEFAULT_OVERLAP_MINUTES,
        description="Minutes for which the replaced key still works, 0 to 43,200 (30 days). Default: 1,440 (a day).",
    )
    expires_at: datetime | None = strawberry.field(
        default=UNSET, description="When the new key expires. Null: it lives as long as the replaced one was made for."
    )


@input_type
class RevokeApiKeyInput:
    """The input of revokeApiKey."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    api_key_id: strawberry.ID = strawberry.field(description=KEY_ID)
