"""A process that sends a text that looks like a secret to the API in every place; test_logs reads its log and the answers."""

import asyncio
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx2
import orjson
from pydantic import SecretStr
from redis.asyncio import Redis
from starlette.applications import Starlette

import logs
import settings
from api.http import build_routes, security_headers
from lifecycle.services import open_services
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from resolvers.candidate_credentials import issue_candidate_access
from tests.api.raw_socket import connect_raw
from tests.factories import add_candidate_turn
from tests.helpers import AUTH
from tests.resolvers.tenant import Tenant, global_id_of, make_tenant
from tests.schema.api_client import ServerAddress, issue_token, serve, with_services

CANARY = "sk-canary-7f3a9d"
"""Looks like a secret, and has no character that any of the inputs refuses."""

SUBSCRIBER_EXISTS = 4409

SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }"
START = "mutation($input: StartInterviewInput!) { startInterview(input: $input) { interview { id } } }"
JOIN = "mutation($input: JoinInterviewInput!) { joinInterview(input: $input) { interview { id } } }"
CANCEL = "mutation($input: CancelInterviewInput!) { cancelInterview(input: $input) { interview { id } } }"
HEADERS = (
    *("Authorization", "Cookie", "X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via", "CF-Connecting-IP"),
    *("User-Agent", "Referer", "Origin", "Accept-Language", "Content-Type", "Accept", "traceparent", "X-Canary"),
)
PATHS = (
    "/",
    "/graphql",
    "/join",
    "/sign-in/oidc",
    "/sign-in/oidc/callback",
    "/interviews/{}",
    "/recordings/{}",
    "/webhooks/livekit",
    "/integrations/greenhouse/send_test",
    "/integrations/greenhouse/test_status",
    "/ide/{}",
    "/metrics",
    "/healthz",
    "/{}",
)


def build_operations(interview: Interview, position: str) -> Iterator[dict[str, Any]]:
    """Yield operations that fail in every way, or succeed, with the canary in another place each."""
    interview_id = global_id_of(interview)
    start = {
        "candidateName": "Ada",
        "positionKey": position,
        "channel": "TEXT",
        "consent": {"textVersion": "1", "recording": False},
    }
    for name, value in (
        ("candidateName", CANARY),
        ("candidateEmail", CANARY),
        ("positionKey", CANARY),
        ("channel", CANARY),
        ("language", CANARY),
        ("resume", CANARY),
        ("jobDescription", CANARY),
        ("externalId", CANARY),
        ("idempotencyKey", CANARY),
        ("consent", CANARY),
        ("consent", {"textVersion": CANARY, "recording": False}),
        ("scheduledFor", CANARY),
        (CANARY.replace("-", "_"), "x"),
    ):
        yield {"query": START, "variables": {"input": {**start, name: value}}}
    for text, key in ((CANARY, "a key"), (f"{CANARY}, another text", "a key"), (CANARY * 3000, None), ("words", CANARY)):
        yield {"query": SEND, "variables": {"input": {"interviewId": interview_id, "text": text, "idempotencyKey": key}}}
    yield {"query": SEND, "variables": {"input": {"interviewId": CANARY, "text": CANARY}}}
    yield {"query": JOIN, "variables": {"input": {"invite": CANARY, "consent": {"textVersion": CANARY, "recording": True}}}}
    yield {"query": CANCEL, "variables": {"input": {"interviewId": interview_id, "reason": CANARY}}}
    yield {"query": f'{{ interview(id: "{CANARY}") {{ id }} }}'}
    yield {"query": f'{{ interviews(after: "{CANARY}") {{ totalCount }} }}'}
    yield {"query": f'{{ interviews(filter: {{candidate: "{CANARY}"}}) {{ totalCount }} }}'}
    yield {"query": f'{{ interviews(first: "{CANARY}") {{ totalCount }} }}'}
    yield {"query": f'{{ interview(id: "{CANARY}'}
    yield {"query": f"# {CANARY}"}
    yield {"query": CANARY}
    yield {"query": "{ __typename }", "operationName": CANARY}
    yield {"query": "{ __typename }", "operationName": [CANARY]}
    yield {"query": "{ __typename }", "variables": CANARY}
    yield {"query": "{ __typename }", "extensions": CANARY}
    yield {"query": "query($v: Int) { interview(id: $v) { id } }", "variables": {"v": CANARY}}
    yield {"query": [CANARY], CANARY: CANARY}


