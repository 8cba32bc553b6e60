"""The base of everything that this package exports as JSON."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from models.documents.interview import Interview
from models.documents.recording import Recording, RecordingKind


class ReportModel(BaseModel):
    """Immutable data whose JSON has camelCase names, as the GraphQL API has."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, validate_by_name=True)

    def to_json(self) -> str:
        """Return the data as JSON."""
        return self.model_dump_json(by_alias=True, indent=2)


class TimeOrigin(StrEnum):
    """The moment from which the times of an exported transcript count."""

    RECORDING = "RECORDING"
    INTERVIEW = "INTERVIEW"


def find_recording_start(recording: Recording | None) -> datetime | None:
    """Return the time of the first sample of the file that people play, or None without one. Video comes before audio."""
    if recording is None:
        return None
    files = (recording.get_file(kind) for kind in (RecordingKind.COMPOSITE, RecordingKind.AUDIO))
    return next((file.started_at for file in files if file and file.path and file.started_at), None)


def get_candidate_name(interview: Interview) -> str:
    """Return the candidate's name; empty after an erasure."""
    return interview.candidate.name if interview.candidate else ""
