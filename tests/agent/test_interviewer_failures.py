"""When Claude does not answer, or breaks off: code speaks, once, and nobody waits for ever."""

import asyncio
from contextlib import aclosing

import httpx2
import pytest
from anthropic import AsyncAnthropic

import settings
from agent.interviewer import Opened, reply
from agent.phrases import phrases_in
from agent.prompts import Background, compose
from models.turn import Move, Source
from sandbox.anthropic.provider import Provider, Script
from tests.agent.conftest import HASTY, PATIENT, SECRETIVE, Hear
from tests.agent.talks import Talk, greeted
from tests.factories import position_body
from tests.live.reading import eventually

EN = phrases_in("en")
IMPATIENT = settings.Interview(first_word_seconds=10, gap_seconds=0.5)
QUESTIONS = [question.text for question in position_body().questions]


@pytest.fixture
def talk() -> Talk:
    """The candidate has answered the first question."""
    talk = greeted()
    talk.say(f"A {SECRETIVE} of an answer.")
    return talk


def assert_code_asks(heard_events: list[Opened | str], reason: str) -> None:
    assert heard_events == [Opened(Move.NEXT, Source.CODE, reason), QUESTIONS[1]]


HEAD = {
    "missing": (Script(text=f"Thank you for this, {SECRETIVE} is a word."), "no move"),
    "garbled": (Script(text='{"move": "NEXT", "words": "heliotrope"}'), "no move"),
    "empty": (Script(text=""), "no move"),
    "blank": (Script(text=" \n \n"), "no move"),
    "400": (Script(status=400, error_type="invalid_request_error"), "BadRequestError"),
    "401": (Script(status=401, error_type="authentication_error"), "AuthenticationError"),
    "403": (Script(status=403, error_type="permission_error"), "PermissionDeniedError"),
    "404": (Script(status=404, error_type="not_found_error"), "NotFoundError"),
    "429": (Script(status=429, error_type="rate_limit_error", retry_after=0), "RateLimitError"),
    "500": (Script(status=500), "InternalServerError"),
    "529": (Script(status=529, error_type="overloaded_error"), "OverloadedError"),
    "cut at once": (Script(text="NEXT\nThank you.", cut_after=0), "RemoteProtocolError"),
    "cut": (Script(text="NEXT\nThank you.", piece=1, cut_after=3), "RemoteProtocolError"),
    "error event": (Script(text="NEXT\nThank you.", piece=1, error_after=3), "APIStatusError"),
    "refused at once": (Script(text="", stop_reason="refusal"), "stop reason refusal"),
    "refused": (Script(text="NEX", stop_reason="refusal"), "stop reason refusal"),
    "max_tokens": (Script(text="NEX", stop_reason="max_tokens"), "stop reason max_tokens"),
    "nothing at all": (Script(raw=""), "no end"),
    "a proxy's page": (Script(raw="<html>heliotrope</html>"), "no end"),
    "an event that is no JSON": (Script(raw="event: message_start\ndata: heliotrope\n\n"), "JSONDecodeError"),
}


@pytest.mark.parametrize(("script", "reason"), HEAD.values(), ids=HEAD)
async def test_without_a_move_code_asks_the_next_question(
    hear: Hear, provider: Provider, talk: Talk, script: Script, reason: str
) -> None:
    provider.scripts.append(script)
    assert_code_asks((await hear(talk)).events, reason)


async def test_nobody_at_the_address_code_asks(hear: Hear, talk: Talk) -> None:
    async with AsyncAnthropic(api_key="test", base_url="http://127.0.0.1:9", max_retries=0) as lonely:
        assert_code_asks((await hear(talk, client=lonely)).events, "APIConnectionError")


async def test_a_late_first_word_is_not_waited_for(hear: Hear, provider: Provider, talk: Talk, held: asyncio.Event) -> None:
    provider.scripts.append(Script(text="NEXT\nThank you.", released=held))
    assert_code_asks((await hear(talk, HASTY)).events, "time-out")


