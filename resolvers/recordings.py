"""Looking up recordings, and the links that play them."""

import re
from dataclasses import dataclass

from bson import ObjectId

from auth import check_playback_token, issue_playback_token
from lifecycle.services import Services
from models.documents.interview import Interview, get_organization_interview
from models.documents.recording import Recording, RecordingFile, RecordingKind, find_recording_with_file
from resolvers.ids import IdKind, build_not_found, decode_id, encode_id
from resolvers.organizations import require_open_organization
from settings import Settings

_UNSAFE_IN_FILE_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')
"""What file systems refuse, and marks of direction, which could make another ending appear."""
_MAX_FILE_NAME = 150
_ENDINGS = {"audio/ogg": ".ogg", "video/webm": ".webm"}
_VOICES = {RecordingKind.CANDIDATE_TRACK: "candidate only", RecordingKind.INTERVIEWER_TRACK: "interviewer only"}


@dataclass(frozen=True, slots=True)
class PlayableFile:
    """A recording's file, with the name under which people save it."""

    file: RecordingFile
    name: str


async def find_recording_file(organization_id: ObjectId, file_id: ObjectId) -> tuple[Recording, RecordingFile] | None:
    """Return the file and its recording if it belongs to the organization and its interview has not been erased."""
    found = await find_recording_with_file(file_id)
    if found is None or found[0].organization_id != organization_id:
        return None
    return found if await _find_retained_interview(found[0]) else None


def build_playback_url(services: Services, file: RecordingFile, *, download: bool = False) -> str | None:
    """Return a link with which anybody can play the file for settings.recording.url_minutes, or None if it is not playable.

    With `download`, a browser that opens the link saves the file.
    """
    if file.path is None:
        return None
    settings = services.settings
    recording_id = encode_id(IdKind.RECORDING, file.id)
    token = issue_playback_token(recording_id, settings.recording.url_minutes, settings.auth)
    return f"{settings.api.public_url}/recordings/{recording_id}?token={token}{'&download=true' if download else ''}"


async def authorize_playback(settings: Settings, recording_id: str, token: str) -> PlayableFile:
    """Return the file that a link plays.

    Raises Forbidden if its token is invalid or expired or the organization is closed, and NotFound after an erasure.
    """
    check_playback_token(token, recording_id, settings.auth)
    found = await find_recording_with_file(decode_id(IdKind.RECORDING, recording_id))
    if found is None:
        raise build_not_found(IdKind.RECORDING)
    recording, file = found
    await require_open_organization(recording.organization_id)
    interview = await _find_retained_interview(recording)
    if file.path is None or interview is None:
        raise build_not_found(IdKind.RECORDING)
    return PlayableFile(file, _build_file_name(interview, file))


async def _find_retained_interview(recording: Recording) -> Interview | None:
    interview = await get_organization_interview(recording.organization_id, recording.interview_id)
    return interview if interview is not None and interview.erased_at is None else None


def _build_file_name(interview: Interview, file: RecordingFile) -> str:
    """Return a name by which people recognize the file: who, for which position and when, and whose voice if it is only one."""
    candidate = interview.candidate.name if interview.candidate else ""
    day = f"{file.started_at or interview.created_at:%Y-%m-%d}"
    parts = [candidate, interview.position.title, day, _VOICES.get(file.kind, "")]
    stem = _UNSAFE_IN_FILE_NAMES.sub(" ", " - ".join(part for part in parts if part))
    ending = _ENDINGS.get(file.mime_type or "", "")
    return " ".join(stem.split())[:_MAX_FILE_NAME].strip(" .") + ending
