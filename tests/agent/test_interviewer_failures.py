import asyncio
from contextlib import aclosing

import httpx2
import pytest
from anthropic import AsyncAnthropic

import settings
from agent.interviewer import MoveChosen
from models.documents.interview import EndReason
from models.documents.turn import Move, Source
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from tests.agent.conftest import PATIENT_TIMEOUTS, SECRET_WORD, SHORT_TIMEOUTS, RequestReply, open_reply
from tests.agent.talks import ANSWER, ENGLISH, QUESTIONS, Talk, make_greeted_talk
from tests.helpers import wait_until

SHORT_GAP_TIMEOUTS = settings.InterviewSettings(first_word_seconds=10, gap_seconds=0.5)


@pytest.fixture
def talk() -> Talk:
    """The candidate has answered the first question."""
    talk = make_greeted_talk()
    talk.say(f"{ANSWER} That is my {SECRET_WORD} before I leave.")
    return talk


def assert_code_asks(events: list[MoveChosen | str], reason: str) -> None:
    assert events == [MoveChosen(Move.NEXT, Source.CODE, reason), QUESTIONS[1]]


FAILING_MOVE_LINES = {
    "missing": (ScriptedReply(text=f"Thank you for this, {SECRET_WORD} is a word."), "no move"),
    "garbled": (ScriptedReply(text='{"move": "NEXT", "words": "heliotrope"}'), "no move"),
    "empty": (ScriptedReply(text=""), "no move"),
    "blank": (ScriptedReply(text=" \n \n"), "no move"),
    "400": (ScriptedReply(status=400, error_type="invalid_request_error"), "BadRequestError"),
    "401": (ScriptedReply(status=401, error_type="authentication_error"), "AuthenticationError"),
    "403": (ScriptedReply(status=403, error_type="permission_error"), "PermissionDeniedError"),
    "404": (ScriptedReply(status=404, error_type="not_found_error"), "NotFoundError"),
    "429": (ScriptedReply(status=429, error_type="rate_limit_error", retry_after=0), "RateLimitError"),
    "500": (ScriptedReply(status=500), "InternalServerError"),
    "529": (ScriptedReply(status=529, error_type="overloaded_error"), "OverloadedError"),
    "cut immediately": (ScriptedReply(text="NEXT\nThank you.", cut_after=0), "RemoteProtocolError"),
    "cut": (ScriptedReply(text="NEXT\nThank you.", delta_characters=1, cut_after=3), "RemoteProtocolError"),
    "error event": (ScriptedReply(text="NEXT\nThank you.", delta_characters=1, error_after=3), "APIStatusError"),
    "refused immediately": (ScriptedReply(text="", stop_reason="refusal"), "stop reason refusal"),
    "refused": (ScriptedReply(text="NEX", stop_reason="refusal"), "stop reason refusal"),
    "max_tokens": (ScriptedReply(text="NEX", stop_reason="max_tokens"), "stop reason max_tokens"),
    "nothing at all": (ScriptedReply(raw_body=""), "incomplete stream"),
    "a proxy's page": (ScriptedReply(raw_body="<html>heliotrope</html>"), "incomplete stream"),
    "no usage": (
        ScriptedReply(raw_body='event: message_start\ndata: {"type": "message_start", "message": {"content": []}}\n\n'),
        "incomplete stream",
    ),
    "an event that is no JSON": (ScriptedReply(raw_body="event: message_start\ndata: heliotrope\n\n"), "JSONDecodeError"),
}


@pytest.mark.parametrize(("script", "reason"), FAILING_MOVE_LINES.values(), ids=FAILING_MOVE_LINES)
async def test_code_asks_the_next_question_when_the_reply_has_no_move(
    request_reply: RequestReply, provider: AnthropicProvider, talk: Talk, script: ScriptedReply, reason: str
) -> None:
    provider.scripts.append(script)
    assert_code_asks((await request_reply(talk)).events, reason)


async def test_code_asks_the_next_question_when_claude_is_unreachable(request_reply: RequestReply, talk: Talk) -> None:
    async with AsyncAnthropic(api_key="test", base_url="http://127.0.0.1:9", max_retries=0) as client:
        assert_code_asks((await request_reply(talk, client=client)).events, "APIConnectionError")


