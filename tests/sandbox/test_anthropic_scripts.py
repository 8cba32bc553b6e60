"""Scripted replies of the simulated Claude: delays, stalls, broken connections, errors and given texts."""

import asyncio
from itertools import pairwise
from typing import cast

import anthropic
import httpx2
import pytest
from anthropic import AsyncAnthropic
from anthropic.types import Message

from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from tests.sandbox.claude_requests import make_request
from tests.schema.api_client import serve


async def test_scripts_are_used_in_order_and_then_the_default_script(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts += [ScriptedReply(text="first"), ScriptedReply(status=529)]
    provider.default_script = ScriptedReply(text="again")

    async def ask_for_text() -> str:
        message = cast(Message, await claude.messages.create(**make_request()))
        return "".join(block.text for block in message.content if block.type == "text")

    assert await ask_for_text() == "first"
    with pytest.raises(anthropic.OverloadedError):
        await ask_for_text()
    assert [await ask_for_text(), await ask_for_text()] == ["again", "again"]
    assert len(provider.requests) == 4


@pytest.mark.parametrize("reason", ["max_tokens", "stop_sequence", "refusal", "model_context_window_exceeded"])
async def test_scripted_stop_reason_ends_streams_and_messages(
    claude: AsyncAnthropic, provider: AnthropicProvider, reason: str
) -> None:
    provider.scripts += [ScriptedReply(text="half a sen", stop_reason=reason)] * 2
    async with claude.messages.stream(**make_request()) as stream:
        streamed = await stream.get_final_message()
    whole = cast(Message, await claude.messages.create(**make_request()))
    assert (streamed.stop_reason, whole.stop_reason) == (reason, reason)


@pytest.mark.parametrize("size", [1, 3, 1000])
async def test_deltas_have_the_scripted_size(claude: AsyncAnthropic, provider: AnthropicProvider, size: int) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you.", delta_characters=size))
    async with claude.messages.stream(**make_request()) as stream:
        pieces = [text async for text in stream.text_stream]
    assert "".join(pieces) == "NEXT\nThank you."
    assert all(len(piece) == size for piece, _ in pairwise(pieces))


async def test_scripted_delay_postpones_the_answer(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(delay_seconds=0.3))
    began = asyncio.get_running_loop().time()
    await claude.messages.create(**make_request())
    assert asyncio.get_running_loop().time() - began >= 0.3


async def test_answer_waits_for_the_release_event(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    released = asyncio.Event()
    provider.scripts.append(ScriptedReply(release_event=released))
    asking = asyncio.create_task(claude.messages.create(**make_request()))
    while not provider.requests:
        await asyncio.sleep(0.005)
    done, _ = await asyncio.wait([asking], timeout=0.1)
    assert not done
    released.set()
    assert await asking


async def test_stalled_stream_sends_nothing_more_until_the_client_times_out(provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you.", delta_characters=1, stall_after=7))
    async with AsyncAnthropic(api_key="test", base_url=provider.url, max_retries=0, timeout=0.3) as hasty:
        said = ""
        with pytest.raises(httpx2.ReadTimeout):
            async with hasty.messages.stream(**make_request()) as stream:
                async for text in stream.text_stream:
                    said += text
    assert said == "NEXT\nTh"


async def test_cut_stream_breaks_the_connection(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you.", delta_characters=1, cut_after=7))
    said = ""
    with pytest.raises(httpx2.RemoteProtocolError):
        async with claude.messages.stream(**make_request()) as stream:
            async for text in stream.text_stream:
                said += text
    assert said == "NEXT\nTh"


async def test_error_event_during_a_stream_raises_the_error_of_the_sdk(
    claude: AsyncAnthropic, provider: AnthropicProvider
) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you.", delta_characters=1, error_after=7))
    said = ""
    with pytest.raises(anthropic.APIStatusError) as raised:
        async with claude.messages.stream(**make_request()) as stream:
            async for text in stream.text_stream:
                said += text
    assert said == "NEXT\nTh"
    assert raised.value.type == "overloaded_error"
    assert raised.value.request_id


async def test_raw_body_is_sent_verbatim(claude: AsyncAnthropic, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(raw_body="<html>a proxy's page</html>"))
    stream = await claude.messages.create(**make_request(stream=True))
    assert [event async for event in stream] == []


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
