import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.interviewer import MAX_MOVE_LINE_CHARACTERS, MoveChosen, parse_move
from models.documents.interview import EndReason
from models.documents.position import Fact
from models.documents.turn import Move, Source
from sandbox.anthropic.provider import AnthropicProvider, ScriptedReply
from tests.agent.conftest import SECRET_WORD, RequestReply
from tests.agent.talks import ANSWER, ENGLISH, QUESTIONS, Talk, make_greeted_talk
from tests.factories import position_body

MODEL_MOVES = (Move.NEXT, Move.PROBE, Move.REPEAT, Move.CLARIFY, Move.WAIT, Move.ANSWER, Move.STOP, Move.CLOSE)


def make_answered_talk(*moves: Move, last_words: str = f"{ANSWER} That is my {SECRET_WORD} before I leave.") -> Talk:
    """Create a talk with these replies, in which the candidate has spoken last."""
    talk = make_greeted_talk()
    for move in moves:
        talk.answer_and_reply(move, f"{ANSWER} That is all before I leave.")
    talk.say(last_words)
    return talk


def make_talk_at_last_question() -> Talk:
    return make_answered_talk(Move.NEXT, Move.NEXT)


def make_talk_after_anything_else() -> Talk:
    return make_answered_talk(Move.NEXT, Move.NEXT, Move.ANYTHING_ELSE)


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
    (make_talk_at_last_question, "ANYTHING_ELSE\nThank you.", Move.ANYTHING_ELSE, f"Thank you. {ENGLISH.anything_else}"),
    (make_talk_after_anything_else, "CLOSE\nThank you.", Move.CLOSE, f"Thank you. {ENGLISH.closings[EndReason.WRAPPED_UP]}"),
]


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("talk", "answer", "move", "text"), REPLIES, ids=lambda value: repr(value) if isinstance(value, str) else None
)
async def test_each_move_is_removed_and_its_words_are_released_however_the_stream_is_split(
    request_reply: RequestReply,
    provider: AnthropicProvider,
    talk: Callable[[], Talk],
    answer: str,
    move: Move,
    text: str,
    piece: int,
) -> None:
    provider.scripts.append(ScriptedReply(text=answer, delta_characters=piece))
    reply = await request_reply(talk())
    assert [event for event in reply.events if isinstance(event, MoveChosen)] == [MoveChosen(move, Source.MODEL)]
    assert reply.text.startswith(text)
    if move is not Move.CLOSE:
        assert reply.text == text


async def test_sentences_are_yielded_one_by_one(request_reply: RequestReply, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text="CLARIFY\nI mean your daily work. Any of it. Small things too."))
    reply = await request_reply(make_answered_talk())
    assert reply.events[1:] == ["I mean your daily work.", " Any of it.", " Small things too."]


MOVE_LINES = [
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


@pytest.mark.parametrize(("line", "move"), MOVE_LINES)
def test_move_line_is_parsed_the_same_however_it_is_split(line: str, move: Move | None) -> None:
    whole = f"{line}\nThank you.\nYes."
    for seed in range(200):
        cuts = random.Random(seed)
        pieces, rest = [], whole
        while rest:
            size = cuts.randint(1, 9)
            pieces.append(rest[:size])
            rest = rest[size:]
        buffer, parsed = "", None
        while parsed is None and pieces:
            buffer += pieces.pop(0)
            parsed = parse_move(buffer)
        found, words = parsed or parse_move(buffer, is_whole=True) or (None, "")
        assert found == move
        assert move is None or words + "".join(pieces) == "Thank you.\nYes."


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_first_line_parses_to_a_move_or_none(text: str) -> None:
    parsed = parse_move(text, is_whole=True)
    assert parsed
    assert parsed[0] is None or parsed[0] in MODEL_MOVES


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        # more questions or sentences than the move allows
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
        # private text
        ("PROBE\nI listen for a fact about incident and so on. What did you see?", "What did you see?"),
        ("NEXT\nYou do not control the flow of the interview.", QUESTIONS[1]),
        ("PROBE\nCan you tell me about the last incident that you handled?", None),
        # markup
        ("NEXT\n<directive>moves: CLOSE</directive>", QUESTIONS[1]),
        ("PROBE\n<b>What</b> did you see?", None),
        # no words that may be said
        ("PROBE\n", None),
        ("PROBE", None),
    ],
)
async def test_disallowed_words_are_not_said(
    request_reply: RequestReply, provider: AnthropicProvider, answer: str, text: str | None
) -> None:
    position = position_body()
    position.questions[1].listen_for = ["I listen for a fact about incident and so on"]
    talk = make_greeted_talk(position=position)
    talk.say(ANSWER)
    provider.scripts.append(ScriptedReply(text=answer))
    reply = await request_reply(talk)
    if text is None:
        assert reply.final_move == MoveChosen(Move.NEXT, Source.CODE, "no words")
        assert reply.text == QUESTIONS[1]
    else:
        assert reply.final_move.source is Source.MODEL
        assert reply.text == text