async def test_late_first_word_times_out(
    request_reply: RequestReply, provider: AnthropicProvider, talk: Talk, release_event: asyncio.Event
) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you.", release_event=release_event))
    assert_code_asks((await request_reply(talk, SHORT_TIMEOUTS)).events, "timeout")


async def test_stalled_move_line_times_out(request_reply: RequestReply, provider: AnthropicProvider, talk: Talk) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you.", delta_characters=1, stall_after=3))
    assert_code_asks((await request_reply(talk, SHORT_TIMEOUTS)).events, "timeout")


async def test_slow_move_line_times_out_as_a_late_one_does(
    request_reply: RequestReply, provider: AnthropicProvider, talk: Talk
) -> None:
    # Each letter arrives within gap_seconds, but all of them take four times first_word_seconds.
    provider.scripts.append(ScriptedReply(text="\n" * 9 + "NEXT\nThank you.", delta_characters=1, pause_seconds=0.1))
    assert_code_asks((await request_reply(talk, SHORT_TIMEOUTS)).events, "timeout")


async def test_slow_words_do_not_time_out_while_they_arrive(
    request_reply: RequestReply, provider: AnthropicProvider, talk: Talk
) -> None:
    words = "I mean your work of every day, here."
    provider.scripts.append(ScriptedReply(text=f"CLARIFY\n{words}", pause_seconds=0.2))
    reply = await request_reply(talk, settings.InterviewSettings(first_word_seconds=5, gap_seconds=1.0))
    assert reply.final_move == MoveChosen(Move.CLARIFY, Source.MODEL)
    assert reply.text == words


async def test_time_of_the_consumer_does_not_count_toward_the_timeout(
    provider: AnthropicProvider, claude: AsyncAnthropic, talk: Talk
) -> None:
    provider.scripts.append(
        ScriptedReply(text="CLARIFY\nI mean your daily work. Any of it. Small things too.", delta_characters=1)
    )
    events = []
    async with aclosing(open_reply(claude, SHORT_GAP_TIMEOUTS, talk)) as words:
        async for event in words:
            events.append(event)
            if event == "I mean your daily work.":
                await asyncio.sleep(SHORT_GAP_TIMEOUTS.gap_seconds * 1.5)
    assert events == [MoveChosen(Move.CLARIFY, Source.MODEL), "I mean your daily work.", " Any of it.", " Small things too."]


async def make_truncated_script(provider: AnthropicProvider, text: str) -> ScriptedReply:
    """Create a script whose stream ends without its last events and without an error."""
    provider.scripts.append(ScriptedReply(text=text, delta_characters=1))
    async with httpx2.AsyncClient(headers={"x-api-key": "test"}) as client:
        body = {"model": "m", "max_tokens": 1, "stream": True, "messages": [{"role": "user", "content": "x"}]}
        whole = (await client.post(f"{provider.url}/v1/messages", json=body)).text
    provider.requests.clear()
    return ScriptedReply(raw_body=whole.partition("event: content_block_stop")[0])


BREAKING_SCRIPTS = {
    "stall": lambda text: ScriptedReply(text=text, delta_characters=1, stall_after=len(text)),
    "cut": lambda text: ScriptedReply(text=text, delta_characters=1, cut_after=len(text)),
    "error event": lambda text: ScriptedReply(text=text, delta_characters=1, error_after=len(text)),
    "max_tokens": lambda text: ScriptedReply(text=text, delta_characters=1, stop_reason="max_tokens"),
    "refusal": lambda text: ScriptedReply(text=text, delta_characters=1, stop_reason="refusal"),
}
BROKEN_REASONS = {
    "stall": "timeout",
    "cut": "RemoteProtocolError",
    "error event": "APIStatusError",
    "max_tokens": "stop reason max_tokens",
    "refusal": "stop reason refusal",
    "clean end": "incomplete stream",
}
REPEATED_QUESTION = f"{ENGLISH.question_again} {QUESTIONS[0]}"
INCOMPLETE_REPLIES = [
    # An incomplete sentence is not said.
    ("NEXT\nThank you for", Move.NEXT, QUESTIONS[1]),
    ("REPEAT\nOf cour", Move.REPEAT, QUESTIONS[0]),
    ("WAIT\nTake the ti", Move.WAIT, ENGLISH.wait),
    ("STOP\nI underst", Move.STOP, ENGLISH.stop),
    ("PROBE\nYou mention a crash. What did y", Move.PROBE, f"You mention a crash. {REPEATED_QUESTION}"),
    ("CLARIFY\nI mean your daily work. Any of", Move.CLARIFY, f"I mean your daily work. {REPEATED_QUESTION}"),
]


