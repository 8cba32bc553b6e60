import re
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.guard import MAX_CHARACTERS, SENTENCES, Gate, private_runs
from agent.prompts import RULES
from models.position import Criterion, Level, PositionBody, Question
from models.turn import Move
from tests.factories import position_body

ASKED = "What was the last thing that you built on your own?"
OPEN = "How do you make sure that a change of yours is safe?"
UNASKED = "Tell me about the worst outage that you have ever caused."
NOTE = "Retries are bounded and the pauses between them grow longer"
NOTE_OF_ANOTHER = "Suspects an outage at once and verifies it with somebody else"
DESCRIPTION = "How soundly the candidate reasons about systems that they have built"
ANCHOR = "Names the assumption that proved wrong and when it was dropped"
RULE = "Never ask two questions, never ask a core question in words of your own"
PRIVATE_TEXTS = (UNASKED, NOTE, NOTE_OF_ANOTHER, DESCRIPTION, ANCHOR, RULE)

SIX = 6
"""words in a row that are a leak"""
MOVES = tuple(SENTENCES)
MANY = settings(max_examples=200, deadline=None)


def _position() -> PositionBody:
    levels = [Level(value=value, anchor=f"Anchor {value}.") for value in (1, 2, 3, 5)]
    return position_body(
        questions=[
            Question(key="asked", text=ASKED),
            Question(key="open", text=OPEN, listen_for=[NOTE]),
            Question(key="unasked", text=UNASKED, listen_for=[NOTE_OF_ANOTHER]),
        ],
        criteria=[
            Criterion(
                key="technical",
                name="Technical",
                description=DESCRIPTION,
                weight=1,
                levels=[*levels, Level(value=4, anchor=ANCHOR)],
            )
        ],
    )


PRIVATE = private_runs(_position(), asked=2, rules=RULES)


def said(move: Move, *chunks: str) -> str:
    """What goes out when the model's words come in these chunks, and it ends of itself."""
    gate = Gate(move, PRIVATE)
    sentences = [sentence for chunk in chunks for sentence in gate.take(chunk)]
    return "".join([*sentences, *gate.finish()])


def cut(text: str, places: Iterable[int]) -> list[str]:
    """The text in chunks."""
    ends = sorted({place % (len(text) + 1) for place in places} | {len(text)})
    return [text[start:end] for start, end in zip([0, *ends], ends, strict=False)]


# --- how much


@pytest.mark.parametrize("move", MOVES)
def test_a_move_lets_out_no_more_than_its_sentences(move: Move) -> None:
    sentences = ["I hear you.", "That is clear.", "It was a long way.", "You came through."]
    assert said(move, " ".join(sentences)) == " ".join(sentences[: SENTENCES[move]])


@pytest.mark.parametrize("move", MOVES)
def test_no_move_lets_out_more_than_its_characters(move: Move) -> None:
    words = said(move, "It was long. ", "so " * MAX_CHARACTERS, "long. ", "And good. ")
    assert 0 < len(words) <= MAX_CHARACTERS


def test_a_gate_that_is_full_says_so_and_lets_nothing_more_out() -> None:
    gate = Gate(Move.NEXT, PRIVATE)
    assert not gate.is_full
    assert gate.take("Thank you. And more. ") == ["Thank you."]
    assert gate.is_full
    assert gate.take("And still more. ") == []
    assert gate.finish() == []


def test_sentences_are_let_out_as_soon_as_they_are_whole() -> None:
    gate = Gate(Move.CLARIFY, PRIVATE)
    assert gate.take("I mean your own") == []
    assert gate.take(" work.") == []
    assert gate.take(" Any exam") == ["I mean your own work."]
    assert gate.take("ple will do.\n") == [" Any example will do."]


def test_a_sentence_that_the_model_left_unfinished_stays_inside() -> None:
    gate = Gate(Move.CLARIFY, PRIVATE)
    assert gate.take("I mean your work. Any example that you") == ["I mean your work."]


def test_the_last_sentence_needs_no_mark_where_the_model_ended_of_itself() -> None:
    assert said(Move.NEXT, "Thank you") == "Thank you"


@pytest.mark.parametrize("blank", ["", " ", "\n\n", " \t\n"])
def test_blanks_are_no_sentence(blank: str) -> None:
    assert said(Move.NEXT, blank, "Thank you.", blank) == "Thank you."


# --- one question


@pytest.mark.parametrize("move", [move for move in MOVES if move is not Move.PROBE])
@pytest.mark.parametrize(
    "question", ["Why?", "Why so?!", "¿Por qué", "为什么\uff1f", "لماذا؟", "Γιατί\u037e", "Why\u203d", "Why\ufe56"]
)
def test_only_a_probe_asks(move: Move, question: str) -> None:
    assert said(move, question) == ""


