"""Data that an earlier version has written are migrated, and read through the API of this version.

tests/migrations/write_data.py writes the files in `data`, which are named by their revision, with that revision's own code.
"""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bson import json_util
from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase

from live.rate_limits import RateLimits
from models.database import DOCUMENTS, bind_documents
from models.documents.interview import Interview
from models.documents.organization import Organization, Role, create_key
from models.migrations.data_version import read_data_version, require_compatible
from models.migrations.indexes import IndexAction, compare_indexes, compute_index_digest, list_declared_indexes
from models.migrations.runner import list_planned_steps, migrate
from models.migrations.steps import DATA_VERSION
from tests.migrations.write_data import DATA
from tests.schema.api_client import ApiClient
from tests.schema.test_list_reads import select_everything

DATE_TYPES = json_util.JSONOptions(tz_aware=True, json_mode=json_util.JSONMode.CANONICAL)


def read_data(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


@pytest.fixture(params=sorted(DATA.glob("*.json.gz")), ids=lambda path: path.name.partition(".")[0])
async def earlier(
    request: pytest.FixtureRequest, bound_database: AsyncDatabase[dict[str, Any]], api: ApiClient
) -> AsyncIterator[AsyncDatabase[dict[str, Any]]]:
    """A database with the data and indexes of an earlier version, to which the documents are bound, and so is the API."""
    collections = json_util.loads(read_data(request.param), json_options=DATE_TYPES)
    database = bound_database.client[f"viva_earlier_{uuid4().hex}"]
    for name, content in collections.items():
        if content["documents"]:
            await database[name].insert_many(content["documents"])
        indexes = [{key: value for key, value in index.items() if key != "v"} for index in content["indexes"]]
        models = [IndexModel(list(index.pop("key").items()), **index) for index in indexes if index["name"] != "_id_"]
        if models:
            await database[name].create_indexes(models)
    await bind_documents(database)
    yield database
    await bind_documents(bound_database)
    await bound_database.client.drop_database(database)


async def test_earlier_data_are_migrated_and_read(
    earlier: AsyncDatabase[dict[str, Any]], api: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {model: await model.get_pymongo_collection().count_documents({}) for model in DOCUMENTS}
    assert sum(counts.values()) > 50
    await migrate(earlier, DOCUMENTS)
    assert await list_planned_steps(earlier, DOCUMENTS) == []
    declared = list_declared_indexes(DOCUMENTS)
    require_compatible(await read_data_version(earlier), DATA_VERSION, compute_index_digest(declared))
    await migrate(earlier, DOCUMENTS, finish=True)
    assert await compare_indexes(earlier, declared, {}) == []
    unknown = {
        f"{name}.{index}"
        for name, indexes in declared.items()
        for index in await earlier[name].index_information()
        if index not in {"_id_", *(each.document["name"] for each in indexes)}
    }
    assert unknown == set(), f"add it to EARLIER_INDEXES: otherwise no migration will {IndexAction.DROP} it"

    for model, count in counts.items():
        assert len(await model.find_all().to_list()) == count, model

    # all fields together are too expensive
    for module in ("engine.documents", "engine.limits"):
        monkeypatch.setattr(f"{module}.MAX_COST", 10**6)
    monkeypatch.setattr(RateLimits, "spend", lambda *_: None)
    typed = await Interview.find_one({"external_id": "typed"})
    assert typed
    organization = await Organization.get(typed.organization_id)
    assert organization
    _, token = await create_key(organization.id, Role.ADMIN, "of this version")
    fields = select_everything("Interview", set())
    response = await api.execute(
        f"{{ interviews(first: 50, orderBy: {{ field: UPDATED_AT }}) {{ nodes {{ {fields} }} }} }}", token
    )
    nodes = {node["externalId"]: node for node in response["interviews"]["nodes"]}
    assert {"typed", "ATS-7"} <= nodes.keys()
    read = "query ($id: ID!) { transcript(interviewId: $id) { turns { speaker } } }"
    transcript = (await api.execute(read, token, id=nodes["typed"]["id"]))["transcript"]
    assert [turn["speaker"] for turn in transcript["turns"]][-2:] == ["CANDIDATE", "INTERVIEWER"]
