import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest
from livekit.agents import AgentSession
from livekit.agents.voice import AgentStateChangedEvent, SpeechHandle, UserStateChangedEvent

from agent.voice.speech import SpeechPlayer, SpokenText, Utterance, build_spoken_turn
from live.cancellation import cancel_and_wait
from models.documents.turn import Channel, Move, NewTurn, Source
from tests.agent.talks import ANSWER, PHRASEBOOK, Talk, make_greeted_talk
from tests.agent.test_phrases import SAYS_AI

CANDIDATE_SPEAKS = UserStateChangedEvent(old_state="listening", new_state="speaking")
BRIDGE = "Thank you, that helps. "


class FakeAgentSession:
    """Accepts speech as livekit-agents does, and never plays it."""

    handle: SpeechHandle | None = None

    def say(self, _: AsyncGenerator[str, None], *, allow_interruptions: bool) -> SpeechHandle:
        self.handle = SpeechHandle.create(allow_interruptions=allow_interruptions)
        return self.handle


async def reply_words() -> AsyncGenerator[str, None]:
    yield "What was the hardest part?"


@asynccontextmanager
async def start_playing(*, interruptible: bool) -> AsyncIterator[tuple[SpeechPlayer, SpeechHandle]]:
    """Yield a player whose speech was passed to the session and is not audible yet."""
    session = FakeAgentSession()
    player = SpeechPlayer(cast("AgentSession[Any]", session))
    task = asyncio.create_task(player.play(reply_words(), interruptible=interruptible))
    while session.handle is None:
        await asyncio.sleep(0)
    try:
        yield player, session.handle
    finally:
        await cancel_and_wait(task)


async def test_player_drops_an_inaudible_reply_when_the_candidate_goes_on() -> None:
    async with start_playing(interruptible=True) as (player, handle):
        player.on_user_state_changed(CANDIDATE_SPEAKS)
        assert handle.interrupted


async def test_player_leaves_the_interruption_of_audible_speech_to_the_session() -> None:
    async with start_playing(interruptible=True) as (player, handle):
        player.on_agent_state_changed(AgentStateChangedEvent(old_state="listening", new_state="speaking"))
        player.on_user_state_changed(CANDIDATE_SPEAKS)
        assert not handle.interrupted


@pytest.mark.parametrize("state", ["listening", "away"])
async def test_player_does_not_drop_a_reply_when_the_candidate_is_silent(state: str) -> None:
    async with start_playing(interruptible=True) as (player, handle):
        player.on_user_state_changed(UserStateChangedEvent.model_validate({"old_state": "speaking", "new_state": state}))
        assert not handle.interrupted


async def test_player_does_not_drop_uninterruptible_speech() -> None:
    async with start_playing(interruptible=False) as (player, handle):
        player.on_user_state_changed(CANDIDATE_SPEAKS)
        assert not handle.interrupted


async def test_closing_is_dropped_before_it_is_audible_and_uninterruptible_after_that() -> None:
    async with start_playing(interruptible=True) as (player, handle):
        player.protect()
        assert handle.allow_interruptions
        player.on_agent_state_changed(AgentStateChangedEvent(old_state="listening", new_state="speaking"))
        assert not handle.allow_interruptions


def make_talk() -> Talk:
    voice_talk = make_greeted_talk(channel=Channel.VOICE)
    voice_talk.say(ANSWER)
    return voice_talk


def make_turn(move: Move, composed: str, heard: str | None = None) -> NewTurn:
    """Build the turn of a reply that was interrupted after `heard`, or played to its end if that is None."""
    plan = make_talk().plan
    utterance = Utterance(move, Source.MODEL, plan.reply_to_seq, text=composed)
    spoken = SpokenText("x", composed if heard is None else heard, heard is not None, 10.0, 12.5, 9.5, 9.8)
    return build_spoken_turn(plan, utterance, spoken, None)


def next_question_text() -> str:
    return make_talk().plan.scripted_text(Move.NEXT)


def test_turn_that_was_played_to_its_end_has_its_move() -> None:
    stored = make_turn(Move.NEXT, BRIDGE + next_question_text())
    assert (stored.move, stored.answers, stored.interrupted) == (Move.NEXT, 3, False)
    assert stored.question_key == make_talk().position.questions[1].key
    assert (stored.ended_at - stored.started_at).total_seconds() == 2.5


def test_question_interrupted_at_its_beginning_does_not_count_as_asked() -> None:
    stored = make_turn(Move.NEXT, BRIDGE + next_question_text(), BRIDGE + next_question_text()[:8])
    assert (stored.move, stored.answers, stored.interrupted) == (None, None, True)
    assert stored.question_key == make_talk().position.questions[0].key


def test_question_interrupted_near_its_end_counts_as_asked() -> None:
    words = BRIDGE + next_question_text()
    stored = make_turn(Move.NEXT, words, words[:-4])
    assert (stored.move, stored.answers, stored.interrupted) == (Move.NEXT, 3, True)
    assert stored.text == words[:-4]


def test_closing_that_the_candidate_left_ends_the_interview() -> None:
    words = BRIDGE + make_talk().plan.scripted_text(Move.CLOSE)
    assert make_turn(Move.CLOSE, words, words[:12]).move is Move.CLOSE


def test_bridge_interrupted_before_the_question_was_added_has_no_move() -> None:
    assert make_turn(Move.NEXT, BRIDGE, BRIDGE[:20]).move is None


def test_probe_counts_as_asked_by_the_share_of_it_that_was_heard() -> None:
    probe = "What did you find in the logs of that night?"
    assert make_turn(Move.PROBE, probe, probe[:10]).move is None
    assert make_turn(Move.PROBE, probe, probe[:-5]).move is Move.PROBE


@pytest.mark.parametrize("language", SAYS_AI)
def test_greeting_that_counts_as_heard_has_disclosed_the_ai(language: str) -> None:
    greeting = PHRASEBOOK.get(language).format_greeting(name="Ada Lovelace", title="Tester", questions=3, minutes=30)
    disclosed = greeting[: greeting.index(SAYS_AI[language]) + len(SAYS_AI[language])]
    assert make_turn(Move.GREET, greeting).move is Move.GREET
    heard = [make_turn(Move.GREET, greeting, greeting[:length]) for length in range(1, len(greeting), 5)]
    assert {turn.move for turn in heard} == {Move.GREET, None}
    assert all(turn.text.startswith(disclosed) for turn in heard if turn.move is Move.GREET)
