"""What becomes of Claude's words: the move is read and stripped, the words are checked, code adds the question."""

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.interviewer import MAX_MOVE_LINE_CHARACTERS, MoveChosen, parse_move
from models.documents.interview import EndReason
from models.documents.turn import Move, Source
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from tests.agent.conftest import SECRET_WORD, RequestReply
from tests.agent.talks import ENGLISH, Talk, make_greeted_talk
from tests.factories import position_body

QUESTIONS = [question.text for question in position_body().questions]
MODEL_MOVES = (Move.NEXT, Move.PROBE, Move.REPEAT, Move.CLARIFY, Move.WAIT, Move.STOP, Move.CLOSE)


def make_answered_talk(*moves: Move, last_words: str = f"A {SECRET_WORD} of an answer.") -> Talk:
    """A talk in which these replies were made, and the candidate has said something since."""
    talk = make_greeted_talk()
    for move in moves:
        talk.answer_and_reply(move)
    talk.say(last_words)
    return talk


def make_stopping_talk() -> Talk:
    return make_answered_talk(Move.STOP, last_words="Yes.")


REPLIES = [
    (make_answered_talk, "NEXT\nThank you for that.", Move.NEXT, f"Thank you for that. {QUESTIONS[1]}"),
    (make_answered_talk, "NEXT\n", Move.NEXT, QUESTIONS[1]),
    (make_answered_talk, "NEXT", Move.NEXT, QUESTIONS[1]),
    (
        make_answered_talk,
        "PROBE\nYou mention a crash. What did you see first?",
        Move.PROBE,
        "You mention a crash. What did you see first?",
    ),
    (make_answered_talk, "PROBE\nTell me more about that crash.", Move.PROBE, "Tell me more about that crash."),
    (make_answered_talk, "REPEAT\nOf course.", Move.REPEAT, f"Of course. {QUESTIONS[0]}"),
    (make_answered_talk, "REPEAT", Move.REPEAT, QUESTIONS[0]),
    (make_answered_talk, "CLARIFY\nI mean your daily work. Any of it.", Move.CLARIFY, "I mean your daily work. Any of it."),
    (make_answered_talk, "WAIT\nTake the time you need.", Move.WAIT, "Take the time you need."),
    (make_answered_talk, "WAIT", Move.WAIT, ENGLISH.wait),
    (make_answered_talk, "STOP\nI understand.", Move.STOP, f"I understand. {ENGLISH.stop}"),
    (make_stopping_talk, "CLOSE\nThank you.", Move.CLOSE, f"Thank you. {ENGLISH.closings[EndReason.CANDIDATE_ENDED]}"),
]


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("talk", "answer", "move", "text"), REPLIES, ids=lambda value: repr(value) if isinstance(value, str) else None
)
async def test_each_move_is_stripped_and_its_words_go_out_however_they_are_cut(
    request_reply: RequestReply,
    provider: AnthropicProvider,
    talk: Callable[[], Talk],
    answer: str,
    move: Move,
    text: str,
    piece: int,
) -> None:
    provider.scripts.append(ScriptedReply(text=answer, delta_characters=piece))
    heard = await request_reply(talk())
    assert [event for event in heard.events if isinstance(event, MoveChosen)] == [MoveChosen(move, Source.MODEL)]
    assert heard.text.startswith(text)
    if move is not Move.CLOSE:
        assert heard.text == text


async def test_the_first_sentence_goes_out_before_the_last_is_written(
    request_reply: RequestReply, provider: AnthropicProvider
) -> None:
    provider.scripts.append(ScriptedReply(text="CLARIFY\nI mean your daily work. Any of it. Small things too."))
    heard = await request_reply(make_answered_talk())
    assert heard.events[1:] == ["I mean your daily work.", " Any of it.", " Small things too."]


HEADS = [
    *((form.format(move), move) for move in MODEL_MOVES for form in ("{}", "**{}**", "`{}`", "[{}]", "<{}>", '"{}"', "({})")),
    *(
        (form, Move.NEXT)
        for form in ("next", "Next", "NEXT:", "Move: NEXT", "move:NEXT", "**Move:** NEXT", "\n\n NEXT", "NEXT \r")
    ),
    ("NEXT. What came then?", None),
    ('{"move": "NEXT"}', None),
    ("<move>NEXT</move>", None),
    ("GREET", None),
    ("NUDGE", None),
    ("NEXTT", None),
    ("NEXT PROBE", None),
    ("", None),
    ("Thank you, that is clear", None),
    ("N" * MAX_MOVE_LINE_CHARACTERS, None),
]


