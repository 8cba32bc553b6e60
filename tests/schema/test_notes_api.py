"""Notes of reviewers through the API: who writes, reads and deletes them, and who never sees them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from lifecycle.states import erase_data
from models.documents.interview import ErasureScope, Interview, LegalHold
from models.documents.organization import Role
from models.documents.recording import RecordingFile
from models.storage.clock import now
from models.writes.notes import MAX_NOTES
from tests.factories import new_interview_note, new_recording, new_recording_file, reload_interview
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, GraphQLResponse, issue_token

TEXT = "Ask her about the second program."
NOTE = "id seq at text author authorId createdAt mayDelete"


@pytest.fixture
async def completed(tenant: Tenant) -> Interview:
    """An interview that has just ended, with one turn of the candidate."""
    return await tenant.make_completed_interview("I wrote COBOL.")


@pytest.fixture
async def recruiter(tenant: Tenant) -> str:
    return await issue_token(tenant, Role.RECRUITER)


async def add_note(api: ApiClient, token: str, interview: Interview, **fields: Any) -> GraphQLResponse:
    values = {"interviewId": global_id_of(interview), "text": TEXT, **fields}
    return await api.mutate("addNote", token, f"note {{ {NOTE} }} interview {{ notes {{ id }} }}", **values)


async def delete_note(api: ApiClient, token: str, interview: Interview, note_id: str) -> GraphQLResponse:
    values = {"interviewId": global_id_of(interview), "noteId": note_id}
    return await api.mutate("deleteNote", token, "interview { notes { id } }", **values)


async def list_notes(api: ApiClient, token: str, interview: Interview) -> list[dict[str, Any]] | None:
    query = f"query($id: ID!) {{ interview(id: $id) {{ notes {{ {NOTE} }} }} }}"
    notes: list[dict[str, Any]] | None = (await api.execute(query, token, id=global_id_of(interview)))["interview"]["notes"]
    return notes


async def record(interview: Interview, started_at: datetime, **values: Any) -> RecordingFile:
    file = new_recording_file(started_at=started_at, **values)
    await new_recording(interview, files=[file]).insert()
    return file


async def test_note_on_a_turn_or_a_moment_is_read_by_those_who_read_evaluations(
    api: ApiClient, tenant: Tenant, completed: Interview, recruiter: str
) -> None:
    started_at = now() - timedelta(minutes=5)
    await record(completed, started_at, duration_seconds=60.0)
    on_turn = (await add_note(api, recruiter, completed, seq=1, text=f" {TEXT}\n"))["addNote"]["note"]
    assert (on_turn["seq"], on_turn["at"], on_turn["text"]) == (1, None, TEXT)
    assert (on_turn["author"], on_turn["mayDelete"]) == ("a recruiter", True)
    at = (started_at + timedelta(seconds=42)).isoformat()
    on_moment = (await add_note(api, recruiter, completed, at=at))["addNote"]["note"]
    assert (on_moment["seq"], datetime.fromisoformat(on_moment["at"])) == (None, datetime.fromisoformat(at))
    assert await list_notes(api, recruiter, completed) == [on_turn, on_moment]
    program = await issue_token(tenant, Role.INTEGRATION)
    assert await list_notes(api, program, completed) == [{**note, "mayDelete": False} for note in (on_turn, on_moment)]


async def test_author_and_administrator_delete_a_note_and_nobody_else(
    api: ApiClient, tenant: Tenant, completed: Interview, recruiter: str
) -> None:
    colleague, admin = await issue_token(tenant, Role.RECRUITER), await issue_token(tenant, Role.ADMIN)
    first, second = [
        (await add_note(api, recruiter, completed, seq=1, idempotencyKey=key))["addNote"]["note"]["id"] for key in ("a", "b")
    ]
    assert [note["mayDelete"] for note in await list_notes(api, colleague, completed) or []] == [False, False]
    assert (await delete_note(api, colleague, completed, first)).codes == ["FORBIDDEN"]
    for token, deleted, remaining in ((recruiter, first, [{"id": second}]), (admin, second, [])):
        for _ in range(2):
            assert (await delete_note(api, token, completed, deleted))["deleteNote"]["interview"]["notes"] == remaining
    # a late repetition of the call that added it
    assert (await add_note(api, recruiter, completed, seq=1, idempotencyKey="a")).codes == ["NOT_FOUND"]
    assert (await reload_interview(completed)).notes == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "seq"),
        ({"seq": 1, "at": "2026-11-25T09:00:00Z"}, "seq"),
        ({"seq": 0}, "seq"),
        ({"seq": 2}, "seq"),
        ({"at": "2026-11-25T08:59:00Z"}, "at"),
        ({"at": "2026-11-25T09:02:00Z"}, "at"),
        ({"seq": 1, "text": " \n"}, "text"),
        ({"seq": 1, "text": "a" * 2_001}, "text"),
    ],
)
async def test_invalid_note_is_refused(
    api: ApiClient, completed: Interview, recruiter: str, fields: dict[str, Any], field: str
) -> None:
    await record(completed, datetime.fromisoformat("2026-11-25T09:00:00Z"), duration_seconds=60.0)
    refused = await add_note(api, recruiter, completed, **fields)
    assert (refused.codes, refused.error["extensions"]["field"]) == (["BAD_INPUT"], field)
    assert (await reload_interview(completed)).notes == []


async def test_full_list_takes_no_other_note(api: ApiClient, completed: Interview, recruiter: str) -> None:
    await completed.set({"notes": [new_interview_note() for _ in range(MAX_NOTES)]})
    refused = await add_note(api, recruiter, completed, seq=1)
    assert (refused.codes, f"{MAX_NOTES} notes" in refused.error["message"]) == (["CONFLICT"], True)


async def test_blind_reviewer_sees_and_deletes_own_notes_only(api: ApiClient, tenant: Tenant, recruiter: str) -> None:
    interview = await tenant.make_completed_interview(is_blind=True, notes=[other := new_interview_note()])
    admin = await issue_token(tenant, Role.ADMIN)
    own = (await add_note(api, recruiter, interview, seq=1))["addNote"]
    assert own["interview"]["notes"] == [{"id": own["note"]["id"]}]
    assert (await delete_note(api, admin, interview, f"nte_{other.id}")).codes == ["NOT_FOUND"]
    await tenant.make_evaluation(interview)
    await interview.set({"is_blind": False})
    assert [note["id"] for note in await list_notes(api, recruiter, interview) or []] == [f"nte_{other.id}", own["note"]["id"]]


async def test_notes_end_with_the_transcript_and_are_protected_by_a_legal_hold(
    api: ApiClient, tenant: Tenant, completed: Interview, recruiter: str
) -> None:
    note_id = (await add_note(api, recruiter, completed, seq=1))["addNote"]["note"]["id"]
    hold = LegalHold(reason="A dispute.", set_by="somebody", set_at=now())
    await completed.set({"legal_hold": hold})
    assert (await delete_note(api, recruiter, completed, note_id)).codes == ["CONFLICT"]
    await completed.set({"legal_hold": None})
    assert await erase_data(tenant.services, completed.id, ErasureScope.TRANSCRIPT)
    assert await list_notes(api, recruiter, completed) == []
    assert (await add_note(api, recruiter, completed, seq=1)).codes == ["BAD_INPUT"]
