"""Retention policies, legal holds, erasure receipts, decision records and impact analyses through the API."""

import asyncio
import base64
import csv
import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest
from bson import ObjectId
from pydantic import SecretStr

from lifecycle.repairs import repair_all
from lifecycle.services import Services
from models.documents.demographics import Demographics
from models.documents.interview import Decision, ErasureScope, Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import compute_transcript_digest, read_turns
from models.storage.clock import now
from models.writes.interview_erasure import confirm_media_erased, mark_erased
from models.writes.retention import repeat_retention_check
from receipts import create_signing_key
from settings import Settings
from tests.factories import add_candidate_turn, new_recording, new_recording_file
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import ApiClient, GraphQLResponse, ServerAddress, issue_token

JWKS_PATH = "/.well-known/jwks.json"
API_GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
PYTHON_EXAMPLE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMPLETED = InterviewStatus.COMPLETED


@pytest.fixture
async def admin(tenant: Tenant) -> str:
    return await issue_token(tenant, Role.ADMIN)


@pytest.fixture
def signing_key(settings: Settings) -> str:
    """The signing key of the API. Request it before `api`, whose routes publish the public key."""
    key = create_signing_key()
    settings.auth.signing_key = SecretStr(key)
    return key


async def read_interview(api: ApiClient, token: str, interview: Interview, selection: str) -> dict[str, Any]:
    query = f"query($id: ID!) {{ interview(id: $id) {{ {selection} }} }}"
    found: dict[str, Any] = (await api.execute(query, token, id=global_id_of(interview)))["interview"]
    return found


async def erase(api: ApiClient, token: str, interview: Interview) -> GraphQLResponse:
    selection = "interview { erasedAt erasureReceipt }"
    return await api.mutate("eraseInterview", token, selection, interviewId=global_id_of(interview))


# --- retention


async def test_policy_is_shown_with_who_set_it_and_replaced_as_a_whole(api: ApiClient, tenant: Tenant, admin: str) -> None:
    selection = "retentionPolicy { recordingDays transcriptDays candidateDays keepDecisionRecord updatedBy updatedAt }"
    initial = (await api.execute(f"{{ {selection} }}", admin))["retentionPolicy"]
    keep = {"recordingDays": None, "transcriptDays": None, "candidateDays": None, "keepDecisionRecord": False}
    assert initial == {**keep, "updatedBy": None, "updatedAt": None}
    days = {"recordingDays": 30, "transcriptDays": 180, "candidateDays": 36_500, "keepDecisionRecord": True}
    updated = (await api.mutate("updateRetentionPolicy", admin, selection, **days))["updateRetentionPolicy"]["retentionPolicy"]
    assert {**updated, "updatedAt": None} == {**days, "updatedBy": "a admin", "updatedAt": None}
    reader = await issue_token(tenant, Role.INTEGRATION)
    assert (await api.execute(f"{{ {selection} }}", reader))["retentionPolicy"] == updated
    replaced = await api.mutate("updateRetentionPolicy", admin, selection, transcriptDays=7)
    assert replaced["updateRetentionPolicy"]["retentionPolicy"].items() >= {**keep, "transcriptDays": 7}.items()


@pytest.mark.parametrize("field", ["recordingDays", "transcriptDays", "candidateDays"])
@pytest.mark.parametrize("days", [0, -1, 36_501])
async def test_number_of_days_out_of_range_is_refused(api: ApiClient, admin: str, field: str, days: int) -> None:
    refused = await api.mutate("updateRetentionPolicy", admin, "retentionPolicy { updatedBy }", **{field: days})
    assert refused.codes == ["BAD_INPUT"]
    assert refused.error["extensions"]["field"] == field
    assert (await api.execute("{ retentionPolicy { updatedBy } }", admin))["retentionPolicy"] == {"updatedBy": None}


