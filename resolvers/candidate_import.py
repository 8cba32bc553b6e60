"""Importing candidates from a CSV file: a check of every row, and one scheduled interview for each.

Importing a file again completes what an interrupted import has left undone and makes nothing twice. A row with an external id
makes at most one interview for its position; any other row at most one within 24 hours for each caller, by its content. That is
why a corrected file can be imported as a whole.
"""

import asyncio
import hmac
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import orjson
from bson import ObjectId

from auth import Action, Principal, require_permission, verification_keys
from errors import AppError, BadInput, Conflict, ErrorCode, RateLimited
from lifecycle.services import Services
from models.documents.idempotency_claim import find_claimed_ids
from models.documents.interview import InterviewReference, find_existing_ids, find_newest_references
from models.documents.position import Position, find_position
from models.documents.turn import Channel
from resolvers.candidate_csv import Column, CsvRow, CsvTable, parse_candidates, shorten_cell
from resolvers.idempotency import idempotent
from resolvers.input_text import (
    clean_candidate_name,
    clean_language_tag,
    clean_line,
    clean_optional,
    clean_time_zone,
)
from resolvers.starting import (
    SCHEDULE_MUTATION,
    IfExists,
    ScheduleRequest,
    choose_language,
    require_upcoming,
    schedule_interview,
)
from text import normalize

CONCURRENT_ROWS = 8
"""Interviews that one import stores at the same time: a file takes seconds, and leaves room for other callers."""

_CHANNELS = {"voice": Channel.VOICE, "text": Channel.TEXT, "typed": Channel.TEXT}


