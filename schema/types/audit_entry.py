"""Entries of the audit log."""

from datetime import datetime

import strawberry

from models.documents import audit_entry as documents
from resolvers.ids import IdKind, encode_id
from schema.decorators import document_field, object_type, resolved_field
from schema.types.enums import AccessOrigin, AuditActorKind, AuditKind, AuditOutcome, ErrorCode, PersonalData, Role


@object_type
class AuditActor:
    """Who acted."""

    document: strawberry.Private[documents.AuditActor]
    kind: AuditActorKind = document_field("What identified the actor.")
    role: Role | None = document_field("The actor's role at that time. Null for LINK and COMMAND_LINE.")
    key_name: str | None = document_field("The name of the API key at that time. Null for other kinds.")
    member_name: str | None = document_field("The name of the member at that time. Null for other kinds.")
    origin: AccessOrigin | None = document_field("How a candidate's token was obtained. Null for other kinds.")

    @resolved_field()
    def issued_to_api_key_id(self) -> strawberry.ID | None:
        """The id of the API key that got the candidate's token from startInterview. Null for tokens of another origin."""
        return strawberry.ID(encode_id(IdKind.API_KEY, self.document.issued_to)) if self.document.issued_to else None

    @resolved_field()
    def issued_to_member_id(self) -> strawberry.ID | None:
        """The id of the member who got the candidate's token from startInterview. Null for tokens of another origin."""
        member_id = self.document.issued_to_member
        return strawberry.ID(encode_id(IdKind.MEMBER, member_id)) if member_id else None

    @resolved_field()
    def member_id(self) -> strawberry.ID | None:
        """The id of the member. Null for other kinds."""
        return strawberry.ID(encode_id(IdKind.MEMBER, self.document.member_id)) if self.document.member_id else None

    @resolved_field()
    def api_key_id(self) -> strawberry.ID | None:
        """The id of the API key. Null for other kinds."""
        return strawberry.ID(encode_id(IdKind.API_KEY, self.document.key_id)) if self.document.key_id else None

    @resolved_field()
    def interview_id(self) -> strawberry.ID | None:
        """The id of the interview whose candidate acted. Null for other kinds."""
        interview_id = self.document.interview_id
        return strawberry.ID(encode_id(IdKind.INTERVIEW, interview_id)) if interview_id else None


@object_type
class AuditEntry:
    """One action: who read or changed what, when and from where. Nobody's words are in it."""

    document: strawberry.Private[documents.AuditEntry]
    at: datetime = document_field("When it happened.")
    kind: AuditKind = document_field("Whether the action reads or changes something.")
    action: str = document_field(
        "The name of the mutation, query or subscription, of the exported file, or of the command, such as eraseInterview, "
        "transcript.json or keys create."
    )
    data: list[PersonalData] = document_field(
        "The personal data in the selection, which the actor read, or was refused if the outcome is FAILED."
    )
    filters: list[str] = document_field("The names of the filter's fields that were set, without their values.")
    rows: int | None = document_field("The number of items that a list returned. Null if the action returned no list.")
    address: str | None = document_field("The client's IPv4 address or /64 network of IPv6 addresses. Null for COMMAND_LINE.")
    request_id: str | None = document_field("The id of the request, as in its errors. Null for COMMAND_LINE.")

    @resolved_field()
    def actor(self) -> AuditActor:
        """Who acted."""
        return AuditActor(document=self.document.actor)

    @resolved_field()
    def object_ids(self) -> list[strawberry.ID]:
        """The ids of the objects that were named in the request or created. A list's items are not among them."""
        return [strawberry.ID(each) for each in self.document.object_ids]

    @resolved_field()
    def interview_id(self) -> strawberry.ID | None:
        """The id of the interview that was read or changed. Null if there is none, and for lists."""
        interview_id = self.document.interview_id
        return strawberry.ID(encode_id(IdKind.INTERVIEW, interview_id)) if interview_id else None

    @resolved_field()
    def outcome(self) -> AuditOutcome:
        """How it ended."""
        outcome = self.document.outcome
        return AuditOutcome(outcome) if outcome in AuditOutcome.__members__ else AuditOutcome.FAILED

    @resolved_field()
    def error_code(self) -> ErrorCode | None:
        """The code of the error. Null unless the outcome is FAILED."""
        return ErrorCode(self.document.outcome) if self.outcome() is AuditOutcome.FAILED else None

    @classmethod
    def of(cls, document: documents.AuditEntry) -> "AuditEntry":
        """Build the entry from its document."""
        return cls(document=document)
