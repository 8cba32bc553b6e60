"""The inputs of the mutations about members."""

import strawberry
from strawberry import UNSET

from schema.decorators import input_type
from schema.inputs.interviews import IDEMPOTENCY_KEY
from schema.types.enums import Role

MEMBER_ID = "The id of the member."


@input_type
class InviteMemberInput:
    """The input of inviteMember."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    email: str = strawberry.field(description="The person's address, which identifies the person at an identity provider.")
    name: str = strawberry.field(description="The person's name. At most 200 characters, on one line.")
    role: Role = strawberry.field(description="ADMIN, RECRUITER or VIEWER.")


@input_type
class RenewMemberLinkInput:
    """The input of renewMemberLink."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    member_id: strawberry.ID = strawberry.field(description=MEMBER_ID)


@input_type
class RevokeMemberInvitationInput:
    """The input of revokeMemberInvitation."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    member_invitation_id: strawberry.ID = strawberry.field(description="The id of the invitation.")


@input_type
class AcceptMemberInvitationInput:
    """The input of acceptMemberInvitation."""

    token: str = strawberry.field(description="The token of the link: what follows `#invitation=` in its URL.")


@input_type
class UpdateMemberInput:
    """The input of updateMember."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    member_id: strawberry.ID = strawberry.field(description=MEMBER_ID)
    name: str | None = strawberry.field(default=UNSET, description="The member's new name. Null leaves it as it is.")
    role: Role | None = strawberry.field(
        default=UNSET, description="The member's new role: ADMIN, RECRUITER or VIEWER. Null leaves it as it is."
    )


@input_type
class RemoveMemberInput:
    """The input of removeMember."""

    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)
    member_id: strawberry.ID = strawberry.field(description=MEMBER_ID)