async def test_a_head_that_stalls_is_not_waited_for(hear: Hear, provider: Provider, talk: Talk) -> None:
    provider.scripts.append(Script(text="NEXT\nThank you.", piece=1, stall_after=3))
    assert_code_asks((await hear(talk, HASTY)).events, "time-out")


async def test_a_head_that_trickles_has_no_more_time_than_a_late_one(hear: Hear, provider: Provider, talk: Talk) -> None:
    # each letter comes within gap_seconds, but all of them take four times first_word_seconds
    provider.scripts.append(Script(text="\n" * 9 + "NEXT\nThank you.", piece=1, pause_seconds=0.1))
    assert_code_asks((await hear(talk, HASTY)).events, "time-out")


async def test_words_may_take_their_time_as_long_as_they_come(hear: Hear, provider: Provider, talk: Talk) -> None:
    words = "I mean your work of every day, here."
    provider.scripts.append(Script(text=f"CLARIFY\n{words}", pause_seconds=0.2))
    heard = await hear(talk, settings.Interview(first_word_seconds=5, gap_seconds=1.0))
    assert heard.opened == Opened(Move.CLARIFY, Source.MODEL)
    assert heard.text == words


async def test_a_consumers_own_time_is_not_claudes(provider: Provider, claude: AsyncAnthropic, talk: Talk) -> None:
    provider.scripts.append(Script(text="CLARIFY\nI mean your daily work. Any of it. Small things too.", piece=1))
    prompt = compose(talk.position, Background(), talk.plan, talk.turns)
    said = []
    async with aclosing(reply(claude, settings.Anthropic(), IMPATIENT, talk.plan, prompt)) as words:
        async for event in words:
            said.append(event)
            if event == "I mean your daily work.":
                await asyncio.sleep(IMPATIENT.gap_seconds * 1.5)
    assert said == [Opened(Move.CLARIFY, Source.MODEL), "I mean your daily work.", " Any of it.", " Small things too."]


async def clean_end(provider: Provider, text: str) -> Script:
    """As the text comes, but the stream ends without its last events, as if all were well."""
    provider.scripts.append(Script(text=text, piece=1))
    async with httpx2.AsyncClient(headers={"x-api-key": "test"}) as client:
        body = {"model": "m", "max_tokens": 1, "stream": True, "messages": [{"role": "user", "content": "x"}]}
        whole = (await client.post(f"{provider.url}/v1/messages", json=body)).text
    provider.requests.clear()
    return Script(raw=whole.partition("event: content_block_stop")[0])


BREAKS = {
    "stall": lambda text: Script(text=text, piece=1, stall_after=len(text)),
    "cut": lambda text: Script(text=text, piece=1, cut_after=len(text)),
    "error event": lambda text: Script(text=text, piece=1, error_after=len(text)),
    "max_tokens": lambda text: Script(text=text, piece=1, stop_reason="max_tokens"),
    "refusal": lambda text: Script(text=text, piece=1, stop_reason="refusal"),
}
BROKEN_REASONS = {
    "stall": "time-out",
    "cut": "RemoteProtocolError",
    "error event": "APIStatusError",
    "max_tokens": "stop reason max_tokens",
    "refusal": "stop reason refusal",
    "clean end": "no end",
}
PUT_AGAIN = f"{EN.put_again} {QUESTIONS[0]}"
CUT_SHORT = [
    # what is no whole sentence is not said
    ("NEXT\nThank you for", Move.NEXT, QUESTIONS[1]),
    ("REPEAT\nOf cour", Move.REPEAT, QUESTIONS[0]),
    ("WAIT\nTake the ti", Move.WAIT, EN.wait),
    ("STOP\nI underst", Move.STOP, EN.stop),
    ("PROBE\nYou mention a crash. What did y", Move.PROBE, f"You mention a crash. {PUT_AGAIN}"),
    ("CLARIFY\nI mean your daily work. Any of", Move.CLARIFY, f"I mean your daily work. {PUT_AGAIN}"),
]


