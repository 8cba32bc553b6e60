from pathlib import Path

import pytest

from recording.storage import Store, open_store
from settings import Recording, Settings
from tests.lifecycle.conftest import told

__all__ = ["told"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where recordings lie."""
    return tmp_path / "recordings"


@pytest.fixture
def settings(settings: Settings, folder: Path) -> Settings:
    """Settings by which is recorded."""
    recording = settings.recording.model_copy(update={"store": str(folder)})
    return settings.model_copy(update={"recording": recording})


@pytest.fixture
def store(folder: Path) -> Store:
    opened = open_store(Recording(store=str(folder)))
    assert opened
    return opened
