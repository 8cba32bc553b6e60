"""The list of erasures outside MongoDB, and its replay: erased data must not come back with a restored backup.

In the recording store, each erasure is an object `erasures/<kind>/<id>`; `erasures/complete_until` says up to when the list is
complete. In a file, it is a line of JSON. Both hold ids and times only.
"""

import asyncio
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson
import structlog
from bson import ObjectId

from lifecycle.organization_deletion import delete_restored_organization
from lifecycle.repairs import run_periodically
from lifecycle.services import Services
from models.documents.interview import ErasureScope
from models.documents.organization import get_organization
from models.reads.erasures import KINDS, ORGANIZATION, read_erasures
from models.storage.clock import now
from models.writes.interview_erasure import erase_restored_interview
from recording.storage import RecordingStore

log = structlog.get_logger(__name__)

PREFIX = "erasures"
COMPLETE_UNTIL = f"{PREFIX}/complete_until"
OVERLAP = timedelta(minutes=2)
"""Time by which reads of new erasures overlap: an erasure becomes visible some time after the moment that it states."""
HEARTBEAT = timedelta(minutes=1)
"""Longest time between two updates of `complete_until`; every new erasure updates it, too."""
_PATH = re.compile(rf"{PREFIX}/({'|'.join(KINDS)})/([0-9a-f]{{24}})")


@dataclass(frozen=True, slots=True)
class ErasureList:
    """Erasures, and until when their list is complete."""

    erasures: frozenset[tuple[str, ObjectId]]
    """Kind and id of each."""
    complete_until: datetime


class InvalidErasureList(ValueError):
    """A file is not a list of erasures."""


# --- in the recording store


class ErasureLog:
    """Writes the list to the recording store. Any number of processes may do so: each entry is an object of its own."""

    def __init__(self, store: RecordingStore) -> None:
        self._store = store
        self._logged: set[str] | None = None
        """Paths of the entries that are in the store; None before the first round."""
        self._since: datetime | None = None
        self._complete_until: datetime | None = None

    async def update(self) -> None:
        """Write the erasures since the last call. Raises StoreFailed or pymongo.errors.PyMongoError; the next call repeats it."""
        began_at, is_due = now(), False
        if self._logged is None:
            self._logged = set(await self._store.list(PREFIX))
        async for erasure in read_erasures(self._since):
            path = f"{PREFIX}/{erasure.kind}/{erasure.id}"
            if path not in self._logged:
                await self._store.put(path, erasure.at.isoformat().encode())
                self._logged.add(path)
                is_due = True
        self._since = began_at - OVERLAP
        if is_due or self._complete_until is None or began_at - self._complete_until >= HEARTBEAT:
            await self._store.put(COMPLETE_UNTIL, began_at.isoformat().encode())
            self._complete_until = began_at


async def run_erasure_log(services: Services, store: RecordingStore | None, stop: asyncio.Event) -> None:
    """Update the list in the recording store, if there is one, until `stop` is set."""
    if store is not None:
        await run_periodically(ErasureLog(store).update, services, stop)


async def read_list_of_store(store: RecordingStore) -> ErasureList | None:
    """Return the list in the recording store; None if there is none. Raises StoreFailed."""
    paths = await store.list(PREFIX)
    if COMPLETE_UNTIL not in paths:
        return None
    complete_until = datetime.fromisoformat((await store.get(COMPLETE_UNTIL)).decode())
    matches = filter(None, map(_PATH.fullmatch, paths))
    return ErasureList(frozenset((match[1], ObjectId(match[2])) for match in matches), complete_until)


# --- in a file


async def export_erasures() -> bytes:
    """Return the list as lines of JSON; the first says until when it is complete. Raises pymongo.errors.PyMongoError."""
    began_at = now()
    lines = [{"erased": erasure.kind, "id": str(erasure.id), "at": erasure.at} async for erasure in read_erasures()]
    return b"\n".join(map(orjson.dumps, [{"complete_until": began_at}, *lines])) + b"\n"


def parse_erasures(content: bytes) -> ErasureList:
    """Return an exported list. Raises InvalidErasureList."""
    try:
        header, *lines = map(orjson.loads, content.splitlines())
        erasures = frozenset((str(line["erased"]), ObjectId(line["id"])) for line in lines)
        complete_until = datetime.fromisoformat(header["complete_until"]).astimezone(UTC)
    except Exception as error:
        raise InvalidErasureList(f"it is not a list of erasures ({type(error).__name__})") from None
    if unknown := {kind for kind, _ in erasures} - set(KINDS):
        raise InvalidErasureList(f"it has erasures of an unknown kind ({', '.join(sorted(unknown))})")
    return ErasureList(erasures, complete_until)


# --- replay


def merge_lists(lists: Collection[ErasureList]) -> ErasureList | None:
    """Return all erasures of the lists, complete until the latest of their times; None without a list."""
    if not lists:
        return None
    return ErasureList(frozenset().union(*(it.erasures for it in lists)), max(it.complete_until for it in lists))


async def replay_erasures(erasures: Iterable[tuple[str, ObjectId]], store: RecordingStore | None) -> int:
    """Erase again what a restored backup has brought back, recorded files included, and return how many objects that were.

    Legal holds do not prevent this: what was erased was not held any more. No other process may use the database meanwhile.
    Raises StoreFailed or pymongo.errors.PyMongoError.
    """
    widest: dict[ObjectId, str] = {}
    for kind, object_id in erasures:
        if KINDS.index(kind) >= KINDS.index(widest.get(object_id, KINDS[0])):
            widest[object_id] = kind
    replayed = 0
    for object_id, kind in widest.items():
        if kind == ORGANIZATION:
            if organization := await get_organization(object_id):
                replayed += 1
                for interview_id in await delete_restored_organization(organization):
                    await _delete_files(store, interview_id)
            continue
        await _delete_files(store, object_id)
        replayed += await erase_restored_interview(object_id, ErasureScope(kind))
    return replayed


async def _delete_files(store: RecordingStore | None, interview_id: ObjectId) -> None:
    if store is not None:
        await store.delete(str(interview_id))
