"""Withdrawing, asking for a person, and accommodations by saying so, in typed interviews on real servers."""

from datetime import timedelta

import pytest
from anthropic import AsyncAnthropic
from bson import ObjectId

from lifecycle.services import Services
from lifecycle.states import finish_interview, opt_out
from models.documents.interview import MAX_PAUSE, EndReason, InterviewStatus, RequestKind, RequestStatus
from models.documents.turn import Move, Source, Speaker
from models.storage.clock import now
from models.writes.candidate_requests import answer_request
from sandbox.anthropic.provider import AnthropicProvider
from tests.agent.stored_chats import UNPROBED_ANSWER, Chat, make_chat
from tests.agent.talks import ANSWER, ENGLISH, PHRASEBOOK, QUESTIONS
from tests.factories import make_position


@pytest.mark.parametrize(
    ("wish", "confirmation", "reason"),
    [
        ("I withdraw my consent.", ENGLISH.withdraw, EndReason.CONSENT_WITHDRAWN),
        ("I want to talk to a human.", ENGLISH.alternative, EndReason.ALTERNATIVE_REQUESTED),
    ],
)
async def test_confirmed_wish_opts_out_without_an_evaluation(
    chat: Chat, provider: AnthropicProvider, wish: str, confirmation: str, reason: EndReason
) -> None:
    assert (await chat.say_and_get_reply(wish)).text == confirmation
    closing = await chat.say_and_get_reply("Yes.")
    assert (closing.move, closing.text) == (Move.CLOSE, ENGLISH.closings[reason])
    interview = await chat.interview()
    assert (interview.status, interview.end_reason) == (InterviewStatus.OPTED_OUT, reason)
    assert (interview.due_at, interview.lease, await chat.evaluations()) == (None, None, [])
    assert interview.is_consent_withdrawn == (reason is EndReason.CONSENT_WITHDRAWN)
    kinds = [request.kinds for request in interview.requests]
    assert kinds == ([] if interview.is_consent_withdrawn else [[RequestKind.HUMAN]])
    assert provider.reply_requests == [], "rights need no model"
    assert (await finish_interview(chat.services, interview)).updated_at == interview.updated_at


@pytest.mark.parametrize("language", ["en", "de", "es", "fr"])
async def test_opting_out_on_the_page_says_goodbye_in_writing(chat: Chat, language: str) -> None:
    await chat.set_fields(language=language)
    interview = await chat.interview()
    for _ in range(2):
        opted_out = await opt_out(chat.services, interview, EndReason.ALTERNATIVE_REQUESTED)
        assert (opted_out.status, opted_out.last_seq) == (InterviewStatus.OPTED_OUT, interview.last_seq + 1)
    closing = (await chat.turns())[-1]
    assert (closing.seq, closing.move, closing.source) == (opted_out.last_seq, Move.CLOSE, Source.CODE)
    assert closing.text == PHRASEBOOK.get(language).closings[EndReason.ALTERNATIVE_REQUESTED]


async def test_request_is_recorded_once_and_pauses_the_clock_until_the_next_turn(chat: Chat) -> None:
    answer = await chat.say_and_get_reply("I am autistic.")
    interview = await chat.interview()
    (request,) = interview.requests
    assert (request.kinds, request.status, request.seqs) == ([RequestKind.OTHER], RequestStatus.OPEN, [3])
    assert answer.text.startswith(ENGLISH.accommodation)
    assert ENGLISH.accommodations[RequestKind.OTHER] in answer.text
    assert interview.paused_at
    await chat.set_fields(paused_at=now() - timedelta(hours=2), due_at=now())
    turns = await chat.turns()
    await chat.run_reply_job()
    assert await chat.turns() == turns, "no nudge and no end while the clock is paused"
    await chat.say_and_get_reply("I am autistic.")
    interview = await chat.interview()
    assert len(interview.requests) == 1
    assert 7190 < interview.credited_seconds < 7300
    await chat.say(ANSWER)
    interview = await chat.interview()
    assert interview.paused_at is None
    assert interview.time_limit >= timedelta(hours=2)


async def test_pause_has_an_end(chat: Chat) -> None:
    await chat.say_and_get_reply("I am autistic.")
    silence = timedelta(seconds=chat.services.settings.interview.silence_seconds)
    await chat.move_into_past(seconds=(MAX_PAUSE + silence).total_seconds())
    await chat.set_fields(paused_at=now() - MAX_PAUSE - silence)
    await chat.run_reply_job()
    assert (await chat.turns())[-1].move is Move.NUDGE


async def test_answer_to_a_request_goes_on_with_the_open_question(chat: Chat) -> None:
    await chat.say_and_get_reply("I am autistic.")
    (request,) = (await chat.interview()).requests
    silence = chat.services.settings.interview.silence_seconds
    await chat.move_into_past(seconds=silence)
    answered = await answer_request(
        chat.id,
        request.id,
        RequestStatus.GRANTED,
        answer_id=ObjectId(),
        note=None,
        answered_by="somebody",
        time_factor=2.0,
    )
    assert answered
    assert (answered.paused_at, answered.accommodations.time_factor) == (None, 2.0)
    await chat.run_reply_job()
    notice = (await chat.turns())[-1]
    assert (notice.move, notice.text) == (Move.REPEAT, f"{ENGLISH.request_answered} {QUESTIONS[0]}")
    await chat.run_reply_job()
    assert (await chat.turns())[-1] == notice, "it is said once"
    assert (await chat.say_and_get_reply(UNPROBED_ANSWER)).move is Move.NEXT


async def test_greeting_says_the_candidates_own_minutes(chat: Chat) -> None:
    interview = await chat.interview()
    assert ENGLISH.minutes.format(interview.position.limit_minutes) in (await chat.turns())[0].text


async def test_answer_in_another_language_is_marked_and_gets_one_notice_without_the_model(
    services: Services, claude: AsyncAnthropic, provider: AnthropicProvider
) -> None:
    chat = await make_chat(services, claude, await make_position(language="de"))
    await chat.run_reply_job()
    reply = await chat.say_and_get_reply(UNPROBED_ANSWER)
    notice = PHRASEBOOK.get("de").language_notices["en"].get_text(is_spoken=False)
    assert (reply.move, reply.text) == (Move.REPEAT, f"{notice} {PHRASEBOOK.get('de').question_again} {QUESTIONS[0]}")
    assert provider.reply_requests == [], "code decides"
    assert (await chat.interview()).progress.exchanges == 0
    reply = await chat.say_and_get_reply(UNPROBED_ANSWER)
    assert (reply.move, (await chat.interview()).progress.exchanges) == (Move.NEXT, 1)
    answers = [turn.language for turn in await chat.turns() if turn.speaker is Speaker.CANDIDATE]
    assert answers == ["en", "en"]