@pytest.mark.parametrize(
    ("words", "out"),
    [
        ("What broke? And when?", "What broke?"),
        ("What broke?! And when?", "What broke?!"),
        ("What broke?? And when?", "What broke??"),
        ("I see. What broke? And when?", "I see. What broke?"),
        ("¿Qué se rompió? ¿Y cuándo?", "¿Qué se rompió?"),
        ('You said "it broke". What broke? And when?', 'You said "it broke". What broke?'),
        ("什么坏了\uff1f什么时候\uff1f", "什么坏了\uff1f"),
        ("What broke?\nAnd when?", "What broke?"),
    ],
)
def test_a_probe_lets_out_its_first_question_only(words: str, out: str) -> None:
    assert said(Move.PROBE, words) == out


@pytest.mark.parametrize("words", ["What broke?And when?", "What broke\u2753and when\u2753", "What broke?\u200bAnd when?"])
def test_two_questions_without_a_space_between_them_stay_inside(words: str) -> None:
    assert said(Move.PROBE, words) == ""


_PIECES = st.lists(
    st.sampled_from(
        [
            "Why",
            "what broke",
            "it is so",
            "e.g.",
            "3.5",
            "?",
            "\uff1f",
            "؟",
            "!",
            ".",
            "...",
            "…",
            "。",
            " ",
            "\n",
            '"',
            ")",
            "¿",
            "好",
            "<b",
        ]
    ),
    max_size=30,
).map("".join)
_CUTS = st.lists(st.integers(0, 400), max_size=30)


@MANY
@given(st.sampled_from(MOVES), _PIECES, _CUTS)
def test_a_second_question_never_goes_out(move: Move, text: str, places: list[int]) -> None:
    marks = re.findall("[?\uff1f؟][?\uff1f؟!]*", said(move, *cut(text, places)))
    assert len(marks) <= (move is Move.PROBE)


@MANY
@given(st.sampled_from(MOVES), _PIECES, _CUTS)
def test_the_same_words_go_out_however_they_come_in_pieces(move: Move, text: str, places: list[int]) -> None:
    assert said(move, *cut(text, places)) == said(move, *text) == said(move, text)


# --- what is private


@pytest.mark.parametrize("private", PRIVATE_TEXTS)
@pytest.mark.parametrize("move", MOVES)
def test_private_text_does_not_go_out(move: Move, private: str) -> None:
    assert said(move, f"{private}.") == ""
    assert said(move, f"So, {private.lower()}, you know.") == ""


def _spread(sign: str) -> Callable[[str], str]:
    return lambda text: "".join(letter + (sign if letter.isalpha() else "") for letter in text)


TRICKS: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "commas": lambda text: text.replace(" ", ", "),
    "dashes": lambda text: text.replace(" ", " - "),
    "underscores": lambda text: text.replace(" ", "_"),
    "asterisks": lambda text: f"**{text.replace(' ', '** **')}**",
    "hard spaces": lambda text: text.replace(" ", "\u00a0"),
    "zero-width spaces": _spread("\u200b"),
    "zero-width joiners": _spread("\u200d"),
    "soft hyphens": _spread("\u00ad"),
    "accents": _spread("\u0301"),
    "full width": lambda text: "".join(chr(ord(sign) + 0xFEE0) if sign.isalpha() else sign for sign in text),
    "mathematical": lambda text: "".join(
        chr(0x1D41A + ord(sign.lower()) - ord("a")) if sign.isalpha() and sign.isascii() else sign for sign in text
    ),
}


@pytest.mark.parametrize("private", PRIVATE_TEXTS)
@pytest.mark.parametrize("trick", TRICKS)
def test_private_text_does_not_go_out_in_disguise(trick: str, private: str) -> None:
    text = private.rstrip(".?")
    assert said(Move.CLARIFY, TRICKS[trick](text)) == ""


@pytest.mark.parametrize("end", [". ", "! ", "\n", ".\n", "… "])
@pytest.mark.parametrize("size", [2, 3, 4, 5])
def test_private_text_does_not_go_out_over_the_ends_of_sentences(end: str, size: int) -> None:
    words = NOTE.split()
    parts = [" ".join(words[start : start + size]) for start in range(0, len(words), size)]
    out = re.findall(r"\w+", said(Move.CLARIFY, end.join(parts)))
    assert len(out) < SIX
    assert out == words[: len(out)], "what stayed inside is not finished by what came after"


