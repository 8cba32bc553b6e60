"""The files of a deployment agree with the code: commands, settings, ports, paths, and what the image contains."""

import asyncio
import importlib.util
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import AsyncMock, Mock

import aiohttp
import httpx2
import pytest
import typer.core
import typer.main
import yaml
from dotenv import dotenv_values
from starlette.applications import Starlette
from starlette.routing import Route
from typer.testing import CliRunner

import cli
from api.health import health_routes
from api.webhooks import webhook_routes
from cli.doctor import check_redis_protection
from lifecycle import livekit_worker
from lifecycle.worker_health import serve_health
from main import cli_app
from sandbox.livekit.build import required_version
from settings import ApiSettings, JobsSettings, Settings, VoiceSettings, WorkerSettings
from tests.helpers import ROOT
from tests.test_architecture import LAYERS
from tests.test_docs import iterate_settings
from version import read_version

DEPLOY = ROOT / "deploy"
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
RENDER = yaml.safe_load((DEPLOY / "render.yaml").read_text(encoding="utf-8"))
FLY = tomllib.loads((DEPLOY / "fly.toml").read_text(encoding="utf-8"))
KUBERNETES = [
    resource
    for path in sorted((DEPLOY / "k8s").glob("*.yaml"))
    for resource in yaml.safe_load_all(path.read_text(encoding="utf-8"))
    if "kind" in resource
]
SETTINGS = dict(iterate_settings())
PROCESSES = {"serve", "jobs", "agent", "recorder"}
OWN_SERVICES = {
    name: service
    for name, service in COMPOSE["services"].items()
    if "viva" in service["image"].casefold() and "env_file" in service and name != "migrate"
}
"""The services of Viva's processes."""
INTERPOLATION = re.compile(r"\$\{(\w+)(?::?[-?]([^}]*))?\}")
MAKE_TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
FREE_TEXT = re.compile(r"^#.*$", re.MULTILINE)


def list_commands() -> set[str]:
    """Return the commands of main.py."""
    group = typer.main.get_command(cli_app)
    assert isinstance(group, typer.core.TyperGroup)
    return set(group.commands)


def deployments() -> dict[str, dict[str, Any]]:
    """Return the Kubernetes deployments by name, without the patch that all of them share."""
    return {
        resource["metadata"]["name"]: resource
        for resource in KUBERNETES
        if resource["kind"] == "Deployment" and "selector" in resource["spec"]
    }


def container_of(deployment: dict[str, Any]) -> dict[str, Any]:
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert isinstance(container, dict)
    return container


def image_environment() -> dict[str, str]:
    """Return what the final stage of the Dockerfile sets."""
    final_stage = FREE_TEXT.sub("", DOCKERFILE.rsplit("\nFROM ", 1)[1]).replace("\\\n", " ")
    return dict(pair.split("=", 1) for line in re.findall(r"^ENV (.+)$", final_stage, re.MULTILINE) for pair in line.split())


def process_commands() -> Iterator[tuple[str, str]]:
    """Yield each file that starts processes of Viva, with the command that it runs."""
    (command,) = re.findall(r'^CMD \["viva", "(\w+)"\]$', DOCKERFILE, re.MULTILINE)
    yield "Dockerfile", command
    for service in OWN_SERVICES.values():
        executable, command = service["command"]
        assert executable == "viva"
        yield "compose.yaml", command
    for deployment in deployments().values():
        executable, command = container_of(deployment)["command"]
        assert executable == "viva"
        yield "k8s", command
    for service in RENDER["services"]:
        if "dockerCommand" in service:
            yield "render.yaml", service["dockerCommand"].removeprefix("viva ")
    for line in FLY["processes"].values():
        yield "fly.toml", line.removeprefix("viva ")
    for command in re.findall(r"^(?!release:).*main\.py (\w+)$", (ROOT / "Procfile").read_text(encoding="utf-8"), re.MULTILINE):
        yield "Procfile", command


