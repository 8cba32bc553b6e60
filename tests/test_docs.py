"""The documentation agrees with the code: examples, settings, links, paths and licences."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import NoDeprecatedCustomRule, build_schema, parse, specified_rules, validate
from pydantic import BaseModel, SecretStr

from settings import Settings
from tests.helpers import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("clients/*/README.md")])
SCHEMA = build_schema((ROOT / "schema.graphql").read_text(encoding="utf-8"))

FENCED_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EMBEDDED_OPERATION = re.compile(r'(?:`|""")((?:query|mutation|subscription)\b.*?)(?:`|""")', re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SETTING_ROW = re.compile(r"^\| `([A-Z0-9_]+)` \| (?:`(.*?)`)? ?\|", re.MULTILINE)
SOURCE_PATH = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|tsx?|yaml|mod|txt|graphql))`")
REQUIREMENT = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[.*?\])?==\S+(?: ; (.*?))? \\$", re.MULTILINE)

GENERATED_PAGES = {ROOT / "benchmarks" / "RESULTS.md", ROOT / "tests" / "faults" / "RESULTS.md"}
"""Written by `make bench` and `make faults`; a fresh tree may not have them."""


def read_page(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def find_operations() -> Iterator[tuple[str, str]]:
    """Yield the page and text of each GraphQL operation in the documentation."""
    for page in PAGES:
        for language, block in FENCED_BLOCK.findall(read_page(page)):
            texts = [block] if language == "graphql" else EMBEDDED_OPERATION.findall(block)
            yield from ((page.name, text) for text in texts)


OPERATIONS = list(find_operations())


@pytest.mark.parametrize(("page", "text"), OPERATIONS, ids=[f"{page}-{index}" for index, (page, _) in enumerate(OPERATIONS)])
def test_graphql_example_is_valid(page: str, text: str) -> None:
    assert validate(SCHEMA, parse(text), [*specified_rules, NoDeprecatedCustomRule]) == []


def test_examples_of_the_api_guide_have_different_names() -> None:
    """Tools such as graphql-codegen, which tests/protocols runs on the examples, refuse others."""
    examples = [block for language, block in FENCED_BLOCK.findall(read_page(ROOT / "docs" / "api.md")) if language == "graphql"]
    names = [re.findall(r"^(?:query|mutation|subscription) (\w+)", example) for example in examples]
    assert [] not in names
    assert len({name for (name,) in names}) == len(names)


def test_examples_are_found_in_readme_and_api_guide() -> None:
    pages = [page for page, _ in OPERATIONS]
    assert pages.count("README.md") == 2
    assert pages.count("api.md") >= 9


def test_examples_of_the_clients_are_files_that_the_tests_run() -> None:
    examples = "".join(read_page(path) for path in sorted(ROOT.glob("clients/*/examples/*")) if path.is_file())
    section = read_page(ROOT / "docs" / "integrations.md").split("\n## Clients\n")[1].split("\n## ")[0]
    blocks = [block for _, block in FENCED_BLOCK.findall(section)]
    assert len(blocks) == 3
    assert [block for block in blocks if block not in examples] == []


def iterate_settings(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the environment name and the default of each setting, as the documentation writes them."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from iterate_settings(field.annotation, f"{prefix}{name}_".upper())
        else:
            yield f"{prefix}{name}".upper(), format_default(field.default)


def format_default(default: Any) -> str:
    if isinstance(default, SecretStr):
        return default.get_secret_value()
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default is None else str(default)


def test_configuration_page_lists_every_setting_with_its_default() -> None:
    rows = SETTING_ROW.findall(read_page(ROOT / "docs" / "configuration.md"))
    assert len(rows) == len(dict(rows)), "a setting is listed twice"
    assert dict(rows) == dict(iterate_settings())


def anchors_of(page: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = HEADING.findall(FENCED_BLOCK.sub("", read_page(page)))
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_of_page_lead_to_existing_files_and_headings(page: Path) -> None:
    broken = []
    for target in (first or second for first, second in LINK.findall(read_page(page))):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        if linked in GENERATED_PAGES:
            continue
        if not linked.exists() or (anchor and anchor not in anchors_of(linked)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "pinned.md"], ids=lambda page: page.name)
def test_source_paths_of_page_exist(page: Path) -> None:
    # pinned.md, where there is one, names files of other packages
    assert [path for path in SOURCE_PATH.findall(read_page(page)) if not (ROOT / path).exists()] == []


def test_every_decision_record_has_a_status_and_is_indexed() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("0*.md"))
    index = read_page(ROOT / "docs" / "adr" / "README.md")
    for record in records:
        number = int(record.name[:4])
        text = read_page(record)
        title = text.splitlines()[0].removeprefix(f"# {number}. ")
        status = re.search(r"^- Status: (\w+)$", text, re.MULTILINE)
        date = re.search(r"^- Date: (\S+)$", text, re.MULTILINE)
        assert status, record.name
        assert date, record.name
        assert f"| [{number}]({record.name}) | {title} | {status[1]} | {date[1]} |" in index
        assert {"Context", "Decision", "Consequences"} <= set(re.findall(r"^## (.+)$", text, re.MULTILINE)), record.name


def test_notice_lists_every_package_that_is_shipped() -> None:
    notice = set(re.findall(r"[\w@/.-]+", (ROOT / "NOTICE").read_text(encoding="utf-8").split("\n3. ")[0]))
    requirements = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    on_linux = [name for name, marker in REQUIREMENT.findall(requirements) if "emscripten" not in marker]
    assert len(on_linux) > 50
    assert [name for name in on_linux if name not in notice] == []


def test_readme_is_short_and_names_its_commands() -> None:
    lines = read_page(ROOT / "README.md").splitlines()
    assert len(lines) <= 90
    assert max(map(len, lines)) <= 100
    assert {"    make demo", "    make test"} <= set(lines)