@pytest.mark.parametrize(("text", "move", "said"), INCOMPLETE_REPLIES, ids=[move for _, move, _ in INCOMPLETE_REPLIES])
@pytest.mark.parametrize("how", BROKEN_REASONS)
async def test_incomplete_reply_is_completed_by_code(
    request_reply: RequestReply, provider: AnthropicProvider, talk: Talk, how: str, text: str, move: Move, said: str
) -> None:
    provider.scripts.append(
        BREAKING_SCRIPTS[how](text) if how in BREAKING_SCRIPTS else await make_truncated_script(provider, text)
    )
    reply = await request_reply(talk, SHORT_GAP_TIMEOUTS if how == "stall" else PATIENT_TIMEOUTS)
    assert reply.final_move == MoveChosen(move, Source.BROKEN, BROKEN_REASONS[how])
    assert reply.text == said


@pytest.mark.parametrize(
    ("move", "replacement", "text"),
    [(Move.PROBE, Move.NEXT, QUESTIONS[1]), (Move.CLARIFY, Move.CLARIFY, f"{ENGLISH.explain} {QUESTIONS[0]}")],
)
async def test_probe_without_words_is_replaced_by_the_next_question_and_an_explanation_by_one_of_code(
    request_reply: RequestReply, provider: AnthropicProvider, talk: Talk, move: Move, replacement: Move, text: str
) -> None:
    provider.scripts.append(ScriptedReply(text=f"{move}\nYou mention", cut_after=12))
    reply = await request_reply(talk)
    assert reply.final_move == MoveChosen(replacement, Source.CODE, "RemoteProtocolError")
    assert reply.text == text


async def test_nothing_is_added_to_a_complete_question(
    request_reply: RequestReply, provider: AnthropicProvider, talk: Talk
) -> None:
    text = "PROBE\nWhat did you see first? "
    provider.scripts.append(ScriptedReply(text=text, delta_characters=1, cut_after=len(text)))
    reply = await request_reply(talk)
    assert reply.final_move == MoveChosen(Move.PROBE, Source.MODEL)
    assert reply.text == "What did you see first?"


async def test_confirmed_stop_closes_without_claude(request_reply: RequestReply, provider: AnthropicProvider) -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say("Yes, please.")
    reply = await request_reply(talk)
    assert provider.reply_requests == []
    assert reply.final_move == MoveChosen(Move.CLOSE, Source.CODE)
    assert reply.text == ENGLISH.closings[EndReason.CANDIDATE_ENDED]


async def test_call_is_closed_when_the_consumer_stops_early(
    provider: AnthropicProvider, claude: AsyncAnthropic, talk: Talk
) -> None:
    text = "CLARIFY\nI mean your daily work. Any of it."
    provider.default_script = ScriptedReply(text=text, delta_characters=1, stall_after=len(text) - 3)

    async def is_closed() -> bool:
        return provider.open_streams == 0

    async with aclosing(open_reply(claude, PATIENT_TIMEOUTS, talk)) as words:
        assert [await anext(words), await anext(words)] == [MoveChosen(Move.CLARIFY, Source.MODEL), "I mean your daily work."]
        assert provider.open_streams == 1
    await wait_until(is_closed)

    async def consume() -> None:
        async with aclosing(open_reply(claude, PATIENT_TIMEOUTS, talk)) as words:
            async for _ in words:
                pass

    consuming = asyncio.create_task(consume())
    while not provider.open_streams:
        await asyncio.sleep(0.005)
    consuming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consuming
    await wait_until(is_closed)


async def test_stream_is_closed_once_the_filter_is_full(
    request_reply: RequestReply, provider: AnthropicProvider, talk: Talk
) -> None:
    text = "NEXT\nThank you for that. "
    provider.scripts.append(ScriptedReply(text=text + "And so on. " * 50, delta_characters=1, stall_after=len(text) + 1))
    reply = await request_reply(talk, settings.InterviewSettings(first_word_seconds=10, gap_seconds=60))
    assert reply.final_move == MoveChosen(Move.NEXT, Source.MODEL)
    assert reply.text == f"Thank you for that. {QUESTIONS[1]}"
