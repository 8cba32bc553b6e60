"""The stand-in for Claude, asked by the real SDK: it sends what the SDK's own types say, and refuses what Claude refuses."""

import asyncio
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, cast

import anthropic
import httpx2
import pytest
from anthropic import AsyncAnthropic, Omit
from anthropic.types import Message, ModelInfo, RawMessageStreamEvent
from pydantic import BaseModel, TypeAdapter

from sandbox.anthropic.provider import MODEL, Provider, Script
from tests.schema.api import served

DIRECTIVE = "<directive>\nmoves: NEXT PROBE REPEAT STOP\nquestion: 1 of 3\nstop asked: no\n</directive>"
ANSWER = "I rebuilt the tracking feed so that shops see each change within two seconds of it."
ASKED: dict[str, Any] = {
    "model": "claude-test",
    "max_tokens": 100,
    "messages": [{"role": "user", "content": ANSWER}, {"role": "system", "content": DIRECTIVE}],
}


def asked(**values: Any) -> Any:
    """A request that the rules answer; `values` replace fields."""
    return {**ASKED, **values}


def conversation(*roles: str) -> list[dict[str, str]]:
    return [{"role": role, "content": DIRECTIVE if role == "system" else ANSWER} for role in roles]


async def read_events(claude: AsyncAnthropic, **values: Any) -> list[RawMessageStreamEvent]:
    stream = await claude.messages.create(**asked(stream=True, **values))
    return [event async for event in stream]


async def raw_stream(provider: Provider) -> httpx2.Response:
    async with httpx2.AsyncClient() as client:
        return await client.post(f"{provider.url}/v1/messages", json=asked(stream=True), headers={"x-api-key": "test"})


def unknown_fields(value: Any, path: str = "") -> Iterator[str]:
    """Where a model of the SDK holds what it has no name for."""
    if isinstance(value, BaseModel):
        yield from (f"{path}.{name}" for name in value.model_extra or {})
        for name in type(value).model_fields:
            yield from unknown_fields(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, list):
        for item in value:
            yield from unknown_fields(item, path)


async def test_every_event_is_one_that_the_sdk_knows_in_the_order_that_it_needs(provider: Provider) -> None:
    response = await raw_stream(provider)
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
        if event["type"] != "ping":  # which the SDK drops before it looks into it
            assert list(unknown_fields(known.validate_python(event))) == []


async def test_a_whole_message_is_one_that_the_sdk_knows(provider: Provider) -> None:
    provider.scripts.append(Script(text="no", stop_reason="refusal"))
    async with httpx2.AsyncClient(headers={"x-api-key": "test"}) as client:
        refused, answered = [(await client.post(f"{provider.url}/v1/messages", json=asked())).json() for _ in range(2)]
        model = (await client.get(f"{provider.url}/v1/models/claude-test")).json()
    for known, value in ((Message, refused), (Message, answered), (ModelInfo, model)):
        assert list(unknown_fields(known.model_validate(value))) == []
    assert refused["stop_details"]["type"] == "refusal"
    assert answered["stop_details"] is None


async def test_a_stream_gives_the_text_in_pieces_and_then_the_whole_message(claude: AsyncAnthropic) -> None:
    async with claude.messages.stream(**asked()) as stream:
        pieces = [text async for text in stream.text_stream]
        message = await stream.get_final_message()
        assert stream.request_id
        assert stream.request_id.startswith("req_")
    assert len(pieces) > 3
    assert [block.text for block in message.content if block.type == "text"] == ["".join(pieces)]
    assert pieces[0].startswith("NEXT\n")
    assert (message.model, message.role, message.stop_reason) == (MODEL, "assistant", "end_turn")
    assert message.usage.output_tokens > 1


async def test_without_a_stream_the_same_request_gets_the_same_answer(claude: AsyncAnthropic) -> None:
    async with claude.messages.stream(**asked()) as stream:
        streamed = await stream.get_final_text()
    whole = cast(Message, await claude.messages.create(**asked()))
    assert [block.text for block in whole.content if block.type == "text"] == [streamed]
    assert whole.stop_reason == "end_turn"
    assert whole._request_id
    assert whole._request_id.startswith("req_")


class Weather(BaseModel):
    place: str
    degrees: int


async def test_structured_output_is_asked_for_by_its_schema_and_parsed(claude: AsyncAnthropic, provider: Provider) -> None:
    provider.scripts.append(Script(text='{"place": "Oslo", "degrees": -3}'))
    parsed = await claude.messages.parse(**asked(messages=conversation("user")), output_format=Weather)
    assert parsed.parsed_output == Weather(place="Oslo", degrees=-3)
    asked_for = provider.judgements[0]["output_config"]["format"]
    assert (asked_for["type"], set(asked_for["schema"]["properties"])) == ("json_schema", {"place", "degrees"})


