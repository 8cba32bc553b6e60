"""Consent texts, notices and consents through the API."""

from hashlib import sha256
from typing import Any

import pytest

from lifecycle.consent import CURRENT_CONSENT_VERSION
from models.documents.consent_text import AgreedConsentText
from models.documents.interview import Consent, Interview, InterviewStatus
from models.documents.notice import Notice
from models.documents.organization import Organization, RetentionPolicy, Role
from models.storage.clock import now
from tests.factories import make_position
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import CONSENT_INPUT, ApiClient, GraphQLResponse, issue_token

TEXT_QUERY = """query($key: String!, $language: String) {
  consentText(positionKey: $key, language: $language) { version language text digest }
}"""
CONSENT_SELECTION = "interview { id consent { textVersion language textDigest text givenAt recording method } }"
NOTICE = {"contact": "Jane Doe, jobs@example.org", "alternative": "You can talk to a person by telephone instead."}


async def read_text(api: ApiClient, tenant: Tenant, **variables: Any) -> dict[str, Any]:
    """Return the consent text that a calling system shows."""
    token = await issue_token(tenant, Role.INTEGRATION)
    text: dict[str, Any] = (await api.execute(TEXT_QUERY, token, **{"key": tenant.position.key, **variables}))["consentText"]
    return text


async def start_interview(api: ApiClient, tenant: Tenant, **consent: Any) -> GraphQLResponse:
    return await api.mutate(
        "startInterview",
        await issue_token(tenant, Role.INTEGRATION),
        CONSENT_SELECTION,
        candidateName="Ada Lovelace",
        positionKey=tenant.position.key,
        channel="TEXT",
        consent={**CONSENT_INPUT, **consent},
    )


async def start_with_consent(api: ApiClient, tenant: Tenant, **consent: Any) -> dict[str, Any]:
    """Return the consent of an interview that has been started."""
    stored: dict[str, Any] = (await start_interview(api, tenant, **consent))["startInterview"]["interview"]["consent"]
    return stored


async def update_notice(api: ApiClient, tenant: Tenant, **fields: Any) -> dict[str, Any]:
    """Return the organization's new notice."""
    token = await issue_token(tenant, Role.ADMIN)
    updated = await api.mutate("updateNotice", token, "organization { notice { contact alternative updatedBy } }", **fields)
    notice: dict[str, Any] = updated["updateNotice"]["organization"]["notice"]
    return notice


async def schedule_invite(tenant: Tenant) -> str:
    return tenant.invite_token(await tenant.make_interview(InterviewStatus.SCHEDULED))


async def test_text_names_the_organization_the_position_and_its_criteria(api: ApiClient, tenant: Tenant) -> None:
    text = await read_text(api, tenant)
    assert (text["version"], text["language"]) == (CURRENT_CONSENT_VERSION, "en")
    assert text["digest"] == sha256(text["text"].encode()).hexdigest()
    for phrase in (f"“Tester” at {tenant.organization.name}", "technical, communication, problem solving"):
        assert phrase in text["text"]


@pytest.mark.parametrize(
    ("policy", "phrases"),
    [
        ({}, ["Recordings are kept until NAME deletes them, the transcript and the assessment until NAME deletes them, and"]),
        (
            {"recording_days": 30, "transcript_days": 180, "candidate_days": 365},
            ["kept for 30 days after", "the assessment for 180 days after", "this interview for 365 days after the interview."],
        ),
        (
            {"transcript_days": 90},
            ["kept for 90 days after", "the assessment for 90 days after", "this interview until NAME deletes them."],
        ),
        (
            {"recording_days": 30, "candidate_days": 1},
            ["kept for one day after", "the assessment for one day after", "this interview for one day after the interview."],
        ),
    ],
    ids=["no policy", "each class", "transcripts", "candidates first"],
)
async def test_text_states_the_retention_policy(
    api: ApiClient, tenant: Tenant, policy: dict[str, int], phrases: list[str]
) -> None:
    await tenant.organization.set({Organization.retention: RetentionPolicy(**policy)})
    text = (await read_text(api, tenant))["text"]
    expected = [phrase.replace("NAME", tenant.organization.name) for phrase in phrases]
    assert [phrase for phrase in expected if phrase not in text] == []


async def test_text_is_in_the_requested_language_or_that_of_the_position(api: ApiClient, tenant: Tenant) -> None:
    await make_position(tenant.id, key="german", language="de")
    assert (await read_text(api, tenant, key="german"))["language"] == "de"
    assert (await read_text(api, tenant, key="german", language="fr-CA"))["language"] == "fr"
    assert (await read_text(api, tenant, key="german", language="ja"))["language"] == "en"


@pytest.mark.parametrize(
    ("variables", "code"),
    [({"key": "nobody"}, "NOT_FOUND"), ({"key": "tester\0é"}, "NOT_FOUND"), ({"language": "no language"}, "BAD_INPUT")],
)
async def test_text_for_an_unknown_position_or_language_is_refused(
    api: ApiClient, tenant: Tenant, variables: dict[str, Any], code: str
) -> None:
    token = await issue_token(tenant, Role.INTEGRATION)
    refused = await api.execute(TEXT_QUERY, token, **{"key": tenant.position.key, **variables})
    assert (refused.data, refused.codes) == ({"consentText": None}, [code])


async def test_consent_stated_by_the_caller_is_a_receipt_of_the_text(api: ApiClient, tenant: Tenant) -> None:
    shown = await read_text(api, tenant, language="de")
    consent = await start_with_consent(api, tenant, language="de", textDigest=shown["digest"])
    assert consent.pop("givenAt")
    assert consent == {
        "textVersion": CURRENT_CONSENT_VERSION,
        "language": "de",
        "textDigest": shown["digest"],
        "text": shown["text"],
        "recording": False,
        "method": "CALLER",
    }


