"""The indexes that a version of Viva declares, and how those of a database differ from them."""

import asyncio
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from beanie import Document
from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase

IndexesByCollection = Mapping[str, Sequence[IndexModel]]
"""Declared indexes by the name of their collection."""
IndexNames = Mapping[str, Sequence[str]]
"""Names of indexes by the name of their collection."""

EARLIER_INDEXES: IndexNames = {
    "consent_texts": ["digest_1"],
    "interviews": [
        "organization_id_1_updated_at_-1__id_-1_created_at_1_score_1",
        "organization_id_1_updated_at_-1__id_-1",
        "retention",
    ],
}
"""Indexes that versions before `main.py migrate` created, and that no version declares any more."""
_OPTIONS = ("unique", "sparse", "expireAfterSeconds", "partialFilterExpression")
"""Options in which two indexes of one name can differ, apart from the collation."""


class IndexAction(StrEnum):
    """What happens to an index."""

    CREATE = "create"
    REPLACE = "replace"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class IndexChange:
    """A difference between the indexes of a database and those that are declared."""

    collection: str
    name: str
    action: IndexAction
    is_unique: bool
    replaced: tuple[str, ...] = ()
    """Names of the indexes that have to be dropped before this one can be created."""

    def __str__(self) -> str:
        return f"{self.action} {'unique ' if self.is_unique else ''}index {self.name} of {self.collection}"


def list_declared_indexes(documents: Sequence[type[Document]]) -> dict[str, list[IndexModel]]:
    """Return the indexes that the document classes declare, by collection."""
    return {str(model.Settings.name): list(getattr(model.Settings, "indexes", ())) for model in documents}


def compute_index_digest(declared: IndexesByCollection) -> str:
    """Return a digest that changes whenever an index is added, changed or removed."""
    described = {
        name: sorted(
            json.dumps([index.document["name"], *_describe(index.document), index.document.get("collation")], default=str)
            for index in indexes
        )
        for name, indexes in declared.items()
    }
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()[:16]


def _describe(index: Mapping[str, Any]) -> tuple[list[tuple[str, Any]], dict[str, Any]]:
    """Return the keys and the options of an index."""
    options = {name: index[name] for name in _OPTIONS if index.get(name) not in (None, False)}
    return list(index["key"].items()), options


def _is_same(declared: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Return whether the index in the database has the declared keys and options, whatever its name."""
    if _describe(declared) != _describe(found) or ("collation" in declared) != ("collation" in found):
        return False
    # MongoDB adds its defaults to a collation
    return dict(declared.get("collation", {})).items() <= dict(found.get("collation", {})).items()


async def compare_indexes(
    database: AsyncDatabase[dict[str, Any]], declared: IndexesByCollection, created: IndexNames
) -> list[IndexChange]:
    """Return what has to change, so that the database has the declared indexes.

    `created` names the indexes that earlier versions have created: of those that are not declared, only these are dropped,
    because others belong to the operator of the database.
    """
    changes = await asyncio.gather(
        *(_compare_collection(database, name, indexes, created.get(name, ())) for name, indexes in declared.items())
    )
    return [change for of_collection in changes for change in of_collection]


async def _compare_collection(
    database: AsyncDatabase[dict[str, Any]], name: str, declared: Sequence[IndexModel], created: Sequence[str]
) -> list[IndexChange]:
    found = {index["name"]: index async for index in await database[name].list_indexes()}
    names = {index.document["name"] for index in declared}
    return [
        *_list_missing(name, declared, found),
        *(
            IndexChange(name, obsolete, IndexAction.DROP, bool(found[obsolete].get("unique")))
            for obsolete in sorted(found.keys() & {*created, *EARLIER_INDEXES.get(name, ())} - names)
        ),
    ]


def _list_missing(name: str, declared: Sequence[IndexModel], found: Mapping[str, Mapping[str, Any]]) -> Iterator[IndexChange]:
    for index in declared:
        document, own_name = index.document, index.document["name"]
        # MongoDB creates no index whose name is taken, or whose keys and options another one has under another name
        replaced = tuple(other for other, existing in found.items() if (other == own_name) != _is_same(document, existing))
        if own_name not in found or replaced:
            action = IndexAction.REPLACE if replaced else IndexAction.CREATE
            yield IndexChange(name, own_name, action, bool(document.get("unique")), replaced)


async def create_indexes(
    database: AsyncDatabase[dict[str, Any]], declared: IndexesByCollection, changes: Sequence[IndexChange]
) -> None:
    """Create the indexes of these changes, and drop those that they replace.

    MongoDB builds an index while its collection is read and written. It goes on if this process is killed; the repetition then
    waits for it.
    """
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for change in changes:
        wanted[change.collection].add(change.name)
        for other in change.replaced:
            await database[change.collection].drop_index(other)
    await asyncio.gather(
        *(
            database[name].create_indexes([index for index in declared[name] if index.document["name"] in names])
            for name, names in wanted.items()
        )
    )


async def drop_indexes(database: AsyncDatabase[dict[str, Any]], changes: Sequence[IndexChange]) -> None:
    """Drop the indexes of these changes."""
    for change in changes:
        await database[change.collection].drop_index(change.name)
