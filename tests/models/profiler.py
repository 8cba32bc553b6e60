"""What MongoDB did for a call of the product, as its own profiler tells it."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from models.storage.database import DOCUMENTS

Row = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """How MongoDB answered one command."""

    command: str
    stages: list[str]
    keys: int
    documents: int
    returned: int

    @property
    def sorts(self) -> bool:
        """Whether all that was found had to be read and sorted before the first could be given."""
        return "SORT" in self.stages


def stages_of(node: Mapping[str, Any]) -> list[str]:
    """The stages of an execution, those that read last."""
    inner = [node[name] for name in ("inputStage", "outerStage", "innerStage") if name in node]
    return [node["stage"], *(stage for child in [*inner, *node.get("inputStages", [])] for stage in stages_of(child))]


class Profiler:
    """Runs a call of the product, and tells what MongoDB did for it."""

    def __init__(self, database: AsyncDatabase[Any]) -> None:
        self._database = database

    async def plans(self, *calls: Awaitable[Any]) -> list[Plan]:
        """The plan of each command that the calls sent, chosen afresh."""
        for document in DOCUMENTS:
            await self._database.command("planCacheClear", document.get_pymongo_collection().name)
        await self._database.drop_collection("system.profile")
        # far larger than what MongoDB makes by itself: it would forget the first
        await self._database.create_collection("system.profile", capped=True, size=32 * 1024 * 1024)
        await self._database.command("profile", 2)
        try:
            for call in calls:
                await call
        finally:
            await self._database.command("profile", 0)
        ours = {"$in": [f"{self._database.name}.{document.get_pymongo_collection().name}" for document in DOCUMENTS]}
        rows = self._database["system.profile"].find({"ns": ours, "planSummary": {"$exists": True}}).sort("ts", 1)
        return [plan_of(row) async for row in rows]


def plan_of(row: Row) -> Plan:
    """What a row of the profiler says."""
    # what ends as a count is told in short
    stages = stages_of(row["execStats"]) if "execStats" in row else row["planSummary"].split()
    return Plan(repr(row["command"]), stages, row.get("keysExamined", 0), row.get("docsExamined", 0), row.get("nreturned", 0))
