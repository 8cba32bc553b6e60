"""How people sign in."""

import strawberry

from schema.decorators import object_type
from schema.types.enums import Role


@object_type
class SignInOptions:
    """The ways in which people can sign in to this server."""

    api_key: bool = strawberry.field(description="Whether signIn takes an API key.")
    sandbox_roles: list[Role] = strawberry.field(
        description="The roles as which signIn lets anybody in. Empty unless the server is a sandbox."
    )
    organization_sign_in: bool = strawberry.field(description="Whether an organization has an identity provider.")
