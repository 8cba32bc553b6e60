"""LiveKit's webhooks: handled once even if repeated, late or reordered, and refused if forged or stale."""

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
from api.http import build_routes
from api.webhooks import MAX_EVENT_BYTES
from cli import deployment_checks
from lifecycle.rooms import CANDIDATE_IDENTITY, GENERATION_ATTRIBUTE, Rooms, build_room_name
from lifecycle.services import Services
from models.documents.interview import Interview, RoomState
from models.storage.clock import now
from sandbox.livekit.server import LivekitServer
from sandbox.mongod import Mongod
from sandbox.processes import free_port
from tests.factories import make_voice_interview, read_room
from tests.helpers import wait_until
from tests.livekit_probe import LivekitProbe, make_livekit_settings, open_livekit_probe
from tests.livekit_rooms import find_livekit, join_room
from tests.schema.api_client import ApiClient, serve, with_services

WEBHOOK_PATH = "/webhooks/livekit"


def event_body(kind: str, interview: Interview, sid: str = "PA_1", *, joined_seconds: float = 0.0, **values: Any) -> str:
    """Return the body of an event of the candidate's connection `sid`, which joined `joined_seconds` after a fixed time."""
    at = now() - timedelta(hours=1) + timedelta(seconds=joined_seconds)
    fields: dict[str, Any] = {
        "event": kind,
        "id": f"EV_{kind}_{sid}",
        "created_at": int(now().timestamp()),
        "room": LivekitRoom(name=build_room_name(interview.id), sid="RM_1"),
        "participant": ParticipantInfo(sid=sid, identity=CANDIDATE_IDENTITY, joined_at_ms=int(at.timestamp() * 1000)),
    }
    return MessageToJson(WebhookEvent(**{**fields, **values}))


class WebhookSender:
    """Sends events signed as LiveKit signs them."""

    def __init__(self, api: ApiClient, livekit: configuration.LivekitSettings) -> None:
        self._api = api
        self.key, self.secret = livekit.api_key.get_secret_value(), livekit.api_secret.get_secret_value()

    def sign(self, body: str, *, secret: str | None = None, key: str | None = None, ttl: float = 300.0) -> str:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        token = AccessToken(key or self.key, secret or self.secret).with_sha256(digest)
        return token.with_ttl(timedelta(seconds=ttl)).to_jwt()

    async def send(self, body: str, signature: str | None = None) -> int:
        """Send the event and return the status of the response."""
        headers = {"Content-Type": "application/webhook+json", "Authorization": signature or self.sign(body)}
        return (await self._api.client.post(WEBHOOK_PATH, content=body, headers=headers)).status_code


@pytest.fixture
def webhook_sender(livekit_server: LivekitServer, api: ApiClient, settings: configuration.Settings) -> WebhookSender:
    return WebhookSender(api, settings.livekit)


async def test_joining_dispatches_an_interviewer_and_leaving_is_recorded(
    webhook_sender: WebhookSender, livekit: LivekitProbe
) -> None:
    interview = await make_voice_interview()
    assert await webhook_sender.send(event_body("participant_joined", interview)) == 204
    assert (await read_room(interview)).participant == "PA_1"
    assert await livekit.list_interviewer_fences(interview) == [1]
    assert await webhook_sender.send(event_body("participant_left", interview)) == 204
    room = await read_room(interview)
    assert room.participant is None
    assert room.left_at


async def test_candidate_with_an_earlier_invite_is_removed_and_not_present(
    webhook_sender: WebhookSender, livekit: LivekitProbe
) -> None:
    interview = await make_voice_interview(invite_generation=2)
    attributes = {GENERATION_ATTRIBUTE: "1"}
    async with join_room(livekit.settings, build_room_name(interview.id), CANDIDATE_IDENTITY, attributes=attributes) as room:
        participant = ParticipantInfo(
            sid=room.local_participant.sid, identity=CANDIDATE_IDENTITY, joined_at_ms=1, attributes=attributes
        )
        assert await webhook_sender.send(event_body("participant_joined", interview, participant=participant)) == 204
        assert await livekit.list_identities(interview) == set()
    assert (await read_room(interview)).participant is None


async def test_aborted_connection_counts_as_left(webhook_sender: WebhookSender) -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    assert await webhook_sender.send(event_body("participant_connection_aborted", interview)) == 204
    assert (await read_room(interview)).participant is None


