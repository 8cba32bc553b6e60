from datetime import timedelta
from unittest.mock import AsyncMock

import pytest
from bson import ObjectId

from errors import Conflict
from lifecycle.turns import apply_signal
from models.documents.interview import CandidateSignal, EndReason, InterviewStatus
from models.documents.turn import Move, Source, Speaker
from models.storage.clock import now
from tests.agent.stored_chats import UNPROBED_ANSWER, Chat
from tests.agent.talks import ENGLISH, QUESTIONS


async def signal(chat: Chat, kind: CandidateSignal, request_id: ObjectId | None = None) -> None:
    await apply_signal(chat.services, await chat.interview(), kind, request_id or ObjectId())


async def test_repeated_presses_give_one_repetition_and_do_not_start_the_clock(chat: Chat) -> None:
    request_id = ObjectId()
    for _ in range(10):
        await signal(chat, CandidateSignal.REPEAT)
    await signal(chat, CandidateSignal.REPEAT, request_id)
    await chat.run_reply_job()
    await signal(chat, CandidateSignal.REPEAT, request_id)
    await chat.run_reply_job()
    turns = await chat.turns()
    assert [turn.move for turn in turns] == [Move.GREET, Move.NEXT, Move.REPEAT]
    assert turns[-1].text.endswith(QUESTIONS[0])
    assert turns[-1].source is Source.CODE
    interview = await chat.interview()
    assert (interview.status, interview.started_at, interview.due_at) == (InterviewStatus.WAITING, None, None)
    assert (await chat.say_and_get_reply(UNPROBED_ANSWER)).move is Move.NEXT


async def test_more_time_is_granted_and_typing_changes_nothing_that_is_stored_visibly(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_interim = AsyncMock()
    monkeypatch.setattr(chat.services.live, "publish_interim", publish_interim)
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await signal(chat, CandidateSignal.MORE_TIME)
    await chat.run_reply_job()
    last = (await chat.turns())[-1]
    assert (last.move, last.text) == (Move.WAIT, ENGLISH.wait)
    before = await chat.interview()
    await signal(chat, CandidateSignal.TYPING)
    after = await chat.interview()
    [published] = publish_interim.await_args_list[-1].args
    assert (published.speaker, published.text, published.after_seq) == (Speaker.CANDIDATE, "", after.last_seq)
    assert (after.updated_at, after.due_at, after.last_seq) == (before.updated_at, before.due_at, before.last_seq)


async def test_typing_candidate_is_neither_nudged_nor_cut_off_at_the_limit(chat: Chat) -> None:
    await chat.say_and_get_reply(UNPROBED_ANSWER)
    await chat.move_into_past(minutes=45)
    await signal(chat, CandidateSignal.TYPING)
    await chat.set_fields(started_at=now() - timedelta(minutes=(await chat.interview()).position.limit_minutes, seconds=30))
    await chat.run_reply_job()
    assert (await chat.turns())[-1].move is Move.NEXT
    postponed = (await chat.interview()).due_at
    assert postponed
    assert postponed > now()
    assert (await chat.say_and_get_reply("I also made the locks shorter.")).move is Move.CLOSE
    assert (await chat.interview()).end_reason is EndReason.OUT_OF_TIME


async def test_signal_after_the_end_is_refused(chat: Chat) -> None:
    await chat.set_fields(status=InterviewStatus.COMPLETED)
    for kind in CandidateSignal:
        with pytest.raises(Conflict):
            await signal(chat, kind)
