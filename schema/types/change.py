"""The change feed."""

from datetime import datetime

import strawberry

from auth import Action, Principal
from models.documents import change as documents
from resolvers.blind_review import show_evaluation
from resolvers.changes import VisibleChanges, encode_change_cursor
from resolvers.ids import IdKind, encode_id
from schema.context import Info
from schema.decorators import object_type, resolved_field
from schema.types.connection import Edge, PageInfo
from schema.types.enums import ChangeKind
from schema.types.evaluation import Evaluation
from schema.types.interview import Interview


@object_type
class Change:
    """A change of an interview, or of something that belongs to it.

    It says what changed, not how: `interview` and `evaluation` are read now, and may include later
    changes, each of which the feed has as well. Turns alone are no changes: Subscription.turnAdded has
    them.
    """

    document: strawberry.Private[documents.Change]
    caller: strawberry.Private[Principal]
    cursor: str = strawberry.field(
        description="Pass it as `after` to continue after this change. It identifies the change, and is valid for 30 days."
    )
    kind: ChangeKind = strawberry.field(description="What changed.")
    interview_id: strawberry.ID = strawberry.field(description="The id of the interview.")
    evaluation_id: strawberry.ID | None = strawberry.field(
        description="The id of the evaluation for EVALUATION and REVIEW. Null for other kinds."
    )
    changed_at: datetime = strawberry.field(description="When the database committed the change.")

    @resolved_field()
    async def interview(self, info: Info) -> Interview | None:
        """The interview as it is now. It remains, without personal data, after an erasure."""
        found = await info.context.loaders.interviews.load(self.document.interview_id)
        return Interview.of(found, self.caller) if found else None

    @resolved_field(guard=Action.READ_EVALUATION)
    async def evaluation(self, info: Info) -> Evaluation | None:
        """The evaluation as it is now, for EVALUATION and REVIEW.

        Null for other kinds, once it is erased, and if the candidate has withdrawn the consent.
        FORBIDDEN for VIEWER and CANDIDATE.
        """
        if self.kind not in _KINDS_OF_EVALUATIONS:
            return None
        loaders = info.context.loaders
        interview = await loaders.interviews.load(self.document.interview_id)
        if interview is None or not interview.has_transcript or interview.is_consent_withdrawn:
            return None
        versions = await loaders.evaluations.load(interview.id)
        found = next((version for version in versions if version.id == self.document.object_id), None)
        return Evaluation.of(show_evaluation(self.caller, interview, found)) if found else None

    @classmethod
    def of(cls, document: documents.Change, caller: Principal) -> "Change":
        """Build the change as this caller sees it."""
        is_evaluation = document.kind in _KINDS_OF_EVALUATIONS
        return cls(
            document=document,
            caller=caller,
            cursor=encode_change_cursor(document),
            kind=document.kind,
            interview_id=strawberry.ID(encode_id(IdKind.INTERVIEW, document.interview_id)),
            evaluation_id=strawberry.ID(encode_id(IdKind.EVALUATION, document.object_id)) if is_evaluation else None,
            changed_at=document.changed_at,
        )


_KINDS_OF_EVALUATIONS = (documents.ChangeKind.EVALUATION, documents.ChangeKind.REVIEW)


@object_type
class ChangeConnection:
    """One page of the change feed, oldest change first, as specified by Relay's cursor connections."""

    visible: strawberry.Private[VisibleChanges]
    items: strawberry.Private[list[Change]]
    next_cursor: str = strawberry.field(
        description="Pass it as `after` in the next request, also if this page is empty. It covers changes that the caller's "
        "role may not see as well."
    )
    latest_cursor: str = strawberry.field(
        description="The cursor after the newest change. Request it before you read the lists, then follow the feed from there."
    )

    @resolved_field()
    def edges(self) -> list[Edge[Change]]:
        """The changes of the page with their cursors."""
        return [Edge(cursor=change.cursor, node=change) for change in self.items]

    @resolved_field()
    def nodes(self) -> list[Change]:
        """The changes of the page without their cursors."""
        return self.items

    @resolved_field()
    def page_info(self) -> PageInfo:
        """The position of the page within the feed."""
        return PageInfo(
            has_next_page=self.visible.page.has_more,
            has_previous_page=self.visible.after is not None,
            start_cursor=self.items[0].cursor if self.items else None,
            end_cursor=self.items[-1].cursor if self.items else None,
        )

    @classmethod
    def of(cls, visible: VisibleChanges, caller: Principal) -> "ChangeConnection":
        """Build the connection of a page."""
        items = [Change.of(document, caller) for document in visible.page.changes]
        return cls(visible=visible, items=items, next_cursor=visible.next_cursor, latest_cursor=visible.latest_cursor)
