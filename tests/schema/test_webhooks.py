"""What LiveKit tells: taken in once however often and late it comes, and from nobody else."""

import asyncio
import base64
import hashlib
import itertools
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from google.protobuf.json_format import MessageToJson
from livekit.api import AccessToken, ParticipantInfo, WebhookEvent
from livekit.protocol.models import Room as LivekitRoom
from pydantic import SecretStr
from starlette.applications import Starlette

import settings as configuration
from lifecycle.rooms import CANDIDATE, Rooms, name_of
from lifecycle.services import Services
from models.clock import now
from models.interview import Interview, Room, get_interview
from models.turn import Channel
from sandbox.livekit.server import LivekitServer
from sandbox.mongod import Mongod
from sandbox.processes import free_port
from schema.transport import routes
from schema.webhooks import MAX_EVENT_BYTES
from tests.factories import make_interview
from tests.live.reading import eventually
from tests.livekit import find_livekit
from tests.rooms import Livekit, asked, voice_of
from tests.schema.api import Api, served, with_services

PATH = "/webhooks/livekit"


def event_of(kind: str, interview: Interview, sid: str = "PA_1", *, joined: float = 0.0, **values: Any) -> str:
    """The body of an event about the candidate's connection `sid`, which joined so many seconds after an hour ago."""
    at = now() - timedelta(hours=1) + timedelta(seconds=joined)
    fields: dict[str, Any] = {
        "event": kind,
        "id": f"EV_{kind}_{sid}",
        "created_at": int(now().timestamp()),
        "room": LivekitRoom(name=name_of(ObjectId(interview.id)), sid="RM_1"),
        "participant": ParticipantInfo(sid=sid, identity=CANDIDATE, joined_at_ms=int(at.timestamp() * 1000)),
    }
    return MessageToJson(WebhookEvent(**{**fields, **values}))


class Teller:
    """LiveKit as it tells: signed as its webhooks are, unless a test says otherwise."""

    def __init__(self, api: Api, livekit: configuration.Livekit) -> None:
        self._api = api
        self.key, self.secret = livekit.api_key.get_secret_value(), livekit.api_secret.get_secret_value()

    def sign(self, body: str, *, secret: str | None = None, key: str | None = None, ttl: float = 300.0) -> str:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        token = AccessToken(key or self.key, secret or self.secret).with_sha256(digest)
        return token.with_ttl(timedelta(seconds=ttl)).to_jwt()

    async def tell(self, body: str, signature: str | None = None) -> int:
        """The status of the answer."""
        headers = {"Content-Type": "application/webhook+json", "Authorization": signature or self.sign(body)}
        return (await self._api.client.post(PATH, content=body, headers=headers)).status_code


@pytest.fixture
def teller(livekit_server: LivekitServer, api: Api, settings: configuration.Settings) -> Teller:
    return Teller(api, settings.livekit)


async def voice_interview(**values: Any) -> Interview:
    """An interview with a room in which nobody has been."""
    fields = {"channel": Channel.VOICE, "room": Room(wanted_until=now() - timedelta(minutes=1))}
    return await make_interview(**{**fields, **values})


async def room_of(interview: Interview) -> Room:
    stored = await get_interview(ObjectId(interview.id))
    assert stored
    assert stored.room
    return stored.room


async def test_who_joins_is_there_and_attended_and_who_leaves_is_away(teller: Teller, livekit: Livekit) -> None:
    interview = await voice_interview()
    assert await teller.tell(event_of("participant_joined", interview)) == 204
    assert (await room_of(interview)).participant == "PA_1"
    assert await livekit.fences(interview) == [1]
    assert await teller.tell(event_of("participant_left", interview)) == 204
    away = await room_of(interview)
    assert away.participant is None
    assert away.left_at


async def test_an_aborted_connection_is_one_that_has_ended(teller: Teller) -> None:
    interview = await voice_interview(room=Room(wanted_until=now(), participant="PA_1"))
    assert await teller.tell(event_of("participant_connection_aborted", interview)) == 204
    assert (await room_of(interview)).participant is None


async def test_what_is_told_five_times_has_one_effect(teller: Teller, livekit: Livekit) -> None:
    interview = await voice_interview()
    body = event_of("participant_joined", interview)
    assert await asyncio.gather(*(teller.tell(body) for _ in range(5))) == [204] * 5
    assert await livekit.fences(interview) == [1]
    left = event_of("participant_left", interview)
    await teller.tell(left)
    first = (await room_of(interview)).left_at
    assert await asyncio.gather(*(teller.tell(event) for event in (left, body, left, body))) == [204] * 4
    assert (await room_of(interview)).left_at == first
    assert (await room_of(interview)).participant is None


TOLD = {"join 1": ("PA_1", 0.0), "leave 1": ("PA_1", 0.0), "join 2": ("PA_2", 30.0)}


@pytest.mark.parametrize("order", list(itertools.permutations(TOLD)), ids=", ".join)
async def test_whatever_the_order_the_newer_connection_is_there(teller: Teller, order: tuple[str, ...]) -> None:
    interview = await voice_interview()
    for step in order:
        sid, joined = TOLD[step]
        kind = "participant_joined" if step.startswith("join") else "participant_left"
        assert await teller.tell(event_of(kind, interview, sid, joined=joined)) == 204
    assert (await room_of(interview)).participant == "PA_2"


async def test_of_a_finished_room_nobody_is_left(teller: Teller, livekit: Livekit) -> None:
    interview = await voice_interview(room=Room(wanted_until=now(), participant="PA_1"))
    assert await teller.tell(event_of("room_finished", interview)) == 204
    assert (await room_of(interview)).participant is None