async def test_transcript_erased_by_the_policy_is_empty_for_every_reader(
    api: ApiClient, services: Services, tenant: Tenant, admin: str
) -> None:
    interview = await make_ended_interview(tenant)
    await tenant.make_evaluation(interview)
    await api.mutate("updateRetentionPolicy", admin, "retentionPolicy { updatedBy }", transcriptDays=30)
    await repair_all(services)
    selection = (
        "erasedAt transcriptErasedAt recordingsErasedAt lastSeq candidate { name } evaluations { version } decision "
        "transcript { turns { text } lastSeq isComplete }"
    )
    found = await read_interview(api, admin, interview, selection)
    assert found.pop("transcriptErasedAt")
    assert found == {
        "erasedAt": None,
        "recordingsErasedAt": None,
        "lastSeq": 0,
        "candidate": {"name": "Ada Lovelace"},
        "evaluations": [],
        "decision": "REJECT",
        "transcript": {"turns": [], "lastSeq": 0, "isComplete": True},
    }
    refused = await api.mutate("evaluateInterview", admin, "evaluation { id }", interviewId=global_id_of(interview))
    assert refused.codes == ["CONFLICT"]
    assert "transcript was erased" in refused.error["message"]


async def make_ended_interview(tenant: Tenant, days: float = 40, **values: Any) -> Interview:
    interview = await tenant.make_interview()
    await add_candidate_turn(interview, "a secret answer")
    at = now() - timedelta(days=days)
    times = {"created_at": at, "started_at": at, "ended_at": at}
    await interview.set({**times, "status": COMPLETED, "decision": Decision.REJECT, **values})
    return interview


async def test_turns_of_a_marked_transcript_are_hidden_before_they_are_deleted(
    api: ApiClient, tenant: Tenant, admin: str
) -> None:
    interview = await make_ended_interview(tenant)
    await mark_erased(interview.id, ErasureScope.TRANSCRIPT)
    assert await read_turns(interview.id)
    assert (await read_interview(api, admin, interview, "transcript { turns { text } }"))["transcript"] == {"turns": []}


# --- legal holds


async def test_held_interview_cannot_be_erased_and_the_error_says_what_to_do(api: ApiClient, tenant: Tenant, admin: str) -> None:
    interview = await make_ended_interview(tenant)
    named = {"interviewId": global_id_of(interview)}
    hold_selection = "legalHold { reason setBy setAt releasedAt } releasedLegalHolds { reason releasedBy releasedAt }"
    held = await api.mutate("setLegalHold", admin, f"interview {{ {hold_selection} }}", **named, reason="Case 12 of 2026.")
    shown = held["setLegalHold"]["interview"]
    assert shown["legalHold"].items() >= {"reason": "Case 12 of 2026.", "setBy": "a admin", "releasedAt": None}.items()
    assert shown["legalHold"]["setAt"]
    recruiter = await issue_token(tenant, Role.RECRUITER)
    assert await read_interview(api, recruiter, interview, hold_selection) == shown
    refused = await erase(api, admin, interview)
    assert refused.codes == ["CONFLICT"]
    message = refused.error["message"]
    assert "legal hold that a admin set on" in message and "releaseLegalHold" in message
    assert "Case 12" not in message, "errors quote nobody"
    again = await api.mutate("setLegalHold", admin, "interview { id }", **named, reason="Another.")
    assert again.codes == ["CONFLICT"]
    released = await api.mutate("releaseLegalHold", admin, f"interview {{ {hold_selection} }}", **named)
    after = released["releaseLegalHold"]["interview"]
    assert after["legalHold"] is None
    [past] = after["releasedLegalHolds"]
    assert past.items() >= {"reason": "Case 12 of 2026.", "releasedBy": "a admin"}.items()
    assert (await erase(api, admin, interview))["eraseInterview"]["interview"]["erasedAt"]
    too_late = await api.mutate("setLegalHold", admin, "interview { id }", **named, reason="Too late.")
    assert (too_late.codes, "was erased" in too_late.error["message"]) == (["CONFLICT"], True)


async def test_repeated_release_does_not_release_a_later_hold(api: ApiClient, tenant: Tenant, admin: str) -> None:
    interview = await make_ended_interview(tenant)
    named = {"interviewId": global_id_of(interview)}
    await api.mutate("setLegalHold", admin, "interview { id }", **named, reason="One.")
    await api.mutate("releaseLegalHold", admin, "interview { id }", **named, idempotencyKey="once")
    await api.mutate("setLegalHold", admin, "interview { id }", **named, reason="Two.")
    repeated = await api.mutate("releaseLegalHold", admin, "interview { legalHold { reason } }", **named, idempotencyKey="once")
    assert repeated["releaseLegalHold"]["interview"]["legalHold"] == {"reason": "Two."}


