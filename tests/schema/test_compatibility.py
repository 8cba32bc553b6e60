"""The schema against that of the last release: what breaks clients is refused, and deprecations have a date."""

from datetime import UTC, date, datetime

import pytest

from schema.build import print_sdl
from schema.compatibility import (
    list_breaking_changes,
    list_deprecations,
    list_invalid_deprecations,
    list_short_deprecations,
    parse_removal_date,
)
from tests.helpers import ROOT

RELEASED = """
type Query { turn(id: ID!, after: Int! = 0): Turn score: Float @deprecated(reason: "Use turn. To be removed after 2027-12-01.") }
type Turn { seq: Int! speaker: Speaker old: Latency @deprecated(reason: "Use seq. To be removed after 2027-12-01.") }
type Latency { stage: Stage }
type Stage { seconds: Int }
enum Speaker { CANDIDATE INTERVIEWER }
input Filter { first: Int! = 50 }
"""
BEFORE, ON_THE_DAY, AFTER = date(2027, 1, 1), date(2027, 12, 1), date(2027, 12, 2)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("seq: Int!", "", "Field Turn.seq was removed."),
        ("seq: Int!", "seq: Int", "Field Turn.seq changed type from Int! to Int."),
        ("seq: Int!", "seq: String!", "Field Turn.seq changed type from Int! to String!."),
        (" INTERVIEWER", "", "Enum value Speaker.INTERVIEWER was removed."),
        (", after: Int! = 0", "", "Argument Query.turn(after:) was removed."),
        ("id: ID!", "id: ID!, last: Int!", "A required argument Query.turn(last:) was added."),
        ("Int! = 0", "Int! = 1", "Query.turn(after:) has changed defaultValue from 0 to 1."),
        ("Int! = 50", "Int! = 20", "Filter.first has changed defaultValue from 50 to 20."),
        ("first: Int! = 50", "first: Int! = 50 last: Int!", "A required field Filter.last was added."),
        ("input Filter { first: Int! = 50 }", "", "Filter was removed."),
    ],
)
def test_breaking_change_is_found(old: str, new: str, sentence: str) -> None:
    assert old in RELEASED
    [found] = list_breaking_changes(RELEASED, RELEASED.replace(old, new), BEFORE)
    assert sentence.rstrip(".") in found


def test_additions_are_compatible() -> None:
    changed = RELEASED.replace("seq: Int!", "seq: Int! text: String").replace("CANDIDATE ", "CANDIDATE SYSTEM ")
    changed = changed.replace("id: ID!", "id: ID!, first: Int").replace("Int! = 50", "Int! = 50 last: Int")
    assert list_breaking_changes(RELEASED, changed, BEFORE) == []


def test_deprecated_field_may_be_removed_after_its_date_with_the_types_that_only_it_uses() -> None:
    lines = [line for line in RELEASED.splitlines() if not line.startswith(("type Latency", "type Stage"))]
    removed = "\n".join(line.split(" old: ")[0] + " }" if " old: " in line else line for line in lines)
    assert list_breaking_changes(RELEASED, removed, AFTER) == []
    for day in (BEFORE, ON_THE_DAY):
        assert len(list_breaking_changes(RELEASED, removed, day)) == 3


def test_deprecation_needs_a_remedy_and_a_date_that_does_not_become_earlier() -> None:
    assert list_invalid_deprecations(RELEASED, RELEASED) == []
    for reason in ("Use seq.", "To be removed after 2027-12-01.", "Use seq. To be removed after 2027-13-01."):
        [sentence] = list_invalid_deprecations(RELEASED, RELEASED.replace("Use seq. To be removed after 2027-12-01.", reason))
        assert sentence.startswith("Turn.old: write the reason")
    [sentence] = list_invalid_deprecations(
        RELEASED, RELEASED.replace("Use seq. To be removed after 2027-12", "Use seq. To be removed after 2027-11")
    )
    assert sentence == "Turn.old: its removal date may not become earlier than 2027-12-01, which was released."


def test_release_announces_a_deprecation_twelve_months_ahead() -> None:
    released = RELEASED.replace('@deprecated(reason: "Use turn. To be removed after 2027-12-01.")', "")
    assert list_short_deprecations(released, RELEASED, date(2026, 12, 1)) == []
    [sentence] = list_short_deprecations(released, RELEASED, date(2026, 12, 2))
    assert sentence == "Query.score: a deprecation released on 2026-12-02 may not be removed before 2027-12-02."
    assert list_short_deprecations(RELEASED, RELEASED, date(2027, 6, 1)) == [], "it was announced by an earlier release"


def test_deprecated_elements_are_found_wherever_they_are() -> None:
    sdl = """
    type Query { a(b: Int @deprecated(reason: "1")): E c: Int @deprecated(reason: "2") }
    enum E { F G @deprecated }
    input H { i: Int @deprecated(reason: "4") }
    interface J { k(l: Int @deprecated(reason: "5")): Int @deprecated(reason: "6") }
    """
    expected = {"Query.a(b:)", "Query.c", "E.G", "H.i", "J.k(l:)", "J.k"}
    assert {path for path, _ in list_deprecations(sdl)} == expected


def test_schema_keeps_the_promises_of_the_last_release() -> None:
    released, current = (ROOT / "released.graphql").read_text(encoding="utf-8"), print_sdl()
    assert list_breaking_changes(released, current, datetime.now(UTC).date()) == []
    assert list_invalid_deprecations(released, current) == []


def test_changelog_names_every_deprecation_with_its_date() -> None:
    lines = (ROOT / "docs" / "api-changelog.md").read_text(encoding="utf-8").splitlines()
    for path, reason in list_deprecations(print_sdl()):
        assert any(f"`{path}`" in line and f"| {parse_removal_date(reason)} |" in line for line in lines), path
