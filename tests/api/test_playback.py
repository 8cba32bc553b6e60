"""Playback of recordings: whole and by range, and refusal of invalid links."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx2
import pytest
from bson import ObjectId
from starlette.applications import Starlette

from api.http import build_routes
from auth import Audience, issue_candidate_token, sign
from lifecycle.services import Services
from lifecycle.states import erase_interview
from models.documents.interview import Interview
from models.documents.organization import Role
from models.documents.recording import RecordingFile
from recording.storage import open_store
from resolvers.recordings import build_playback_url
from settings import Settings
from tests.factories import new_recording, new_recording_file
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, issue_token, serve, with_services

CONTENT = bytes(range(256)) * 4


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    recording = settings.recording.model_copy(update={"store": str(tmp_path)})
    return settings.model_copy(update={"recording": recording})


@dataclass
class RecordingPlayer:
    """A client that has a link to the recording of an interview."""

    services: Services
    interview: Interview
    file: RecordingFile
    client: httpx2.AsyncClient

    @property
    def link(self) -> str:
        url = build_playback_url(self.services, self.file)
        assert url
        parts = urlsplit(url)
        return f"{parts.path}?{parts.query}"

    async def get(self, **headers: str) -> httpx2.Response:
        return await self.client.get(self.link, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def make_stored_recording(services: Services, tenant: Tenant) -> tuple[Interview, RecordingFile]:
    interview = await tenant.make_interview()
    file = new_recording_file(path=f"{interview.id}/audio.ogg", size_bytes=len(CONTENT))
    await new_recording(interview, files=[file]).insert()
    store = open_store(services.settings.recording)
    assert store and file.path
    await store.put(file.path, CONTENT)
    return interview, file


@pytest.fixture
async def player(services: Services, tenant: Tenant) -> AsyncIterator[RecordingPlayer]:
    app = with_services(Starlette(routes=build_routes(services.settings)), services)
    async with serve(app) as address, httpx2.AsyncClient(base_url=f"http://127.0.0.1:{address.port}", trust_env=False) as client:
        yield RecordingPlayer(services, *await make_stored_recording(services, tenant), client)


async def test_response_is_complete_and_has_the_headers_that_players_need(player: RecordingPlayer) -> None:
    response = await player.get(accept_encoding="gzip")
    assert (response.status_code, response.content) == (200, CONTENT)
    expected = {
        "content-type": "audio/ogg",
        "content-length": "1024",
        "accept-ranges": "bytes",
        "content-disposition": "inline",
        "cache-control": "private, no-store",
        "etag": f'"{player.file.id}"',
    }
    assert {name: response.headers.get(name) for name in expected} == expected
    assert "content-encoding" not in response.headers


async def test_download_is_an_attachment_named_after_the_candidate(player: RecordingPlayer, tenant: Tenant) -> None:
    await player.interview.set({"candidate.name": "Zoë \u202eLovelace"})
    query = "query($id: ID!) { interview(id: $id) { recordings { url(download: true) } } }"
    api = ApiClient(player.client)
    found = await api.execute(query, await issue_token(tenant, Role.RECRUITER), id=global_id_of(player.interview))
    url = urlsplit(found["interview"]["recordings"][0]["url"])
    response = await player.client.get(f"{url.path}?{url.query}")
    assert response.content == CONTENT
    kind, _, encoded = response.headers["content-disposition"].partition("; filename*=UTF-8''")
    day = f"{player.file.started_at:%Y-%m-%d}"
    assert (kind, unquote(encoded)) == ("attachment", f"Zoë Lovelace - {player.interview.position.title} - {day}.ogg")


@pytest.mark.parametrize(
    ("requested", "start", "end"),
    [
        ("bytes=0-", 0, 1024),
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=1000-5000", 1000, 1024),
        ("bytes=-24", 1000, 1024),
    ],
)
async def test_range_request_returns_that_range(player: RecordingPlayer, requested: str, start: int, end: int) -> None:
    response = await player.get(range=requested)
    assert (response.status_code, response.content) == (206, CONTENT[start:end])
    assert response.headers["content-range"] == f"bytes {start}-{end - 1}/1024"
    assert response.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("requested", ["bytes=1024-", "bytes=5000-6000", "bytes=-0"])
async def test_range_beyond_the_end_is_refused_with_the_size(player: RecordingPlayer, requested: str) -> None:
    response = await player.get(range=requested)
    assert response.status_code == 416
    assert response.headers["content-range"] == "bytes */1024"


@pytest.mark.parametrize("requested", ["bytes=9-3", "lines=1-2", "bytes=", "bytes=0-1,5-6", "bytes=-", "nonsense"])
async def test_invalid_and_multiple_ranges_return_the_whole_recording(player: RecordingPlayer, requested: str) -> None:
    response = await player.get(range=requested)
    assert (response.status_code, response.content) == (200, CONTENT)


async def test_range_of_another_version_returns_the_whole_recording(player: RecordingPlayer) -> None:
    assert (await player.get(range="bytes=1-2", if_range=f'"{player.file.id}"')).status_code == 206
    assert (await player.get(range="bytes=1-2", if_range='"another"')).status_code == 200
    assert (await player.get(range="bytes=1-2", if_range="Wed, 25 Nov 2026 08:00:00 GMT")).status_code == 200


async def test_head_returns_the_headers_without_content(player: RecordingPlayer) -> None:
    whole = await player.client.head(player.link)
    assert (whole.status_code, whole.content, whole.headers["content-length"]) == (200, b"", "1024")
    part = await player.client.head(player.link, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content, part.headers["content-length"]) == (206, b"", "10")
    assert (await player.client.post(player.link)).status_code == 405


async def test_forged_expired_and_foreign_links_are_refused(
    player: RecordingPlayer, tenant: Tenant, other_tenant: Tenant
) -> None:
    _, other = await make_stored_recording(player.services, other_tenant)
    auth, path = player.services.settings.auth, player.link.split("?")[0]
    recording_id = path.rsplit("/", 1)[1]
    access, _ = issue_candidate_token(player.interview, auth)
    other_link = build_playback_url(player.services, other)
    assert other_link
    tokens = {
        "none": "",
        "forged": player.link.split("token=")[1][:-4] + "AAAA",
        "expired": sign({"sub": recording_id, "exp": 1}, Audience.PLAYBACK, auth),
        "for another recording": other_link.split("token=")[1],
        "candidate token": access,
        "invite": tenant.invite_token(player.interview),
        "API key": await issue_token(tenant, Role.ADMIN, player.interview),
    }
    for name, token in tokens.items():
        response = await player.client.get(path, params={"token": token})
        assert (name, response.status_code) == (name, 403)
        assert "query the recording's url again" in response.text


async def test_unknown_recording_is_not_found(player: RecordingPlayer) -> None:
    auth = player.services.settings.auth
    for recording_id in (f"rec_{ObjectId()}", "rec_x", f"int_{player.interview.id}"):
        token = sign({"sub": recording_id, "exp": 4_000_000_000}, Audience.PLAYBACK, auth)
        response = await player.client.get(f"/recordings/{recording_id}", params={"token": token})
        assert (response.status_code, "There is no such recording" in response.text) == (404, True)


async def test_erased_recording_is_not_found_even_before_its_file_is_deleted(player: RecordingPlayer) -> None:
    link = player.link
    await erase_interview(player.services, player.interview)
    assert (await player.client.get(link)).status_code == 404


async def test_missing_file_is_an_error_before_any_content_is_sent(player: RecordingPlayer, tmp_path: Path) -> None:
    (tmp_path / str(player.file.path)).unlink()
    response = await player.get()
    assert (response.status_code, response.text) == (
        503,
        "The recording cannot be read at the moment: The stored object no longer exists.",
    )


RECORDINGS = """query($id: ID!) { interview(id: $id) { recordings {
    id kind status mimeType url durationSeconds sizeBytes startedAt failure } } }"""


async def test_interview_and_node_return_the_recording_with_its_link(api: ApiClient, tenant: Tenant, services: Services) -> None:
    interview, _ = await make_stored_recording(services, tenant)
    token = await issue_token(tenant, Role.RECRUITER, interview)
    [recording] = (await api.execute(RECORDINGS, token, id=global_id_of(interview)))["interview"]["recordings"]
    assert recording["url"].startswith(f"{services.settings.api.public_url}/recordings/{recording['id']}?token=")
    assert (recording["kind"], recording["status"], recording["mimeType"]) == ("AUDIO", "COMPLETED", "audio/ogg")
    assert (recording["durationSeconds"], recording["sizeBytes"]) == (1.5, 1024)
    node = "query($id: ID!) { node(id: $id) { __typename id ... on Recording { kind } } }"
    found = (await api.execute(node, token, id=recording["id"]))["node"]
    assert found == {"__typename": "Recording", "id": recording["id"], "kind": "AUDIO"}


async def test_recording_is_hidden_from_other_tenants_and_unauthorized_roles(
    api: ApiClient, tenant: Tenant, other_tenant: Tenant, services: Services
) -> None:
    interview, file = await make_stored_recording(services, tenant)
    foreign, _ = await make_stored_recording(services, other_tenant)
    query = "query($id: ID!) { node(id: $id) { id } }"
    for token_tenant, role, token_interview, code in (
        (other_tenant, Role.ADMIN, foreign, "NOT_FOUND"),
        (tenant, Role.VIEWER, interview, "FORBIDDEN"),
        (tenant, Role.CANDIDATE, interview, "FORBIDDEN"),
    ):
        refused = await api.execute(query, await issue_token(token_tenant, role, token_interview), id=f"rec_{file.id}")
        assert (refused.data, refused.codes) == ({"node": None}, [code])


async def test_recording_in_progress_has_no_link(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    await new_recording(interview).insert()
    token = await issue_token(tenant, Role.ADMIN, interview)
    [recording] = (await api.execute(RECORDINGS, token, id=global_id_of(interview)))["interview"]["recordings"]
    assert (recording["kind"], recording["status"], recording["url"]) == ("AUDIO", "STARTING", None)