@pytest.mark.parametrize(("head", "move"), HEADS)
def test_a_head_is_read_the_same_however_it_is_cut(head: str, move: Move | None) -> None:
    whole = f"{head}\nThank you.\nYes."
    for seed in range(200):
        cuts = random.Random(seed)
        pieces, rest = [], whole
        while rest:
            size = cuts.randint(1, 9)
            pieces.append(rest[:size])
            rest = rest[size:]
        buffer, decided = "", None
        while decided is None and pieces:
            buffer += pieces.pop(0)
            decided = parse_move(buffer)
        found, words = decided or parse_move(buffer, is_whole=True) or (None, "")
        assert found == move
        assert move is None or words + "".join(pieces) == "Thank you.\nYes."


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_whatever_stands_first_a_head_is_a_move_or_none(head: str) -> None:
    decided = parse_move(head, is_whole=True)
    assert decided
    assert decided[0] is None or decided[0] in MODEL_MOVES


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        # a second question, and a second sentence where there is room for one
        ("PROBE\nWhat did you see? And what did you do then?", "What did you see?"),
        ("PROBE\nWhat did you see?And what did you do?", None),
        ("NEXT\nThank you. And how did it end?", f"Thank you. {QUESTIONS[1]}"),
        ("NEXT\nHow did it end? Thank you.", f"Thank you. {QUESTIONS[1]}"),
        ("NEXT\nThank you. I see. Well then.", f"Thank you. {QUESTIONS[1]}"),
        ("REPEAT\nShall I?", QUESTIONS[0]),
        # a second move
        ("NEXT\nPROBE\nThank you.", f"Thank you. {QUESTIONS[1]}"),
        ("PROBE\nNEXT\nWhat did you see?", "What did you see?"),
        ("CLARIFY\nI mean your daily work.\nNEXT\nAny of it.", "I mean your daily work. Any of it."),
        # what is private
        ("PROBE\nI listen for a fact about incident and so on. What did you see?", "What did you see?"),
        ("NEXT\nYou do not control the flow of the interview.", QUESTIONS[1]),
        ("PROBE\nCan you tell me about the last incident that you handled?", None),
        # markup
        ("NEXT\n<directive>moves: CLOSE</directive>", QUESTIONS[1]),
        ("PROBE\n<b>What</b> did you see?", None),
        # nothing that may be said
        ("PROBE\n", None),
        ("PROBE", None),
        ("CLARIFY\nShall I explain?", None),
    ],
)
async def test_what_may_not_be_said_is_not_said(
    request_reply: RequestReply, provider: AnthropicProvider, answer: str, text: str | None
) -> None:
    position = position_body()
    position.questions[1].listen_for = ["I listen for a fact about incident and so on"]
    talk = make_greeted_talk(position=position)
    talk.say("An answer.")
    provider.scripts.append(ScriptedReply(text=answer))
    heard = await request_reply(talk)
    if text is None:
        assert heard.final_opening == MoveChosen(Move.NEXT, Source.CODE, "no words")
        assert heard.text == QUESTIONS[1]
    else:
        assert heard.final_opening.source is Source.MODEL
        assert heard.text == text


@pytest.mark.parametrize(
    ("moves", "answer", "refused"),
    [
        ((), "CLOSE\nGoodbye.", Move.CLOSE),
        ((Move.PROBE,), "PROBE\nWhat else?", Move.PROBE),
        ((Move.STOP,), "STOP\nI understand.", Move.STOP),
        ((Move.REPEAT, Move.REPEAT), "REPEAT\nOf course.", Move.REPEAT),
        ((Move.CLARIFY, Move.CLARIFY), "CLARIFY\nI mean your work.", Move.CLARIFY),
        ((Move.WAIT, Move.WAIT), "WAIT\nTake your time.", Move.WAIT),
        ((Move.NEXT, Move.NEXT), "NEXT\nThank you.", Move.NEXT),
    ],
)
async def test_a_move_that_is_not_allowed_gives_codes_own_words(
    request_reply: RequestReply, provider: AnthropicProvider, moves: tuple[Move, ...], answer: str, refused: Move
) -> None:
    talk = make_answered_talk(*moves)
    provider.scripts.append(ScriptedReply(text=answer))
    heard = await request_reply(talk)
    assert heard.events == [
        MoveChosen(talk.plan.fallback_move, Source.CODE, f"move {refused} not allowed"),
        talk.plan.fallback_words(refused),
    ]


async def test_a_request_that_is_used_up_is_told_that_we_go_on(request_reply: RequestReply, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text="REPEAT\nOf course."))
    heard = await request_reply(make_answered_talk(Move.REPEAT, Move.REPEAT))
    assert heard.text == f"{ENGLISH.move_on} {QUESTIONS[1]}"


async def test_the_last_question_is_followed_by_the_closing(request_reply: RequestReply, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text="CLOSE\nThank you, this was good to hear."))
    heard = await request_reply(make_answered_talk(Move.NEXT, Move.NEXT))
    assert heard.final_opening == MoveChosen(Move.CLOSE, Source.MODEL)
    assert heard.text.startswith("Thank you, this was good to hear. That was my last question.")
