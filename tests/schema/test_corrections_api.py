"""Corrections of turns through the API: who may correct what and when, and who sees it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from gql import GraphQLRequest

from errors import Conflict
from lifecycle.states import erase_data
from models.documents.interview import ErasureScope, Interview, InterviewStatus, ReviewReason
from models.documents.organization import Role
from models.documents.position import Position
from models.documents.turn import compute_transcript_digest, read_turns
from models.documents.turn_correction import TurnCorrection, list_corrections
from models.storage.clock import now
from models.writes.append_turns import append_interviewer_turns
from models.writes.turn_corrections import add_correction
from tests.factories import add_candidate_turn, new_interviewer_update, new_turn, reload_interview
from tests.helpers import TIMEOUT_SECONDS
from tests.resolvers.tenant import ORGANIZATION_ROLES, Tenant, global_id_of
from tests.schema.api_client import ApiClient, GraphQLResponse, ServerAddress, issue_token

CORRECTION = "I said COBOL, and meant FORTRAN."
SELECTION = "turn { seq text correction { seq text createdAt } }"


@pytest.fixture
async def completed(tenant: Tenant) -> Interview:
    """An interview that has just ended, with one turn of the candidate."""
    return await tenant.make_completed_interview("I wrote COBOL.")


@pytest.fixture
async def token(tenant: Tenant, completed: Interview) -> str:
    """The candidate's token for the completed interview."""
    return await issue_token(tenant, Role.CANDIDATE, completed)


async def correct_turn(api: ApiClient, token: str, interview: Interview, **fields: Any) -> GraphQLResponse:
    defaults = {"interviewId": global_id_of(interview), "seq": 1, "text": CORRECTION}
    return await api.mutate("correctTurn", token, SELECTION, **{**defaults, **fields})


async def read_reasons(interview: Interview) -> list[ReviewReason]:
    return (await reload_interview(interview)).review_reasons


async def test_correction_is_shown_beside_the_unchanged_turn(
    api: ApiClient, tenant: Tenant, completed: Interview, token: str
) -> None:
    before = await read_turns(completed.id)
    corrected = (await correct_turn(api, token, completed, text=f" {CORRECTION}\n"))["correctTurn"]["turn"]
    assert (corrected["seq"], corrected["text"]) == (1, "I wrote COBOL.")
    assert (corrected["correction"]["seq"], corrected["correction"]["text"]) == (1, CORRECTION)
    assert await read_turns(completed.id) == before
    query = """query($id: ID!) { interview(id: $id) {
      corrections { seq text createdAt } transcript { turns { correction { seq text createdAt } } }
    } }"""
    for role in [*ORGANIZATION_ROLES, Role.CANDIDATE]:
        reader = token if role is Role.CANDIDATE else await issue_token(tenant, role)
        shown = (await api.execute(query, reader, id=global_id_of(completed)))["interview"]
        assert shown["corrections"] == [corrected["correction"]]
        assert shown["transcript"]["turns"] == [{"correction": corrected["correction"]}]


async def test_correction_asks_for_a_review_which_answers_it(
    api: ApiClient, tenant: Tenant, completed: Interview, token: str
) -> None:
    evaluation = await tenant.make_evaluation(completed)
    recruiter = await issue_token(tenant, Role.RECRUITER)
    review = {"evaluationId": global_id_of(evaluation), "decision": "HOLD", "reason": "To be read.", "idempotencyKey": "one"}
    assert (await api.mutate("reviewEvaluation", recruiter, "evaluation { id }", **review)).errors == []
    assert (await correct_turn(api, token, completed)).errors == []
    query = "query($id: ID!) { interview(id: $id) { reviewReasons } }"
    assert (await api.execute(query, recruiter, id=global_id_of(completed)))["interview"] == {"reviewReasons": ["CORRECTION"]}
    assert (await api.mutate("reviewEvaluation", recruiter, "evaluation { id }", **review)).errors == []
    assert await read_reasons(completed) == [ReviewReason.CORRECTION], "a repeated review precedes the correction"
    again = {**review, "idempotencyKey": "another"}
    assert (await api.mutate("reviewEvaluation", recruiter, "evaluation { id }", **again)).errors == []
    assert await read_reasons(completed) == []


async def test_evaluation_is_made_without_the_correction(api: ApiClient, completed: Interview, token: str) -> None:
    digest = compute_transcript_digest(await read_turns(completed.id))
    assert (await correct_turn(api, token, completed)).errors == []
    turns = await read_turns(completed.id)
    assert compute_transcript_digest(turns) == digest
    assert CORRECTION not in str(turns)


