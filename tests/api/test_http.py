"""GraphQL over HTTP: the specification of June 2025, as clients and their tools rely on it."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from pymongo.asynchronous.database import AsyncDatabase
from starlette.applications import Starlette
from structlog.testing import capture_logs

from api.health import health_routes
from api.http import EVENT_STREAM, GRAPHQL_JSON, JSON, MAX_BODY_BYTES
from lifecycle.services import Services
from models.documents.change_sequencer import ChangeSequencer
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from models.storage.clock import now
from tests.factories import reload_interview
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, bearer_headers, issue_token, with_services

TYPENAME = "{ __typename }"


def media_type(response: httpx2.Response) -> str:
    return response.headers["content-type"].split(";")[0]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, JSON),
        ("*/*", JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8, {JSON}; q=0.9", GRAPHQL_JSON),
        ("APPLICATION/GRAPHQL-RESPONSE+JSON", GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON}", JSON),
        (f"{JSON};q=0.5, {GRAPHQL_JSON};q=0.8", GRAPHQL_JSON),
        (f"{GRAPHQL_JSON};q=0.5,{JSON} ; Q=0.8", JSON),
        (f"{GRAPHQL_JSON};q=0, {JSON}", JSON),
        (f"{JSON};q=0, */*", GRAPHQL_JSON),
        ("application/*", JSON),
        ("text/html, */*;q=0.8", JSON),
        (f"{GRAPHQL_JSON};q=x, {JSON}", JSON),
        # as urql sends it with every operation
        (f"{GRAPHQL_JSON}, application/graphql+json, {JSON}, text/event-stream, multipart/mixed", GRAPHQL_JSON),
        (f"{JSON};q=0.5, text/event-stream", EVENT_STREAM),
        ("text/event-stream", EVENT_STREAM),
        ("text/*", EVENT_STREAM),
        (f"text/event-stream;q=0.9, {JSON}", JSON),
        ("*/*" + "," * 10_000 + GRAPHQL_JSON, JSON),
    ],
)
async def test_response_has_the_accepted_media_type(api: ApiClient, accept: str | None, expected: str) -> None:
    response = await api.client.post("/graphql", json={"query": TYPENAME}, headers={"Accept": accept or ""})
    assert response.headers["content-type"] == expected + ("" if expected == EVENT_STREAM else "; charset=utf-8")
    assert '{"data":{"__typename":"Query"}' in response.text
    assert response.headers["vary"] == "Accept, Origin"
    assert response.headers["cache-control"].startswith("no-store")


async def test_accept_may_be_sent_in_several_header_fields(api: ApiClient) -> None:
    headers = [("Accept", f"{JSON};q=0.9"), ("Accept", GRAPHQL_JSON)]
    response = await api.client.post("/graphql", json={"query": TYPENAME}, headers=headers)
    assert media_type(response) == GRAPHQL_JSON


@pytest.mark.parametrize("accept", ["text/html", "image/*", "multipart/mixed", f"{JSON};q=0", "," * 10_000 + GRAPHQL_JSON])
async def test_client_that_accepts_none_of_the_media_types_is_refused(api: ApiClient, accept: str) -> None:
    response = await api.client.post("/graphql", json={"query": TYPENAME}, headers={"Accept": accept})
    assert (response.status_code, media_type(response)) == (406, JSON)
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


async def test_query_can_be_sent_by_get(api: ApiClient) -> None:
    response = await api.client.get(
        "/graphql",
        params={
            "query": "query A($a: Boolean!) { __typename @include(if: $a) } query B { x }",
            "operationName": "A",
            "variables": '{"a": true}',
            "extensions": "{}",
        },
    )
    # The whole document is validated, including the operation B.
    assert response.status_code == 200
    assert response.json()["errors"][0]["message"] == "Cannot query field 'x' on type 'Query'."
    response = await api.client.get("/graphql", params={"query": TYPENAME})
    assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
async def test_mutation_by_get_is_refused_and_not_executed(
    api: ApiClient, tenant: Tenant, interview: Interview, accept: str
) -> None:
    mutation = f'mutation End {{ endInterview(input: {{interviewId: "{global_id_of(interview)}"}}) {{ __typename }} }}'
    headers = {**bearer_headers(await issue_token(tenant, Role.RECRUITER)), "Accept": accept}
    for parameters in ({"query": mutation}, {"query": f"query Read {TYPENAME} {mutation}", "operationName": "End"}):
        response = await api.client.get("/graphql", params=parameters, headers=headers)
        assert (response.status_code, response.headers["allow"], media_type(response)) == (405, "POST", accept)
        assert response.json()["errors"][0]["message"] == "GET is for queries only: send mutations with POST."
    assert (await reload_interview(interview)).status is InterviewStatus.IN_PROGRESS
    response = await api.client.get("/graphql", params={**parameters, "operationName": "Read"}, headers=headers)
    assert response.json()["data"] == {"__typename": "Query"}


async def test_unknown_parameters_are_ignored(api: ApiClient) -> None:
    parameters = {"query": TYPENAME, "id": "1", "batch": "true", "documentId": "x"}
    for response in (
        await api.client.post("/graphql", json=parameters),
        await api.client.get("/graphql", params=parameters),
    ):
        assert response.json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD"])
async def test_other_methods_are_refused(api: ApiClient, method: str) -> None:
    response = await api.client.request(method, "/graphql", json={"query": TYPENAME})
    assert (response.status_code, response.headers["allow"]) == (405, "GET, POST")


INVALID_BODIES: list[Any] = [
    "a text",
    1,
    True,
    None,
    [],
    [{"query": TYPENAME}],
    {},
    {"query": None},
    {"query": 1},
    {"query": {}},
    {"query": [TYPENAME]},
    {"query": TYPENAME, "variables": "{}"},
    {"query": TYPENAME, "variables": [1]},
    {"query": TYPENAME, "variables": 1},
    {"query": TYPENAME, "operationName": 1},
    {"query": TYPENAME, "operationName": {}},
    {"query": TYPENAME, "operationName": "unknown"},
    {"query": TYPENAME, "extensions": "{}"},
    {"query": TYPENAME, "extensions": [1]},
]


@pytest.mark.parametrize("body", INVALID_BODIES)
@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
async def test_invalid_request_is_refused_in_json(api: ApiClient, body: Any, accept: str) -> None:
    response = await api.post(body, {"Accept": accept})
    assert response.http_response.status_code == 400
    assert media_type(response.http_response) == accept
    assert response.codes == ["BAD_INPUT"]
    assert response.error["extensions"]["requestId"] == response.http_response.headers["x-request-id"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"query"', b"\xff\xfe", b'{"query": "\\ud800"}', b"[" * 100_000, b"NaN"])
async def test_invalid_json_is_refused(api: ApiClient, content: bytes) -> None:
    response = await api.client.post("/graphql", content=content, headers={"Content-Type": JSON})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "text/plain",
        "application/graphql",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "text/application/json",
        "application/json; charset=latin1",
    ],
)
async def test_other_content_types_are_refused(api: ApiClient, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = await api.client.post("/graphql", content=b'{"query": "{ __typename }"}', headers=headers)
    assert response.status_code == 415
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


@pytest.mark.parametrize("variables", ["{", "1", "[1]", '"x"'])
async def test_parameters_of_a_get_are_validated_like_a_body(api: ApiClient, variables: str) -> None:
    response = await api.client.get("/graphql", params={"query": TYPENAME, "variables": variables})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"


@pytest.mark.parametrize(
    "content_type", ["Application/JSON", 'application/json; charset="UTF-8"', "application/json;charset=utf-8"]
)
async def test_json_in_utf_8_is_accepted_however_it_is_declared(api: ApiClient, content_type: str) -> None:
    response = await api.client.post("/graphql", content=b'{"query": "{ __typename }"}', headers={"Content-Type": content_type})
    assert response.json()["data"] == {"__typename": "Query"}


async def test_empty_parameters_count_as_absent(api: ApiClient) -> None:
    parameters = {"query": TYPENAME, "operationName": "", "variables": "", "extensions": ""}
    response = await api.client.get("/graphql", params=parameters)
    assert response.json()["data"] == {"__typename": "Query"}
    response = await api.client.post("/graphql", json={"query": TYPENAME, "operationName": ""})
    assert response.json()["data"] == {"__typename": "Query"}


UNEXECUTED_BODIES = {
    "no document": {"query": "{"},
    "an unknown field": {"query": "{ unknown }"},
    "a variable that does not fit": {"query": "query($id: ID!) { interview(id: $id) { id } }", "variables": {"id": [1]}},
    "several operations": {"query": "query a { __typename } query b { __typename }"},
}


@pytest.mark.parametrize("body", UNEXECUTED_BODIES.values(), ids=UNEXECUTED_BODIES.keys())
@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL_JSON, 400)])
async def test_response_without_execution_has_no_data(api: ApiClient, body: Any, accept: str, status: int) -> None:
    response = await api.post(body, {"Accept": accept})
    assert (response.http_response.status_code, response.codes) == (status, ["BAD_INPUT"])
    assert "data" not in response.http_response.json()


@pytest.mark.parametrize("accept", [JSON, GRAPHQL_JSON])
@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("{ viewer { name } }", None),
        ('{ __typename agreement(positionKey: "x") { n } }', {"__typename": "Query", "agreement": None}),
    ],
)
async def test_response_after_an_execution_has_data(api: ApiClient, accept: str, query: str, data: Any) -> None:
    response = await api.post({"query": query}, {"Accept": accept})
    assert (response.http_response.status_code, response.codes) == (200, ["UNAUTHENTICATED"])
    assert response.http_response.json()["data"] == data
    assert response.error["path"] in (["viewer"], ["agreement"])


async def test_subscription_is_streamed_if_the_client_accepts_it_at_all(api: ApiClient) -> None:
    accept = f"{GRAPHQL_JSON}, {JSON}, text/event-stream;q=0.1"
    body = {"query": 'subscription { turnAdded(interviewId: "x") { seq } }'}
    response = await api.client.post("/graphql", json=body, headers={"Accept": accept})
    assert (response.status_code, media_type(response)) == (200, EVENT_STREAM)
    assert "UNAUTHENTICATED" in response.text


async def test_subscription_needs_a_stream(api: ApiClient) -> None:
    response = await api.execute('subscription { turnAdded(interviewId: "x") { seq } }')
    assert (response.http_response.status_code, response.codes) == (400, ["BAD_INPUT"])
    assert "text/event-stream" in response.error["message"]


async def test_oversized_body_is_refused(api: ApiClient) -> None:
    response = await api.execute(TYPENAME, padding="x" * MAX_BODY_BYTES)
    assert (response.http_response.status_code, response.codes) == (413, ["BAD_INPUT"])
    assert response.error["message"] == "The request is too large: the limit is 256 KiB."


async def test_valid_request_id_is_returned_and_an_invalid_one_is_replaced(api: ApiClient) -> None:
    valid = await api.post({"query": TYPENAME}, {"X-Request-Id": "trace-1.a:b_c"})
    assert valid.http_response.headers["x-request-id"] == "trace-1.a:b_c"
    for invalid in ("two words", "x" * 101, "-x", 'x"y'):
        replaced = await api.post({"query": "{ unknown }"}, {"X-Request-Id": invalid})
        assert replaced.http_response.headers["x-request-id"] != invalid
        assert replaced.error["extensions"]["requestId"] == replaced.http_response.headers["x-request-id"]


@pytest.mark.parametrize(
    "token", ["", "x", "viva_x", "Basic eDp5", "Bearer", "Bearer a b", "Bearer viva_äöü".encode(), "Bearer a.b.c"]
)
async def test_invalid_credential_is_unauthenticated(api: ApiClient, token: str | bytes) -> None:
    response = await api.post({"query": "{ viewer { name } }"}, {"Authorization": token})  # type: ignore[dict-item]  # bytes, as no client would send them
    assert response.codes == ["UNAUTHENTICATED"]


async def test_scheme_of_a_credential_is_case_insensitive(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    response = await api.post({"query": "{ viewer { role } }"}, {"Authorization": f"bEARER  {token} "})
    assert response["viewer"] == {"role": "VIEWER"}


async def test_other_origins_are_refused_by_default(api: ApiClient) -> None:
    response = await api.client.options(
        "/graphql", headers={"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "POST"}
    )
    assert "access-control-allow-origin" not in response.headers


async def test_errors_of_callers_are_not_logged(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    with capture_logs() as logs:
        await api.execute("{ unknown }")
        await api.execute("{")
        await api.execute("{ viewer { name } }")
        await api.execute('{ interview(id: "int_x") { id } }', token)
        await api.client.post("/graphql", content=b"{", headers={"Content-Type": JSON})
    assert logs == []


async def test_unexpected_error_outside_of_a_field_is_500_in_json(api: ApiClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.GraphQLEndpoint.get_context", None)
    with capture_logs() as logs:
        response = await api.execute(TYPENAME)
    assert (response.http_response.status_code, response.codes) == (500, ["INTERNAL"])
    assert [entry["event"] for entry in logs] == ["request failed"]


async def test_ide_is_disabled_by_default(api: ApiClient) -> None:
    response = await api.client.get("/graphql", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert response.status_code == 400
    assert media_type(response) == JSON


async def test_batches_are_refused(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.VIEWER)
    response = await api.post([{"query": TYPENAME}] * 100, bearer_headers(token))
    assert response.http_response.status_code == 400


# --- metrics


async def test_metrics_count_interviews_by_the_state_of_their_newest_evaluation(api: ApiClient, tenant: Tenant) -> None:
    for status, count in ((None, 1), ("PENDING", 2), ("FAILED", 3), ("COMPLETED", 1)):
        for _ in range(count):
            await tenant.make_interview(InterviewStatus.COMPLETED, evaluation_status=status)
    text = (await api.client.get("/metrics")).text
    counts = dict(re.findall(r'^viva_evaluations\{status="(\w+)"\} ([\d.]+)$', text, re.MULTILINE))
    assert counts == {"PENDING": "2.0", "RUNNING": "0.0", "FAILED": "3.0"}


async def test_metrics_count_the_gaps_of_the_change_feed_and_the_seconds_since_it_advanced(
    api: ApiClient, database: AsyncDatabase[dict[str, object]]
) -> None:
    advanced_at = now() - timedelta(seconds=100)
    await ChangeSequencer(resume_token={}, gaps=2, advanced_at=advanced_at).insert()
    text = (await api.client.get("/metrics")).text
    assert "viva_change_feed_gaps 2.0" in text
    stalled = re.search(r"^viva_change_feed_stalled_seconds ([\d.]+)$", text, re.MULTILINE)
    assert stalled and 100 <= float(stalled[1]) < 200


@pytest.mark.parametrize(
    ("token", "sandbox", "authorization", "status"),
    [
        ("", False, None, 404),
        ("", True, None, 200),
        ("secret", True, None, 401),
        ("secret", False, "Bearer wrong", 401),
        ("secret", False, "Bearer secret", 200),
    ],
)
async def test_metrics_need_the_token_outside_the_sandbox(
    services: Services, token: str, sandbox: bool, authorization: str | None, status: int
) -> None:
    api = services.settings.api.model_copy(update={"metrics_token": SecretStr(token)})
    settings = services.settings.model_copy(update={"sandbox": sandbox, "api": api})
    app = with_services(Starlette(routes=health_routes()), replace(services, settings=settings))
    headers = {"Authorization": authorization} if authorization else {}
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://viva") as client:
        response = await client.get("/metrics", headers=headers)
    assert (response.status_code, "viva_" in response.text) == (status, status == 200)