class CandidateImportOutcome(StrEnum):
    """What becomes of a row."""

    READY = "READY"
    CREATED = "CREATED"
    EXISTING = "EXISTING"
    INVALID = "INVALID"
    POSTPONED = "POSTPONED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """The input of Mutation.importCandidates and Query.checkCandidateImport."""

    csv: str
    position_key: str | None = None
    """The position of rows that name none; `channel` likewise."""
    channel: Channel = Channel.VOICE
    time_zone: str | None = None
    """Name of the time zone of times without an offset."""
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """Why a row is not imported, or what to look at before importing it."""

    column: str | None
    """Title of the column as in the file; None if the problem is with the row as a whole."""
    code: ErrorCode
    message: str


@dataclass(slots=True)
class ImportRow:
    """A row of the file as it is understood, and what becomes of it. Text that is not valid is as in the file, but shortened."""

    line: int
    candidate_name: str
    external_id: str | None
    position_key: str | None
    position_title: str | None = None
    scheduled_for: datetime | None = None
    language: str | None = None
    channel: Channel | None = None
    outcome: CandidateImportOutcome = CandidateImportOutcome.READY
    faults: list[ImportProblem] = field(default_factory=list)
    warnings: list[ImportProblem] = field(default_factory=list)
    interview_id: ObjectId | None = None
    request: ScheduleRequest | None = None
    """What the row asks for; None if one of its values is not valid."""
    keys: list[str] = field(default_factory=list)
    """Idempotency keys of a row without an external id, the one that new claims use first."""

    def add_fault(self, column: str | None, error: AppError) -> None:
        """Refuse the row because of an error."""
        self.faults.append(ImportProblem(column, error.code, str(error)))


@dataclass(frozen=True, slots=True)
class CandidateImport:
    """The rows of a file in its order, and its columns that are not imported."""

    rows: list[ImportRow]
    ignored_columns: Sequence[str]

    @property
    def created_interview_ids(self) -> list[ObjectId]:
        """Ids of the interviews that this import has created."""
        return [row.interview_id for row in self.rows if row.interview_id and row.outcome is CandidateImportOutcome.CREATED]


async def check_candidate_import(services: Services, principal: Principal, request: ImportRequest) -> CandidateImport:
    """Return what importing the file would do. Raises BadInput if it cannot be read, or if a default is not valid."""
    require_permission(principal, Action.SCHEDULE_INTERVIEW)
    return await _check(services, principal, request, parse_candidates(request.csv))


async def import_candidates(services: Services, principal: Principal, request: ImportRequest) -> CandidateImport:
    """Schedule an interview for each row without faults, and return the rows with what became of them.

    Above the rate limit of invites, the other rows are POSTPONED. Raises BadInput as `check_candidate_import` does, and Conflict
    if the idempotency key was used with another input.
    """
    require_permission(principal, Action.SCHEDULE_INTERVIEW)
    table = parse_candidates(request.csv)
    call = idempotent(services, principal, "importCandidates", request.idempotency_key, request)
    await call.find_claimed_id()
    checked = await _check(services, principal, request, table)
    await call.claim(ObjectId())
    ready = [row for row in checked.rows if row.outcome is CandidateImportOutcome.READY]
    for start in range(0, len(ready), CONCURRENT_ROWS):
        batch = ready[start : start + CONCURRENT_ROWS]
        # all of a batch end before an error is raised, so that nothing is stored after the caller has got it
        errors = await asyncio.gather(*(_schedule(services, principal, row) for row in batch), return_exceptions=True)
        for error in errors:
            if error is not None:
                raise error
        postponed = next((row for row in batch if row.outcome is CandidateImportOutcome.POSTPONED), None)
        if postponed is not None:
            for row in ready[start + CONCURRENT_ROWS :]:
                row.outcome, row.faults = CandidateImportOutcome.POSTPONED, list(postponed.faults)
            break
    return checked


async def _schedule(services: Services, principal: Principal, row: ImportRow) -> None:
    if row.request is None:
        raise RuntimeError(f"line {row.line} has faults, but is ready")
    key = row.keys[0] if row.keys else None
    try:
        scheduled = await schedule_interview(services, principal, replace(row.request, idempotency_key=key))
    except RateLimited as error:
        row.outcome = CandidateImportOutcome.POSTPONED
        row.add_fault(None, error)
    except (BadInput, Conflict) as error:
        # something has changed since the check, such as the position
        row.outcome = CandidateImportOutcome.INVALID
        row.add_fault(None, error)
    else:
        row.outcome = CandidateImportOutcome.EXISTING if scheduled.is_existing else CandidateImportOutcome.CREATED
        row.interview_id = scheduled.interview.id


async def _check(services: Services, principal: Principal, request: ImportRequest, table: CsvTable) -> CandidateImport:
    zone = clean_time_zone(request.time_zone, "timeZone") if request.time_zone is not None else None
    default_position = clean_optional(clean_line, request.position_key, "positionKey")
    if default_position is None and Column.POSITION not in table.titles:
        raise BadInput(
            "positionKey is missing: send the key of the position, or add the column position to the file.", field="positionKey"
        )
    checker = _RowChecker(principal.organization_id, table.titles, default_position, request.channel, zone)
    rows = [await checker.check(row) for row in table.rows]
    _mark_duplicates(rows, checker)
    contents = Counter[bytes]()
    for row in rows:
        if row.external_id is None and row.request is not None:
            content = _serialize(row.request)
            contents[content] += 1
            row.keys = [
                hmac.digest(secret.encode(), orjson.dumps([request.idempotency_key, contents[content]]) + content, "sha256").hex()
                for secret in verification_keys(services.settings.auth)
            ]
    await _mark_existing(principal, rows, checker)
    for row in rows:
        if row.faults:
            row.outcome = CandidateImportOutcome.INVALID
    return CandidateImport(rows, table.ignored_titles)


def _serialize(request: ScheduleRequest) -> bytes:
    # only what a row has: a new field of the request must not make rows that were imported before an upgrade new again
    return orjson.dumps(
        [request.candidate_name, request.position_key, request.scheduled_for, request.language, request.channel],
        option=orjson.OPT_UTC_Z,
    )


class _RowChecker:
    """Checks the values of each row by the rules of scheduleInterview, and collects everything that is wrong."""

    def __init__(
        self,
        organization_id: ObjectId,
        titles: Mapping[Column, str],
        default_position: str | None,
        default_channel: Channel,
        zone: ZoneInfo | None,
    ) -> None:
        self._organization_id = organization_id
        self._titles = titles
        self._default_position = default_position
        self._default_channel = default_channel
        self._zone = zone
        self._positions: dict[str, Position | None] = {}

    def get_title(self, column: Column) -> str:
        """Return the title of the column in the file."""
        return self._titles.get(column, column)

    async def check(self, row: CsvRow) -> ImportRow:
        """Return the row with its faults."""
        cells = {column: shorten_cell(cell) for column, cell in row.cells.items()}
        checked = ImportRow(
            row.line,
            cells[Column.NAME],
            cells[Column.EXTERNAL_ID] or None,
            cells[Column.POSITION] or self._default_position,
            language=cells[Column.LANGUAGE] or None,
        )
        if row.extra_cells:
            checked.faults.append(
                ImportProblem(
                    None,
                    ErrorCode.BAD_INPUT,
                    "The row has more values than there are titles: enclose values that contain the delimiter in quotes.",
                )
            )
        with self._collecting(checked, Column.NAME) as title:
            checked.candidate_name = clean_candidate_name(row.cells[Column.NAME], title)
        with self._collecting(checked, Column.EXTERNAL_ID) as title:
            checked.external_id = clean_optional(clean_line, row.cells[Column.EXTERNAL_ID], title)
        position = None
        with self._collecting(checked, Column.POSITION) as title:
            key = clean_optional(clean_line, row.cells[Column.POSITION], title) or self._default_position
            position = await self._find_position(key, title)
            checked.position_key, checked.position_title = position.key, position.title
        with self._collecting(checked, Column.LANGUAGE) as title:
            language = clean_optional(clean_language_tag, row.cells[Column.LANGUAGE], title)
            if position is not None:
                checked.language = choose_language(position, language, title)
        with self._collecting(checked, Column.CHANNEL) as title:
            checked.channel = self._parse_channel(row.cells[Column.CHANNEL], title)
        with self._collecting(checked, Column.SCHEDULED_FOR) as title:
            checked.scheduled_for = parse_time(row.cells[Column.SCHEDULED_FOR], title, self._zone)
        if not checked.faults and checked.position_key and checked.channel:
            checked.request = ScheduleRequest(
                candidate_name=checked.candidate_name,
                position_key=checked.position_key,
                external_id=checked.external_id,
                if_exists=IfExists.RETURN_EXISTING if checked.external_id else IfExists.CREATE,
                scheduled_for=checked.scheduled_for,
                language=checked.language,
                channel=checked.channel,
            )
        with self._collecting(checked, Column.SCHEDULED_FOR) as title:
            if checked.scheduled_for is not None:
                require_upcoming(checked.scheduled_for, title)
        return checked

    @contextmanager
    def _collecting(self, row: ImportRow, column: Column) -> Iterator[str]:
        """Let an error of the block refuse the row. Yields the column's title, which messages begin with."""
        title = self.get_title(column)
        try:
            yield title
        except (BadInput, Conflict) as error:
            row.add_fault(title, error)

    async def _find_position(self, key: str | None, title: str) -> Position:
        if key is None:
            raise BadInput(f"{title} is empty: write the key of one of your positions.")
        if key not in self._positions:
            self._positions[key] = await find_position(self._organization_id, key)
        position = self._positions[key]
        if position is None:
            raise BadInput(f"{title} is unknown: write the key of one of your positions.")
        if position.archived:
            raise Conflict(f"{title} is archived: write the key of another position.")
        return position

    def _parse_channel(self, cell: str, title: str) -> Channel:
        name = normalize(cell).casefold()
        if name and name not in _CHANNELS:
            raise BadInput(f"{title} is unknown: write voice or text, or leave it empty.")
        return _CHANNELS[name] if name else self._default_channel


