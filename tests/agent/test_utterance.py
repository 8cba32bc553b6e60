from agent.voice.speech_player import SpokenText
from agent.voice.utterance import Utterance, build_spoken_turn
from models.documents.turn import Channel, Move, NewTurn, Source
from tests.agent.talks import Talk, make_greeted_talk

BRIDGE = "Thank you, that helps. "


def make_talk() -> Talk:
    voice_talk = make_greeted_talk(channel=Channel.VOICE)
    voice_talk.say("An answer.")
    return voice_talk


def make_turn(move: Move, composed: str, heard: str | None = None) -> NewTurn:
    """The turn of a reply of which `heard` was heard before the candidate cut in; all of it when that is None."""
    plan = make_talk().plan
    draft = Utterance(move, Source.MODEL, plan.answers, text=composed)
    said = SpokenText("x", composed if heard is None else heard, heard is not None, 10.0, 12.5, 9.5, 9.8)
    return build_spoken_turn(plan, draft, said, None)


def next_question_text() -> str:
    return make_talk().plan.code_words(Move.NEXT)


def test_what_was_heard_to_its_end_makes_its_move() -> None:
    stored = make_turn(Move.NEXT, BRIDGE + next_question_text())
    assert (stored.move, stored.answers, stored.interrupted) == (Move.NEXT, 3, False)
    assert stored.question_key == make_talk().position.questions[1].key
    assert (stored.ended_at - stored.started_at).total_seconds() == 2.5


def test_a_question_that_was_cut_off_at_its_beginning_was_not_asked() -> None:
    stored = make_turn(Move.NEXT, BRIDGE + next_question_text(), BRIDGE + next_question_text()[:8])
    assert (stored.move, stored.answers, stored.interrupted) == (None, None, True)
    assert stored.question_key == make_talk().position.questions[0].key


def test_a_question_that_was_cut_off_near_its_end_was_asked() -> None:
    words = BRIDGE + next_question_text()
    stored = make_turn(Move.NEXT, words, words[:-4])
    assert (stored.move, stored.answers, stored.interrupted) == (Move.NEXT, 3, True)
    assert stored.text == words[:-4]


def test_a_bridge_that_was_cut_off_before_the_question_was_added_asked_nothing() -> None:
    assert make_turn(Move.NEXT, BRIDGE, BRIDGE[:20]).move is None


def test_a_probe_is_heard_as_a_whole() -> None:
    probe = "What did you find in the logs of that night?"
    assert make_turn(Move.PROBE, probe, probe[:10]).move is None
    assert make_turn(Move.PROBE, probe, probe[:-5]).move is Move.PROBE
