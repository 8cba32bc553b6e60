"""Voice only: replies that were interrupted, and speech that overlaps."""

from dataclasses import replace
from datetime import timedelta

import pytest

from agent.plan import END_REASONS, derive_plan
from agent.prompts import Background, compose_prompt
from models.documents.turn import Channel, Move
from tests.agent.talks import ANSWER, ENGLISH, Talk, make_greeted_talk


def make_voice_talk() -> Talk:
    """Create a voice interview whose first question has been heard."""
    return make_greeted_talk(channel=Channel.VOICE)


def test_reply_interrupted_before_it_was_heard_does_not_change_the_plan() -> None:
    talk = make_voice_talk()
    talk.say("First I looked at the logs.")
    before = talk.plan
    talk.store_interrupted_reply("Thank")
    talk.say("And then at the code.")
    after = talk.plan
    assert after.contribution == "First I looked at the logs.\nAnd then at the code."
    assert (after.questions_asked, after.exchanges, after.moves_used) == (
        before.questions_asked,
        before.exchanges,
        before.moves_used,
    )
    assert after.allowed_moves == before.allowed_moves


def test_turns_around_an_interrupted_reply_advance_the_plan_once() -> None:
    talk = make_voice_talk()
    talk.say("First.")
    talk.store_interrupted_reply("Thank you. What")
    talk.say("Second.")
    talk.store_move(Move.NEXT)
    assert (talk.plan.questions_asked, talk.plan.exchanges, talk.plan.contribution) == (2, 1, "")


def test_prompt_does_not_contain_an_interrupted_reply() -> None:
    talk = make_voice_talk()
    talk.say("First.")
    talk.store_interrupted_reply("Thank you for")
    talk.say("Second.")
    prompt = compose_prompt(talk.position, Background(), talk.plan, talk.turns)
    assert "Thank you for" not in str(prompt.messages)
    assert "First.\nSecond." in str(prompt.messages).replace("\\n", "\n")


def test_speech_that_begins_during_the_question_answers_it() -> None:
    talk = make_voice_talk()
    talk.say(ANSWER)
    composed = talk.plan
    began = talk.now
    # The answer is stored first, because the question is stored when its playback ends.
    talk.say("I know that one.", started_at=began + timedelta(seconds=3))
    talk.store_move(Move.NEXT, composed)
    assert talk.plan.unheard_move is None
    assert talk.plan.contribution == "I know that one."
    assert Move.PROBE in talk.plan.allowed_moves


def test_speech_that_begins_before_the_question_does_not_answer_it() -> None:
    talk = make_voice_talk()
    talk.say(ANSWER)
    composed = talk.plan
    talk.say("And the rest of it.", started_at=talk.now - timedelta(seconds=1))
    talk.store_move(Move.NEXT, composed)
    assert talk.plan.unheard_move is Move.NEXT


def test_first_question_follows_a_greeting_that_was_heard_alone() -> None:
    talk = Talk(channel=Channel.VOICE)
    talk.greet_without_question()
    assert talk.plan.has_greeted
    assert talk.plan.open_question is None
    talk.say("Hello!")
    assert talk.plan.allowed_moves == (Move.NEXT,)
    talk.store_move(Move.NEXT)
    assert (talk.plan.questions_asked, talk.plan.exchanges, talk.plan.contribution) == (1, 0, "")


@pytest.mark.parametrize(
    ("wish", "move"),
    [
        ("I want to stop the interview.", Move.STOP),
        ("I withdraw my consent.", Move.WITHDRAW),
        ("I want to talk to a human.", Move.ALTERNATIVE),
    ],
)
def test_wish_over_the_greeting_is_to_be_confirmed_before_the_first_question(wish: str, move: Move) -> None:
    talk = Talk(channel=Channel.VOICE)
    talk.greet_without_question()
    talk.say(wish)
    assert talk.plan.allowed_moves == (move,)
    assert talk.plan.code_move is move
    talk.store_move(move)
    talk.say("No, let's go on.")
    assert talk.plan.allowed_moves == (Move.NEXT,)
    talk.store_move(move)
    talk.say("Yes.")
    assert talk.plan.allowed_moves == (Move.CLOSE,)
    assert talk.plan.end_reason is END_REASONS[move]


def test_repetition_after_an_interruption_uses_up_no_try() -> None:
    talk = make_voice_talk()
    talk.say("Half an")
    before = talk.plan
    turn = talk.store_move(Move.REPEAT)
    talk.turns[-1] = replace(turn, answers=None)
    assert talk.plan.moves_used == before.moves_used
    assert talk.plan.contribution == "Half an"
    assert derive_plan(talk.position, "en", ENGLISH, talk.turns, talk.plan.limits, talk.now).exchanges == before.exchanges
