"""Rooms on a real LiveKit: created once, for one candidate, with one interviewer."""

import asyncio
from datetime import timedelta

import jwt
import pytest
from bson import ObjectId
from pydantic import SecretStr

import settings as configuration
from errors import Unavailable
from lifecycle.rooms import CANDIDATE_IDENTITY, GENERATION_ATTRIBUTE, ORIGIN_ATTRIBUTE, Rooms, build_room_name, parse_room_name
from lifecycle.services import Services
from models.storage.clock import now
from sandbox.livekit.server import LivekitServer
from tests.factories import make_interview
from tests.helpers import wait_until
from tests.livekit_probe import LivekitProbe
from tests.livekit_rooms import join_room

pytestmark = pytest.mark.usefixtures("livekit_server")


async def test_room_is_created_once_with_one_dispatch(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_interview(fence=1)
    await asyncio.gather(*(services.rooms.create_room(interview) for _ in range(5)))
    [room] = await livekit.list_rooms(interview)
    assert room.metadata == "", "no data of the interview"
    assert room.empty_timeout == services.settings.livekit.empty_seconds
    assert room.departure_timeout > services.settings.voice.grace_seconds
    sent = {"interview": str(interview.id), "fence": 1}
    assert await livekit.list_dispatches(interview) == [(services.settings.livekit.agent_name, sent)]


async def test_second_dispatch_has_its_own_fence(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_interview(fence=1)
    await services.rooms.create_room(interview)
    await services.rooms.dispatch_interviewer(interview.id, 2)
    assert await livekit.list_interviewer_fences(interview) == [1, 2]


async def test_dispatch_recreates_a_missing_room_with_its_timeouts(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_interview()
    await services.rooms.dispatch_interviewer(interview.id, 7)
    [room] = await livekit.list_rooms(interview)
    assert room.departure_timeout > services.settings.voice.grace_seconds
    assert await livekit.list_interviewer_fences(interview) == [7]


async def test_dispatch_removes_only_agents_of_the_same_kind(services: Services, livekit: LivekitProbe) -> None:
    interview, names = await make_interview(), services.settings.livekit
    await services.rooms.create_room(interview)
    async with (
        livekit.join(interview),
        livekit.join(interview, "a zombie", names.agent_name),
        livekit.join(interview, "its successor", names.agent_name),
        livekit.join(interview, "a nameless one", ""),
        livekit.join(interview, "the recorder", names.recorder_name),
    ):
        await services.rooms.dispatch_interviewer(interview.id, 2)

        async def have_left() -> bool:
            return await livekit.list_identities(interview) == {CANDIDATE_IDENTITY, "a nameless one", "the recorder"}

        await wait_until(have_left)
        await services.rooms.dispatch_recorder(interview.id, ObjectId(), 2)

        async def has_left() -> bool:
            return await livekit.list_identities(interview) == {CANDIDATE_IDENTITY, "a nameless one"}

        await wait_until(has_left)


async def test_find_candidate_returns_the_current_connection(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_interview()
    assert await services.rooms.find_candidate(interview.id) is None
    async with livekit.join(interview) as room, livekit.join(interview, "a guest"):
        found = await services.rooms.find_candidate(interview.id)
        assert found
        assert found.sid == room.local_participant.sid
        assert abs(found.joined_at - now()) < timedelta(minutes=1)


async def test_renewal_removes_the_candidate_with_the_earlier_invite_only(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_interview()
    room, attributes = build_room_name(interview.id), {GENERATION_ATTRIBUTE: str(interview.invite_generation)}
    async with join_room(livekit.settings, room, CANDIDATE_IDENTITY, attributes=attributes), livekit.join(interview, "a guest"):
        await services.rooms.remove_outdated_candidate(interview)
        assert await livekit.list_identities(interview) == {CANDIDATE_IDENTITY, "a guest"}
        interview.invite_generation += 1
        await services.rooms.remove_outdated_candidate(interview)
        assert await livekit.list_identities(interview) == {"a guest"}


async def test_recorder_is_dispatched_under_its_own_name(services: Services, livekit: LivekitProbe) -> None:
    interview, recording_id = await make_interview(), ObjectId()
    await services.rooms.dispatch_recorder(interview.id, recording_id, 3)
    sent = {"interview": str(interview.id), "recording": str(recording_id), "fence": 3}
    assert await livekit.list_dispatches(interview) == [(services.settings.livekit.recorder_name, sent)]


async def test_candidate_token_grants_access_to_one_room_only(services: Services, livekit_server: LivekitServer) -> None:
    interview = await make_interview()
    access = services.rooms.issue_access(interview)
    assert (access.url, access.name) == (livekit_server.url, f"interview-{interview.id}")
    claims = jwt.decode(access.token, livekit_server.api_secret, algorithms=["HS256"])
    assert claims["sub"] == CANDIDATE_IDENTITY
    assert timedelta(0) < timedelta(seconds=claims["exp"] - now().timestamp()) <= timedelta(minutes=31)
    assert claims["video"] == {
        "roomJoin": True,
        "room": access.name,
        "canPublish": True,
        "canPublishSources": ["microphone", "camera"],
        "canSubscribe": True,
        "canPublishData": True,
        "canUpdateOwnMetadata": False,
    }
    assert claims["attributes"] == {GENERATION_ATTRIBUTE: str(interview.invite_generation), ORIGIN_ATTRIBUTE: "INVITE"}
    assert set(claims) == {"sub", "iss", "nbf", "exp", "video", "kind", "metadata", "name", "attributes"} & set(claims)


async def test_access_uses_the_public_url_if_set(services: Services) -> None:
    livekit = services.settings.livekit.model_copy(update={"public_url": "wss://rooms.example"})
    async with Rooms(services.settings.model_copy(update={"livekit": livekit})) as rooms:
        assert rooms.issue_access(await make_interview()).url == "wss://rooms.example"


async def test_deleting_a_room_is_idempotent(services: Services, livekit: LivekitProbe) -> None:
    interview = await make_interview()
    interview_id = interview.id
    await services.rooms.delete_room(interview_id)
    await services.rooms.create_room(interview)
    assert interview_id in await services.rooms.list_interviews_with_room()
    await services.rooms.delete_room(interview_id)
    await services.rooms.delete_room(interview_id)
    assert await livekit.list_rooms(interview) == []
    assert await services.rooms.find_candidate(interview_id) is None


def test_names_of_foreign_rooms_are_not_parsed() -> None:
    interview_id = ObjectId()
    assert parse_room_name(build_room_name(interview_id)) == interview_id
    for name in ("", "interview-", "interview-7", f"meeting-{interview_id}", str(interview_id), f"interview-{interview_id}x"):
        assert parse_room_name(name) is None


async def test_unreachable_livekit_raises_unavailable_with_a_remedy(services: Services) -> None:
    unreachable = services.settings.livekit.model_copy(update={"url": "ws://127.0.0.1:9"})
    interview = await make_interview()
    async with Rooms(services.settings.model_copy(update={"livekit": unreachable})) as rooms:
        with pytest.raises(Unavailable, match="use channel TEXT") as error:
            await rooms.create_room(interview)
        assert error.value.retry_after_seconds
        with pytest.raises(Unavailable):
            await rooms.dispatch_interviewer(interview.id, 1)


async def test_silent_livekit_times_out(services: Services) -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(never, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        silent = services.settings.livekit.model_copy(update={"url": f"ws://127.0.0.1:{port}", "timeout_seconds": 0.2})
        async with Rooms(services.settings.model_copy(update={"livekit": silent})) as rooms, asyncio.timeout(10):
            with pytest.raises(Unavailable):
                await rooms.list_interviews_with_room()


async def test_rejected_secret_is_not_quoted_in_the_error(services: Services) -> None:
    wrong = services.settings.livekit.model_copy(update={"api_secret": SecretStr("w" * 40)})
    async with Rooms(services.settings.model_copy(update={"livekit": wrong})) as rooms:
        with pytest.raises(Unavailable) as error:
            await rooms.list_interviews_with_room()
    assert "HTTP 401" in str(error.value)
    assert "www" not in str(error.value)


async def test_without_livekit_settings_there_is_no_voice_channel(services: Services) -> None:
    interview = await make_interview()
    async with Rooms(services.settings.model_copy(update={"livekit": configuration.LivekitSettings()})) as rooms:
        assert not rooms.is_configured
        rooms.delete_room_in_background(interview.id)
        with pytest.raises(Unavailable, match="not available on this server: use channel TEXT"):
            rooms.issue_access(interview)
        with pytest.raises(Unavailable):
            await rooms.create_room(interview)