async def test_repeated_event_has_one_effect(webhook_sender: WebhookSender, livekit: LivekitProbe) -> None:
    interview = await make_voice_interview()
    body = event_body("participant_joined", interview)
    assert await asyncio.gather(*(webhook_sender.send(body) for _ in range(5))) == [204] * 5
    assert await livekit.list_interviewer_fences(interview) == [1]
    left = event_body("participant_left", interview)
    await webhook_sender.send(left)
    first = (await read_room(interview)).left_at
    assert await asyncio.gather(*(webhook_sender.send(event) for event in (left, body, left, body))) == [204] * 4
    assert (await read_room(interview)).left_at == first
    assert (await read_room(interview)).participant is None


CONNECTION_STEPS = {"join 1": ("PA_1", 0.0), "leave 1": ("PA_1", 0.0), "join 2": ("PA_2", 30.0)}


@pytest.mark.parametrize("order", list(itertools.permutations(CONNECTION_STEPS)), ids=", ".join)
async def test_newest_connection_is_present_whatever_the_order_of_events(
    webhook_sender: WebhookSender, order: tuple[str, ...]
) -> None:
    interview = await make_voice_interview()
    for step in order:
        sid, joined = CONNECTION_STEPS[step]
        kind = "participant_joined" if step.startswith("join") else "participant_left"
        assert await webhook_sender.send(event_body(kind, interview, sid, joined_seconds=joined)) == 204
    assert (await read_room(interview)).participant == "PA_2"


async def test_finished_room_has_no_participant(webhook_sender: WebhookSender, livekit: LivekitProbe) -> None:
    interview = await make_voice_interview(room=RoomState(expected_until=now(), participant="PA_1"))
    assert await webhook_sender.send(event_body("room_finished", interview)) == 204
    assert (await read_room(interview)).participant is None


async def test_late_event_of_a_finished_room_does_not_affect_the_recreated_room(
    webhook_sender: WebhookSender, livekit: LivekitProbe
) -> None:
    interview = await make_voice_interview()
    async with livekit.join(interview) as guest:
        sid = guest.local_participant.sid
        await webhook_sender.send(event_body("participant_joined", interview, sid))
        assert await webhook_sender.send(event_body("room_finished", interview)) == 204
        assert (await read_room(interview)).participant == sid


async def test_foreign_and_unknown_events_have_no_effect(webhook_sender: WebhookSender) -> None:
    interview = await make_voice_interview()
    other_participant = ParticipantInfo(sid="PA_1", identity="agent-1")
    bodies = [
        event_body("participant_joined", interview, participant=other_participant),
        event_body("participant_joined", interview, room=LivekitRoom(name="meeting")),
        event_body("participant_joined", interview, room=LivekitRoom(name=build_room_name(ObjectId()))),
        event_body("something_new", interview),
        event_body("room_started", interview),
        event_body("track_published", interview),
        event_body("unheard_of", interview)[:-2] + ', "newField": {"of": "a later version"}}',
    ]
    assert [await webhook_sender.send(body) for body in bodies] == [204] * len(bodies)
    assert await read_room(interview) == interview.room


async def test_forged_event_is_refused_and_has_no_effect(
    webhook_sender: WebhookSender, services: Services, api: ApiClient, livekit: LivekitProbe
) -> None:
    interview = await make_voice_interview()
    body = event_body("participant_joined", interview)
    other = event_body("participant_left", interview)
    forged = {
        "another secret": webhook_sender.sign(body, secret="s" * 40),
        "another key": webhook_sender.sign(body, key="another"),
        "another body": webhook_sender.sign(other),
        "expired": webhook_sender.sign(body, ttl=-600),
        "a candidate's room token": services.rooms.issue_access(interview).token,
        "no token": "nonsense",
        "a Bearer prefix": f"Bearer {webhook_sender.sign(body)}",
    }
    assert {name: await webhook_sender.send(body, signature) for name, signature in forged.items()} == dict.fromkeys(forged, 401)
    assert await webhook_sender.send(body + " ", webhook_sender.sign(body)) == 401, "the digest covers every byte"
    assert (await api.client.post(WEBHOOK_PATH, content=body)).status_code == 401
    assert (
        await api.client.post(WEBHOOK_PATH, content=b"\xff", headers={"Authorization": webhook_sender.sign(body)})
    ).status_code == 401
    assert await read_room(interview) == interview.room