# --- receipts


async def test_receipt_can_be_checked_with_the_published_keys(
    signing_key: str, api: ApiClient, tenant: Tenant, admin: str, services: Services
) -> None:
    interview = await make_ended_interview(tenant)
    await tenant.make_evaluation(interview)
    turns = await read_turns(interview.id)
    assert (await read_interview(api, admin, interview, "erasureReceipt")) == {"erasureReceipt": None}
    erased = (await erase(api, admin, interview))["eraseInterview"]["interview"]
    receipt = erased["erasureReceipt"]
    published = await api.client.get(JWKS_PATH)
    assert published.headers["content-type"] == "application/jwk-set+json"
    keys = jwt.PyJWKSet.from_dict(published.json())
    header = jwt.get_unverified_header(receipt)
    assert (header["alg"], header["typ"]) == ("EdDSA", "erasure-receipt+jwt")
    claims = jwt.decode(receipt, keys[header["kid"]], algorithms=["EdDSA"])
    completed_at = claims.pop("completedAt")
    assert abs(claims.pop("iat") - now().timestamp()) < 60
    assert completed_at >= claims["erasedAt"]
    assert claims == {
        "iss": services.settings.api.public_url,
        "sub": global_id_of(interview),
        "organization": global_id_of(tenant.organization),
        "erasedAt": claims["erasedAt"],
        "turns": 1,
        "evaluations": 1,
        "recordings": 0,
        "transcriptDigest": compute_transcript_digest(turns),
    }
    assert (await read_interview(api, admin, interview, "erasureReceipt"))["erasureReceipt"] == receipt, (
        "it is the same each time"
    )
    listed = (await api.execute("{ interviews { nodes { erasureReceipt } } }", admin))["interviews"]["nodes"]
    assert listed == [{"erasureReceipt": receipt}]


async def test_example_of_the_guide_checks_a_receipt(
    signing_key: str, server: ServerAddress, api: ApiClient, tenant: Tenant, admin: str, capsys: pytest.CaptureFixture[str]
) -> None:
    receipt = (await erase(api, admin, await make_ended_interview(tenant)))["eraseInterview"]["interview"]["erasureReceipt"]
    [example] = [block for block in PYTHON_EXAMPLE.findall(API_GUIDE.read_text(encoding="utf-8")) if "PyJWKClient" in block]
    example = example.replace("https://viva.example", f"http://127.0.0.1:{server.port}")
    # it reads the keys over the network, in a thread so that the server can answer
    await asyncio.to_thread(exec, example, {"receipt": receipt})
    assert "'erasedAt'" in capsys.readouterr().out
    header, payload, signature = receipt.split(".")
    claims = orjson.loads(base64.urlsafe_b64decode(payload + "=="))
    forged = base64.urlsafe_b64encode(orjson.dumps({**claims, "turns": 0})).decode().rstrip("=")
    with pytest.raises(jwt.InvalidSignatureError):
        await asyncio.to_thread(exec, example, {"receipt": f"{header}.{forged}.{signature}"})


async def test_receipt_exists_only_once_the_last_file_is_deleted(
    signing_key: str, api: ApiClient, tenant: Tenant, admin: str
) -> None:
    interview = await make_ended_interview(tenant)
    await new_recording(interview, files=[new_recording_file()]).insert()
    assert (await erase(api, admin, interview))["eraseInterview"]["interview"]["erasureReceipt"] is None
    assert await confirm_media_erased(interview.id, 0)
    receipt = (await read_interview(api, admin, interview, "erasureReceipt"))["erasureReceipt"]
    assert jwt.decode(receipt, options={"verify_signature": False})["recordings"] == 1


async def test_without_a_signing_key_there_is_no_receipt_and_the_key_set_is_empty(
    api: ApiClient, tenant: Tenant, admin: str
) -> None:
    interview = await make_ended_interview(tenant)
    assert (await erase(api, admin, interview))["eraseInterview"]["interview"]["erasureReceipt"] is None
    assert (await api.client.get(JWKS_PATH)).json() == {"keys": []}