async def test_consent_given_when_joining_is_a_receipt_of_the_text_of_the_invitation(api: ApiClient, tenant: Tenant) -> None:
    invite = await schedule_invite(tenant)
    query = "query($token: String!) { invitation(token: $token) { consentText { version language text digest } } }"
    shown = (await api.execute(query, token=invite))["invitation"]["consentText"]
    assert shown == await read_text(api, tenant)
    joined = await api.mutate(
        "joinInterview", None, CONSENT_SELECTION, invite=invite, consent={**CONSENT_INPUT, "textDigest": shown["digest"]}
    )
    consent = joined["joinInterview"]["interview"]["consent"]
    assert (consent["method"], consent["language"], consent["textDigest"]) == ("JOINED", "en", shown["digest"])
    assert consent["text"] == shown["text"]


async def test_earlier_text_version_is_accepted(api: ApiClient, tenant: Tenant) -> None:
    consent = await start_with_consent(api, tenant, textVersion="2026-11")
    assert (consent["textVersion"], consent["language"]) == ("2026-11", "en")
    assert consent["text"].startswith("This interview is led by an artificial intelligence (AI), not by a person.")
    assert consent["textDigest"] == sha256(consent["text"].encode()).hexdigest()


async def test_consent_to_a_text_that_has_changed_is_a_conflict(api: ApiClient, tenant: Tenant) -> None:
    shown = await read_text(api, tenant)
    await update_notice(api, tenant, **NOTICE)
    refused = await start_interview(api, tenant, textDigest=shown["digest"])
    assert (refused.codes, refused.error["extensions"]["field"]) == (["CONFLICT"], "consent.textDigest")
    assert await Interview.count() == 0
    invite = await schedule_invite(tenant)
    refused = await api.mutate(
        "joinInterview", None, CONSENT_SELECTION, invite=invite, consent={**CONSENT_INPUT, "textDigest": shown["digest"]}
    )
    assert refused.codes == ["CONFLICT"]
    current = await read_text(api, tenant)
    assert (await start_with_consent(api, tenant, textDigest=current["digest"]))["textDigest"] == current["digest"]


async def test_notice_changes_later_texts_only(api: ApiClient, tenant: Tenant, other_tenant: Tenant) -> None:
    before, of_others = await read_text(api, tenant), await read_text(api, other_tenant)
    started = await start_interview(api, tenant)
    assert await update_notice(api, tenant, **NOTICE) == {**NOTICE, "updatedBy": "a admin"}
    text = (await read_text(api, tenant))["text"]
    assert f"please contact: {NOTICE['contact']}." in text
    assert NOTICE["alternative"] in text
    query = f"query($id: ID!) {{ {CONSENT_SELECTION.replace('interview', 'interview(id: $id)', 1)} }}"
    interview_id = started["startInterview"]["interview"]["id"]
    stored = (await api.execute(query, await issue_token(tenant, Role.VIEWER), id=interview_id))["interview"]["consent"]
    assert (stored["text"], stored["textDigest"]) == (before["text"], before["digest"])
    assert await read_text(api, other_tenant) == of_others


async def test_notice_without_a_field_restores_its_default_wording(api: ApiClient, tenant: Tenant) -> None:
    before = await read_text(api, tenant)
    await update_notice(api, tenant, **NOTICE)
    assert await update_notice(api, tenant, contact=" ", alternative=None) == {
        "contact": None,
        "alternative": None,
        "updatedBy": "a admin",
    }
    assert await read_text(api, tenant) == before
    assert await Notice.find({"organization_id": tenant.id}).count() == 2, "the history remains"


async def test_repeated_update_does_not_undo_a_later_one(api: ApiClient, tenant: Tenant) -> None:
    token = await issue_token(tenant, Role.ADMIN)
    selection = "organization { notice { contact } }"
    for contact, key in (("First", "first"), ("Second", "second"), ("First", "first")):
        updated = await api.mutate("updateNotice", token, selection, contact=contact, idempotencyKey=key)
    assert updated["updateNotice"]["organization"]["notice"] == {"contact": "Second"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"contact": "a" * 201}, "contact"), ({"alternative": "a" * 1_001}, "alternative"), ({"contact": "\0"}, "contact")],
)
async def test_invalid_notice_is_refused(api: ApiClient, tenant: Tenant, fields: dict[str, str], field: str) -> None:
    refused = await api.mutate("updateNotice", await issue_token(tenant, Role.ADMIN), "organization { id }", **fields)
    assert (refused.codes, refused.error["extensions"]["field"]) == (["BAD_INPUT"], field)
    assert await Notice.count() == 0


async def test_equal_texts_are_stored_once(api: ApiClient, tenant: Tenant) -> None:
    for _ in range(2):
        await start_with_consent(api, tenant)
    assert await AgreedConsentText.count() == 1


async def test_consent_from_before_digests_has_none(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview(consent=Consent(text_version="2026-11", given_at=now(), recording=True))
    await Interview.get_pymongo_collection().update_one(
        {"_id": interview.id}, {"$unset": {f"consent.{name}": 1 for name in ("language", "text_digest", "method")}}
    )
    selection = "consent { textVersion recording language textDigest method text }"
    expected = {"textVersion": "2026-11", "recording": True, "language": None, "textDigest": None, "method": None, "text": None}
    token = await issue_token(tenant, Role.ADMIN)
    alone = await api.execute(f"query($id: ID!) {{ interview(id: $id) {{ {selection} }} }}", token, id=global_id_of(interview))
    assert alone["interview"]["consent"] == expected
    listed = await api.execute(f"{{ interviews {{ nodes {{ {selection} }} }} }}", token)
    assert listed["interviews"]["nodes"] == [{"consent": expected}]
