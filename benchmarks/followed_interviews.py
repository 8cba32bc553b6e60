"""The interviews that are followed: real ones, with one stored turn; and what the product publishes for them.

The turns of the load are published and not stored: storing 50,000 a second is not what is measured, and the feed believes a
message that continues what it knows. What MongoDB says of the interview meanwhile, that its last turn is the first, is behind
what the feed knows, and does not move it.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import orjson
import yaml
from bson import ObjectId
from redis.asyncio import Redis

from lifecycle.consent import CURRENT_CONSENT_VERSION
from live.hub import LiveHub
from models.documents.turn import Turn, read_turns
from models.storage import database
from resolvers.ids import IdKind, decode_id, encode_id
from sandbox.processes import SandboxFailed
from schema.types.scalars import serialize_datetime
from settings import Settings

ANSWERS = Path(__file__).parents[2] / "sandbox" / "answers"
TEXT_LENGTH = 200
"""of a turn"""

SUBSCRIPTION = """subscription Turns($id: ID!, $after: Int!) {
  turnAdded(interviewId: $id, after: $after) { id seq speaker text channel questionKey startedAt endedAt }
}"""
START = """mutation($input: StartInterviewInput!) {
  startInterview(input: $input) { interview { id } access { token } }
}"""
SAY = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }"

_ID, _SEQ, _TEXT = ObjectId("e" * 24), 987_654_321, "the text of a turn"
_MARKS = ((str(_ID), "%ID%"), (str(_SEQ), "%SEQ%"), (_TEXT, "%TEXT%"))
"""what the load generator fills in"""


@dataclass(frozen=True, slots=True)
class Followed:
    """One interview, and how a turn of it looks: as it is published, on which channel, and as a subscriber is shown it."""

    name: str
    """its id, as callers have it"""
    stored: Turn
    channel: str
    message: str
    """with marks"""

    def to_config(self, *, ready: bool) -> dict[str, Any]:
        """What the load generator is told of it; `ready`: it publishes payloads that can be sent as they are."""
        return {
            "variables": {"id": self.name, "after": 0},
            "channel": self.channel,
            "message": self.payload if ready else self.message,
            "shown": self._shown,
            "stored_id": str(self.stored.id),
            "stored_text": self.stored.text,
        }

    def to_row(self, *, ready: bool) -> dict[str, str]:
        """What a peer is told of it (benchmarks.fanout.peers.turns)."""
        text = self.payload if ready else self.message
        for mark, value in (("%ID%", str(self.stored.id)), ("%SEQ%", str(self.stored.seq)), ("%TEXT%", self.stored.text)):
            text = text.replace(mark, value)
        return {"channel": self.channel, "message": text}

    @property
    def payload(self) -> str:
        """The payload of an event, with marks, as GraphQL would make it."""
        fields = orjson.dumps(self._shown).decode().replace('"%SEQ%"', "%SEQ%")
        return f'{{"data":{{"turnAdded":{fields}}}}}'

    @property
    def _shown(self) -> dict[str, str | None]:
        turn = self.stored
        return {
            "id": encode_id(IdKind.TURN, _ID).replace(str(_ID), "%ID%"),
            "seq": "%SEQ%",
            "speaker": turn.speaker.value,
            "text": "%TEXT%",
            "channel": turn.channel.value,
            "questionKey": turn.question_key,
            "startedAt": serialize_datetime(turn.started_at),
            "endedAt": serialize_datetime(turn.ended_at),
        }


def read_corpus() -> str:
    """Words of the sandbox's candidates, one after the other: letters and spaces only, so that all write them alike in JSON."""
    said = [
        text
        for path in sorted(ANSWERS.glob("*.yaml"))
        for text in yaml.safe_load(path.read_text(encoding="utf-8"))["answers"].values()
    ]
    return " ".join(re.findall(r"[A-Za-z]+", " ".join(said)))


async def start(url: str, token: str, count: int) -> list[str]:
    """Begin so many interviews, typed, in each of which the candidate has said one thing; their ids. Raises SandboxFailed."""
    text = read_corpus()[:TEXT_LENGTH].strip()
    wish = {
        "candidateName": "Maya Lindqvist",
        "positionKey": "software_engineer",
        "channel": "TEXT",
        "consent": {"textVersion": CURRENT_CONSENT_VERSION, "recording": False},
    }
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=60.0) as client:

        async def call(query: str, caller: str, given: dict[str, Any]) -> Any:
            body = {"query": query, "variables": {"input": given}}
            answer = (await client.post("/graphql", json=body, headers={"Authorization": f"Bearer {caller}"})).json()
            if answer.get("errors"):
                raise SandboxFailed(f"The API refused: {answer['errors'][0]['message']}")
            return answer["data"]

        async def start_one() -> str:
            started = (await call(START, token, wish))["startInterview"]
            name: str = started["interview"]["id"]
            await call(SAY, started["access"]["token"], {"interviewId": name, "text": text})
            return name

        names: list[str] = []
        while len(names) < count:
            names += await asyncio.gather(*(start_one() for _ in range(min(20, count - len(names)))))
        return names


async def look(settings: Settings, names: Sequence[str]) -> list[Followed]:
    """What the product itself publishes for the turns of these interviews, and where. Raises SandboxFailed."""
    async with (
        database.connect(settings.mongodb),
        LiveHub(settings.redis) as live,
        Redis.from_url(settings.redis.url) as redis,
        redis.pubsub(ignore_subscribe_messages=True) as listener,
    ):
        await listener.psubscribe(f"{settings.redis.prefix}:*")
        followed = []
        for name in names:
            interview_id = decode_id(IdKind.INTERVIEW, name)
            (stored,) = await read_turns(interview_id)
            await live.publish_turn(replace(stored, id=_ID, seq=_SEQ, text=_TEXT))
            async with asyncio.timeout(10):
                while not (heard := await listener.get_message(timeout=1.0)):
                    pass
            message = heard["data"].decode()
            for value, mark in _MARKS:
                if message.count(value) != 1:
                    raise SandboxFailed(f"A published turn holds {value!r} {message.count(value)} times.")
                message = message.replace(value, mark)
            followed.append(Followed(name, stored, heard["channel"].decode(), message))
        return followed
