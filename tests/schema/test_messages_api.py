"""Messages of candidates, and transcripts, through the API."""

import asyncio
from typing import Any

import orjson
import pytest
from bson import ObjectId
from structlog.testing import capture_logs

from lifecycle.jobs import REPLY, Jobs
from models.documents.interview import Interview, InterviewStatus
from models.documents.organization import Role
from models.documents.turn import read_turns
from resolvers.ids import IdKind, encode_id
from tests.factories import reload_interview
from tests.resolvers.tenant import Tenant, global_id_of
from tests.schema.api_client import CONSENT_INPUT, ApiClient, GraphQLResponse, issue_token

TURN_SELECTION = "turn { id interviewId seq speaker text channel questionKey startedAt endedAt confidence interrupted }"


@pytest.fixture
async def interview(tenant: Tenant) -> Interview:
    return await tenant.make_interview(InterviewStatus.WAITING)


@pytest.fixture
async def candidate_token(tenant: Tenant, interview: Interview) -> str:
    return await issue_token(tenant, Role.CANDIDATE, interview)


async def send_message(api: ApiClient, token: str | None, interview: Interview, text: str, **fields: Any) -> GraphQLResponse:
    return await api.mutate("sendMessage", token, TURN_SELECTION, interviewId=global_id_of(interview), text=text, **fields)


async def test_turn_says_how_its_sender_got_the_token(api: ApiClient, tenant: Tenant) -> None:
    recruiter, viewer = await issue_token(tenant, Role.RECRUITER), await issue_token(tenant, Role.VIEWER)
    started = await api.mutate(
        "startInterview",
        recruiter,
        "interview { id } access { token } invite { token }",
        candidateName="Ada",
        positionKey=tenant.position.key,
        channel="TEXT",
        consent=CONSENT_INPUT,
    )
    payload = started["startInterview"]
    interview_id, invite = payload["interview"]["id"], payload["invite"]["token"]
    joined = await api.mutate("joinInterview", None, "access { token }", invite=invite)
    tokens = [payload["access"]["token"], joined["joinInterview"]["access"]["token"]]
    for token in tokens:
        await api.mutate("sendMessage", token, "turn { seq }", interviewId=interview_id, text="Hello.")
    query = "query($id: ID!) { transcript(interviewId: $id) { turns { writtenWith } } }"
    turns = (await api.execute(query, viewer, id=interview_id))["transcript"]["turns"]
    assert [turn["writtenWith"] for turn in turns] == ["START_INTERVIEW", "INVITE"]
    assert set((await api.execute(query, tokens[0], id=interview_id)).codes) == {"FORBIDDEN"}


