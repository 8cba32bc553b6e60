"""Imports of candidates: every fault of a row is found, and each row makes one interview, however often it is imported."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from errors import BadInput, Conflict, ErrorCode, RateLimited
from lifecycle.services import Services
from models.documents.idempotency_claim import IdempotencyClaim
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import Channel
from models.writes import interview_transitions
from resolvers import starting
from resolvers.candidate_import import (
    CONCURRENT_ROWS,
    CandidateImport,
    CandidateImportOutcome,
    ImportRequest,
    check_candidate_import,
    import_candidates,
    parse_time,
)
from tests.factories import make_position
from tests.resolvers.tenant import Tenant, make_tenant, minutes_from_now

READY, CREATED, EXISTING, INVALID, POSTPONED = CandidateImportOutcome
NAMES = ("Ada", "Grace", "Emmy", "Hedy", "Mary", "Katherine", "Dorothy", "Radia", "Barbara", "Frances", "Joan", "Karen")
MIXED_FILE = "name,reference\n" + "".join(f"{name},{f'A-{i}' if i % 2 else ''}\n" for i, name in enumerate(NAMES))
"""Every other row has an external id."""
BERLIN = ZoneInfo("Europe/Berlin")


async def run_import(tenant: Tenant, csv: str, role: Role = Role.RECRUITER, **values: Any) -> CandidateImport:
    fields = {"csv": csv, "position_key": tenant.position.key, **values}
    return await import_candidates(tenant.services, await tenant.principal(role), ImportRequest(**fields))


async def run_check(tenant: Tenant, csv: str, **values: Any) -> CandidateImport:
    fields = {"csv": csv, "position_key": tenant.position.key, **values}
    return await check_candidate_import(tenant.services, await tenant.principal(Role.RECRUITER), ImportRequest(**fields))


async def list_names(tenant: Tenant) -> list[str]:
    interviews = await Interview.find({"organization_id": tenant.id}).to_list()
    return sorted(interview.candidate.name for interview in interviews if interview.candidate)


def count_outcomes(imported: CandidateImport) -> dict[CandidateImportOutcome, int]:
    return dict(Counter(row.outcome for row in imported.rows))


async def test_check_finds_every_fault_of_every_row_and_stores_nothing(tenant: Tenant) -> None:
    await make_position(tenant.id, key="closed", archived=True)
    csv = (
        "Candidate;Position;Language;Channel;Scheduled for;Reference\n"
        "Ada Lovelace;;;;;A-1\n"
        f"<b>;nobody;deutsch!;phone;tomorrow at ten;{'a' * 201}\n"
        "Grace;closed;;;2020-01-01T10:00Z;\n"
        "Emmy;tester;de;text;2999-01-01 10:00;\n"
        ";;;voice;;;;left over\n"
        "Hedy;;;;;A-1\n"
    )
    checked = await run_check(tenant, csv)
    faults = [[(fault.column, fault.code) for fault in row.faults] for row in checked.rows]
    bad, conflict = ErrorCode.BAD_INPUT, ErrorCode.CONFLICT
    assert faults == [
        [],
        [(title, bad) for title in ("Candidate", "Reference", "Position", "Language", "Channel", "Scheduled for")],
        [("Position", conflict), ("Scheduled for", bad)],
        [("Language", bad), ("Scheduled for", bad)],
        [(None, bad), ("Candidate", bad)],
        [("Reference", conflict)],
    ]
    assert [row.outcome for row in checked.rows] == [READY, *[INVALID] * 5]
    assert all(fault.message.startswith(f"{fault.column} ") for row in checked.rows for fault in row.faults if fault.column)
    assert "line 2" in checked.rows[5].faults[0].message
    assert await Interview.count() == await IdempotencyClaim.count() == 0

    imported = await run_import(tenant, csv)
    assert count_outcomes(imported) == {CREATED: 1, INVALID: 5}
    assert await list_names(tenant) == ["Ada Lovelace"]


async def test_row_asks_for_what_its_cells_say_or_else_the_input(tenant: Tenant) -> None:
    await make_position(tenant.id, key="weberei", language="de", title="Weberei")
    at = minutes_from_now().replace(microsecond=0)
    csv = f"name,position,language,channel,scheduled for\nAda,weberei,de-AT,typed,{at.isoformat()}\nGrace,,,,\n"
    imported = await run_import(tenant, csv, channel=Channel.VOICE)
    ada, grace = [await Interview.get(row.interview_id) for row in imported.rows if row.interview_id]
    assert ada
    assert (ada.position.key, ada.language, ada.channel, ada.scheduled_for) == ("weberei", "de-AT", Channel.TEXT, at)
    assert grace
    assert (grace.position.key, grace.language, grace.channel, grace.scheduled_for) == ("tester", "en", Channel.VOICE, None)
    assert ada.status is grace.status is InterviewStatus.SCHEDULED


TIMES: dict[str, datetime | str | None] = {
    "": None,
    "2026-12-01T10:00+02:00": datetime(2026, 12, 1, 8, tzinfo=UTC),
    "2026-12-01 10:00Z": datetime(2026, 12, 1, 10, tzinfo=UTC),
    "2026-12-01T10:00": datetime(2026, 12, 1, 9, tzinfo=UTC),
    "2026-07-01 10:00:30": datetime(2026, 7, 1, 8, 0, 30, tzinfo=UTC),
    " 01.07.2026 10:00 ": datetime(2026, 7, 1, 8, tzinfo=UTC),
    "2026-12-01": "not a time",
    "12/01/2026 10:00": "not a time",
    "10:00": "not a time",
    "0001-01-01T00:00+14:00": "out of range",
    "2027-03-28T02:30": "does not exist in Europe/Berlin",
    "2026-10-25T02:30": "occurs twice in Europe/Berlin",
}


@pytest.mark.parametrize("cell", TIMES)
def test_time_of_a_cell_is_clear_or_refused(cell: str) -> None:
    expected = TIMES[cell]
    if not isinstance(expected, str):
        assert parse_time(cell, "time", BERLIN) == expected
        return
    with pytest.raises(BadInput, match=f"^time .*{expected}"):
        parse_time(cell, "time", BERLIN)


async def test_time_without_an_offset_needs_a_time_zone(tenant: Tenant) -> None:
    at = minutes_from_now(30 * 24 * 60).replace(hour=17, minute=0, second=0, microsecond=0)
    csv = f"name,scheduled for\nAda,{at.astimezone(ZoneInfo('America/New_York')):%Y-%m-%d %H:%M}\n"
    [row] = (await run_check(tenant, csv)).rows
    assert "has no offset" in row.faults[0].message
    [row] = (await run_check(tenant, csv, time_zone="America/New_York")).rows
    assert (row.faults, row.scheduled_for) == ([], at)
    for name in ("Mars/Olympus", "../../etc/passwd", "Europe"):
        with pytest.raises(BadInput, match="timeZone"):
            await run_check(tenant, csv, time_zone=name)


async def test_check_warns_of_repeated_candidates_and_of_interviews_that_exist(tenant: Tenant, services: Services) -> None:
    csv = "name,reference\nAda,A-1\nGrace,\ngrace,\n"
    other_tenant = await make_tenant(services)
    await run_import(other_tenant, csv)
    checked = await run_check(tenant, csv)
    assert [row.outcome for row in checked.rows] == [READY] * 3
    assert [len(row.warnings) for row in checked.rows] == [0, 0, 1]
    assert "line 3" in checked.rows[2].warnings[0].message

    imported = await run_import(tenant, csv)
    checked = await run_check(tenant, csv.replace("Ada", "Adam"))
    assert [row.outcome for row in checked.rows] == [EXISTING] * 3
    assert [row.interview_id for row in checked.rows] == [row.interview_id for row in imported.rows]
    assert "another name" in checked.rows[0].warnings[0].message
    assert await list_names(tenant) == ["Ada", "Grace", "grace"]


@pytest.mark.parametrize("stored", [0, 5, CONCURRENT_ROWS, 11])
async def test_interrupted_import_is_completed_by_repeating_it(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, stored: int
) -> None:
    store, count = interview_transitions.insert_interview, 0

    async def store_some(interview: Interview) -> Interview:
        nonlocal count
        count += 1
        if count > stored:
            raise ConnectionError
        return await store(interview)

    with monkeypatch.context() as patch:
        patch.setattr(starting, "insert_interview", store_some)
        with pytest.raises(ConnectionError):
            await run_import(tenant, MIXED_FILE)
    assert len(await list_names(tenant)) == stored
    completed = await run_import(tenant, MIXED_FILE)
    assert count_outcomes(completed).get(CREATED, 0) == len(NAMES) - stored
    assert await list_names(tenant) == sorted(NAMES)
    repeated = await run_import(tenant, MIXED_FILE)
    assert count_outcomes(repeated) == {EXISTING: len(NAMES)}
    assert [row.interview_id for row in repeated.rows] == [row.interview_id for row in completed.rows]
    assert await list_names(tenant) == sorted(NAMES)


async def test_concurrent_imports_of_a_file_make_each_interview_once(tenant: Tenant) -> None:
    await tenant.principal(Role.RECRUITER)
    imports = await asyncio.gather(*(run_import(tenant, MIXED_FILE) for _ in range(5)))
    assert await list_names(tenant) == sorted(NAMES)
    assert len({tuple(row.interview_id for row in each.rows) for each in imports}) == 1


async def test_corrected_file_makes_what_was_refused_before_and_nothing_twice(tenant: Tenant) -> None:
    at = minutes_from_now(2 * 24 * 60).isoformat()
    first = await run_import(tenant, f"name,scheduled for\nAda,{at}\nAda,{at}\nGr@ce,\nEmmy,\n")
    assert [row.outcome for row in first.rows] == [CREATED, CREATED, INVALID, CREATED]
    second = await run_import(tenant, f"name,scheduled for\nGrace,\nEmmy,\nAda,{at}\nAda,{at}\nAda,{at}\n")
    assert [row.outcome for row in second.rows] == [CREATED, EXISTING, EXISTING, EXISTING, CREATED]
    assert await list_names(tenant) == ["Ada", "Ada", "Ada", "Emmy", "Grace"]
    # another caller, and another key, ask for other interviews
    assert count_outcomes(await run_import(tenant, "name\nEmmy\n", Role.INTEGRATION)) == {CREATED: 1}
    assert count_outcomes(await run_import(tenant, "name\nEmmy\n", idempotency_key="another")) == {CREATED: 1}
    with pytest.raises(Conflict, match="idempotencyKey"):
        await run_import(tenant, "name\nGrace\n", idempotency_key="another")


async def test_rows_above_the_rate_limit_are_postponed_and_imported_later(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def limit_to(allowed: int) -> Callable[..., None]:
        def spend(*_: object) -> None:
            nonlocal allowed
            allowed -= 1
            if allowed < 0:
                raise RateLimited("Too many invites.", retry_after_seconds=60)

        return spend

    with monkeypatch.context() as patch:
        patch.setattr(starting, "limit_invites", limit_to(3))
        limited = await run_import(tenant, MIXED_FILE)
    assert count_outcomes(limited) == {CREATED: 3, POSTPONED: len(NAMES) - 3}
    assert {(fault.code, fault.message) for row in limited.rows for fault in row.faults} == {
        (ErrorCode.RATE_LIMITED, "Too many invites.")
    }
    assert len(await list_names(tenant)) == 3
    assert count_outcomes(await run_import(tenant, MIXED_FILE)) == {CREATED: len(NAMES) - 3, EXISTING: 3}


async def test_row_that_another_change_refuses_after_the_check_is_invalid(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise Conflict("The position is archived.")

    monkeypatch.setattr(starting, "_build_interview", refuse)
    [row] = (await run_import(tenant, "name\nAda\n")).rows
    assert (row.outcome, [fault.message for fault in row.faults]) == (INVALID, ["The position is archived."])


async def test_rows_stay_recognized_after_the_secret_was_replaced(tenant: Tenant) -> None:
    await run_import(tenant, "name\nAda\n")
    auth = tenant.services.settings.auth
    rotated = auth.model_copy(update={"secret": type(auth.secret)("b" * 40), "previous_secrets": [auth.secret]})
    settings = tenant.services.settings.model_copy(update={"auth": rotated})
    imported = await run_import(replace(tenant, services=replace_settings(tenant.services, settings)), "name\nAda\nGrace\n")
    assert [row.outcome for row in imported.rows] == [EXISTING, CREATED]


def replace_settings(services: Services, settings: Any) -> Services:
    return replace(services, settings=settings)
