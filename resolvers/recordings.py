"""Recordings as they are read and played."""

from bson import ObjectId

from auth import check_playback, issue_playback
from lifecycle.services import Services
from models.interview import get_own_interview
from models.recording import File, Recording, find_file
from resolvers.ids import Kind, decode, encode, not_found
from settings import Settings


async def own_file(organization_id: ObjectId, file_id: ObjectId) -> File | None:
    """The file, if it is of the organization and its interview has not been erased."""
    found = await find_file(file_id)
    return found[1] if found and found[0].organization_id == organization_id and await _is_kept(found[0]) else None


def playback_url(services: Services, file: File) -> str | None:
    """A link that plays the file for settings.recording.url_minutes, to whoever has it; None while there is nothing to play."""
    if file.path is None:
        return None
    settings = services.settings
    recording_id = encode(Kind.RECORDING, ObjectId(file.id))
    token = issue_playback(recording_id, settings.recording.url_minutes, settings.auth)
    return f"{settings.api.public_url}/recordings/{recording_id}?token={token}"


async def open_playback(settings: Settings, recording_id: str, token: str) -> File:
    """The file behind a link. Raises Forbidden for one that is forged, expired or another's, NotFound once it has been erased."""
    check_playback(token, recording_id, settings.auth)
    found = await find_file(decode(Kind.RECORDING, recording_id))
    if found is None or found[1].path is None or not await _is_kept(found[0]):
        raise not_found(Kind.RECORDING)
    return found[1]


async def _is_kept(recording: Recording) -> bool:
    interview = await get_own_interview(ObjectId(recording.organization_id), ObjectId(recording.interview_id))
    return interview is not None and interview.erased_at is None
