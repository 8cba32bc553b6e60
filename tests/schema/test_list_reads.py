"""Lists load related data in batches: a page of 100 interviews makes as many reads as a page of two."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from beanie import init_beanie
from bson import ObjectId
from graphql import GraphQLObjectType, get_named_type
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from live.rate_limits import RateLimits
from models.database import DOCUMENTS
from models.documents.change import Change
from models.documents.interview import Interview
from models.documents.organization import Role
from models.documents.webhook import WebhookDelivery
from models.reads import closed_organizations
from tests.schema.api_client import ApiClient
from tests.schema.authorization_table import FIELD_ARGUMENTS, AuthorizationScenario, fields_of

PAGE_SIZE = 100
ID_FIELDS = ("_id", "interview_id", "evaluation_id")


class ReadCounter(CommandListener):
    """Counts the commands that read from MongoDB, by name and collection."""

    def __init__(self) -> None:
        self.reads: Counter[tuple[str, str]] = Counter()

    def started(self, event: CommandStartedEvent) -> None:
        name = event.command_name
        if name in ("find", "aggregate", "getMore"):
            self.reads[name, event.command["collection" if name == "getMore" else name]] += 1

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


@pytest.fixture
async def reads(mongod: str, database: AsyncDatabase[dict[str, object]]) -> AsyncIterator[ReadCounter]:
    """Counts the reads of the documents."""
    counter = ReadCounter()
    async with AsyncMongoClient[dict[str, Any]](mongod, tz_aware=True, event_listeners=[counter]) as client:
        await init_beanie(client[database.name], document_models=DOCUMENTS, skip_indexes=True)
        yield counter
    await init_beanie(database, document_models=DOCUMENTS, skip_indexes=True)


async def copy_interview(interview: Interview, count: int) -> None:
    """Store copies of the interview with everything that its fields read.

    These are neither changes nor webhook deliveries, which have unique numbers and keys.
    """
    for document in set(DOCUMENTS) - {Change, WebhookDelivery}:
        rows = document.get_pymongo_collection()
        found = await rows.find({"$or": [{"_id": interview.id}, {"interview_id": interview.id}]}).to_list()
        copies = [copy_row(row, number) for row in found for number in range(1, count + 1)]
        if copies:
            await rows.insert_many(copies)


def copy_row(row: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the copy with this number: ids and references are those of the original, plus the number."""
    copied = {name: add_to_id(value, number) if name in ID_FIELDS else value for name, value in row.items()}
    if "files" in row:
        copied["files"] = [{**file, "id": add_to_id(file["id"], number)} for file in row["files"]]
    return copied


def add_to_id(value: ObjectId, number: int) -> ObjectId:
    first_byte, *others = value.binary
    return ObjectId(bytes([(first_byte + number) % 256, *others]))


def select_everything(kind: str, selected_types: set[str]) -> str:
    """Return a selection of all fields, recursively; `__typename` only of types whose fields are selected elsewhere."""
    selected_types.add(kind)
    selections = []
    for name, field in fields_of(kind).items():
        returned = get_named_type(field.type)
        below = ""
        if isinstance(returned, GraphQLObjectType):
            is_selected = returned.name in selected_types
            below = f" {{ {'__typename' if is_selected else select_everything(returned.name, selected_types)} }}"
        selections.append(f"{name}{FIELD_ARGUMENTS.get(f'{kind}.{name}', '')}{below}")
    return " ".join(selections)


async def test_page_of_a_hundred_interviews_makes_as_many_reads_as_a_page_of_two(
    api: ApiClient, scenario: AuthorizationScenario, reads: ReadCounter, monkeypatch: pytest.MonkeyPatch
) -> None:
    # all fields together are too expensive
    for module in ("engine.documents", "engine.limits"):
        monkeypatch.setattr(f"{module}.MAX_COST", 10**6)
    monkeypatch.setattr(RateLimits, "spend", lambda *_: None)
    # closed organizations are read once a second, whatever is requested
    monkeypatch.setattr(closed_organizations, "MAX_AGE_SECONDS", 0.0)
    interview = await Interview.find_one({"external_id": "ATS-7"})
    assert interview
    await copy_interview(interview, PAGE_SIZE - 1)
    fields = select_everything("Interview", set())
    counts = []
    for size in (2, PAGE_SIZE):
        reads.reads.clear()
        page = f'interviews(first: {size}, filter: {{externalId: ["ATS-7"]}}) {{ nodes {{ {fields} }} }}'
        response = await api.execute(f"{{ {page} }}", scenario.tokens[Role.ADMIN])
        assert len(response["interviews"]["nodes"]) == size
        counts.append(Counter(reads.reads))
    small, large = counts
    # several fields read the same kind of documents, and may or may not do so at the same moment
    assert large.keys() == small.keys()
    assert {name: count for name, count in large.items() if count > 2 * small[name]} == {}