async def test_event_of_an_earlier_key_is_accepted(
    webhook_sender: WebhookSender, settings: configuration.Settings, livekit: LivekitProbe
) -> None:
    interview = await make_voice_interview()
    body = event_body("participant_joined", interview)
    earlier = webhook_sender.sign(body, key="earlier", secret="e" * 40)
    assert await webhook_sender.send(body, earlier) == 401
    settings.livekit.previous_keys["earlier"] = SecretStr("e" * 40)
    assert await webhook_sender.send(body, earlier) == 204
    assert (await read_room(interview)).participant == "PA_1"


async def test_stale_event_is_refused(webhook_sender: WebhookSender) -> None:
    interview = await make_voice_interview()
    old = event_body("participant_joined", interview, created_at=int(now().timestamp()) - 301)
    undated = event_body("participant_joined", interview, created_at=0)
    assert [await webhook_sender.send(body) for body in (old, undated)] == [401, 401]
    recent = event_body("participant_joined", interview, created_at=int(now().timestamp()) - 200)
    assert await webhook_sender.send(recent) == 204


async def test_oversized_body_is_refused(webhook_sender: WebhookSender, api: ApiClient) -> None:
    body = " " * (MAX_EVENT_BYTES + 1)
    assert await webhook_sender.send(body) == 413
    assert (await api.client.get(WEBHOOK_PATH)).status_code == 405


async def test_event_is_refused_if_livekit_is_not_configured(api: ApiClient, settings: configuration.Settings) -> None:
    interview = await make_voice_interview()
    body = event_body("participant_joined", interview)
    livekit = configuration.LivekitSettings(api_key=SecretStr("k"), api_secret=SecretStr("s" * 40))
    assert await WebhookSender(api, livekit).send(body) == 401


async def test_livekit_repeats_an_event_that_arrives_while_mongodb_is_unavailable(
    livekit_server: LivekitServer, own_mongod: Mongod, api: ApiClient, settings: configuration.Settings
) -> None:
    interview = await make_voice_interview()
    sender = WebhookSender(api, settings.livekit)
    body = event_body("participant_joined", interview)
    await own_mongod.kill()
    assert await sender.send(body) == 503
    await own_mongod.start()

    async def is_accepted() -> bool:
        return await sender.send(body) == 204

    await wait_until(is_accepted)
    assert (await read_room(interview)).participant == "PA_1"


async def test_presence_is_stored_while_livekit_is_unreachable(
    own_livekit: LivekitServer, api: ApiClient, settings: configuration.Settings
) -> None:
    interview = await make_voice_interview()
    await own_livekit.kill()
    assert await WebhookSender(api, settings.livekit).send(event_body("participant_joined", interview)) == 204
    assert (await read_room(interview)).participant == "PA_1"


async def test_webhooks_of_a_real_livekit_server_are_handled_and_doctor_sees_that_they_arrive(
    services: Services, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployment_checks, "WEBHOOK_SECONDS", 60.0)
    port = free_port()
    folder = tmp_path_factory.mktemp("servers")
    async with LivekitServer(await find_livekit(), folder, webhooks=[f"http://127.0.0.1:{port}{WEBHOOK_PATH}"]) as server:
        changed = services.settings.model_copy(update={"livekit": make_livekit_settings(server)})
        async with Rooms(changed) as rooms:
            other_services = Services(changed, services.live, services.jobs, rooms, services.rate_limits)
            app = with_services(Starlette(routes=build_routes(changed)), other_services)
            async with serve(app, port), open_livekit_probe(changed.livekit) as livekit:
                await join_and_leave(livekit)
                result = await deployment_checks.check_livekit_webhook(changed)
                assert (result.is_ok, result.message) == (True, "LiveKit's events reach the API.")


async def join_and_leave(livekit: LivekitProbe) -> None:
    interview = await make_voice_interview()
    async with livekit.join(interview) as guest:
        sid = guest.local_participant.sid

        async def is_present() -> bool:
            return (await read_room(interview)).participant == sid

        await wait_until(is_present)

    async def has_left() -> bool:
        return (await read_room(interview)).left_at is not None

    await wait_until(has_left)
    assert await livekit.list_interviewer_fences(interview) == [1]
