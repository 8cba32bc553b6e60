"""Notes of reviewers."""

from datetime import datetime

import strawberry

from auth import Principal
from models.documents import interview as documents
from resolvers.ids import IdKind, encode_id, encode_person_id
from resolvers.notes import may_delete
from schema.decorators import document_field, object_type, resolved_field


@object_type
class Note:
    """A reviewer's note on a turn or on a moment of the recording. It never changes; addNote and deleteNote add and delete it."""

    document: strawberry.Private[documents.InterviewNote]
    caller: strawberry.Private[Principal]
    seq: int | None = document_field("`seq` of the turn. Null for a note on a moment of the recording.")
    at: datetime | None = document_field(
        "The moment of the recording, on the same clock as Recording.startedAt: the difference is its offset in the file. Null "
        "for a note on a turn."
    )
    text: str = document_field("The note. At most 2,000 characters.")
    author: str = document_field("The name of the author at that time: of the member or the API key.")
    created_at: datetime = document_field("When the note was added.")

    @resolved_field()
    def id(self) -> strawberry.ID:
        """The id of the note, for deleteNote. Query.node does not accept it."""
        return strawberry.ID(encode_id(IdKind.NOTE, self.document.id))

    @resolved_field()
    def author_id(self) -> strawberry.ID | None:
        """The id of the author: of the member, or of the API key, also after it was rotated."""
        author_id = self.document.author_id
        return strawberry.ID(encode_person_id(author_id, is_member=self.document.author_is_member)) if author_id else None

    @resolved_field()
    def may_delete(self) -> bool:
        """Whether the caller may delete the note, as its author or as an administrator."""
        return may_delete(self.caller, self.document)

    @classmethod
    def of(cls, note: documents.InterviewNote, caller: Principal) -> "Note":
        """Build the note as this caller sees it."""
        return cls(document=note, caller=caller)