def parse_time(cell: str, title: str, zone: ZoneInfo | None) -> datetime | None:
    """Return the time that a cell names; None for an empty one. A time without an offset is in `zone`.

    Raises BadInput for other formats than ISO 8601 and 31.12.2026 09:30, for a date without a time of day, and for a time that
    the clocks of the zone skip or repeat.
    """
    value = normalize(cell)
    if not value:
        return None
    try:
        moment = _parse_local_or_absolute(value)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        if zone is None:
            raise BadInput(f"{title} has no offset from UTC: write it as in 2026-12-31T09:30+01:00, or send timeZone.")
        local = moment.replace(tzinfo=zone)
        absolute = local.astimezone(UTC)
        repeated = moment.replace(tzinfo=zone, fold=1).astimezone(UTC)
    except OverflowError:
        raise BadInput(f"{title} is out of range: write a time in the next 366 days.") from None
    except ValueError:
        raise BadInput(f"{title} is not a time: write it as in 2026-12-31T09:30+01:00 or 2026-12-31 09:30.") from None
    if absolute.astimezone(zone).replace(tzinfo=None) != moment:
        raise BadInput(f"{title} does not exist in {zone.key}, because clocks skip it: write another time.")
    if repeated != absolute:
        raise BadInput(f"{title} occurs twice in {zone.key}, because clocks are set back: write it with its offset from UTC.")
    return absolute


