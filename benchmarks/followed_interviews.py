"""Interviews that the load's subscribers follow: stored ones with one turn, and the messages that Viva publishes for them.

The turns of the load are published and not stored, because storing 50,000 a second is not what is measured. The feed accepts
a published turn that follows the last one. Its polls of MongoDB find only the first turn, and change nothing.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
import yaml
from bson import ObjectId
from redis.asyncio import Redis

from benchmarks.rig import ROOT, call, connect, start_interview
from live.hub import LiveHub
from live.signing import SIGNATURE_CHARACTERS
from models import database
from models.documents.turn import Turn, read_turns
from resolvers.ids import IdKind, decode_id, encode_id
from sandbox.processes import SandboxFailed
from schema.types.scalars import serialize_datetime
from settings import Settings

TEXT_LENGTH = 200
CONCURRENT_STARTS = 20
SUBSCRIPTION = """subscription Turns($id: ID!, $after: Int!) {
  turnAdded(interviewId: $id, after: $after) { id seq speaker text channel questionKey startedAt endedAt }
}"""
SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }"

_ID, _SEQ, _TEXT = ObjectId("e" * 24), 987_654_321, "the text of a turn"
_PLACEHOLDERS = ((str(_ID), "%ID%"), (str(_SEQ), "%SEQ%"), (_TEXT, "%TEXT%"))
"""Values of a sample turn, and what the load generator replaces."""


@dataclass(frozen=True, slots=True)
class FollowedInterview:
    """An interview, and what a turn of it looks like: as it is published, and as a subscriber receives it."""

    id: str
    """The id in the API."""
    stored: Turn
    channel: str
    message: str
    """A turn as it is published, with placeholders and without its signature."""

    def to_config(self, *, publish_payloads: bool) -> dict[str, Any]:
        """Return the load generator's configuration; with `publish_payloads` it publishes payloads that are ready to send."""
        return {
            "variables": {"id": self.id, "after": 0},
            "channel": self.channel,
            "message": self.payload if publish_payloads else self.message,
            "fields": self._fields,
            "stored_id": str(self.stored.id),
            "stored_text": self.stored.text,
        }

    def to_row(self, *, publish_payloads: bool) -> dict[str, str]:
        """Return what a peer needs to serve it (benchmarks.peers.turns)."""
        text = self.payload if publish_payloads else self.message
        values = (("%ID%", str(self.stored.id)), ("%SEQ%", str(self.stored.seq)), ("%TEXT%", self.stored.text))
        for placeholder, value in values:
            text = text.replace(placeholder, value)
        return {"channel": self.channel, "message": text}

    @property
    def payload(self) -> str:
        """The payload of an event as GraphQL serializes it, with placeholders."""
        fields = orjson.dumps(self._fields).decode().replace('"%SEQ%"', "%SEQ%")
        return f'{{"data":{{"turnAdded":{fields}}}}}'

    @property
    def _fields(self) -> dict[str, str | None]:
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
    """Return words of the sandbox's candidates: letters and spaces only, which all servers serialize alike."""
    texts = [
        text
        for path in sorted((ROOT / "sandbox" / "answers").glob("*.yaml"))
        for text in yaml.safe_load(path.read_text(encoding="utf-8"))["answers"].values()
    ]
    return " ".join(re.findall(r"[A-Za-z]+", " ".join(texts)))


async def start_followed(url: str, token: str, count: int) -> list[str]:
    """Start typed interviews, each with one message of its candidate; return their ids. Raises SandboxFailed."""
    text = read_corpus()[:TEXT_LENGTH].strip()
    limit = asyncio.Semaphore(CONCURRENT_STARTS)
    async with connect(url, token) as recruiter:

        async def start_one() -> str:
            async with limit:
                started = await start_interview(recruiter)
                interview_id: str = started["interview"]["id"]
                async with connect(url, started["access"]["token"]) as candidate:
                    await call(candidate, SEND, {"interviewId": interview_id, "text": text})
                return interview_id

        return await asyncio.gather(*(start_one() for _ in range(count)))


async def observe_messages(settings: Settings, interview_ids: Sequence[str]) -> list[FollowedInterview]:
    """Publish a sample turn of each interview with the product's own code, and record the messages. Raises SandboxFailed."""
    async with (
        database.connect(settings.mongodb),
        LiveHub(settings.redis, settings.auth) as live,
        Redis.from_url(settings.redis.url) as redis,
        redis.pubsub(ignore_subscribe_messages=True) as listener,
    ):
        await listener.psubscribe(f"{settings.redis.prefix}:*")
        followed = []
        for interview_id in interview_ids:
            (stored,) = await read_turns(decode_id(IdKind.INTERVIEW, interview_id))
            await live.publish_turn(replace(stored, id=_ID, seq=_SEQ, text=_TEXT))
            async with asyncio.timeout(10):
                while not (published := await listener.get_message(timeout=1.0)):
                    pass
            message = published["data"].decode()[SIGNATURE_CHARACTERS:]
            for value, placeholder in _PLACEHOLDERS:
                if message.count(value) != 1:
                    raise SandboxFailed(f"A published turn contains {value!r} {message.count(value)} times, not once.")
                message = message.replace(value, placeholder)
            followed.append(FollowedInterview(interview_id, stored, published["channel"].decode(), message))
        return followed