async def test_message_is_returned_once_stored_and_starts_the_interview(
    api: ApiClient, interview: Interview, candidate_token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    enqueued: list[tuple[str, ObjectId]] = []

    async def kick(_: Jobs, name: str, document_id: ObjectId) -> None:
        enqueued.append((name, document_id))

    monkeypatch.setattr(Jobs, "kick", kick)
    turn = (await send_message(api, candidate_token, interview, " I am Zoë 🌱.\r\n\tHello! "))["sendMessage"]["turn"]
    (row,) = await read_turns(interview.id)
    assert turn["id"] == encode_id(IdKind.TURN, row.id)
    assert (turn["interviewId"], turn["seq"], turn["speaker"], turn["channel"]) == (
        global_id_of(interview),
        1,
        "CANDIDATE",
        "TEXT",
    )
    assert turn["text"] == row.text == "I am Zoë 🌱.\n\tHello!"
    assert (turn["confidence"], turn["interrupted"]) == (None, False)
    begun = await reload_interview(interview)
    assert begun.status is InterviewStatus.IN_PROGRESS
    assert begun.started_at is not None
    assert enqueued == [(REPLY, interview.id)]


@pytest.mark.parametrize(
    "text",
    [" \n\t ", "\u200b\u2063", "\u3164\u2800\u00ad", "é" * 20_001, "before\0after"],
    ids=["blank", "zero width", "fillers", "one too many", "NUL"],
)
async def test_invalid_message_is_refused_and_neither_stored_nor_published(
    api: ApiClient, interview: Interview, candidate_token: str, text: str
) -> None:
    with capture_logs() as logs:
        refused = await send_message(api, candidate_token, interview, text)
    assert (refused.data, refused.codes) == ({"sendMessage": None}, ["BAD_INPUT"])
    assert refused.error["extensions"]["field"] == "text"
    assert len(refused.error["message"]) < 200, "it does not repeat the text"
    assert "before" not in refused.error["message"]
    assert logs == []
    assert await read_turns(interview.id) == []


async def test_lone_surrogate_is_refused_and_nothing_is_stored(
    api: ApiClient, interview: Interview, candidate_token: str
) -> None:
    query = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { turn { seq } } }"
    body = orjson.dumps({"query": query, "variables": {"input": {"interviewId": global_id_of(interview), "text": "HALF"}}})
    headers = {"Authorization": f"Bearer {candidate_token}", "Content-Type": "application/json"}
    response = await api.client.post("/graphql", content=body.replace(b"HALF", b"\\ud800"), headers=headers)
    assert response.json()["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert await read_turns(interview.id) == []


async def test_message_of_twenty_thousand_characters_is_accepted(
    api: ApiClient, interview: Interview, candidate_token: str
) -> None:
    text = "🌱é" * 10_000
    assert (await send_message(api, candidate_token, interview, text))["sendMessage"]["turn"]["text"] == text


@pytest.mark.parametrize("status", [InterviewStatus.SCHEDULED, InterviewStatus.COMPLETED])
async def test_message_to_an_interview_that_is_not_open_is_a_conflict(
    api: ApiClient, tenant: Tenant, status: InterviewStatus
) -> None:
    interview = await tenant.make_interview(status)
    refused = await send_message(api, await issue_token(tenant, Role.CANDIDATE, interview), interview, "Hello?")
    assert (refused.data, refused.codes) == ({"sendMessage": None}, ["CONFLICT"])
    assert ("joinInterview" if status is InterviewStatus.SCHEDULED else status) in refused.error["message"]
    assert await read_turns(interview.id) == []


async def test_concurrent_messages_are_all_stored_with_their_own_seq(
    api: ApiClient, interview: Interview, candidate_token: str
) -> None:
    texts = [f"message {number}" for number in range(10)]
    responses = await asyncio.gather(*(send_message(api, candidate_token, interview, text) for text in texts))
    texts_by_seq = {response["sendMessage"]["turn"]["seq"]: response["sendMessage"]["turn"]["text"] for response in responses}
    assert texts_by_seq == {turn.seq: turn.text for turn in await read_turns(interview.id)}
    assert sorted(texts_by_seq) == list(range(1, 11))
    assert sorted(texts_by_seq.values()) == sorted(texts)


async def test_key_with_another_text_is_a_conflict_only_in_the_same_interview(
    api: ApiClient, tenant: Tenant, interview: Interview, candidate_token: str
) -> None:
    assert (await send_message(api, candidate_token, interview, "Good morning.", idempotencyKey="k")).errors == []
    other = await send_message(api, candidate_token, interview, "Good evening.", idempotencyKey="k")
    assert (other.codes, other.error["extensions"]["field"]) == (["CONFLICT"], "idempotencyKey")
    assert "Good" not in other.error["message"]
    another = await tenant.make_interview()
    token = await issue_token(tenant, Role.CANDIDATE, another)
    assert (await send_message(api, token, another, "Good evening.", idempotencyKey="k"))["sendMessage"]["turn"]["seq"] == 1


async def test_repeating_a_stored_message_after_the_end_returns_it(
    api: ApiClient, tenant: Tenant, interview: Interview, candidate_token: str
) -> None:
    first = await send_message(api, candidate_token, interview, "Good bye.", idempotencyKey="k")
    await api.mutate("endInterview", candidate_token, "interview { id }", interviewId=global_id_of(interview))
    assert (await send_message(api, candidate_token, interview, "Good bye.", idempotencyKey="k")).data == first.data
    assert (await send_message(api, candidate_token, interview, "One more thing.")).codes == ["CONFLICT"]


# --- reading what was said

TRANSCRIPT_QUERY = """query($id: ID!, $after: Int! = 0, $first: Int) {
  transcript(interviewId: $id, after: $after, first: $first) { interviewId lastSeq isComplete turns { seq } }
  interview(id: $id) { transcript(after: $after, first: $first) { interviewId lastSeq isComplete turns { seq } } }
}"""


async def test_transcript_is_readable_from_any_turn_and_reports_the_last_seq(
    api: ApiClient, interview: Interview, candidate_token: str
) -> None:
    for number in range(4):
        await send_message(api, candidate_token, interview, f"answer {number}")
    for after, first, seqs in ((0, None, [1, 2, 3, 4]), (2, None, [3, 4]), (0, 2, [1, 2]), (4, 5, []), (9, None, []), (0, 0, [])):
        response = await api.execute(TRANSCRIPT_QUERY, candidate_token, id=global_id_of(interview), after=after, first=first)
        expected = {
            "interviewId": global_id_of(interview),
            "lastSeq": 4,
            "isComplete": False,
            "turns": [{"seq": seq} for seq in seqs],
        }
        assert response.data == {"transcript": expected, "interview": {"transcript": expected}}
    await api.mutate("endInterview", candidate_token, "interview { id }", interviewId=global_id_of(interview))
    ended = await api.execute(TRANSCRIPT_QUERY, candidate_token, id=global_id_of(interview), first=1)
    assert (ended["transcript"]["isComplete"], len(ended["transcript"]["turns"])) == (True, 1)


@pytest.mark.parametrize(("arguments", "field"), [({"after": -1}, "after"), ({"first": -1}, "first"), ({"first": 101}, "first")])
async def test_invalid_transcript_range_is_refused(
    api: ApiClient, interview: Interview, candidate_token: str, arguments: dict[str, int], field: str
) -> None:
    response = await api.execute(TRANSCRIPT_QUERY, candidate_token, id=global_id_of(interview), **arguments)
    assert set(response.codes) == {"BAD_INPUT"}
    assert {error["extensions"]["field"] for error in response.errors} == {field}