@MANY
@given(st.data(), st.sampled_from(PRIVATE_TEXTS), _CUTS, st.sampled_from(MOVES))
def test_no_six_words_in_a_row_of_a_private_text_go_out(data: st.DataObject, private: str, places: list[int], move: Move) -> None:
    words = re.findall(r"\w+", private)
    start = data.draw(st.integers(0, len(words) - SIX))
    run = " ".join(words[start : start + SIX])
    filler = st.lists(st.sampled_from(["so", "well", "you said", "and then"]), max_size=4).map(" ".join)
    trick = TRICKS[data.draw(st.sampled_from(sorted(TRICKS)))]
    text = f"Right. {data.draw(filler)} {trick(run)} {data.draw(filler)}. Good."
    out = said(move, *cut(text, places))
    assert out in ("Right.", "Right. Good.")


def test_private_text_does_not_go_out_around_a_sentence_that_stays_inside() -> None:
    assert said(Move.CLARIFY, "Retries are bounded. Why so? And the pauses.") == "Retries are bounded."


def test_a_run_is_six_words() -> None:
    words = NOTE.split()
    assert said(Move.CLARIFY, " ".join(words[:5])) != ""
    assert said(Move.CLARIFY, " ".join(words[:6])) == ""


@pytest.mark.parametrize("asked", [OPEN, ASKED])
def test_what_has_been_asked_may_be_said_again(asked: str) -> None:
    words = f"I mean it so: {asked.rstrip('?').lower()}."
    assert said(Move.CLARIFY, words) == words


def test_words_of_the_open_question_may_be_said_though_a_note_repeats_them() -> None:
    question = Question(key="open", text=OPEN, listen_for=["Knows what makes sure that a change of yours is safe"])
    gate = Gate(Move.CLARIFY, private_runs(position_body(questions=[question]), asked=1, rules=RULES))
    assert gate.take("I mean how you make sure that a change of yours is safe. ") == [
        "I mean how you make sure that a change of yours is safe."
    ]


def test_a_question_that_is_asked_is_no_secret_any_more() -> None:
    private = private_runs(_position(), asked=3, rules=RULES)
    gate = Gate(Move.CLARIFY, private)
    assert [*gate.take(UNASKED), *gate.finish()] == [UNASKED]


def test_a_sentence_that_stays_inside_takes_no_others_with_it() -> None:
    assert said(Move.CLARIFY, f"I see. {NOTE}. Any example will do.") == "I see. Any example will do."


# --- where sentences end


@pytest.mark.parametrize(
    "sentence",
    [
        "You used e.g. a queue.",
        "Dr. Ada saw it.",
        "It took 3.5 seconds.",
        "You wrote it in Node.js first.",
        "Sie nutzten z.B. eine Queue.",
        "It was Plan B. that held.",
        "Mr. Smith vs. Mrs. Jones, approx. so.",
    ],
)
def test_a_full_stop_within_a_sentence_ends_none(sentence: str) -> None:
    assert said(Move.NEXT, f"{sentence} And more.") == sentence


@pytest.mark.parametrize(
    "words", ["Thank you\nAnd more.", "Thank you\n\nAnd more.", "It was Plan B.\nAnd more.", "It was e.g.\nAnd more."]
)
def test_a_line_ends_a_sentence_whatever_it_ends_with(words: str) -> None:
    assert said(Move.NEXT, words) == words.split("\n", maxsplit=1)[0]


@pytest.mark.parametrize("sentence", ["You said no.", 'You said "no."', "(It held.)", "It held…", "It held!", "It held..."])
def test_a_sentence_ends_with_its_marks_and_closing_quotes(sentence: str) -> None:
    assert said(Move.NEXT, f"{sentence} And more.") == sentence


@pytest.mark.parametrize(
    ("words", "out"),
    [
        ("谢谢你的回答。我们继续。", "谢谢你的回答。"),
        ("ありがとうございます。次へ進みます。", "ありがとうございます。"),
        ("Спасибо, это понятно. Идём дальше.", "Спасибо, это понятно."),
        ("شكرا لك. نواصل.", "شكرا لك."),
        ("धन्यवाद", "धन्यवाद"),
    ],
)
def test_other_scripts_are_let_out_by_the_same_limits(words: str, out: str) -> None:
    assert said(Move.NEXT, words) == out


# --- markup


@pytest.mark.parametrize(
    "words",
    [
        "<directive>moves: NEXT</directive>",
        "</questions> so far.",
        "&lt;directive&gt; is this.",
        "NEXT Thank you.",
        "**PROBE** tell me more.",
        "- CLOSE",
        "GREET them.",
    ],
)
def test_our_own_markup_stays_inside(words: str) -> None:
    assert said(Move.CLARIFY, words) == ""


@pytest.mark.parametrize(
    "words", ["Next, thank you.", "You had to stop there.", "The EU directive, I see.", "It was < 5 seconds."]
)
def test_words_that_only_look_like_markup_may_be_said(words: str) -> None:
    assert said(Move.NEXT, words) == words
