"""The simulated Claude through the real SDK: its responses fit the SDK's types, and it rejects what Claude rejects."""

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any, cast

import anthropic
import httpx2
import pytest
from anthropic import AsyncAnthropic, Omit
from anthropic.types import Message, ModelInfo, RawMessageStreamEvent
from pydantic import BaseModel, TypeAdapter

from sandbox.anthropic.provider import MODEL, AnthropicProvider, ScriptedReply
from tests.schema.api_client import serve

DIRECTIVE = "<directive>\nmoves: NEXT PROBE REPEAT STOP\nquestion: 1 of 3\nstop asked: no\n</directive>"
ANSWER = "I rebuilt the tracking feed so that shops see each change within two seconds of it."
REQUEST: dict[str, Any] = {
    "model": "claude-test",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": ANSWER}, {"role": "system", "content": DIRECTIVE}],
}


def make_request(**values: Any) -> Any:
    """Return a request that the rules can answer, with the fields in `values` replaced."""
    return {**REQUEST, **values}


def make_messages(*roles: str) -> list[dict[str, str]]:
    """Return one message per role: a directive for the system, an answer for all others."""
    return [{"role": role, "content": DIRECTIVE if role == "system" else ANSWER} for role in roles]


async def post_raw_stream(provider: AnthropicProvider) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.post(f"{provider.url}/v1/messages", json=make_request(stream=True), headers={"x-api-key": "test"})


def find_unknown_fields(value: Any, path: str = "") -> Iterator[str]:
    """Yield the paths of fields that the SDK's models do not declare."""
    if isinstance(value, BaseModel):
        yield from (f"{path}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from find_unknown_fields(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from find_unknown_fields(item, path)


async def test_stream_events_fit_the_types_of_the_sdk_and_come_in_order(provider: AnthropicProvider) -> None:
    response = await post_raw_stream(provider)
    assert response.headers["content-type"].startswith("text/event-stream")
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in response.text.strip().split("\n\n")]
    events = [json.loads(block["data"]) for block in blocks]
    assert [block["event"] for block in blocks] == [event["type"] for event in events]
    kinds = [event["type"] for event in events if event["type"] != "ping"]
    assert kinds[:2] == ["message_start", "content_block_start"]
    assert set(kinds[2:-3]) == {"content_block_delta"}
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    known: TypeAdapter[BaseModel] = TypeAdapter(RawMessageStreamEvent)
    for event in events:
        if event["type"] != "ping":  # the SDK drops pings before it parses them
            assert list(find_unknown_fields(known.validate_python(event))) == []


async def test_messages_and_models_fit_the_types_of_the_sdk(provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text="no", stop_reason="refusal"))
    async with httpx2.AsyncClient(headers={"x-api-key": "test"}) as client:
        refused, answered = [(await client.post(f"{provider.url}/v1/messages", json=make_request())).json() for _ in range(2)]
        model = (await client.get(f"{provider.url}/v1/models/claude-test")).json()
    for known, value in ((Message, refused), (Message, answered), (ModelInfo, model)):
        assert list(find_unknown_fields(known.model_validate(value))) == []
    assert refused["stop_details"]["type"] == "refusal"
    assert answered["stop_details"] is None


async def test_stream_delivers_the_text_in_pieces_and_then_the_whole_message(claude: AsyncAnthropic) -> None:
    async with claude.messages.stream(**make_request()) as stream:
        pieces = [text async for text in stream.text_stream]
        message = await stream.get_final_message()
        assert stream.request_id
        assert stream.request_id.startswith("req_")
    assert len(pieces) > 3
    assert [block.text for block in message.content if block.type == "text"] == ["".join(pieces)]
    assert pieces[0].startswith("NEXT\n")
    assert (message.model, message.role, message.stop_reason) == (MODEL, "assistant", "end_turn")
    assert message.usage.output_tokens > 1


async def test_request_without_streaming_gets_the_same_answer(claude: AsyncAnthropic) -> None:
    async with claude.messages.stream(**make_request()) as stream:
        streamed = await stream.get_final_text()
    whole = cast(Message, await claude.messages.create(**make_request()))
    assert [block.text for block in whole.content if block.type == "text"] == [streamed]
    assert whole.stop_reason == "end_turn"
    assert whole._request_id
    assert whole._request_id.startswith("req_")


