"""Imports of candidates from a CSV file."""

from datetime import datetime

import strawberry

from auth import Principal
from resolvers import candidate_import
from resolvers.candidate_credentials import find_invite_link
from schema.context import Info
from schema.decorators import document_field, object_type, resolved_field
from schema.types.enums import CandidateImportOutcome, Channel, ErrorCode
from schema.types.interview_edge import InterviewEdge, load_interview_edge
from schema.types.invite import Invite


@object_type
class CandidateImportProblem:
    """Something that is wrong with a row."""

    column: str | None = strawberry.field(
        description="The title of the column, as in the file. Null if the problem is with the row as a whole."
    )
    code: ErrorCode = strawberry.field(
        description="BAD_INPUT for a value that is not valid, CONFLICT for one that contradicts another row or what is stored, "
        "RATE_LIMITED for a row that is POSTPONED."
    )
    message: str = strawberry.field(description="What is wrong, and what to do about it.")


@object_type
class CandidateImportRow:
    """A row of the file. Text that is not valid is returned as it is, cut to 200 characters."""

    document: strawberry.Private[candidate_import.ImportRow]
    caller: strawberry.Private[Principal]
    line: int = document_field("The line of the file on which the row begins, from 1.")
    candidate_name: str = document_field("The candidate's name.")
    external_id: str | None = document_field("The external id. Null if the row has none.")
    position_key: str | None = document_field("The key of the position. Null if neither the row nor the input names one.")
    position_title: str | None = document_field("The title of the position. Null if there is no such position.")
    scheduled_for: datetime | None = document_field("The agreed time. Null if the row has none, or none that can be understood.")
    language: str | None = document_field(
        "The language of the interview, by default that of the position. Null if there is no such position."
    )
    channel: Channel | None = document_field("The channel. Null if the row names an unknown one.")
    outcome: CandidateImportOutcome = document_field("What becomes of the row.")

    @resolved_field()
    def faults(self) -> list[CandidateImportProblem]:
        """Why nothing is imported of the row. Empty unless `outcome` is INVALID or POSTPONED."""
        return [CandidateImportProblem(column=each.column, code=each.code, message=each.message) for each in self.document.faults]

    @resolved_field()
    def warnings(self) -> list[CandidateImportProblem]:
        """What to look at before importing the row, such as another row with the same candidate."""
        return [
            CandidateImportProblem(column=each.column, code=each.code, message=each.message) for each in self.document.warnings
        ]

    @resolved_field()
    async def interview(self, info: Info) -> InterviewEdge | None:
        """The row's interview. Null unless `outcome` is CREATED or EXISTING."""
        interview_id = self.document.interview_id
        return await load_interview_edge(info, interview_id, self.caller) if interview_id else None

    @resolved_field()
    async def invite(self, info: Info) -> Invite | None:
        """The link to send to the candidate. Null without an interview, and if the link opens nothing any more."""
        interview_id = self.document.interview_id
        interview = await info.context.loaders.interviews.load(interview_id) if interview_id else None
        link = find_invite_link(info.context.services, interview) if interview else None
        return Invite.of(link, interview) if link and interview else None


@object_type
class CandidateImport:
    """A CSV file of candidates, row by row."""

    rows: list[CandidateImportRow] = strawberry.field(description="The rows, in the order of the file.")
    ignored_columns: list[str] = strawberry.field(description="The titles of the columns that are not imported.")

    @classmethod
    def of(cls, found: candidate_import.CandidateImport, caller: Principal) -> "CandidateImport":
        """Build the import as its caller may read it."""
        rows = [CandidateImportRow(document=row, caller=caller) for row in found.rows]
        return cls(rows=rows, ignored_columns=list(found.ignored_columns))