async def test_interview_erased_before_completion_times_were_stored_has_a_receipt(
    signing_key: str, api: ApiClient, tenant: Tenant, admin: str
) -> None:
    interview = await make_ended_interview(tenant)
    older = {"turns": 1, "evaluations": 0, "recordings": 0, "pending": False, "attempts": 0, "due_at": None}
    erased_at = now() - timedelta(days=9)
    await Interview.get_pymongo_collection().update_one(
        {"_id": interview.id}, {"$set": {"erasure": older, "erased_at": erased_at, "candidate": None}}
    )
    receipt = (await read_interview(api, admin, interview, "erasureReceipt"))["erasureReceipt"]
    claims = jwt.decode(receipt, options={"verify_signature": False})
    assert (claims["turns"], claims["transcriptDigest"], claims["iat"]) == (1, None, int(erased_at.timestamp()))


# --- decision records


async def test_decision_records_are_listed_by_month_without_the_candidate(
    api: ApiClient, services: Services, tenant: Tenant, other_tenant: Tenant, admin: str
) -> None:
    await api.mutate("updateRetentionPolicy", admin, "retentionPolicy { updatedBy }", candidateDays=30, keepDecisionRecord=True)
    interviews = [await make_ended_interview(tenant, days) for days in (40, 400)]
    for interview in interviews:
        evaluation = await tenant.make_evaluation(interview)
        review = {"evaluationId": global_id_of(evaluation), "decision": "ADVANCE", "reason": "Convincing."}
        await api.mutate("reviewEvaluation", await issue_token(tenant, Role.RECRUITER), "evaluation { id }", **review)
    await repeat_retention_check(tenant.id)
    await repair_all(services)
    selection = (
        "nodes { positionKey positionVersion interviewMonth evaluationVersion overallScore recommendation decision "
        "decidedByRole } totalCount"
    )
    records = (await api.execute(f"{{ decisionRecords {{ {selection} }} }}", admin))["decisionRecords"]
    assert records["totalCount"] == 2
    assert records["nodes"] == [
        {
            "positionKey": "tester",
            "positionVersion": 1,
            "interviewMonth": f"{now() - timedelta(days=days):%Y-%m}",
            "evaluationVersion": 1,
            "overallScore": 50.0,
            "recommendation": "HIRE",
            "decision": "ADVANCE",
            "decidedByRole": "RECRUITER",
        }
        for days in (40, 400)
    ]
    query = (
        "query($after: String) { decisionRecords(first: 1, after: $after) { nodes { interviewMonth } pageInfo { endCursor } } }"
    )
    first = (await api.execute(query, admin))["decisionRecords"]
    second = (await api.execute(query, admin, after=first["pageInfo"]["endCursor"]))["decisionRecords"]
    assert [first["nodes"][0], second["nodes"][0]] == [{"interviewMonth": it["interviewMonth"]} for it in records["nodes"]]
    other_admin = await issue_token(other_tenant, Role.ADMIN)
    assert (await api.execute("{ decisionRecords { totalCount } }", other_admin))["decisionRecords"] == {"totalCount": 0}


# --- demographics and impact


async def make_result(api: ApiClient, tenant: Tenant, token: str, score: float, decision: Decision, **stated: str) -> Interview:
    interview = await tenant.make_interview(COMPLETED, score=score, evaluated=True, decision=decision)
    if stated:
        stored = await api.mutate("setDemographics", token, "interviewId", interviewId=global_id_of(interview), **stated)
        assert stored["setDemographics"] == {"interviewId": global_id_of(interview)}
    return interview


IMPACT = """query($attribute: DemographicAttribute!, $since: DateTime!, $until: DateTime!) {
  impactAnalysis(positionKey: "tester", since: $since, until: $until, attribute: $attribute) {
    interviews unknown medianScore csv
    categories { category interviews scoringRate scoringImpactRatio selectionRate selectionImpactRatio isSmallSample }
  }
}"""