async def test_usage_tells_what_the_cache_held(claude: AsyncAnthropic) -> None:
    def block(text: str, *, marked: bool) -> dict[str, Any]:
        return {"type": "text", "text": text * 50, **({"cache_control": {"type": "ephemeral"}} if marked else {})}

    system = [block("the rules ", marked=True)]
    first = [{"role": "user", "content": [block("an answer ", marked=True)]}]
    second = [
        {"role": "user", "content": [block("an answer ", marked=False)]},
        {"role": "assistant", "content": "NEXT"},
        {"role": "user", "content": [block("another answer ", marked=True)]},
    ]
    directive = conversation("system")
    usages = []
    for messages in (first, second, second):
        request = asked(system=system, messages=[*messages, *directive])
        async with claude.messages.stream(**request) as stream:
            streamed = (await stream.get_final_message()).usage
        usages.append(streamed)
    written = [usage.cache_creation_input_tokens or 0 for usage in usages]
    read = [usage.cache_read_input_tokens or 0 for usage in usages]
    assert read == [0, written[0], written[0] + written[1]]
    assert written[1] > 0
    assert written[2] == 0
    assert len({usage.input_tokens for usage in usages}) == 1, "what stands after the last mark is never cached"
    other = await claude.messages.create(**asked(system=[block("other rules ", marked=True)], messages=[*second, *directive]))
    assert other.usage.cache_read_input_tokens == 0, "a prefix that begins differently is another one"


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
async def test_each_error_is_the_sdks_own_with_the_request_id(
    claude: AsyncAnthropic,
    provider: Provider,
    status: int,
    kind: str,
    expected: type[anthropic.APIStatusError],
    streamed: bool,
) -> None:
    provider.scripts.append(Script(status=status, error_type=kind, retry_after=7))
    with pytest.raises(expected) as raised:
        await claude.messages.create(**asked(stream=streamed))
    error = raised.value
    assert (error.status_code, error.type, error.api_message) == (status, kind, "as scripted")
    assert error.request_id
    assert cast(dict[str, Any], error.body)["request_id"] == error.request_id
    assert error.response.headers["retry-after"] == "7"


async def test_without_a_key_nobody_is_answered(claude: AsyncAnthropic, provider: Provider) -> None:
    keyless = {"X-Api-Key": Omit(), "Authorization": Omit()}
    with pytest.raises(anthropic.AuthenticationError):
        await claude.messages.create(**asked(), extra_headers=keyless)
    with pytest.raises(anthropic.AuthenticationError):
        await claude.models.retrieve("claude-test", extra_headers=keyless)
    assert provider.requests == []


async def test_a_model_is_found_by_its_name(claude: AsyncAnthropic) -> None:
    model = await claude.models.retrieve("claude-test")
    assert (model.id, model.type, model.lifecycle) == ("claude-test", "model", "active")


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"model": None}, "model"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"messages": []}, "the body"),
        ({"messages": [{"role": "user"}]}, "the body"),
        ({"messages": conversation("assistant", "user")}, "the user role"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "a role is unknown"),
        ({"messages": [{"role": "user", "content": " \n"}]}, "a text is empty"),
        ({"messages": conversation("user", "assistant")}, "prefill"),
        ({"messages": conversation("system", "user")}, "top-level 'system'"),
        ({"messages": conversation("user", "assistant", "system")}, "a system message must follow a user message"),
        ({"messages": conversation("user", "system", "user")}, "a system message must follow a user message"),
        ({"messages": conversation("user", "system", "system")}, "a system message must follow a user message"),
        ({"system": [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}] * 5}, "at most 4 blocks"),
        ({"messages": conversation("user")}, "no rule for this request"),
    ],
)
async def test_what_claude_would_refuse_is_refused(claude: AsyncAnthropic, wrong: dict[str, Any], problem: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=problem):
        await claude.messages.create(**asked(**wrong))


async def test_a_system_message_may_stand_between_a_user_and_an_assistant(claude: AsyncAnthropic) -> None:
    roles = ("user", "system", "assistant", "user", "user", "system")
    assert await claude.messages.create(**asked(messages=conversation(*roles)))


