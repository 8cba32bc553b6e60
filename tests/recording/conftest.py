from pathlib import Path

import pytest

from recording.storage import RecordingStore, open_store
from settings import RecordingSettings, Settings
from tests.lifecycle.conftest import redis_probe

__all__ = ["redis_probe"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the recording store."""
    return tmp_path / "recordings"


@pytest.fixture
def settings(settings: Settings, folder: Path) -> Settings:
    """Settings with a recording store."""
    recording = settings.recording.model_copy(update={"store": str(folder)})
    return settings.model_copy(update={"recording": recording})


@pytest.fixture
def store(folder: Path) -> RecordingStore:
    opened = open_store(RecordingSettings(store=str(folder)))
    assert opened
    return opened
