from agent.speech import Said
from agent.utterance import Draft, turn_of
from models.turn import Channel, Move, NewTurn, Source
from tests.agent.talks import Talk, greeted

BRIDGE = "Thank you, that helps. "


def talk() -> Talk:
    held = greeted(channel=Channel.VOICE)
    held.say("An answer.")
    return held


def turn(move: Move, composed: str, heard: str | None = None) -> NewTurn:
    """The turn of a reply of which `heard` was heard before the candidate cut in; all of it when that is None."""
    plan = talk().plan
    draft = Draft(move, Source.MODEL, plan.answers, text=composed)
    said = Said("x", composed if heard is None else heard, heard is not None, 10.0, 12.5, 9.5, 9.8)
    return turn_of(plan, draft, said, None)


def next_question() -> str:
    return talk().plan.words_after(Move.NEXT)


def test_what_was_heard_to_its_end_makes_its_move() -> None:
    stored = turn(Move.NEXT, BRIDGE + next_question())
    assert (stored.move, stored.answers, stored.interrupted) == (Move.NEXT, 3, False)
    assert stored.question_key == talk().position.questions[1].key
    assert (stored.ended_at - stored.started_at).total_seconds() == 2.5


def test_a_question_that_was_cut_off_at_its_beginning_was_not_asked() -> None:
    stored = turn(Move.NEXT, BRIDGE + next_question(), BRIDGE + next_question()[:8])
    assert (stored.move, stored.answers, stored.interrupted) == (None, None, True)
    assert stored.question_key == talk().position.questions[0].key


def test_a_question_that_was_cut_off_near_its_end_was_asked() -> None:
    words = BRIDGE + next_question()
    stored = turn(Move.NEXT, words, words[:-4])
    assert (stored.move, stored.answers, stored.interrupted) == (Move.NEXT, 3, True)
    assert stored.text == words[:-4]


def test_a_bridge_that_was_cut_off_before_the_question_was_added_asked_nothing() -> None:
    assert turn(Move.NEXT, BRIDGE, BRIDGE[:20]).move is None


def test_a_probe_is_heard_as_a_whole() -> None:
    probe = "What did you find in the logs of that night?"
    assert turn(Move.PROBE, probe, probe[:10]).move is None
    assert turn(Move.PROBE, probe, probe[:-5]).move is Move.PROBE
