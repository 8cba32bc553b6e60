import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.evidence import MIN_WORDS, SearchableTranscript, group_answers
from evaluation.prompt import Quote
from models.documents.turn import Turn
from tests.evaluation.turns import candidate_turn, interviewer_turn

TEXT = "I wrote down the cost of both: polling was simple, but it meant three million calls a day."
TURNS = [
    interviewer_turn(1, "How did you choose between polling and webhooks, and why was that the right choice?", 0),
    candidate_turn(2, TEXT),
    interviewer_turn(3, "I see. What did you give up by that choice?", 2),
    candidate_turn(4, "Simplicity, mostly."),
]


def find_evidence(turn: int, text: str, turns: list[Turn] = TURNS) -> list[tuple[int, str]]:
    evidence = SearchableTranscript(turns).find_evidence([Quote(turn=turn, text=text)])
    texts = {it.seq: it.text for it in turns}
    for item in evidence:
        assert texts[item.seq][item.start : item.end] == item.quote
    return [(item.seq, item.quote) for item in evidence]


def test_quote_is_found_at_its_position() -> None:
    assert find_evidence(2, "polling was simple, but it meant three million calls") == [
        (2, "polling was simple, but it meant three million calls")
    ]


@pytest.mark.parametrize(
    "quote",
    [
        "POLLING WAS SIMPLE, BUT IT MEANT",
        "polling was simple but it meant",
        "“polling was  simple,\nbut it meant…”",
        "polling was simple, but it meant.",
    ],
)
def test_quote_is_found_despite_other_case_and_punctuation_and_evidence_is_the_turns_text(quote: str) -> None:
    assert find_evidence(2, quote) == [(2, "polling was simple, but it meant")]


@pytest.mark.parametrize(
    ("turn", "quote"),
    [
        (2, "polling was complex, but it meant three million calls"),  # one word differs
        (2, "cost of both: it meant three million calls a day"),  # joined from two passages
        (2, "I wrote down the cost … three million calls a day"),  # shortened
        (2, "olling was simple, but it meant three"),  # cut within a word
        (4, "polling was simple, but it meant three million calls"),  # from another turn
        (1, "How did you choose between polling and webhooks"),  # the interviewer's
        (3, "What did you give up by that choice"),
        (2, "three million calls a"),  # four words
        (2, ""),
        (2, "…"),
        (9, "polling was simple, but it meant three million calls"),
        (0, "polling was simple, but it meant three million calls"),
        (-1, "polling was simple, but it meant three million calls"),
    ],
)
def test_quote_that_is_not_in_the_turn_is_dropped(turn: int, quote: str) -> None:
    assert find_evidence(turn, quote) == []


def test_short_quote_counts_only_as_a_whole_turn() -> None:
    assert find_evidence(4, "simplicity, mostly") == [(4, "Simplicity, mostly")]
    assert find_evidence(4, "mostly") == []


def test_quote_with_escaped_markup_is_found() -> None:
    turns = [candidate_turn(1, "I compared a < b && c > d with the result of R&D before I merged.")]
    assert find_evidence(1, "a &lt; b &amp;&amp; c &gt; d with the result of R&amp;D", turns) == [
        (1, "a < b && c > d with the result of R&D")
    ]


def test_offsets_count_code_points() -> None:
    turns = [candidate_turn(1, "🎻🎻 Je l’ai réécrit à côté de l’ancien système, e\u0301tape par e\u0301tape.")]
    assert find_evidence(1, "l'ai réécrit à côté de l'ancien système, étape par étape", turns) == [
        (1, "l’ai réécrit à côté de l’ancien système, e\u0301tape par e\u0301tape")
    ]


SPLIT_ANSWER_TURNS = [
    interviewer_turn(1, "Tell me about it.", 0),
    candidate_turn(2, "First I looked at the log,"),
    candidate_turn(3, "then I asked a colleague who knew it."),
    interviewer_turn(4, "Thank you. And then?", 3),
    candidate_turn(5, "Then I looked at the log again with her."),
]


def test_quote_across_two_turns_of_one_answer_gives_evidence_in_each() -> None:
    for turn in (2, 3):
        assert find_evidence(turn, "looked at the log, then I asked", SPLIT_ANSWER_TURNS) == [
            (2, "looked at the log"),
            (3, "then I asked"),
        ]


def test_quote_across_an_interviewer_turn_is_not_found() -> None:
    assert find_evidence(3, "a colleague who knew it. Then I looked at the log", SPLIT_ANSWER_TURNS) == []


def test_quote_is_searched_in_the_named_turn() -> None:
    turns = [candidate_turn(1, "I tested it on a copy."), candidate_turn(2, "Again I tested it on a copy.")]
    assert find_evidence(1, "I tested it on a copy", turns) == [(1, "I tested it on a copy")]
    assert find_evidence(2, "I tested it on a copy", turns) == [(2, "I tested it on a copy")]


