import asyncio

from bson import ObjectId

from lifecycle.services import Services
from models.documents.interview import InterviewStatus
from models.documents.turn import Channel, Move, Source, Speaker
from models.storage.clock import now
from models.writes.append_turns import append_candidate_turn
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from tests.agent.stored_chats import UNPROBED_ANSWER, Chat, make_chat, open_process_services, seqs, wait_for_reply_requests
from tests.agent.talks import ENGLISH
from tests.factories import new_turn
from tests.live.streams import RedisSubscriptions, collect_stream
from tests.resolvers.tenant import Tenant


async def test_open_interview_gets_a_greeting_and_the_first_question(chat: Chat, provider: AnthropicProvider) -> None:
    greeting, question = await chat.turns()
    assert (greeting.move, question.move) == (Move.GREET, Move.NEXT)
    assert "I'm Viva, an AI" in greeting.text
    assert "Ada Lovelace" in greeting.text
    assert question.text == "What draws you to this work?"
    assert (greeting.question_key, question.question_key) == (None, "motivation")
    assert {(turn.speaker, turn.source, turn.answers, turn.channel) for turn in (greeting, question)} == {
        (Speaker.INTERVIEWER, Source.CODE, 0, Channel.TEXT)
    }
    interview = await chat.interview()
    assert interview.ai_disclosed_at == greeting.ended_at
    assert (interview.status, interview.started_at, interview.due_at) == (InterviewStatus.WAITING, None, None)
    assert (interview.progress.question, interview.progress.question_key) == (1, "motivation")
    assert interview.lease is None
    assert interview.code_replies == 0
    assert provider.requests == [], "the greeting and the first question do not depend on a model"


async def test_job_does_nothing_when_nothing_is_due(chat: Chat, provider: AnthropicProvider) -> None:
    before = await chat.interview()
    await chat.run_reply_job()
    assert await chat.interview() == before
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    before = await chat.interview()
    await chat.run_reply_job()
    assert await chat.interview() == before
    assert len(provider.reply_requests) == 1


async def test_answer_gets_a_reply(chat: Chat, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text="NEXT\nThank you for that."))
    reply = await chat.say_and_get_reply(UNPROBED_ANSWER)
    assert (reply.seq, reply.answers, reply.key) == (4, 3, "reply:3")
    assert (reply.move, reply.source, reply.question_key) == (Move.NEXT, Source.MODEL, "incident")
    assert reply.text == "Thank you for that. Tell me about the last incident that you handled."
    assert reply.started_at <= reply.ended_at
    interview = await chat.interview()
    assert interview.started_at
    assert interview.due_at
    assert (interview.status, interview.lease, interview.answered_seq) == (InterviewStatus.IN_PROGRESS, None, 3)
    assert interview.due_at > interview.started_at
    assert interview.progress.model_dump() == {
        "question": 2,
        "question_key": "incident",
        "exchanges": 1,
        "has_all_answers": False,
    }


async def test_concurrent_jobs_for_one_message_store_one_reply(chat: Chat, provider: AnthropicProvider) -> None:
    await chat.say(UNPROBED_ANSWER)
    async with open_process_services(chat.services.settings) as other:
        await asyncio.gather(*(side.run_reply_job() for side in [chat, chat.with_other_services(other)] * 4))
    assert seqs(await chat.turns()) == [1, 2, 3, 4]
    assert len(provider.reply_requests) == 1


async def test_two_messages_before_a_reply_are_one_contribution(chat: Chat, provider: AnthropicProvider) -> None:
    reply = await chat.say_and_get_reply("It was a deadlock.", "And then I found it.")
    assert (reply.seq, reply.answers) == (5, 4)
    (body,) = provider.reply_requests
    said = body["messages"][-2]
    assert said["role"] == "user"
    assert [block["text"] for block in said["content"]] == ["It was a deadlock.\nAnd then I found it."]
    assert (await chat.interview()).progress.exchanges == 1