def test_every_deployment_migrates_the_database_before_its_processes_start() -> None:
    assert "migrate" in list_commands()
    migrate = COMPOSE["services"]["migrate"]
    assert (migrate["command"], migrate["restart"]) == (["viva", "migrate"], "no")
    assert {service["depends_on"]["migrate"]["condition"] for service in OWN_SERVICES.values()} == {
        "service_completed_successfully"
    }
    (patch,) = (item for item in KUBERNETES if item["kind"] == "Deployment" and "selector" not in item["spec"])
    pod = patch["spec"]["template"]["spec"]
    (prepare,) = pod["initContainers"]
    assert prepare["command"] == ["viva", "migrate"]
    # it runs with what the process has
    assert {name: prepare[name] for name in ("image", "envFrom", "securityContext", "volumeMounts")} == {
        name: container_of(patch)[name] for name in ("image", "envFrom", "securityContext", "volumeMounts")
    }
    assert RENDER["services"][0]["preDeployCommand"] == FLY["deploy"]["release_command"] == "viva migrate"
    assert "release: python main.py migrate\n" in (ROOT / "Procfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["compose.yaml", "k8s", "render.yaml", "fly.toml", "Procfile"])
def test_file_starts_every_process(name: str) -> None:
    assert {command for file, command in process_commands() if file == name} == PROCESSES


def test_every_process_is_a_command_of_main() -> None:
    assert {command for _, command in process_commands()} == PROCESSES
    assert list_commands() >= PROCESSES


def environments() -> dict[str, dict[str, str | None]]:
    """Return the environment of Viva's processes by the file that sets it."""
    group = next(group for group in RENDER["envVarGroups"] if group["name"] == "viva")
    render = {entry["key"]: entry.get("value") for entry in group["envVars"]}
    return {
        "Dockerfile": {**image_environment()},
        "compose.yaml": {name: value for service in OWN_SERVICES.values() for name, value in service["environment"].items()},
        "env.example": dotenv_values(DEPLOY / "env.example", interpolate=False),
        "viva.env": dotenv_values(DEPLOY / "k8s" / "viva.env"),
        "secrets.env.example": dotenv_values(DEPLOY / "k8s" / "secrets.env.example"),
        "render.yaml": {**render, **{entry["key"]: None for entry in RENDER["services"][0]["envVars"] if "key" in entry}},
        "fly.toml": FLY["env"],
        "Procfile": dict.fromkeys(re.findall(r"([A-Z_]+)=", (ROOT / "Procfile").read_text(encoding="utf-8"))),
    }


ALLOWED_OTHERS = {
    "Dockerfile": {"PATH", "HOME", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"},
    # what only compose.yaml reads
    "env.example": {"DOMAIN", "COMPOSE_PROFILES", "USE_EXTERNAL_IP", "MONGODB_PASSWORD", "REDIS_PASSWORD"},
}


@pytest.mark.parametrize("name", list(environments()))
def test_environment_names_settings_only(name: str) -> None:
    environment = environments()[name]
    assert environment
    assert set(environment) - set(SETTINGS) == ALLOWED_OTHERS.get(name, set())


def test_variables_of_the_compose_file_are_in_its_example() -> None:
    text = FREE_TEXT.sub("", (DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    optional = {"VIVA_IMAGE", "REVISION"}
    used = {name for name, _ in INTERPOLATION.findall(text.replace("$$", ""))}
    assert used - set(environments()["env.example"]) == optional
    assert ALLOWED_OTHERS["env.example"] - {"COMPOSE_PROFILES"} <= used


@pytest.fixture
def generated_environment(tmp_path: Path) -> dict[str, str]:
    """Return what `sh deploy/init.sh` writes."""
    for name in ("init.sh", "env.example"):
        shutil.copy(DEPLOY / name, tmp_path)
    subprocess.run(["sh", "init.sh"], cwd=tmp_path, check=True, capture_output=True)
    again = subprocess.run(["sh", "init.sh"], cwd=tmp_path, check=False, capture_output=True, text=True)
    assert (again.returncode, "exists already" in again.stderr) == (1, True)
    assert (tmp_path / ".env").stat().st_mode & 0o077 == 0
    return {name: value or "" for name, value in dotenv_values(tmp_path / ".env").items()}


def test_init_replaces_each_placeholder_by_another_secret(generated_environment: dict[str, str]) -> None:
    names = [name for name, value in environments()["env.example"].items() if value == "GENERATE"]
    secrets = {generated_environment[name] for name in names}
    assert {"AUTH_SECRET", "MONGODB_PASSWORD", "REDIS_PASSWORD", "LIVEKIT_API_SECRET"} <= set(names)
    assert len(secrets) == len(names)
    assert all(re.fullmatch(r"[0-9a-f]{64}", secret) for secret in secrets)


def interpolate(text: str, environment: dict[str, str]) -> str:
    """Replace variables as Compose does."""
    return INTERPOLATION.sub(lambda match: environment.get(match[1], match[2] or ""), text).replace("$$", "$")


def read_settings_from(environment: dict[str, str | None], monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        if value is not None and name in SETTINGS:
            monkeypatch.setenv(name, value)
    return Settings(_env_file=None)


def test_compose_gives_each_process_valid_settings(
    generated_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for service in OWN_SERVICES.values():
        own = {name: interpolate(value, generated_environment) for name, value in service["environment"].items()}
        settings = read_settings_from({**image_environment(), **generated_environment, **own}, monkeypatch)
        assert settings.auth.list_secrets()
        assert settings.api.public_url == "https://localhost"
        assert settings.livekit.public_url == "wss://localhost"
        assert f":{generated_environment['REDIS_PASSWORD']}@/run/valkey/valkey.sock" in settings.redis.url
        assert check_redis_protection(settings.redis).is_ok
        assert f":{generated_environment['MONGODB_PASSWORD']}@mongodb:27017" in settings.mongodb.url
        # Caddy is the only proxy, and its network the only trusted one
        (subnet,) = COMPOSE["networks"]["edge"]["ipam"]["config"]
        assert [str(network) for network in settings.api.trusted_proxies] == [subnet["subnet"]]


@pytest.mark.parametrize("names", [("viva.env", "secrets.env.example"), ("fly.toml",), ("render.yaml",)], ids=str)
def test_example_environment_is_valid(names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    merged = {name: value for file in names for name, value in environments()[file].items()}
    settings = read_settings_from({**image_environment(), **merged}, monkeypatch)
    assert settings.api.trusted_proxies
    assert settings.api.host == settings.worker.host == "0.0.0.0"


def test_ports_are_those_that_the_processes_listen_on(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = image_environment()
    api, worker = ApiSettings().port, int(environment["WORKER_HEALTH_PORT"])
    assert "API_PORT" not in environment
    assert re.findall(r"^EXPOSE (\d+)$", DOCKERFILE, re.MULTILINE) == [str(api)]
    assert f"reverse_proxy api:{api}\n" in (DEPLOY / "Caddyfile").read_text(encoding="utf-8")
    assert (FLY["http_service"]["internal_port"], FLY["checks"]["worker"]["port"]) == (api, worker)
    metrics = read_settings_from(environments()["viva.env"], monkeypatch).worker.metrics_port
    ports = {
        name: {port["name"]: port["containerPort"] for port in container_of(deployment)["ports"]}
        for name, deployment in deployments().items()
    }
    assert ports == {
        "api": {"http": api},
        **{name: {"health": worker, "metrics": metrics} for name in ("jobs", "agent", "recorder")},
    }
    annotated = {
        name: deployment["spec"]["template"]["metadata"]["annotations"]["prometheus.io/port"]
        for name, deployment in deployments().items()
    }
    assert annotated == {name: str(api if name == "api" else metrics) for name in ports}


def paths_of(routes: list[Any]) -> set[str]:
    return {route.path for route in routes if isinstance(route, Route)}


def test_probed_paths_are_served() -> None:
    served = paths_of(health_routes())
    probes = ("startupProbe", "livenessProbe", "readinessProbe")
    for name, deployment in deployments().items():
        container = container_of(deployment)
        probed = {container[probe]["httpGet"]["path"] for probe in probes if probe in container}
        assert {"startupProbe", "livenessProbe"} <= container.keys()
        # LiveKit's workers answer at /, and so does lifecycle/worker_health.py
        assert probed == ({"/healthz", "/readyz"} if name == "api" else {"/"})
        assert name != "api" or probed <= served
    assert {RENDER["services"][0]["healthCheckPath"], *(check["path"] for check in FLY["http_service"]["checks"])} <= served


def test_livekit_is_the_supported_version_and_sends_its_webhooks_to_the_api(generated_environment: dict[str, str]) -> None:
    livekit = COMPOSE["services"]["livekit"]
    assert livekit["image"] == f"livekit/livekit-server:v{required_version()}"
    config = yaml.safe_load(interpolate(livekit["environment"]["LIVEKIT_CONFIG"], generated_environment))
    (path,) = paths_of(webhook_routes())
    assert config["webhook"] == {"api_key": "viva", "urls": [f"http://api:{ApiSettings().port}{path}"]}
    assert config["keys"] == {"viva": generated_environment["LIVEKIT_API_SECRET"]}
    assert generated_environment["LIVEKIT_URL"] == f"ws://livekit:{config['port']}"
    published = [port.split(":")[1] for port in livekit["ports"]]
    assert published == [f"{config['rtc']['tcp_port']}/tcp", f"{config['rtc']['udp_port']}/udp"]
    assert f"reverse_proxy livekit:{config['port']}\n" in (DEPLOY / "Caddyfile").read_text(encoding="utf-8")


def test_replica_set_that_is_initiated_is_the_one_that_clients_name() -> None:
    mongodb = COMPOSE["services"]["mongodb"]
    (name,) = re.findall(r"--replSet (\w+)", mongodb["command"][0])
    assert f"_id: '{name}'" in mongodb["healthcheck"]["test"][1]
    assert f"replicaSet={name}&" in COMPOSE["x-viva"]["environment"]["MONGODB_URL"]


def seconds(duration: str) -> int:
    """Return the seconds of a duration such as 20s or 31m."""
    return int(duration[:-1]) * {"s": 1, "m": 60}[duration[-1]]


def test_processes_have_more_time_to_stop_than_they_take(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = {"api": ApiSettings().drain_seconds, "jobs": JobsSettings().drain_seconds}
    kubernetes = {
        **defaults,
        **dict.fromkeys(("agent", "recorder"), float(environments()["viva.env"]["VOICE_DRAIN_SECONDS"] or 0)),
    }
    for name, deployment in deployments().items():
        pause = container_of(deployment).get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
        assert deployment["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > kubernetes[name] + pause
    for name, service in OWN_SERVICES.items():
        drain = float(service["environment"].get("VOICE_DRAIN_SECONDS", 0)) or defaults[name]
        assert seconds(service["stop_grace_period"]) > drain
    render = environments()["render.yaml"]
    for service in RENDER["services"]:
        if "dockerCommand" in service:
            voice = service["name"] in ("viva-agent", "viva-recorder")
            assert service["maxShutdownDelaySeconds"] > (float(render["VOICE_DRAIN_SECONDS"] or 0) if voice else 10)
    assert seconds(FLY["kill_timeout"]) > int(FLY["env"]["VOICE_DRAIN_SECONDS"])


def test_image_contains_the_product_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    included = {line[1:] for line in lines if line.startswith("!")}
    modules = {name for layer in LAYERS for name in layer}
    packages = {name for name in modules if (ROOT / name).is_dir()}
    others = {"*.py", "pyproject.toml", "requirements.txt", "LICENSE", "NOTICE", "deploy/image", "positions", "web"}
    others.add("clients/python/viva_client")  # `main.py mcp` calls the API with it
    assert included == packages | others
    assert {path.stem for path in ROOT.glob("*.py")} == modules - packages, "*.py would put it into the image"
    assert "--require-hashes --requirement /build/requirements.txt" in DOCKERFILE
    assert "requirements-dev" not in DOCKERFILE


def test_image_has_the_system_packages_that_pdf_files_need() -> None:
    final_stage = set(DOCKERFILE.rsplit("\nFROM ", 1)[1].split())
    for path in ("Makefile", "docs/operations.md"):
        text = (ROOT / path).read_text(encoding="utf-8").replace("\\\n", " ")
        (packages,) = re.findall(r"--no-install-recommends (libpango[\w.\s-]+)", text)
        assert set(packages.split()) <= final_stage, path


def test_processes_run_without_privileges_on_a_read_only_root() -> None:
    (user,) = re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)
    assert f"--uid {user} " in DOCKERFILE
    for service in OWN_SERVICES.values():
        assert (service["read_only"], service["cap_drop"], service["tmpfs"]) == (True, ["ALL"], ["/tmp"])
        assert service["security_opt"] == ["no-new-privileges:true"]
    (patch,) = (item for item in KUBERNETES if item["kind"] == "Deployment" and "selector" not in item["spec"])
    (kustomization,) = (item for item in KUBERNETES if item["kind"] == "Kustomization")
    assert kustomization["patches"] == [{"path": "pods.yaml", "target": {"kind": "Deployment"}}]
    pod = patch["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == int(user)
    assert {container_of(item)["name"] for item in (patch, *deployments().values())} == {"viva"}, "the patch merges by name"
    assert container_of(patch)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_kubernetes_has_limits_budgets_and_autoscaling_for_each_process() -> None:
    by_kind = {kind: [item for item in KUBERNETES if item["kind"] == kind] for kind in {item["kind"] for item in KUBERNETES}}
    names = set(deployments())
    assert {item["spec"]["selector"]["matchLabels"]["app.kubernetes.io/name"] for item in by_kind["PodDisruptionBudget"]} == names
    assert {item["spec"]["scaleTargetRef"]["name"] for item in by_kind["HorizontalPodAutoscaler"]} == names
    for deployment in deployments().values():
        assert {"requests", "limits"} == container_of(deployment)["resources"].keys()
    listed = {path.name for path in (DEPLOY / "k8s").glob("*.yaml")} - {
        "kustomization.yaml",
        "pods.yaml",
        "prometheus-adapter.yaml",
    }
    assert set(by_kind["Kustomization"][0]["resources"]) == listed


def test_agents_scale_by_a_metric_that_they_serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(livekit_worker.METRICS_FOLDER_VARIABLE, str(tmp_path))
    page = livekit_worker.collect_worker_metrics(Mock(active_jobs=["an interview", "another"])).decode()
    served = dict(re.findall(r"^(\w+) ([\d.]+)$", page, re.MULTILINE))
    autoscaler = next(
        item for item in KUBERNETES if item["kind"] == "HorizontalPodAutoscaler" and item["metadata"]["name"] == "agent"
    )
    (metric,) = autoscaler["spec"]["metrics"]
    name = metric["pods"]["metric"]["name"]
    assert served[name] == "2.0"
    assert float(metric["pods"]["target"]["averageValue"]) < VoiceSettings().jobs
    assert name in (DEPLOY / "k8s" / "prometheus-adapter.yaml").read_text(encoding="utf-8")


def test_workflows_run_targets_of_the_makefile() -> None:
    targets = set(MAKE_TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    workflows = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / ".github" / "workflows").glob("*.yml")]
    steps = [step for workflow in workflows for job in workflow["jobs"].values() for step in job["steps"]]
    used = {target for step in steps for target in re.findall(r"\bmake (?:--silent )?([a-z-]+)", step.get("run", ""))}
    assert {"check", "test", "audit", "image", "smoke", "lint-deploy", "sbom", "release-notes", "schema-diff"} <= used
    assert used <= targets


def load_script(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_release_notes_are_the_changelogs_section_of_the_released_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = load_script(ROOT / ".ci" / "release_notes.py")
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.4.0"\n')
    changelog = (
        "# Changelog\n\n## [Unreleased]\n\n## [1.4.0] - 2027-01-02\n\n### Added\n\n- A thing.\n\n## [1.3.0] - 2026-12-01\n"
    )
    (tmp_path / "CHANGELOG.md").write_text(changelog)
    assert script.main("1.4.0", tmp_path) == 0
    assert capsys.readouterr().out == "### Added\n\n- A thing.\n"
    assert script.main("1.5.0", tmp_path) == 1
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.5.0"\n')
    assert script.main("1.5.0", tmp_path) == 1
    assert "CHANGELOG.md has no section [1.5.0]" in capsys.readouterr().err


def test_version_names_the_commit_of_an_image(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    release = read_version(tmp_path)
    assert re.fullmatch(r"\d+\.\d+\.\d+", release)
    (tmp_path / "REVISION").write_text("0123456789abcdef0123456789abcdef01234567")
    assert read_version(tmp_path) == f"{release}+0123456789ab"


def test_sandbox_commands_say_that_the_image_has_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cli.sandbox", None)
    monkeypatch.delattr(cli, "sandbox", raising=False)
    result = CliRunner().invoke(cli_app, ["demo", "--typed"])
    assert (result.exit_code, "not part of this installation" in result.stderr) == (2, True)


async def test_health_check_names_the_version() -> None:
    transport = httpx2.ASGITransport(Starlette(routes=health_routes()))
    async with httpx2.AsyncClient(transport=transport, base_url="http://viva") as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive", "version": read_version()})


def test_version_option_prints_the_version() -> None:
    assert CliRunner().invoke(cli_app, ["--version"]).stdout == f"Viva {read_version()}\n"


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.mark.parametrize(("health_port", "expected"), [(0, ("127.0.0.1", 0)), (8081, ("0.0.0.0", 8081))])
def test_voice_worker_is_reachable_for_probes_only_where_they_are_enabled(
    health_port: int, expected: tuple[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Mock()
    monkeypatch.setattr(livekit_worker, "AgentServer", server)
    worker = WorkerSettings(host="0.0.0.0", health_port=health_port)
    settings = Settings(_env_file=None).model_copy(update={"worker": worker})
    livekit_worker.create_livekit_worker(settings, "interviewer", AsyncMock(__module__="agent"), service="viva-agent")
    options = server.call_args.kwargs
    assert (options["host"], options["port"]) == expected


async def test_image_is_healthy_while_its_worker_answers(free_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    script = load_script(DEPLOY / "image" / "healthcheck.py")
    monkeypatch.setattr(script, "API_PORT", "1")
    monkeypatch.setattr(script, "WORKER_PORT", str(free_port))
    assert not await asyncio.to_thread(script.is_alive)
    async with serve_health(WorkerSettings(health_port=free_port)):
        assert await asyncio.to_thread(script.is_alive)
        async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{free_port}/") as response:
            assert await response.json() == {"status": "alive", "version": read_version()}
    assert not await asyncio.to_thread(script.is_alive)