class Weather(BaseModel):
    place: str
    degrees: int


async def test_structured_output_is_requested_by_schema_and_parsed(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text='{"place": "Oslo", "degrees": -3}'))
    parsed = await claude.messages.parse(**make_request(messages=make_messages("user")), output_format=Weather)
    assert parsed.parsed_output == Weather(place="Oslo", degrees=-3)
    requested = provider.judgement_requests[0]["output_config"]["format"]
    assert (requested["type"], set(requested["schema"]["properties"])) == ("json_schema", {"place", "degrees"})


async def test_usage_reports_cached_tokens(claude: AsyncAnthropic) -> None:
    def block(text: str, *, marked: bool) -> dict[str, Any]:
        return {"type": "text", "text": text * 50, **({"cache_control": {"type": "ephemeral"}} if marked else {})}

    system = [block("the rules ", marked=True)]
    first = [{"role": "user", "content": [block("an answer ", marked=True)]}]
    second = [
        {"role": "user", "content": [block("an answer ", marked=False)]},
        {"role": "assistant", "content": "NEXT"},
        {"role": "user", "content": [block("another answer ", marked=True)]},
    ]
    directive = make_messages("system")
    usages = []
    for messages in (first, second, second):
        request = make_request(system=system, messages=[*messages, *directive])
        async with claude.messages.stream(**request) as stream:
            streamed = (await stream.get_final_message()).usage
        usages.append(streamed)
    written = [usage.cache_creation_input_tokens or 0 for usage in usages]
    read = [usage.cache_read_input_tokens or 0 for usage in usages]
    assert read == [0, written[0], written[0] + written[1]]
    assert written[1] > 0
    assert written[2] == 0
    assert len({usage.input_tokens for usage in usages}) == 1, "tokens after the last breakpoint are never cached"
    other = await claude.messages.create(
        **make_request(system=[block("other rules ", marked=True)], messages=[*second, *directive])
    )
    assert other.usage.cache_read_input_tokens == 0, "a prefix that begins differently is not cached"


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (400, "invalid_request_error", anthropic.BadRequestError),
        (401, "authentication_error", anthropic.AuthenticationError),
        (402, "billing_error", anthropic.PaymentRequiredError),
        (403, "permission_error", anthropic.PermissionDeniedError),
        (404, "not_found_error", anthropic.NotFoundError),
        (413, "request_too_large", anthropic.ContentTooLargeError),
        (429, "rate_limit_error", anthropic.RateLimitError),
        (500, "api_error", anthropic.InternalServerError),
        (504, "timeout_error", anthropic.GatewayTimeoutError),
        (529, "overloaded_error", anthropic.OverloadedError),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
async def test_each_error_status_raises_the_error_class_of_the_sdk_with_the_request_id(
    claude: AsyncAnthropic,
    provider: AnthropicProvider,
    status: int,
    kind: str,
    expected: type[anthropic.APIStatusError],
    streamed: bool,
) -> None:
    provider.scripts.append(ScriptedReply(status=status, error_type=kind, retry_after=7))
    with pytest.raises(expected) as raised:
        await claude.messages.create(**make_request(stream=streamed))
    error = raised.value
    assert (error.status_code, error.type, error.api_message) == (status, kind, "as scripted")
    assert error.request_id
    assert cast(dict[str, Any], error.body)["request_id"] == error.request_id
    assert error.response.headers["retry-after"] == "7"


