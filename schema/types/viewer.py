"""The caller and the organization that the caller belongs to."""

import strawberry

from auth import Principal, has_permission
from models.documents import organization as documents
from models.documents.member import get_member
from models.documents.notice import find_current_notice
from resolvers.ids import IdKind, encode_id
from resolvers.organizations import build_logo_url
from resolvers.viewer import get_viewer_organization
from schema.context import Info
from schema.decorators import document_field, object_type, resolved_field
from schema.types.enums import Action, Role
from schema.types.member import Member
from schema.types.node import Node
from schema.types.notice import Notice


@object_type
class Contact:
    """A person or team that candidates can write to."""

    name: str = strawberry.field(description="The name of the person or team.")
    email: str = strawberry.field(description="The email address.")


@object_type
class Organization(Node):
    """A tenant. Every interview, position and API key belongs to exactly one organization."""

    document: strawberry.Private[documents.Organization]
    name: str = document_field("The organization's name.")
    contact: Contact | None = document_field("Whom candidates can write to. Null if the organization has named nobody.")

    @resolved_field()
    def is_test(self) -> bool:
        """Whether this is a test environment: nothing of it occurs in the lists, counts and statistics of its organization."""
        return self.document.test_of is not None

    @resolved_field()
    def logo_url(self, info: Info) -> str | None:
        """Address of the logo on the pages of candidates. Another logo has another address. Null if there is none."""
        return build_logo_url(info.context.services, self.document)

    @resolved_field()
    async def notice(self, info: Info) -> Notice | None:
        """The organization's own wording in the consent text. Null if it has none."""
        found = await find_current_notice(self.document.id)
        return Notice(document=found, caller=await info.context.principal()) if found else None

    @classmethod
    def of(cls, document: documents.Organization) -> "Organization":
        """Build the organization from its document."""
        return cls(document=document, id=strawberry.ID(encode_id(IdKind.ORGANIZATION, document.id)))


@object_type
class Viewer:
    """The caller, identified by the credential that came with the request."""

    caller: strawberry.Private[Principal]
    role: Role = document_field("The caller's role, which decides what the caller may do.", source="caller")
    organization: Organization = strawberry.field(description="The organization whose data the caller sees.")
    name: str = document_field("The name of the member, the API key or the candidate.", source="caller")

    @resolved_field()
    async def member(self) -> Member | None:
        """The caller as a member. Null for API keys and candidates."""
        found = await get_member(self.caller.member_id) if self.caller.member_id else None
        return Member.of(found) if found else None

    @resolved_field()
    def may(self) -> list[Action]:
        """The actions that the caller has permission for."""
        return [action for action in Action if has_permission(self.caller, action)]

    @classmethod
    async def load(cls, caller: Principal) -> "Viewer":
        """Return the caller with the organization. Raises NotFound if the organization no longer exists."""
        return cls(caller=caller, organization=Organization.of(await get_viewer_organization(caller)))
