import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.output_filter import MAX_CHARACTERS, MAX_SENTENCES, OutputFilter
from models.documents.turn import Move
from tests.agent.filter_texts import MANY_EXAMPLES, MOVES, PRIVATE_NGRAMS, SPLIT_POSITIONS, filter_reply, split_at

# --- limits


@pytest.mark.parametrize("move", MOVES)
def test_each_move_has_a_sentence_limit(move: Move) -> None:
    sentences = ["I hear you.", "That is clear.", "It was a long way.", "You came through."]
    assert filter_reply(move, " ".join(sentences)) == " ".join(sentences[: MAX_SENTENCES[move]])


@pytest.mark.parametrize("move", MOVES)
def test_every_move_has_the_same_character_limit(move: Move) -> None:
    words = filter_reply(move, "It was long. ", "so " * MAX_CHARACTERS, "long. ", "And good. ")
    assert 0 < len(words) <= MAX_CHARACTERS


def test_full_filter_releases_nothing_more() -> None:
    output_filter = OutputFilter(Move.NEXT, PRIVATE_NGRAMS)
    assert not output_filter.is_full
    assert output_filter.feed("Thank you. And more. ") == ["Thank you."]
    assert output_filter.is_full
    assert output_filter.feed("And still more. ") == []
    assert output_filter.flush() == []


def test_sentences_are_released_as_soon_as_they_are_complete() -> None:
    output_filter = OutputFilter(Move.CLARIFY, PRIVATE_NGRAMS)
    assert output_filter.feed("I mean your own") == []
    assert output_filter.feed(" work.") == []
    assert output_filter.feed(" Any exam") == ["I mean your own work."]
    assert output_filter.feed("ple will do.\n") == [" Any example will do."]


def test_unfinished_sentence_is_not_released() -> None:
    output_filter = OutputFilter(Move.CLARIFY, PRIVATE_NGRAMS)
    assert output_filter.feed("I mean your work. Any example that you") == ["I mean your work."]


def test_last_sentence_is_released_without_punctuation() -> None:
    assert filter_reply(Move.NEXT, "Thank you") == "Thank you"


@pytest.mark.parametrize("blank", ["", " ", "\n\n", " \t\n"])
def test_whitespace_is_not_a_sentence(blank: str) -> None:
    assert filter_reply(Move.NEXT, blank, "Thank you.", blank) == "Thank you."


# --- questions


@pytest.mark.parametrize("move", [move for move in MOVES if move is not Move.PROBE])
@pytest.mark.parametrize(
    "question", ["Why?", "Why so?!", "¿Por qué", "为什么\uff1f", "لماذا؟", "Γιατί\u037e", "Why\u203d", "Why\ufe56"]
)
def test_question_is_released_for_a_probe_only(move: Move, question: str) -> None:
    assert filter_reply(move, question) == ""


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
def test_probe_releases_only_its_first_question(words: str, out: str) -> None:
    assert filter_reply(Move.PROBE, words) == out


@pytest.mark.parametrize("words", ["What broke?And when?", "What broke\u2753and when\u2753", "What broke?\u200bAnd when?"])
def test_two_questions_without_a_space_are_rejected(words: str) -> None:
    assert filter_reply(Move.PROBE, words) == ""


_TEXT_PIECES = st.lists(
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


@MANY_EXAMPLES
@given(st.sampled_from(MOVES), _TEXT_PIECES, SPLIT_POSITIONS)
def test_second_question_is_never_released(move: Move, text: str, positions: list[int]) -> None:
    marks = re.findall("[?\uff1f؟][?\uff1f؟!]*", filter_reply(move, *split_at(text, positions)))
    assert len(marks) <= (move is Move.PROBE)


@MANY_EXAMPLES
@given(st.sampled_from(MOVES), _TEXT_PIECES, SPLIT_POSITIONS)
def test_result_does_not_depend_on_how_the_text_is_split(move: Move, text: str, positions: list[int]) -> None:
    assert filter_reply(move, *split_at(text, positions)) == filter_reply(move, *text) == filter_reply(move, text)


# --- ends of sentences


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
def test_period_within_a_sentence_does_not_end_it(sentence: str) -> None:
    assert filter_reply(Move.NEXT, f"{sentence} And more.") == sentence


@pytest.mark.parametrize(
    "words", ["Thank you\nAnd more.", "Thank you\n\nAnd more.", "It was Plan B.\nAnd more.", "It was e.g.\nAnd more."]
)
def test_line_break_ends_a_sentence(words: str) -> None:
    assert filter_reply(Move.NEXT, words) == words.split("\n", maxsplit=1)[0]


@pytest.mark.parametrize("sentence", ["You said no.", 'You said "no."', "(It held.)", "It held…", "It held!", "It held..."])
def test_sentence_includes_its_punctuation_and_closing_quotes(sentence: str) -> None:
    assert filter_reply(Move.NEXT, f"{sentence} And more.") == sentence


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
def test_other_scripts_have_the_same_limits(words: str, out: str) -> None:
    assert filter_reply(Move.NEXT, words) == out


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
def test_prompt_markup_is_rejected(words: str) -> None:
    assert filter_reply(Move.CLARIFY, words) == ""


@pytest.mark.parametrize(
    "words", ["Next, thank you.", "You had to stop there.", "The EU directive, I see.", "It was < 5 seconds."]
)
def test_words_that_resemble_markup_are_released(words: str) -> None:
    assert filter_reply(Move.NEXT, words) == words


@pytest.mark.parametrize("hidden", ["\u200b", "\u00ad", "\u202e", "\u2060"])
def test_hidden_characters_are_removed_from_a_released_sentence(hidden: str) -> None:
    assert filter_reply(Move.NEXT, f"Thank{hidden} you{hidden} for that.{hidden}") == "Thank you for that."