async def test_impact_analysis_of_a_period(api: ApiClient, tenant: Tenant, other_tenant: Tenant, admin: str) -> None:
    recruiter = await issue_token(tenant, Role.RECRUITER)
    scores = {"female": [60, 70, 40, 20, 10], "male": [80, 90, 95, 30, 50]}
    advanced = {"female": 1, "male": 3}
    for sex, of_sex in scores.items():
        for place, score in enumerate(of_sex):
            decision = Decision.ADVANCE if place < advanced[sex] else Decision.REJECT
            await make_result(
                api, tenant, recruiter, score, decision, sex=sex, raceEthnicity="a" if place else " ", ageBand="=40+"
            )
    await make_result(api, tenant, recruiter, 55, Decision.ADVANCE)
    outside = await make_result(api, tenant, recruiter, 1, Decision.ADVANCE, sex="male")
    await outside.set({"created_at": now() - timedelta(days=40)})
    erased = await make_result(api, tenant, recruiter, 1, Decision.ADVANCE, sex="male")
    await erase(api, admin, erased)
    assert await Demographics.find({"interview_id": erased.id}).count() == 0
    period = {"since": (now() - timedelta(days=1)).isoformat(), "until": (now() + timedelta(hours=1)).isoformat()}
    analysis = (await api.execute(IMPACT, admin, attribute="SEX", **period))["impactAnalysis"]
    assert (analysis["interviews"], analysis["unknown"], analysis["medianScore"]) == (11, 1, 55)
    names = ("category", "interviews", "scoringRate", "scoringImpactRatio", "selectionRate", "selectionImpactRatio")
    assert [tuple(it[name] for name in names) for it in analysis["categories"]] == [
        ("female", 5, 0.4, 0.6667, 0.2, 0.3333),
        ("male", 5, 0.6, 1.0, 0.6, 1.0),
    ]
    both = (await api.execute(IMPACT, admin, attribute="SEX_AND_RACE_ETHNICITY", **period))["impactAnalysis"]
    assert both["unknown"] == 3, "a combination is unknown if a part of it is"
    assert [(it["category"], it["interviews"], it["isSmallSample"]) for it in both["categories"]] == [
        ("female, a", 4, True),
        ("male, a", 4, True),
    ]
    ages = (await api.execute(IMPACT, admin, attribute="AGE_BAND", **period))["impactAnalysis"]
    rows = list(csv.reader(io.StringIO(ages["csv"].removeprefix("\ufeff"), newline="")))
    assert [row[:3] for row in rows[1:]] == [["AGE_BAND", "'=40+", "10"], ["AGE_BAND", "(not stated)", "1"]]
    others = await api.execute(IMPACT, await issue_token(other_tenant, Role.ADMIN), attribute="SEX", **period)
    assert others["impactAnalysis"]["interviews"] == 0


async def test_empty_period_is_refused(api: ApiClient, admin: str) -> None:
    at = now().isoformat()
    assert (await api.execute(IMPACT, admin, attribute="SEX", since=at, until=at)).codes == ["BAD_INPUT"]


async def test_demographic_data_are_replaced_as_a_whole_and_refused_after_an_erasure(
    api: ApiClient, tenant: Tenant, admin: str
) -> None:
    interview = await make_ended_interview(tenant)
    named = {"interviewId": global_id_of(interview)}
    await api.mutate("setDemographics", admin, "interviewId", **named, sex=" Female ", ageBand="40-49")
    await api.mutate("setDemographics", admin, "interviewId", **named, sex="male")
    [stored] = await Demographics.find({"interview_id": interview.id}).to_list()
    assert (stored.sex, stored.age_band, stored.race_ethnicity) == ("male", None, None)
    too_long = await api.mutate("setDemographics", admin, "interviewId", **named, sex="a" * 201)
    assert (too_long.codes, too_long.error["extensions"]["field"]) == (["BAD_INPUT"], "sex")
    await erase(api, admin, interview)
    refused = await api.mutate("setDemographics", admin, "interviewId", **named, sex="male")
    assert refused.codes == ["CONFLICT"]
    assert await Demographics.find({"interview_id": interview.id}).count() == 0
    unknown = await api.mutate("setDemographics", admin, "interviewId", interviewId=f"int_{ObjectId()}", sex="male")
    assert unknown.codes == ["NOT_FOUND"]
