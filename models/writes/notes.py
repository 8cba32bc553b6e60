"""Adding notes to interviews and deleting them."""

from typing import Any

from beanie.odm.utils.encoder import Encoder
from bson import ObjectId

from models.documents.interview import Interview, InterviewNote
from models.writes.interview_updates import HAS_TRANSCRIPT, update_interview

MAX_NOTES = 100
"""Notes that an interview can hold."""

_STORED_NOTES: dict[str, Any] = {"$ifNull": ["$notes", []]}
_DELETED_NOTES: dict[str, Any] = {"$ifNull": ["$deleted_notes", []]}


async def add_note(interview_id: ObjectId, note: InterviewNote) -> Interview | None:
    """Store the note once.

    Returns None if it is stored or was deleted already, the interview holds MAX_NOTES or has no such turn, or its transcript was
    erased.
    """
    return await update_interview(
        interview_id,
        {
            "notes.id": {"$ne": note.id},
            "deleted_notes": {"$ne": note.id},
            f"notes.{MAX_NOTES - 1}": {"$exists": False},
            "last_seq": {"$gte": note.seq or 0},
            **HAS_TRANSCRIPT,
        },
        {},
        {"notes": {"$concatArrays": [_STORED_NOTES, [{"$literal": Encoder().encode(note)}]]}},
    )


async def delete_note(interview_id: ObjectId, note_id: ObjectId) -> Interview | None:
    """Delete the note. Returns None if the interview has no such note, or is under a legal hold."""
    return await update_interview(
        interview_id,
        {"notes.id": note_id, "legal_hold": None},
        {},
        {
            "notes": {"$filter": {"input": _STORED_NOTES, "cond": {"$ne": ["$$this.id", note_id]}}},
            "deleted_notes": {"$slice": [{"$concatArrays": [_DELETED_NOTES, [note_id]]}, -MAX_NOTES]},
        },
    )