def _parse_local_or_absolute(value: str) -> datetime:
    # a date alone would be midnight, which nobody means
    if ":" not in value:
        raise ValueError("there is no time of day")
    for pattern in ("%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S"):
        try:
            return datetime.strptime(value, pattern)  # noqa: DTZ007  # the caller adds the zone
        except ValueError:
            continue
    return datetime.fromisoformat(value)


def _mark_duplicates(rows: Sequence[ImportRow], checker: _RowChecker) -> None:
    """Refuse a row with the external id and position of an earlier one, and warn of others with the same candidate."""
    lines: dict[tuple[bool, str, str | None], int] = {}
    for row in rows:
        has_id = row.external_id is not None
        known = lines.setdefault((has_id, row.external_id or row.candidate_name.casefold(), row.position_key), row.line)
        if known == row.line:
            continue
        title = checker.get_title(Column.EXTERNAL_ID if has_id else Column.NAME)
        if has_id:
            row.add_fault(title, Conflict(f"{title} is that of line {known}, for the same position: keep one of the two."))
        else:
            message = f"{title} is that of line {known}, for the same position: each of them gets an interview."
            row.warnings.append(ImportProblem(title, ErrorCode.CONFLICT, message))


async def _mark_existing(principal: Principal, rows: Sequence[ImportRow], checker: _RowChecker) -> None:
    """Find the rows whose interviews exist. Nothing else of them is imported, so their faults are warnings."""
    external_ids = {row.external_id for row in rows if row.external_id is not None}
    references = await find_newest_references(principal.organization_id, sorted(external_ids))
    keys = [key for row in rows for key in row.keys]
    claimed = await find_claimed_ids(principal.caller, SCHEDULE_MUTATION, keys)
    # an interrupted import may have claimed an id without storing the interview
    stored = await find_existing_ids(principal.organization_id, list(claimed.values()))
    title = checker.get_title(Column.EXTERNAL_ID)
    known: set[ObjectId] = set()
    for row in rows:
        reference = references.get((row.external_id, row.position_key)) if row.external_id and row.position_key else None
        claim = next((claimed[key] for key in row.keys if claimed.get(key) in stored), None)
        if reference is not None and reference.id not in known:
            known.add(reference.id)
            _mark_as_existing(row, reference.id, title, _describe_existing(row, reference, title))
        elif claim is not None:
            message = "You have imported the same row in the last 24 hours: its interview stays as it is."
            _mark_as_existing(row, claim, None, message)


def _mark_as_existing(row: ImportRow, interview_id: ObjectId, column: str | None, message: str) -> None:
    row.outcome, row.interview_id = CandidateImportOutcome.EXISTING, interview_id
    row.warnings += [ImportProblem(column, ErrorCode.CONFLICT, message), *row.faults]
    row.faults = []


def _describe_existing(row: ImportRow, reference: InterviewReference, title: str) -> str:
    text = f"{title} is that of an interview for this position, which stays as it is."
    if reference.candidate_name != row.candidate_name:
        text += " Its candidate has another name: check that it is the same person."
    return text