async def test_a_late_word_of_a_finished_room_takes_nobody_out_of_the_one_that_was_made_since(
    teller: Teller, livekit: Livekit
) -> None:
    interview = await voice_interview()
    async with livekit.guest(interview) as guest:
        sid = guest.local_participant.sid
        await teller.tell(event_of("participant_joined", interview, sid))
        assert await teller.tell(event_of("room_finished", interview)) == 204
        assert (await room_of(interview)).participant == sid


async def test_what_is_none_of_ours_or_unknown_has_no_effect(teller: Teller) -> None:
    interview = await voice_interview()
    stranger = ParticipantInfo(sid="PA_1", identity="agent-1")
    bodies = [
        event_of("participant_joined", interview, participant=stranger),
        event_of("participant_joined", interview, room=LivekitRoom(name="meeting")),
        event_of("participant_joined", interview, room=LivekitRoom(name=name_of(ObjectId()))),
        event_of("something_new", interview),
        event_of("room_started", interview),
        event_of("track_published", interview),
        event_of("unheard_of", interview)[:-2] + ', "newField": {"of": "a later version"}}',
    ]
    assert [await teller.tell(body) for body in bodies] == [204] * len(bodies)
    assert await room_of(interview) == interview.room


async def test_what_is_forged_is_refused_and_has_no_effect(
    teller: Teller, services: Services, api: Api, livekit: Livekit
) -> None:
    interview = await voice_interview()
    body = event_of("participant_joined", interview)
    other = event_of("participant_left", interview)
    forged = {
        "of another secret": teller.sign(body, secret="s" * 40),
        "of another key": teller.sign(body, key="another"),
        "of another body": teller.sign(other),
        "expired": teller.sign(body, ttl=-600),
        "the candidate's own key": services.rooms.access(interview).token,
        "no token": "nonsense",
        "as others send it": f"Bearer {teller.sign(body)}",
    }
    assert {name: await teller.tell(body, signature) for name, signature in forged.items()} == dict.fromkeys(forged, 401)
    assert await teller.tell(body + " ", teller.sign(body)) == 401, "to the byte"
    assert (await api.client.post(PATH, content=body)).status_code == 401
    assert (await api.client.post(PATH, content=b"\xff", headers={"Authorization": teller.sign(body)})).status_code == 401
    assert await room_of(interview) == interview.room


async def test_what_is_stale_is_refused(teller: Teller) -> None:
    interview = await voice_interview()
    old = event_of("participant_joined", interview, created_at=int(now().timestamp()) - 301)
    undated = event_of("participant_joined", interview, created_at=0)
    assert [await teller.tell(body) for body in (old, undated)] == [401, 401]
    fairly_old = event_of("participant_joined", interview, created_at=int(now().timestamp()) - 200)
    assert await teller.tell(fairly_old) == 204


async def test_a_body_that_is_too_large_is_not_read_to_its_end(teller: Teller, api: Api) -> None:
    body = " " * (MAX_EVENT_BYTES + 1)
    assert await teller.tell(body) == 413
    assert (await api.client.get(PATH)).status_code == 405


async def test_without_livekit_nobody_is_believed(api: Api, settings: configuration.Settings) -> None:
    interview = await voice_interview()
    body = event_of("participant_joined", interview)
    livekit = configuration.Livekit(api_key=SecretStr("k"), api_secret=SecretStr("s" * 40))
    assert await Teller(api, livekit).tell(body) == 401


async def test_livekit_is_asked_to_tell_it_again_while_mongodb_is_away(
    livekit_server: LivekitServer, own_mongod: Mongod, api: Api, settings: configuration.Settings
) -> None:
    interview = await voice_interview()
    teller = Teller(api, settings.livekit)
    body = event_of("participant_joined", interview)
    await own_mongod.kill()
    assert await teller.tell(body) == 503
    await own_mongod.start()

    async def taken() -> bool:
        return await teller.tell(body) == 204

    await eventually(taken)
    assert (await room_of(interview)).participant == "PA_1"


async def test_who_joins_while_we_cannot_reach_livekit_is_there(
    own_livekit: LivekitServer, api: Api, settings: configuration.Settings
) -> None:
    interview = await voice_interview()
    await own_livekit.kill()
    assert await Teller(api, settings.livekit).tell(event_of("participant_joined", interview)) == 204
    assert (await room_of(interview)).participant == "PA_1"


async def test_a_real_livekit_is_understood(services: Services, tmp_path_factory: pytest.TempPathFactory) -> None:
    port = free_port()
    folder = tmp_path_factory.mktemp("servers")
    async with LivekitServer(await find_livekit(), folder, webhooks=[f"http://127.0.0.1:{port}{PATH}"]) as server:
        changed = services.settings.model_copy(update={"livekit": voice_of(server)})
        async with Rooms(changed) as rooms:
            told = Services(changed, services.live, services.jobs, rooms, "test")
            app = with_services(Starlette(routes=routes(changed)), told)
            async with served(app, port), asked(changed.livekit) as livekit:
                await comes_and_goes(livekit)


async def comes_and_goes(livekit: Livekit) -> None:
    interview = await voice_interview()
    async with livekit.guest(interview) as guest:
        sid = guest.local_participant.sid

        async def is_there() -> bool:
            return (await room_of(interview)).participant == sid

        await eventually(is_there)

    async def is_away() -> bool:
        return (await room_of(interview)).left_at is not None

    await eventually(is_away)
    assert await livekit.fences(interview) == [1]
