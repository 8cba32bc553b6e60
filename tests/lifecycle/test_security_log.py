"""Refused credentials in the security log: once a minute for each kind and address, with their number."""

import asyncio

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs
from structlog.typing import EventDict

from lifecycle import security_log
from lifecycle.security_log import CredentialKind, SecurityLog
from lifecycle.services import Services
from models.documents.organization import Role
from tests.resolvers.tenant import Tenant
from tests.schema.api_client import ApiClient, issue_token

KEY = CredentialKind.API_KEY


def summarize(events: list[EventDict]) -> list[tuple[str, str, int]]:
    refusals = [event for event in events if event["event"] == "credential refused"]
    assert all(set(event) == {"event", "log_level", "credential", "address", "count"} for event in refusals)
    return [(event["credential"], event["address"], event["count"]) for event in refusals]


async def test_refusals_are_logged_once_in_each_interval_with_their_number() -> None:
    log = SecurityLog()
    with capture_logs() as events:
        for _ in range(5):
            log.record_refusal(KEY, "10.0.0.1")
        log.record_refusal(KEY, "10.0.0.2")
        log.record_refusal(CredentialKind.INVITE, "10.0.0.1")
        for _ in range(2):
            log.end_interval((KEY, "10.0.0.1"))
        log.record_refusal(KEY, "10.0.0.1")
        log.record_refusal(KEY, "10.0.0.1")
        log.close()
    assert summarize(events) == [
        (KEY, "10.0.0.1", 1),
        (KEY, "10.0.0.2", 1),
        (CredentialKind.INVITE, "10.0.0.1", 1),
        (KEY, "10.0.0.1", 4),
        (KEY, "10.0.0.1", 1),
        (KEY, "10.0.0.1", 1),
    ]


async def test_interval_ends_by_the_clock_and_addresses_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security_log, "INTERVAL_SECONDS", 0.01)
    monkeypatch.setattr(security_log, "MAX_ADDRESSES", 1)
    log = SecurityLog()
    with capture_logs() as events:
        for address in ("10.0.0.1", "10.0.0.1", "10.0.0.2", "10.0.0.3"):
            log.record_refusal(KEY, address)
        async with asyncio.timeout(5):
            while len(summarize(events)) < 4:
                await asyncio.sleep(0)
    assert summarize(events) == [(KEY, "10.0.0.1", 1), (KEY, "others", 1), (KEY, "10.0.0.1", 1), (KEY, "others", 1)]


async def test_every_refused_credential_of_the_api_is_logged_without_what_the_client_sent(
    api: ApiClient, services: Services, tenant: Tenant
) -> None:
    admin = await issue_token(tenant, Role.ADMIN)
    invitation = "query($token: String!) { invitation(token: $token) { status } }"
    with capture_logs(processors=[merge_contextvars]) as events:
        for header in ("Bearer viva_unknown", "Bearer not.a.token", "Basic secret"):
            headers = {"Authorization": header, "X-Request-Id": "chosen-by-the-client"}
            assert (await api.post({"query": "{ viewer { name } }"}, headers)).codes == ["UNAUTHENTICATED"]
        assert (await api.execute(invitation, None, token="forged")).codes == ["NOT_FOUND"]
        assert (await api.client.get("/evaluations/eva_0/report.html?token=forged")).status_code == 403
        assert (await api.client.get("/recordings/rec_0?token=forged")).status_code == 403
        assert (await api.execute("{ viewer { name } }", admin)).errors == []
        assert (await api.execute("{ viewer { name } }")).codes == ["UNAUTHENTICATED"], "without a credential, none is refused"
        services.security_log.close()
    assert summarize(events) == [
        *((kind, "127.0.0.1", 1) for kind in (KEY, CredentialKind.CANDIDATE_TOKEN, CredentialKind.MALFORMED)),
        (CredentialKind.INVITE, "127.0.0.1", 1),
        (CredentialKind.LINK, "127.0.0.1", 1),
        (CredentialKind.LINK, "127.0.0.1", 1),
    ]
