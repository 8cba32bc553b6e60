"""Query plans of the product's calls, from MongoDB's profiler."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from models.database import DOCUMENTS

Row = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """How MongoDB executed one command."""

    command: str
    stages: list[str]
    keys: int
    documents: int
    returned: int

    @property
    def sorts(self) -> bool:
        """Whether MongoDB sorted all matches in memory before returning the first."""
        return "SORT" in self.stages


def stages_of(node: Mapping[str, Any]) -> list[str]:
    """Return the stages of an execution from the root to the leaves."""
    inner = [node[name] for name in ("inputStage", "outerStage", "innerStage") if name in node]
    return [node["stage"], *(stage for child in [*inner, *node.get("inputStages", [])] for stage in stages_of(child))]


class Profiler:
    """Runs calls of the product and returns MongoDB's query plans for them."""

    def __init__(self, database: AsyncDatabase[Any]) -> None:
        self._database = database

    async def plans(self, *calls: Awaitable[Any]) -> list[Plan]:
        """Return the plan of each command that the calls sent, with an empty plan cache."""
        for document in DOCUMENTS:
            await self._database.command("planCacheClear", document.get_pymongo_collection().name)
        await self._database.drop_collection("system.profile")
        # larger than MongoDB's default, which would drop the first entries
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
    """Return the plan in a row of the profiler."""
    # counts have a summary only
    stages = stages_of(row["execStats"]) if "execStats" in row else row["planSummary"].split()
    return Plan(repr(row["command"]), stages, row.get("keysExamined", 0), row.get("docsExamined", 0), row.get("nreturned", 0))