async def test_message_during_composition_makes_the_reply_be_recomposed(
    chat: Chat, provider: AnthropicProvider, release_event: asyncio.Event
) -> None:
    provider.scripts.append(ScriptedReply(text="PROBE\nWhat did you see first?", release_event=release_event))
    await chat.say("It was a deadlock.")
    acting = asyncio.create_task(chat.run_reply_job())
    await wait_for_reply_requests(provider, 1)
    await chat.say(UNPROBED_ANSWER)
    release_event.set()
    await acting
    *_, reply = await chat.turns()
    assert (reply.seq, reply.answers, reply.move) == (5, 4, Move.NEXT)
    assert len(provider.reply_requests) == 2
    assert provider.reply_requests[1]["messages"][-2]["content"][0]["text"] == f"It was a deadlock.\n{UNPROBED_ANSWER}"
    interview = await chat.interview()
    assert (interview.answered_seq, interview.lease, interview.replies) == (4, None, 1)


async def test_continuous_messages_get_a_reply_after_three_compositions_and_are_all_answered(
    chat: Chat, provider: AnthropicProvider
) -> None:
    release_events = [asyncio.Event() for _ in range(3)]
    provider.scripts += [ScriptedReply(text="NEXT\nThank you.", release_event=event) for event in release_events]
    await chat.say(UNPROBED_ANSWER)
    acting = asyncio.create_task(chat.run_reply_job())
    for number, event in enumerate(release_events, 1):
        await wait_for_reply_requests(provider, number)
        await chat.say(f"Addition {number}.")
        event.set()
    await acting
    turns = await chat.turns()
    assert [turn.speaker for turn in turns[2:]] == [Speaker.CANDIDATE] * 4 + [Speaker.INTERVIEWER]
    assert turns[-1].answers == 5, "the third composition included two additions"
    interview = await chat.interview()
    assert interview.due_at, "the message during the last composition is still due"
    assert interview.lease is None
    await chat.run_reply_job()
    *_, reply = await chat.turns()
    assert (reply.seq, reply.answers, reply.move) == (8, 6, Move.REPEAT), "the message was written before the question was asked"
    assert reply.text.endswith("Tell me about the last incident that you handled.")
    interview = await chat.interview()
    assert interview.answered_seq == interview.last_candidate_seq == 6
    assert len(provider.reply_requests) == 4


async def test_message_during_the_last_composition_starts_the_next_job_immediately(
    chat: Chat, provider: AnthropicProvider
) -> None:
    woken = []
    stop = asyncio.Event()

    async def note_wake_up(interview_id: ObjectId) -> None:
        woken.append(interview_id)

    release_events = [asyncio.Event() for _ in range(3)]
    provider.scripts += [ScriptedReply(release_event=event) for event in release_events]
    await chat.say("First.")
    acting = asyncio.create_task(chat.run_reply_job())
    for number, event in enumerate(release_events, 1):
        await wait_for_reply_requests(provider, number)
        await chat.say(f"Addition {number}.")
        event.set()
    await acting
    async with open_process_services(chat.services.settings) as worker:
        worker.jobs.register("reply", note_wake_up)
        working = asyncio.create_task(worker.jobs.run(stop, 1))
        async with asyncio.timeout(15):
            # four for the messages and one for the message left unanswered
            while len(woken) < 5:
                await asyncio.sleep(0.01)
        stop.set()
        await working
    assert set(woken) == {chat.id}


async def test_message_before_the_greeting_does_not_count_as_an_answer(services: Services, tenant: Tenant, chat: Chat) -> None:
    early = await make_chat(services, chat.claude, tenant.position)
    await early.say("Hello?")
    await early.run_reply_job()
    assert [turn.move for turn in await early.turns()] == [None, Move.GREET, Move.NEXT]
    interview = await early.interview()
    assert (interview.progress.question, interview.progress.exchanges) == (1, 0)
    assert (interview.status, interview.answered_seq) == (InterviewStatus.IN_PROGRESS, 1)
    assert interview.due_at
    assert interview.started_at
    assert interview.due_at > interview.started_at, "it is the candidate's turn"


