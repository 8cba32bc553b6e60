"""The input of updateNotice."""

import strawberry
from strawberry import UNSET

from schema.decorators import input_type
from schema.inputs.interviews import IDEMPOTENCY_KEY


@input_type
class UpdateNoticeInput:
    """The input of updateNotice: the whole notice.

    A field that is left out gets the default wording, in the language of the consent text. Your own
    wording appears unchanged in every language.
    """

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    contact: str | None = strawberry.field(
        default=UNSET,
        description="Whom candidates can ask, such as `Recruiting, jobs@example.org`. It ends a sentence that asks candidates to "
        "contact somebody. At most 200 characters, on one line.",
    )
    alternative: str | None = strawberry.field(
        default=UNSET,
        description="Whole sentences about the alternative to an interview by an AI. At most 1,000 characters.",
    )