async def test_repetition_has_no_effect_and_another_correction_is_a_conflict(
    api: ApiClient, completed: Interview, token: str
) -> None:
    first = await correct_turn(api, token, completed)
    assert first.errors == []
    updated_at = (await reload_interview(completed)).updated_at
    assert (await correct_turn(api, token, completed)).data == first.data
    assert (await reload_interview(completed)).updated_at == updated_at
    refused = await correct_turn(api, token, completed, text="Neither of them.")
    assert (refused.data, refused.codes) == ({"correctTurn": None}, ["CONFLICT"])
    assert [correction.text for correction in await list_corrections([completed.id])] == [CORRECTION]


async def test_of_concurrent_corrections_one_is_stored(api: ApiClient, completed: Interview, token: str) -> None:
    responses = await asyncio.gather(*(correct_turn(api, token, completed, text=f"Correction {n}.") for n in range(5)))
    assert sorted(code for response in responses for code in response.codes) == ["CONFLICT"] * 4
    (stored,) = await list_corrections([completed.id])
    assert [response["correctTurn"]["turn"]["correction"]["text"] for response in responses if not response.errors] == [
        stored.text
    ]


@pytest.mark.parametrize("text", [" \n", "a" * 2_001, "\0"], ids=["blank", "too long", "NUL"])
async def test_invalid_text_is_refused(api: ApiClient, completed: Interview, token: str, text: str) -> None:
    refused = await correct_turn(api, token, completed, text=text)
    assert (refused.codes, refused.error["extensions"]["field"]) == (["BAD_INPUT"], "text")
    assert await list_corrections([completed.id]) == []


@pytest.mark.parametrize("seq", [-1, 0, 2, 3, 2**31 - 1])
async def test_only_turns_of_the_candidate_can_be_corrected(api: ApiClient, tenant: Tenant, seq: int) -> None:
    interview = await tenant.make_interview()
    await add_candidate_turn(interview, "I wrote COBOL.")
    reply = new_turn("reply:1", "Which version?")
    await append_interviewer_turns(interview.id, [reply], new_interviewer_update(answers=1))
    await interview.set({Interview.status: InterviewStatus.COMPLETED, Interview.ended_at: now(), Interview.last_seq: 2})
    refused = await correct_turn(api, await issue_token(tenant, Role.CANDIDATE, interview), interview, seq=seq)
    assert (refused.codes, refused.error["extensions"]["field"]) == (["BAD_INPUT"], "seq")