@pytest.mark.parametrize(("text", "move", "said"), CUT_SHORT, ids=[move for _, move, _ in CUT_SHORT])
@pytest.mark.parametrize("how", BROKEN_REASONS)
async def test_what_breaks_off_is_rounded_off_by_code(
    hear: Hear, provider: Provider, talk: Talk, how: str, text: str, move: Move, said: str
) -> None:
    provider.scripts.append(BREAKS[how](text) if how in BREAKS else await clean_end(provider, text))
    heard = await hear(talk, IMPATIENT if how == "stall" else PATIENT)
    assert heard.opened == Opened(move, Source.BROKEN, BROKEN_REASONS[how])
    assert heard.text == said


@pytest.mark.parametrize("move", [Move.PROBE, Move.CLARIFY])
async def test_a_move_whose_words_never_came_gives_codes_question(hear: Hear, provider: Provider, talk: Talk, move: Move) -> None:
    provider.scripts.append(Script(text=f"{move}\nYou mention", cut_after=12))
    heard = await hear(talk)
    assert heard.opened == Opened(Move.NEXT, Source.CODE, "RemoteProtocolError")
    assert heard.text == QUESTIONS[1]


async def test_a_whole_question_that_went_out_is_not_followed_by_another(hear: Hear, provider: Provider, talk: Talk) -> None:
    text = "PROBE\nWhat did you see first? "
    provider.scripts.append(Script(text=text, piece=1, cut_after=len(text)))
    heard = await hear(talk)
    assert heard.opened == Opened(Move.PROBE, Source.MODEL)
    assert heard.text == "What did you see first?"


async def test_a_confirmed_stop_is_a_close_even_without_claude(hear: Hear, provider: Provider) -> None:
    talk = greeted()
    talk.answer(Move.STOP)
    talk.say("Yes, please.")
    provider.scripts.append(Script(status=529))
    heard = await hear(talk)
    assert heard.opened == Opened(Move.CLOSE, Source.CODE, "OverloadedError")
    assert heard.text.startswith("Then we end here")


async def test_a_consumer_that_stops_early_closes_the_call(provider: Provider, claude: AsyncAnthropic, talk: Talk) -> None:
    text = "CLARIFY\nI mean your daily work. Any of it."
    provider.always = Script(text=text, piece=1, stall_after=len(text) - 3)
    prompt = compose(talk.position, Background(), talk.plan, talk.turns)

    async def is_closed() -> bool:
        return provider.streaming == 0

    async with aclosing(reply(claude, settings.Anthropic(), PATIENT, talk.plan, prompt)) as words:
        assert [await anext(words), await anext(words)] == [Opened(Move.CLARIFY, Source.MODEL), "I mean your daily work."]
        assert provider.streaming == 1
    await eventually(is_closed)

    async def consume() -> None:
        async with aclosing(reply(claude, settings.Anthropic(), PATIENT, talk.plan, prompt)) as words:
            async for _ in words:
                pass

    consuming = asyncio.create_task(consume())
    while not provider.streaming:
        await asyncio.sleep(0.005)
    consuming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consuming
    await eventually(is_closed)


async def test_a_model_that_says_more_than_may_be_said_is_not_listened_to(hear: Hear, provider: Provider, talk: Talk) -> None:
    text = "NEXT\nThank you for that. "
    provider.scripts.append(Script(text=text + "And so on. " * 50, piece=1, stall_after=len(text) + 1))
    heard = await hear(talk, settings.Interview(first_word_seconds=10, gap_seconds=60))
    assert heard.opened == Opened(Move.NEXT, Source.MODEL)
    assert heard.text == f"Thank you for that. {QUESTIONS[1]}"
