"""The input of updateOrganization."""

import strawberry
from strawberry import UNSET

from schema.decorators import input_type
from schema.inputs.interviews import IDEMPOTENCY_KEY


@input_type
class ContactInput:
    """Whom candidates can write to."""

    name: str = strawberry.field(description="The name of a person or team. At most 200 characters, on one line.")
    email: str = strawberry.field(description="The email address.")


@input_type
class UpdateOrganizationInput:
    """The input of updateOrganization. A field that is left out does not change."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    name: str | None = strawberry.field(
        default=UNSET,
        description="The name that candidates read, unique in the deployment. At most 200 characters, on one line.",
    )
    contact: ContactInput | None = strawberry.field(
        default=UNSET, description="Whom candidates can write to. Null removes the contact."
    )
    logo: str | None = strawberry.field(
        default=UNSET,
        description="The bytes of a PNG or JPEG image in base64, at most 64 KiB before the encoding. Null removes the logo. Send "
        "it as a variable, over HTTP.",
    )