async def test_interims_publish_the_reply_while_it_is_composed(
    chat: Chat, provider: AnthropicProvider, redis_subscriptions: RedisSubscriptions
) -> None:
    provider.scripts.append(ScriptedReply(text="CLARIFY\nI mean your daily work. Any of it. Small things too."))
    await chat.say("What do you mean by this?")
    async with collect_stream(chat.services.live.follow_interims(chat.id)) as read:
        await redis_subscriptions.wait_for_interview(await chat.interview())
        await chat.run_reply_job()
        interims = await read.wait_until(lambda items: bool(items) and items[-1].text.endswith("too."))
    reply = (await chat.turns())[-1]
    assert interims[-1].text == reply.text == "I mean your daily work. Any of it. Small things too."
    assert all(reply.text.startswith(interim.text) for interim in interims)
    assert {(interim.speaker, interim.after_seq) for interim in interims} == {(Speaker.INTERVIEWER, 3)}


async def test_first_sentence_is_published_before_the_reply_is_complete(
    chat: Chat, provider: AnthropicProvider, redis_subscriptions: RedisSubscriptions
) -> None:
    text = "CLARIFY\nI mean your daily work. Any of it."
    provider.scripts.append(ScriptedReply(text=text, delta_characters=1, stall_after=len(text) - 2))
    await chat.say("What do you mean by this?")
    async with collect_stream(chat.services.live.follow_interims(chat.id)) as read:
        await redis_subscriptions.wait_for_interview(await chat.interview())
        acting = asyncio.create_task(chat.run_reply_job())
        (first,) = await read.wait_for_first(1)
        assert first.text == "I mean your daily work."
        assert len(await chat.turns()) == 3, "nothing is stored yet"
        await acting
    reply = (await chat.turns())[-1]
    assert reply.source is Source.BROKEN
    assert reply.text == f"I mean your daily work. {ENGLISH.question_again} What draws you to this work?"


async def test_reply_is_pushed_to_a_dashboard_without_a_poll(
    services: Services, chat: Chat, redis_subscriptions: RedisSubscriptions
) -> None:
    async with collect_stream(services.live.follow_turns(chat.id, after=0)) as read:
        await redis_subscriptions.wait_for_interview(await chat.interview())
        await chat.say_and_get_reply(UNPROBED_ANSWER)
        assert seqs(await read.wait_for_first(4)) == [1, 2, 3, 4]


async def test_spoken_answer_that_was_cut_off_gets_no_reply_until_it_goes_on(chat: Chat, provider: AnthropicProvider) -> None:
    question = (await chat.turns())[-1]
    half = new_turn("item:1", "First I read the log of the", Speaker.CANDIDATE, channel=Channel.VOICE, interrupted=True)
    await append_candidate_turn(chat.id, half)
    await chat.set_fields(due_at=now())
    await chat.run_reply_job()
    asked = (await chat.turns())[-1]
    assert asked.text.startswith('You were saying: "First I read the log of the" Please go on')
    assert asked.text.endswith(question.text)
    assert (asked.move, asked.answers) == (Move.REPEAT, None)
    await chat.move_into_past(seconds=chat.services.settings.interview.silence_seconds)
    await chat.run_reply_job()
    nudge = (await chat.turns())[-1]
    assert (nudge.move, nudge.answers) == (Move.NUDGE, None)
    assert not provider.reply_requests, "half an answer is not replied to"
    reply = await chat.say_and_get_reply(UNPROBED_ANSWER)
    assert (reply.move, reply.answers) == (Move.NEXT, (await chat.interview()).last_candidate_seq)
    assert "First I read the log of the" in str(provider.reply_requests[-1])
