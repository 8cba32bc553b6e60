"""Imports go one way (docs/architecture.md). import-linter checks the packages; this one the single files too."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = [
    {"main"},
    {"cli"},
    {"api"},
    {"schema"},
    {"resolvers"},
    {"agent", "recording", "evaluation"},
    {"lifecycle"},
    {"live", "auth"},
    {"models", "logs", "engine"},
    {"settings", "errors"},
]
"""from the top; a module imports from lower layers only, or from its own package"""
LAYER_HEIGHT = {name: -place for place, layer in enumerate(LAYERS) for name in layer}
OUTSIDE_LAYERS = {"sandbox", "benchmarks"}
"""the first is started by the commands of main that are for trying things out, the second by people, and both by nothing else"""


def find_modules() -> dict[str, list[Path]]:
    """The files of each module and package at the root."""
    single = {path.stem: [path] for path in ROOT.glob("*.py")}
    folders = [path for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".") and path.name != "tests"]
    return {**single, **{folder.name: files for folder in folders if (files := sorted(folder.rglob("*.py")))}}


MODULES = find_modules()


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Top-level name and line of everything that a file imports, in functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import hides where it leads"
            yield (node.module or "").split(".")[0], node.lineno


def test_every_module_has_its_layer() -> None:
    assert MODULES.keys() - LAYER_HEIGHT.keys() - OUTSIDE_LAYERS == set(), "say in LAYERS where it belongs"
    assert LAYER_HEIGHT.keys() <= MODULES.keys()


@pytest.mark.parametrize("name", sorted(LAYER_HEIGHT))
def test_a_module_imports_from_lower_layers_only(name: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {imported}"
        for path in MODULES[name]
        for imported, line in imports_of(path)
        if imported in LAYER_HEIGHT and imported != name and LAYER_HEIGHT[imported] >= LAYER_HEIGHT[name]
    ]
    assert wrong == []


def test_only_main_starts_the_sandbox() -> None:
    importing = {
        name for name in LAYER_HEIGHT for path in MODULES[name] for imported, _ in imports_of(path) if imported in OUTSIDE_LAYERS
    }
    assert importing <= {"main"}


def test_nothing_of_ours_imports_its_tests() -> None:
    importing = [
        path
        for name, files in MODULES.items()
        for path in files
        for imported, _ in imports_of(path)
        if imported == "tests" and name not in OUTSIDE_LAYERS
    ]
    assert importing == []


def test_the_interviewers_package_loads_nothing_by_itself() -> None:
    assert (ROOT / "agent" / "__init__.py").read_text(encoding="utf-8") == "", "the API would load it"