def test_turn_that_arrived_during_a_reply_belongs_to_the_next_answer() -> None:
    turns = [
        interviewer_turn(1, "Tell me.", 0),
        candidate_turn(2, "One."),
        candidate_turn(3, "Two, said too late."),
        interviewer_turn(4, "I see.", 2),
        candidate_turn(5, "Three."),
        interviewer_turn(6, "Thanks.", 5),
    ]
    assert [[turn.seq for turn in pieces] for pieces in group_answers(turns)] == [[2], [3, 5]]


def test_repeated_quote_counts_once() -> None:
    quotes = [Quote(turn=2, text="polling was simple, but it meant"), Quote(turn=2, text="Polling was simple but it meant")]
    assert len(SearchableTranscript(TURNS).find_evidence(quotes)) == 1


WORD_LISTS = st.lists(
    st.sampled_from(["ja", "Straße", "don't", "naïve", "3", "cache", "é", "x1"]), min_size=MIN_WORDS, max_size=30
)


@given(WORD_LISTS, st.data())
def test_every_sequence_of_enough_words_is_found(words: list[str], data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(words) - MIN_WORDS))
    end = data.draw(st.integers(start + MIN_WORDS, len(words)))
    quote = " ".join(words[start:end])
    assert [text for _, text in find_evidence(1, quote, [candidate_turn(1, ", ".join(words))])] != []


@given(st.text(max_size=200), st.text(max_size=60), st.integers(-2, 3))
def test_evidence_is_always_a_substring_of_its_turn(said: str, quote: str, turn: int) -> None:
    find_evidence(turn, quote, [candidate_turn(1, said), candidate_turn(2, said)])


def search_by_comparison(words: list[list[str]], quote: list[str], piece: int) -> tuple[int, int] | None:
    """Find the first sequence of words that equals the quote and overlaps that piece, by comparing at every word."""
    flat = [(place, word) for place, piece_words in enumerate(words) for word in piece_words]
    if not quote or (len(quote) < MIN_WORDS and words[piece] != quote):
        return None
    for start in range(len(flat) - len(quote) + 1):
        run = flat[start : start + len(quote)]
        if [word for _, word in run] == quote and any(place == piece for place, _ in run):
            return start, start + len(quote)
    return None


FEW_WORDS = st.lists(st.sampled_from(["a", "b", "aa"]), max_size=8)


@given(st.lists(FEW_WORDS, min_size=1, max_size=4), FEW_WORDS, st.data())
def test_quote_search_agrees_with_comparing_at_every_word(pieces: list[list[str]], quote: list[str], data: st.DataObject) -> None:
    piece = data.draw(st.integers(0, len(pieces) - 1))
    turns = [candidate_turn(place + 1, " ".join(words)) for place, words in enumerate(pieces)]
    expected = search_by_comparison(pieces, quote, piece)
    evidence = SearchableTranscript(turns).find_evidence([Quote(turn=piece + 1, text=" ".join(quote))])
    if expected is None:
        assert evidence == []
    else:
        flat = [word for words in pieces for word in words]
        assert " ".join(it.quote for it in evidence).split() == flat[expected[0] : expected[1]]
        before = sum(len(words) for words in pieces[: evidence[0].seq - 1])
        assert before + turns[evidence[0].seq - 1].text[: evidence[0].start].count(" ") == expected[0]


def count_steps(work: Callable[[], object]) -> int:
    """Return the number of bytecode instructions that `work` executes."""
    steps = 0

    def trace(frame: FrameType, event: str, _: object) -> Any:
        nonlocal steps
        frame.f_trace_opcodes = True
        steps += event == "opcode"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return steps


@pytest.mark.parametrize("quote", ["one two three four five", "again " * 40 + "never", "never " + "again " * 40])
def test_quote_search_does_not_take_a_step_per_word_of_the_transcript(quote: str) -> None:
    def work(count: int) -> int:
        transcript = SearchableTranscript([candidate_turn(1, "again " * count + "one two three four five")])
        quotes = [Quote(turn=1, text=quote)]
        return count_steps(lambda: transcript.find_evidence(quotes))

    # the tolerance is for the bisection of the position
    assert work(100_000) < 1.1 * work(1000)


def test_indexing_a_transcript_takes_linear_work() -> None:
    def work(count: int) -> int:
        turns = []
        for place in range(count):
            turns += [
                interviewer_turn(2 * place + 1, "And then?", 2 * place),
                candidate_turn(2 * place + 2, "I looked again. " * 3),
            ]
        return count_steps(lambda: SearchableTranscript(turns))

    assert work(1000) < 2.1 * work(500)