class Recorder:
    """The errors and headers of all answers."""

    def __init__(self) -> None:
        self.answers: list[str] = []

    def add(self, answer: Any) -> None:
        self.answers.append(orjson.dumps(answer, default=repr).decode())

    def add_response(self, response: httpx2.Response) -> None:
        errors: Any = None
        with suppress(ValueError, AttributeError):
            errors = response.json().get("errors")
        # an answer other than JSON is an error, or a page that never has a part of the request
        is_json = response.headers.get("content-type", "").split(";")[0].endswith("json")
        self.add([response.status_code, dict(response.headers), errors if is_json else response.text])


async def send_everything(server: ServerAddress, tenant: Tenant, recorder: Recorder) -> None:
    """Send the canary in every part of requests and messages."""
    interview = await tenant.make_interview(InterviewStatus.IN_PROGRESS)
    await add_candidate_turn(interview, CANARY)
    candidate = issue_candidate_access(tenant.services, interview).token
    admin = await issue_token(tenant, Role.ADMIN)
    base = f"http://127.0.0.1:{server.port}"
    async with httpx2.AsyncClient(base_url=base, timeout=30) as client:
        for token in (admin, candidate):
            for operation in build_operations(interview, tenant.position.key):
                response = await client.post("/graphql", json=operation, headers={"Authorization": f"Bearer {token}"})
                # names of operations are no secrets
                if "operationName" not in operation:
                    recorder.add_response(response)
        for header in HEADERS:
            for value in (
                CANARY,
                f"Bearer {CANARY}",
                f"Bearer viva_{CANARY}",
                f"for={CANARY};proto={CANARY}",
                f"{CANARY} with words",
            ):
                headers = {"Content-Type": "application/json", header: value}
                recorder.add_response(await client.post("/graphql", content=b'{"query": "{ viewer { name } }"}', headers=headers))
        # a well-formed id is repeated in the answer and in logs, which is its purpose
        recorder.add_response(await client.get("/graphql", headers={"X-Request-Id": f"{CANARY} {CANARY}"}))
        for path in PATHS:
            for method in ("GET", "POST", "PUT"):
                names = ("invite", "token", "query", "organization", "to", "code", "state", "error", "iss")
                url = f"{path.format(CANARY)}?{CANARY}={CANARY}&" + "&".join(f"{name}={CANARY}" for name in names)
                recorder.add_response(await client.request(method, url, content=CANARY, headers={"Authorization": CANARY}))
        files = {"operations": (f"{CANARY}.json", CANARY.encode()), "0": (f"{CANARY}.pdf", CANARY.encode())}
        recorder.add_response(await client.post("/graphql", files=files))
        recorder.add_response(await client.post("/graphql", content=CANARY, headers={"Content-Type": "application/json"}))
    await send_raw(server)
    await send_by_websocket(server, candidate, interview, recorder)
    await send_by_redis(tenant, interview)


