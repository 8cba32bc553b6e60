"""The inputs of the mutations about sessions."""

import strawberry
from strawberry import UNSET

from schema.decorators import input_type
from schema.types.enums import Role


@input_type
class SignInInput:
    """The input of signIn: one of the two credentials."""

    key: str | None = strawberry.field(default=UNSET, description="An API key. The session acts as the key's caller.")
    sandbox_role: Role | None = strawberry.field(
        default=UNSET, description="In the sandbox only: signs in as its member of this role (SignInOptions.sandboxRoles)."
    )


@input_type
class SignOutInput:
    """The input of signOut."""

    everywhere: bool = strawberry.field(
        default=False, description="Whether to end the member's sessions in all browsers. Default: false."
    )