async def test_scripts_are_used_up_in_order_and_then_what_is_always_said(claude: AsyncAnthropic, provider: Provider) -> None:
    provider.scripts += [Script(text="first"), Script(status=529)]
    provider.always = Script(text="again")

    async def said() -> str:
        message = cast(Message, await claude.messages.create(**asked()))
        return "".join(block.text for block in message.content if block.type == "text")

    assert await said() == "first"
    with pytest.raises(anthropic.OverloadedError):
        await said()
    assert [await said(), await said()] == ["again", "again"]
    assert len(provider.requests) == 4


@pytest.mark.parametrize("reason", ["max_tokens", "stop_sequence", "refusal", "model_context_window_exceeded"])
async def test_a_scripted_stop_reason_ends_streams_and_messages(claude: AsyncAnthropic, provider: Provider, reason: str) -> None:
    provider.scripts += [Script(text="half a sen", stop_reason=reason)] * 2
    async with claude.messages.stream(**asked()) as stream:
        streamed = await stream.get_final_message()
    whole = cast(Message, await claude.messages.create(**asked()))
    assert (streamed.stop_reason, whole.stop_reason) == (reason, reason)


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_pieces_have_the_size_that_was_asked_for(claude: AsyncAnthropic, provider: Provider, size: int) -> None:
    provider.scripts.append(Script(text="NEXT\nThank you.", piece=size))
    async with claude.messages.stream(**asked()) as stream:
        pieces = [text async for text in stream.text_stream]
    assert "".join(pieces) == "NEXT\nThank you."
    assert all(len(piece) == size for piece, _ in pairwise(pieces))


async def test_a_delayed_answer_comes_late(claude: AsyncAnthropic, provider: Provider) -> None:
    provider.scripts.append(Script(delay_seconds=0.3))
    began = asyncio.get_running_loop().time()
    await claude.messages.create(**asked())
    assert asyncio.get_running_loop().time() - began >= 0.3


async def test_nothing_is_answered_until_it_is_released(claude: AsyncAnthropic, provider: Provider) -> None:
    released = asyncio.Event()
    provider.scripts.append(Script(released=released))
    asking = asyncio.create_task(claude.messages.create(**asked()))
    while not provider.requests:
        await asyncio.sleep(0.005)
    done, _ = await asyncio.wait([asking], timeout=0.1)
    assert not done
    released.set()
    assert await asking


async def test_a_stalled_stream_says_so_much_and_no_more_and_ends_with_its_caller(provider: Provider) -> None:
    provider.scripts.append(Script(text="NEXT\nThank you.", piece=1, stall_after=7))
    async with AsyncAnthropic(api_key="test", base_url=provider.url, max_retries=0, timeout=0.3) as hasty:
        said = ""
        with pytest.raises(httpx2.ReadTimeout):
            async with hasty.messages.stream(**asked()) as stream:
                async for text in stream.text_stream:
                    said += text
    assert said == "NEXT\nTh"


async def test_a_cut_stream_breaks_the_connection(claude: AsyncAnthropic, provider: Provider) -> None:
    provider.scripts.append(Script(text="NEXT\nThank you.", piece=1, cut_after=7))
    said = ""
    with pytest.raises(httpx2.RemoteProtocolError):
        async with claude.messages.stream(**asked()) as stream:
            async for text in stream.text_stream:
                said += text
    assert said == "NEXT\nTh"


async def test_an_error_event_in_mid_stream_is_the_sdks_error(claude: AsyncAnthropic, provider: Provider) -> None:
    provider.scripts.append(Script(text="NEXT\nThank you.", piece=1, error_after=7))
    said = ""
    with pytest.raises(anthropic.APIStatusError) as raised:
        async with claude.messages.stream(**asked()) as stream:
            async for text in stream.text_stream:
                said += text
    assert said == "NEXT\nTh"
    assert raised.value.type == "overloaded_error"
    assert raised.value.request_id


async def test_raw_bytes_are_sent_as_they_are(claude: AsyncAnthropic, provider: Provider) -> None:
    provider.scripts.append(Script(raw="<html>a proxy's page</html>"))
    assert await read_events(claude) == []


async def test_at_a_persons_pace_the_words_come_one_after_another() -> None:
    paced = Provider(paced=True)
    async with served(paced.app) as address:
        base_url = f"http://127.0.0.1:{address.port}"
        async with AsyncAnthropic(api_key="test", base_url=base_url) as claude, claude.messages.stream(**asked()) as stream:
            times = [asyncio.get_running_loop().time() async for _ in stream.text_stream]
    assert times[-1] - times[0] >= 0.012 * (len(times) - 2)