async def test_turns_cannot_be_corrected_before_the_end(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    await add_candidate_turn(interview, "I wrote COBOL.")
    refused = await correct_turn(api, await issue_token(tenant, Role.CANDIDATE, interview), interview)
    assert refused.codes == ["CONFLICT"]
    assert "once the interview has ended" in refused.error["message"]
    assert await read_reasons(interview) == []


@pytest.mark.parametrize(
    ("hours", "minutes_since_end", "is_open"), [(72, 72 * 60 - 1, True), (72, 72 * 60 + 1, False), (0, 0, False)]
)
async def test_window_of_the_position_limits_corrections_and_access(
    api: ApiClient, tenant: Tenant, hours: int, minutes_since_end: int, is_open: bool
) -> None:
    await tenant.position.set({Position.correction_hours: hours})
    completed = await tenant.make_completed_interview(ended_at=now() - timedelta(minutes=minutes_since_end))
    codes = [] if is_open else ["CONFLICT"]
    assert (await correct_turn(api, await issue_token(tenant, Role.CANDIDATE, completed), completed)).codes == codes
    opened = await api.mutate("openTranscript", None, "access { token }", invite=tenant.invite_token(completed))
    assert opened.codes == codes


async def test_repetition_is_answered_after_the_window_has_closed(api: ApiClient, completed: Interview, token: str) -> None:
    first = await correct_turn(api, token, completed)
    await completed.set({Interview.ended_at: now() - timedelta(days=30)})
    assert (await correct_turn(api, token, completed)).data == first.data


async def test_invite_gives_access_to_an_ended_interview(api: ApiClient, tenant: Tenant, completed: Interview) -> None:
    selection = "interview { id status candidate { name } } access { token room { name } }"
    opened = await api.mutate("openTranscript", None, selection, invite=tenant.invite_token(completed))
    assert opened.codes == ["FORBIDDEN"], "the payload shows what the candidate may read"
    assert opened.data
    payload = opened.data["openTranscript"]
    assert payload["interview"] == {"id": global_id_of(completed), "status": "COMPLETED", "candidate": None}
    assert payload["access"]["room"] is None
    token = payload["access"]["token"]
    assert (await correct_turn(api, token, completed)).errors == []
    message = {"interviewId": global_id_of(completed), "text": "One more thing."}
    assert (await api.mutate("sendMessage", token, "turn { seq }", **message)).codes == ["CONFLICT"]


async def test_invite_of_an_open_or_erased_interview_gives_no_access_to_the_transcript(api: ApiClient, tenant: Tenant) -> None:
    interview = await tenant.make_interview()
    invite = tenant.invite_token(interview)
    assert (await api.mutate("openTranscript", None, "access { token }", invite=invite)).codes == ["CONFLICT"]
    admin = await issue_token(tenant, Role.ADMIN)
    assert (await api.mutate("eraseInterview", admin, "receipt", interviewId=global_id_of(interview))).errors == []
    assert (await api.mutate("openTranscript", None, "access { token }", invite=invite)).codes == ["NOT_FOUND"]


async def test_subscribers_see_a_correction(
    api: ApiClient, server: ServerAddress, tenant: Tenant, completed: Interview, token: str
) -> None:
    text = "subscription($id: ID!) { interviewChanged(interviewId: $id) { corrections { seq text } reviewReasons } }"
    async with server.open_client(await issue_token(tenant, Role.RECRUITER)) as session:
        stream = session.subscribe(GraphQLRequest(text, variable_values={"id": global_id_of(completed)}))
        assert (await anext(stream))["interviewChanged"] == {"corrections": [], "reviewReasons": []}
        assert (await correct_turn(api, token, completed)).errors == []
        async with asyncio.timeout(TIMEOUT_SECONDS):
            changed = await anext(stream)
        assert changed["interviewChanged"] == {
            "corrections": [{"seq": 1, "text": CORRECTION}],
            "reviewReasons": ["CORRECTION"],
        }
        await stream.aclose()


async def test_turns_that_are_streamed_later_have_their_corrections(
    api: ApiClient, server: ServerAddress, completed: Interview, token: str
) -> None:
    assert (await correct_turn(api, token, completed)).errors == []
    text = "subscription($id: ID!) { turnAdded(interviewId: $id, after: 0) { seq correction { text } } }"
    async with server.open_client(token) as session:
        stream = session.subscribe(GraphQLRequest(text, variable_values={"id": global_id_of(completed)}))
        streamed = [event["turnAdded"] async for event in stream]
    assert streamed == [{"seq": 1, "correction": {"text": CORRECTION}}]


async def test_erasure_removes_corrections(api: ApiClient, tenant: Tenant, completed: Interview, token: str) -> None:
    assert (await correct_turn(api, token, completed)).errors == []
    admin, erase = await issue_token(tenant, Role.ADMIN), {"interviewId": global_id_of(completed)}
    selection = "interview { corrections { text } reviewReasons }"
    erased = await api.mutate("eraseInterview", admin, selection, **erase)
    assert erased["eraseInterview"]["interview"] == {"corrections": [], "reviewReasons": []}
    assert await list_corrections([completed.id]) == []
    assert (await correct_turn(api, token, completed, text="Later.")).codes == ["UNAUTHENTICATED"]


async def test_erasure_of_the_transcript_removes_corrections_and_allows_no_further_one(
    api: ApiClient, tenant: Tenant, completed: Interview, token: str
) -> None:
    assert (await correct_turn(api, token, completed)).errors == []
    assert await erase_data(tenant.services, completed.id, ErasureScope.TRANSCRIPT)
    query = "query($id: ID!) { interview(id: $id) { erasedAt corrections { text } reviewReasons } }"
    shown = (await api.execute(query, await issue_token(tenant, Role.ADMIN), id=global_id_of(completed)))["interview"]
    assert shown == {"erasedAt": None, "corrections": [], "reviewReasons": []}
    assert await list_corrections([completed.id]) == []
    assert (await correct_turn(api, token, completed, text="Later.")).codes == ["BAD_INPUT"]
    late = TurnCorrection(interview_id=completed.id, seq=1, text="Later.")
    with pytest.raises(Conflict, match="has been erased"):
        await add_correction(late, window_hours=72)
    assert await list_corrections([completed.id]) == []


async def test_interview_from_before_corrections_has_defaults_in_lists_too(
    api: ApiClient, tenant: Tenant, completed: Interview
) -> None:
    names = {"review_reasons": 1, "ai_disclosed_at": 1}
    await Interview.get_pymongo_collection().update_one({"_id": completed.id}, {"$unset": names})
    selection = "reviewReasons aiDisclosedAt corrections { seq }"
    expected: dict[str, Any] = {"reviewReasons": [], "aiDisclosedAt": None, "corrections": []}
    admin = await issue_token(tenant, Role.ADMIN)
    listed = await api.execute(f"{{ interviews {{ nodes {{ {selection} }} }} }}", admin)
    assert listed["interviews"]["nodes"] == [expected]
    query = f"query($id: ID!) {{ interview(id: $id) {{ {selection} }} }}"
    assert (await api.execute(query, admin, id=global_id_of(completed)))["interview"] == expected
    assert (await correct_turn(api, await issue_token(tenant, Role.CANDIDATE, completed), completed)).errors == []
    assert await read_reasons(completed) == [ReviewReason.CORRECTION]