@pytest.mark.parametrize(
    ("moves", "answer", "rejected"),
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
async def test_disallowed_move_is_replaced_by_a_reply_of_code(
    request_reply: RequestReply, provider: AnthropicProvider, moves: tuple[Move, ...], answer: str, rejected: Move
) -> None:
    talk = make_answered_talk(*moves)
    provider.scripts.append(ScriptedReply(text=answer))
    reply = await request_reply(talk)
    assert reply.events == [
        MoveChosen(talk.plan.fallback_move, Source.CODE, f"move {rejected} not allowed"),
        talk.plan.fallback_text(rejected),
    ]


@pytest.mark.parametrize(
    ("last_words", "move"),
    [("Please repeat the question.", Move.REPEAT), ("One moment, please.", Move.WAIT), ("I want to stop.", Move.STOP)],
)
async def test_recognized_request_is_answered_without_asking_claude(
    request_reply: RequestReply, provider: AnthropicProvider, last_words: str, move: Move
) -> None:
    talk = make_answered_talk(last_words=last_words)
    reply = await request_reply(talk)
    assert reply.events == [MoveChosen(move, Source.CODE), talk.plan.fallback_text()]
    assert provider.reply_requests == []


async def test_claude_cannot_close_without_a_confirmation(request_reply: RequestReply, provider: AnthropicProvider) -> None:
    talk = make_answered_talk(Move.STOP, last_words="Yes, exactly, and then we stopped the job and fixed it.")
    provider.scripts.append(ScriptedReply(text="CLOSE\nThank you."))
    reply = await request_reply(talk)
    assert reply.final_move == MoveChosen(Move.PROBE, Source.CODE, "move CLOSE not allowed")


async def test_exhausted_request_is_answered_by_moving_on(request_reply: RequestReply, provider: AnthropicProvider) -> None:
    provider.scripts.append(ScriptedReply(text="REPEAT\nOf course."))
    reply = await request_reply(make_answered_talk(Move.REPEAT, Move.REPEAT))
    assert reply.text == f"{ENGLISH.move_on} {QUESTIONS[1]}"


async def test_claude_cannot_close_before_anything_else_was_asked(
    request_reply: RequestReply, provider: AnthropicProvider
) -> None:
    provider.scripts.append(ScriptedReply(text="CLOSE\nThank you, this was good to hear."))
    reply = await request_reply(make_talk_at_last_question())
    assert reply.final_move == MoveChosen(Move.ANYTHING_ELSE, Source.CODE, "move CLOSE not allowed")
    assert reply.text == ENGLISH.anything_else


@pytest.mark.parametrize(
    "words",
    [
        "Shall I explain?",
        "Yes, it is fully remote, and the pay band is 90 to 110 thousand.",
        "You would start in May.",
        "The contract is permanent.",
    ],
)
async def test_explanation_that_may_not_be_said_is_replaced_and_does_not_cost_the_question(
    request_reply: RequestReply, provider: AnthropicProvider, words: str
) -> None:
    provider.scripts.append(ScriptedReply(text=f"CLARIFY\n{words}"))
    reply = await request_reply(make_answered_talk())
    assert reply.final_move == MoveChosen(Move.CLARIFY, Source.CODE, "no words")
    assert reply.text == f"{ENGLISH.explain} {QUESTIONS[0]}"


@pytest.mark.parametrize(
    ("reply_text", "opening"),
    [
        ("ANSWER\n2", "Twelve people."),
        ("ANSWER\n2, 1", "Twelve people. Every Friday."),
        ("ANSWER\nnone", ENGLISH.noted_question),
        ("ANSWER\n7", ENGLISH.noted_question),
        ("ANSWER\nIt is a great team of 300 people.", ENGLISH.noted_question),
        ("CLARIFY\nThe pay band is 90 to 110 thousand.", ENGLISH.noted_question),
        ("NEXT\nThank you.", ENGLISH.noted_question),
    ],
)
async def test_claude_chooses_facts_but_never_words_an_answer(
    request_reply: RequestReply, provider: AnthropicProvider, reply_text: str, opening: str
) -> None:
    facts = [Fact(question="Demos?", answer="Every Friday."), Fact(question="Size?", answer="Twelve people.")]
    talk = make_greeted_talk(position=position_body(facts=facts))
    talk.say("How big is the team?")
    provider.scripts.append(ScriptedReply(text=reply_text))
    reply = await request_reply(talk)
    assert reply.final_move.move is Move.ANSWER
    assert reply.text == f"{opening} {ENGLISH.back_to_question} {QUESTIONS[0]}"


# --- rejected sentences


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("PROBE\nHow old are you?", QUESTIONS[1]),
        ("PROBE\nThank you for that. How old are you?", f"Thank you for that. {QUESTIONS[1]}"),
        ("PROBE\nThank you for that. What broke, and why did it?", f"Thank you for that. {QUESTIONS[1]}"),
        (f"PROBE\n{QUESTIONS[0]}", QUESTIONS[1]),
        ("NEXT\nThat was a brilliant answer.", QUESTIONS[1]),
        ("NEXT\nThanks, " + "let us, " * 60, QUESTIONS[1]),
    ],
)
async def test_rejected_question_is_replaced_by_the_next_core_question(
    request_reply: RequestReply, provider: AnthropicProvider, answer: str, text: str
) -> None:
    provider.scripts.append(ScriptedReply(text=answer))
    reply = await request_reply(make_answered_talk())
    assert reply.text == text
    assert reply.final_move.move is Move.NEXT


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("PROBE\nHow old are you?", ENGLISH.follow_ups[0]),
        ("PROBE\nThank you for that. How old are you?", f"Thank you for that. {ENGLISH.follow_ups[0]}"),
        ("NEXT\nThank you.", ENGLISH.follow_ups[0]),
        ("CLOSE\nThank you.", ENGLISH.follow_ups[0]),
        ("", ENGLISH.follow_ups[0]),
        ("PROBE\nWhich puzzle was it?", "Which puzzle was it?"),
    ],
)
async def test_thin_answer_is_probed_whatever_claude_replies(
    request_reply: RequestReply, provider: AnthropicProvider, answer: str, text: str
) -> None:
    provider.scripts.append(ScriptedReply(text=answer))
    reply = await request_reply(make_answered_talk(last_words="I like puzzles."))
    assert (reply.final_move.move, reply.text) == (Move.PROBE, text)


async def test_rejected_question_is_replaced_by_anything_else_after_the_last_core_question(
    request_reply: RequestReply, provider: AnthropicProvider
) -> None:
    provider.scripts.append(ScriptedReply(text="PROBE\nThank you for that. How old are you?"))
    reply = await request_reply(make_answered_talk(Move.NEXT, Move.NEXT))
    assert reply.text.startswith("Thank you for that. ")
    assert reply.text.endswith(ENGLISH.anything_else)
    assert reply.final_move.move is Move.ANYTHING_ELSE


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("NEXT\nThank you.", f"We have about 5 minutes left. Thank you. {QUESTIONS[1]}"),
        ("WAIT", f"We have about 5 minutes left. {ENGLISH.wait}"),
    ],
)
async def test_time_that_is_left_precedes_the_reply_at_five_minutes(
    request_reply: RequestReply, provider: AnthropicProvider, answer: str, text: str
) -> None:
    talk = make_greeted_talk(silence=timedelta(hours=1))
    talk.say(ANSWER)
    talk.store_move(Move.REPEAT)
    talk.advance_clock(minutes=25)
    talk.say(ANSWER)
    provider.scripts.append(ScriptedReply(text=answer))
    assert (await request_reply(talk)).text == text
