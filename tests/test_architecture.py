"""The import rules of docs/architecture.md. import-linter checks packages; these tests also cover the modules at the root."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT

LAYERS = [
    {"main"},
    {"cli"},
    {"api"},
    {"schema", "webhooks"},
    {"resolvers"},
    {"agent", "recording", "evaluation"},
    {"lifecycle"},
    {"live", "auth"},
    {"models", "logs", "tracing", "engine", "receipts", "oidc"},
    {"settings", "errors", "text", "version"},
]
"""Layers from top to bottom. A module imports only from lower layers and from its own package."""
LAYER_HEIGHT = {name: -place for place, layer in enumerate(LAYERS) for name in layer}
OUTSIDE_LAYERS = {"sandbox", "benchmarks", "deploy"}
"""Packages that only the dev and demo commands (sandbox), people (benchmarks) or the image's health check (deploy) start."""


def find_modules() -> dict[str, list[Path]]:
    """Return the files of each module and package at the root, except tests and the clients, which are programs of others."""
    single = {path.stem: [path] for path in ROOT.glob("*.py")}
    others = {"tests", "clients"}
    folders = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".") and path.name not in others]
    return {**single, **{folder.name: files for folder in folders if (files := sorted(folder.rglob("*.py")))}}


MODULES = find_modules()


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the top-level name and the line of every import of a file, including imports inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: use an absolute import"
            yield (node.module or "").split(".")[0], node.lineno


def test_every_module_belongs_to_a_layer() -> None:
    assert MODULES.keys() - LAYER_HEIGHT.keys() - OUTSIDE_LAYERS == set(), "add it to LAYERS"
    assert LAYER_HEIGHT.keys() <= MODULES.keys()


@pytest.mark.parametrize("name", sorted(LAYER_HEIGHT))
def test_module_imports_only_from_lower_layers(name: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {imported}"
        for path in MODULES[name]
        for imported, line in imports_of(path)
        if imported in LAYER_HEIGHT and imported != name and LAYER_HEIGHT[imported] >= LAYER_HEIGHT[name]
    ]
    assert wrong == []


def test_only_the_dev_and_demo_commands_import_the_sandbox() -> None:
    importing = {
        path.relative_to(ROOT).as_posix()
        for name in LAYER_HEIGHT
        for path in MODULES[name]
        for imported, _ in imports_of(path)
        if imported in OUTSIDE_LAYERS
    }
    assert importing == {"cli/sandbox.py"}


def test_product_code_does_not_import_tests() -> None:
    importing = [
        path
        for name, files in MODULES.items()
        for path in files
        for imported, _ in imports_of(path)
        if imported == "tests" and name not in OUTSIDE_LAYERS
    ]
    assert importing == []


def test_importing_the_agent_package_loads_no_submodule() -> None:
    assert (ROOT / "agent" / "__init__.py").read_text(encoding="utf-8") == "", (
        "the API imports agent.phrases, and would load it, too"
    )