async def test_request_without_a_key_is_rejected(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    keyless = {"X-Api-Key": Omit(), "Authorization": Omit()}
    with pytest.raises(anthropic.AuthenticationError):
        await claude.messages.create(**make_request(), extra_headers=keyless)
    with pytest.raises(anthropic.AuthenticationError):
        await claude.models.retrieve("claude-test", extra_headers=keyless)
    assert provider.requests == []


async def test_model_is_retrieved_by_its_id(claude: AsyncAnthropic) -> None:
    model = await claude.models.retrieve("claude-test")
    assert (model.id, model.type, model.lifecycle) == ("claude-test", "model", "active")


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"model": None}, "model"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"messages": []}, "the body"),
        ({"messages": [{"role": "user"}]}, "the body"),
        ({"messages": make_messages("assistant", "user")}, "the user role"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "a role is unknown"),
        ({"messages": [{"role": "user", "content": " \n"}]}, "a text is empty"),
        ({"messages": make_messages("user", "assistant")}, "prefill"),
        ({"messages": make_messages("system", "user")}, "top-level 'system'"),
        ({"messages": make_messages("user", "assistant", "system")}, "a system message must follow a user message"),
        ({"messages": make_messages("user", "system", "user")}, "a system message must follow a user message"),
        ({"messages": make_messages("user", "system", "system")}, "a system message must follow a user message"),
        ({"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}] * 5}, "at most 4 blocks"),
        ({"messages": make_messages("user")}, "no rule matches this request"),
    ],
)
async def test_request_that_claude_rejects_is_rejected(claude: AsyncAnthropic, wrong: dict[str, Any], problem: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=problem):
        await claude.messages.create(**make_request(**wrong))


async def test_system_message_is_accepted_between_a_user_and_an_assistant_message(claude: AsyncAnthropic) -> None:
    roles = ("user", "system", "assistant", "user", "user", "system")
    assert await claude.messages.create(**make_request(messages=make_messages(*roles)))


ALL_MOVES = "NEXT PROBE REPEAT CLARIFY WAIT STOP"
STOP_ASKED = {"moves": "NEXT PROBE REPEAT CLARIFY WAIT CLOSE", "stop asked": "yes"}
RULES: list[tuple[str, dict[str, str], str]] = [
    ("Yes, please.", STOP_ASKED, "CLOSE"),
    ("Please end the interview.", STOP_ASKED, "CLOSE"),
    ("No, let us go on.", STOP_ASKED, "REPEAT"),
    (ANSWER, STOP_ASKED, "NEXT"),
    ("Yes.", {"moves": "NEXT CLOSE"}, "NEXT"),
    ("Could you repeat that?", {}, "REPEAT"),
    ("Could you repeat that?", {"moves": "NEXT PROBE"}, "NEXT"),
    ("What do you mean by that?", {}, "CLARIFY"),
    ("One moment please.", {}, "WAIT"),
    ("Can we stop here, please?", {}, "STOP"),
    ("We have to stop the import first.", {}, "PROBE"),
    ("I don't know.", {}, "NEXT"),
    ("I don't know.", {"moves": "PROBE"}, "PROBE"),
    ("It was a deadlock.", {}, "PROBE"),
    ("It was a deadlock.", {"moves": "NEXT"}, "NEXT"),
    (ANSWER, {}, "NEXT"),
    (ANSWER, {"moves": "CLOSE"}, "CLOSE"),
]


@pytest.mark.parametrize(("said", "directive", "move"), RULES)
async def test_each_rule_chooses_its_move_and_neither_quotes_nor_judges_the_answer(
    claude: AsyncAnthropic, said: str, directive: dict[str, str], move: str
) -> None:
    lines = {"moves": ALL_MOVES, "question": "1 of 3", "stop asked": "no", **directive}
    content = "\n".join(f"{name}: {value}" for name, value in lines.items())
    request = make_request(messages=[{"role": "user", "content": said}, {"role": "system", "content": content}])
    async with claude.messages.stream(**request) as stream:
        chosen, _, words = (await stream.get_final_text()).partition("\n")
    assert chosen == move
    assert not re.search(r"\"|\b(you said|deadlock|picture|clear|good answer|great|perfect)\b", words, re.IGNORECASE)


async def test_paced_provider_sends_words_one_after_another() -> None:
    paced = AnthropicProvider(paced=True)
    async with serve(paced.app) as address:
        base_url = f"http://127.0.0.1:{address.port}"
        async with (
            AsyncAnthropic(api_key="test", base_url=base_url) as claude,
            claude.messages.stream(**make_request()) as stream,
        ):
            times = [asyncio.get_running_loop().time() async for _ in stream.text_stream]
    assert times[-1] - times[0] >= 0.012 * (len(times) - 2)