async def send_raw(server: ServerAddress) -> None:
    for data in (
        CANARY,
        f"GET /{CANARY} HTTP/9.9\r\n\r\n",
        f"GET / HTTP/1.1\r\n{CANARY}\r\n\r\n",
        f"GET /{CANARY * 2000} HTTP/1.1\r\n\r\n",
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(data.encode() + b"\r\n\r\n")
        writer.write_eof()
        await reader.read()
        writer.close()


async def send_by_websocket(server: ServerAddress, token: str, interview: Interview, recorder: Recorder) -> None:
    query = {"query": "subscription($id: ID!) { turnAdded(interviewId: $id) { seq } }", "variables": {"id": CANARY}}
    broken = {"query": f"subscription {{ {CANARY.replace('-', '_')} }}"}
    subscribe = {"type": "subscribe", "id": CANARY, "payload": query}
    for messages in (
        [CANARY],
        [{"type": CANARY}],
        [{"type": "connection_init", "payload": CANARY}],
        [{"type": "connection_init", "payload": {"authorization": CANARY}}],
        [{"type": "connection_init", "payload": {"authorization": f"Bearer {CANARY}"}}],
        [{"type": "connection_init", "payload": {"authorization": [CANARY]}}],
        [
            {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}},
            subscribe,
            {**subscribe, "payload": broken},
        ],
        [
            {"type": "connection_init"},
            subscribe,
            subscribe,
            {"type": "complete", "id": CANARY},
            {"type": "ping", "payload": CANARY},
        ],
        [{"type": "connection_init"}, {"type": "subscribe", "id": 7, "payload": CANARY}],
        [b64encode(CANARY.encode())],
    ):
        address = ServerAddress(server.port)
        async with connect_raw(address, init=False, additional_headers={"Cookie": CANARY}) as socket:
            with suppress(Exception):
                for message in messages:
                    await socket.send(message)
                async with asyncio.timeout(0.3):
                    while True:
                        answer = await socket.receive()
                        if answer["type"] == "error":
                            recorder.add(answer["payload"])
            # the reason for a repeated id names it, as the protocol requires
            if socket.connection.close_code != SUBSCRIBER_EXISTS:
                recorder.add(str(socket.connection.close_reason))
    for path in (f"/graphql?token={CANARY}", f"/{CANARY}"):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        head = [
            *(f"GET {path} HTTP/1.1", f"Host: {CANARY}", f"Origin: http://{CANARY}", "Connection: Upgrade", "Upgrade: websocket"),
            *("Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", f"Sec-WebSocket-Protocol: {CANARY}"),
        ]
        writer.write("\r\n".join([*head, "", ""]).encode())
        recorder.add((await reader.read(1000)).decode(errors="replace"))
        writer.close()


async def send_by_redis(tenant: Tenant, interview: Interview) -> None:
    """Forge messages and wake-ups while there is a follower."""
    live, redis_settings = tenant.services.live, tenant.services.settings.redis
    turns = live.follow_turns(interview.id, 0)
    await anext(turns)
    async with Redis.from_url(redis_settings.url) as redis:
        for message in (CANARY, f'{{"Turn": {{"seq": 2, "text": "{CANARY}"}}}}'):
            await redis.publish(f"{redis_settings.prefix}:interview:{interview.id}", message)
            await redis.xadd(f"{redis_settings.prefix}:jobs", {"data": message})
    await asyncio.sleep(0.3)
    await turns.aclose()


async def main(mongodb_url: str, redis_url: str, database: str) -> None:
    logs.configure(settings.LogSettings(level="DEBUG"))
    configured = settings.Settings(
        _env_file=None,
        mongodb=settings.MongodbSettings(url=mongodb_url, database=database, migrate_at_start=True),
        redis=settings.RedisSettings(url=redis_url, prefix=database),
        auth=AUTH,
        # all requests come from one address, as fast as they can
        rate=settings.RateSettings(requests=""),
        livekit=settings.LivekitSettings(url="ws://127.0.0.1:9", api_key=SecretStr(CANARY), api_secret=SecretStr(CANARY * 3)),
        anthropic=settings.AnthropicSettings(api_key=SecretStr(CANARY)),
    )
    recorder = Recorder()
    async with open_services(configured) as services:
        app = with_services(Starlette(routes=build_routes(configured)), services)
        async with serve(app, headers=security_headers(configured.api)) as server:
            stop = asyncio.Event()
            services.jobs.register("job", lambda _: asyncio.sleep(0))
            jobs = asyncio.create_task(services.jobs.run(stop, 1.0))
            await send_everything(server, await make_tenant(services), recorder)
            stop.set()
            await jobs
        await Interview.get_pymongo_collection().database.client.drop_database(database)
    print("\n".join(recorder.answers))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
