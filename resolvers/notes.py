"""Notes of reviewers on a turn or on a moment of the recording."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from beanie import PydanticObjectId
from bson import ObjectId

from auth import Action, Principal, has_permission, require_permission
from errors import BadInput, Conflict
from lifecycle.services import Services
from models.documents.interview import Interview, InterviewNote
from models.documents.recording import RecordingFile, get_interview_recording
from models.reads.interview_row import InterviewRow
from models.storage.clock import now
from models.writes import notes
from resolvers.blind_review import is_blind_to
from resolvers.idempotency import idempotent
from resolvers.ids import IdKind, build_not_found, decode_id
from resolvers.input_text import clean_detail
from resolvers.interviews import load_interview


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRequest:
    """The input of Mutation.addNote."""

    interview_id: str
    text: str
    seq: int | None = None
    at: datetime | None = None
    idempotency_key: str | None = None


def list_visible_notes(principal: Principal, interview: Interview | InterviewRow) -> list[InterviewNote]:
    """Return the notes that the caller may see: only the caller's own while a blind review hides the interview's results."""
    is_blind = is_blind_to(principal, interview)
    return [note for note in interview.notes if not is_blind or is_author(principal, note)]


def is_author(principal: Principal, note: InterviewNote) -> bool:
    """Return whether the caller is the person who wrote the note."""
    return principal.caller_id is not None and note.author_id == principal.caller_id


def may_delete(principal: Principal, note: InterviewNote) -> bool:
    """Return whether the caller may delete the note."""
    return has_permission(principal, Action.WRITE_NOTE if is_author(principal, note) else Action.DELETE_ANY_NOTE)


async def add_note(services: Services, principal: Principal, request: NoteRequest) -> tuple[Interview, InterviewNote]:
    """Add a note, once for each idempotency key. Returns it with the changed interview.

    Raises NotFound, BadInput for an invalid text or moment, and Conflict if the transcript was erased or there are MAX_NOTES
    notes. A repeated call raises NotFound if the note was deleted since.
    """
    require_permission(principal, Action.WRITE_NOTE)
    interview = await load_interview(principal, request.interview_id)
    text = clean_detail(request.text, "text")
    await _validate_moment(interview, request)
    call = idempotent(services, principal, "addNote", request.idempotency_key, request)
    note = InterviewNote(
        id=PydanticObjectId(await call.claim(ObjectId())),
        seq=request.seq,
        at=request.at,
        text=text,
        author=principal.name,
        author_id=PydanticObjectId(principal.caller_id) if principal.caller_id else None,
        author_is_member=principal.member_id is not None,
        created_at=now(),
    )
    if changed := await notes.add_note(interview.id, note):
        await services.live.publish_change(changed)
        return changed, note
    current = await load_interview(principal, request.interview_id)
    if stored := next((each for each in current.notes if each.id == note.id), None):
        return current, stored
    if note.id in current.deleted_notes:
        raise build_not_found(IdKind.NOTE)
    if not current.has_transcript:
        raise Conflict("The transcript was erased: there is nothing left to write a note on.")
    raise Conflict(f"The interview has {notes.MAX_NOTES} notes already, and there is no space for another: delete one first.")


async def delete_note(
    services: Services, principal: Principal, interview_id: str, note_id: str, idempotency_key: str | None
) -> Interview:
    """Delete a note. One that was deleted already leaves the interview unchanged.

    Raises NotFound for an unknown note or one that the caller may not see, Forbidden for a note of another person unless the
    caller may delete any, and Conflict if the interview is under a legal hold.
    """
    require_permission(principal, Action.WRITE_NOTE)
    call = idempotent(services, principal, "deleteNote", idempotency_key, [interview_id, note_id])
    deleted_id = decode_id(IdKind.NOTE, note_id)
    await call.claim(deleted_id)
    interview = await load_interview(principal, interview_id)
    note = next((each for each in list_visible_notes(principal, interview) if each.id == deleted_id), None)
    if note is None and deleted_id not in interview.deleted_notes:
        raise build_not_found(IdKind.NOTE)
    if note is not None and not is_author(principal, note):
        require_permission(principal, Action.DELETE_ANY_NOTE)
    if changed := await notes.delete_note(interview.id, deleted_id):
        await services.live.publish_change(changed)
        return changed
    current = await load_interview(principal, interview_id)
    if any(each.id == deleted_id for each in current.notes):
        raise Conflict("The interview is under a legal hold: an administrator can release it.")
    return current


async def _validate_moment(interview: Interview, request: NoteRequest) -> None:
    if (request.seq is None) == (request.at is None):
        raise BadInput("A note is on a turn or on a moment of the recording: send either seq or at.", field="seq")
    if request.seq is not None and not 1 <= request.seq <= interview.last_seq:
        raise BadInput("seq is not the number of a turn: the query transcript lists them.", field="seq")
    if request.at is not None:
        recording = await get_interview_recording(interview.id)
        if not any(_contains(file, request.at) for file in (recording.files if recording else [])):
            raise BadInput("at is not a moment of the interview's recording: send seq to write a note on a turn.", field="at")


def _contains(file: RecordingFile, at: datetime) -> bool:
    """Return whether the moment is in the file, which has no length while the interview is being recorded."""
    if file.started_at is None:
        return False
    end = now() if file.duration_seconds is None else file.started_at + timedelta(seconds=file.duration_seconds)
    # clients compute the moment from a position in whole or rounded seconds
    return file.started_at - timedelta(seconds=1) <= at <= end + timedelta(seconds=1)
