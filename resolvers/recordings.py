"""Looking up recordings, and the links that play them."""

from bson import ObjectId

from auth import check_playback_token, issue_playback_token
from lifecycle.services import Services
from models.documents.interview import get_organization_interview
from models.documents.recording import Recording, RecordingFile, find_recording_with_file
from resolvers.ids import IdKind, build_not_found, decode_id, encode_id
from resolvers.organizations import require_open_organization
from settings import Settings


async def find_recording_file(organization_id: ObjectId, file_id: ObjectId) -> tuple[Recording, RecordingFile] | None:
    """Return the file and its recording if it belongs to the organization and its interview has not been erased."""
    found = await find_recording_with_file(file_id)
    return found if found and found[0].organization_id == organization_id and await _is_retained(found[0]) else None


def build_playback_url(services: Services, file: RecordingFile) -> str | None:
    """Return a link with which anybody can play the file for settings.recording.url_minutes, or None if it is not playable."""
    if file.path is None:
        return None
    settings = services.settings
    recording_id = encode_id(IdKind.RECORDING, file.id)
    token = issue_playback_token(recording_id, settings.recording.url_minutes, settings.auth)
    return f"{settings.api.public_url}/recordings/{recording_id}?token={token}"


async def authorize_playback(settings: Settings, recording_id: str, token: str) -> RecordingFile:
    """Return the file that a link plays.

    Raises Forbidden if its token is invalid or expired or the organization is closed, and NotFound after an erasure.
    """
    check_playback_token(token, recording_id, settings.auth)
    found = await find_recording_with_file(decode_id(IdKind.RECORDING, recording_id))
    if found is None:
        raise build_not_found(IdKind.RECORDING)
    recording, file = found
    await require_open_organization(recording.organization_id)
    if file.path is None or not await _is_retained(recording):
        raise build_not_found(IdKind.RECORDING)
    return file


async def _is_retained(recording: Recording) -> bool:
    interview = await get_organization_interview(recording.organization_id, recording.interview_id)
    return interview is not None and interview.erased_at is None
