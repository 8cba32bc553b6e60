from dataclasses import replace
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.evidence import MAX_SENTENCE_CHARACTERS, MIN_WORDS, SearchableTranscript, group_answers
from evaluation.prompt import Quote
from evaluation.wording import load_wording
from evaluation.words import split_sentences
from models.documents.evaluation import Evidence, EvidenceFlag
from models.documents.turn import Turn
from tests.evaluation.turns import candidate_turn, interviewer_turn
from tests.helpers import count_steps

WORDING = load_wording("en")
TEXT = "I wrote down the cost of both: polling was simple, but it meant three million calls a day."
TURNS = [
    interviewer_turn(1, "How did you choose between polling and webhooks, and why was that the right choice?", 0),
    candidate_turn(2, TEXT),
    interviewer_turn(3, "I see. What did you give up by that choice?", 2),
    candidate_turn(4, "Simplicity, mostly."),
]


def find_evidence(turn: int, text: str, turns: list[Turn] = TURNS) -> list[tuple[int, str]]:
    evidence = SearchableTranscript(turns, WORDING).find_quotes([Quote(turn=turn, text=text)]).evidence
    texts = {it.seq: it.text for it in turns}
    for item in evidence:
        assert texts[item.seq][item.start : item.end] == item.quote
        assert texts[item.seq][item.sentence_start : item.sentence_end] == item.sentence
        assert item.sentence_start <= item.start < item.end <= item.sentence_end
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


def test_quote_in_another_language_is_flagged_by_the_words_of_that_language() -> None:
    turns = [replace(candidate_turn(1, "Ich habe den Plan nicht selbst geschrieben."), language="de")]
    quote = Quote(turn=1, text="nicht selbst geschrieben")
    whole = Quote(turn=1, text=turns[0].text)
    found = SearchableTranscript(turns, WORDING, {"de": load_wording("de")}).find_quotes([quote, whole])
    assert [(item.quote, item.flags) for item in found.evidence] == [(turns[0].text.rstrip("."), [EvidenceFlag.NEGATION])]


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
    assert len(SearchableTranscript(TURNS, WORDING).find_quotes(quotes).evidence) == 1


NUMBERS = (
    "We cut the error rate from 12 to 0.9 percent within 10 ms, at -3 degrees, for 1,000 users and 99.9 % of v1.2.3, "
    "three million calls a day, twenty-five nodes, $5 each, in C++ and R&D, with the front-end team, and I don't regret it."
)


@pytest.mark.parametrize(
    "quote",
    [
        "cut the error rate from 12 to 0",
        "cut the error rate from 12 to 0.9",
        "9 percent within 10 ms, at",
        "percent within 10 ms, at -3 degrees",
        "to 0.9 percent within 10",
        "within 10 ms, at -3",
        "3 degrees, for 1,000 users and",
        "000 users and 99.9 % of v1.2.3",
        "at -3 degrees, for 1",
        "for 1,000 users and 99.9",
        "1,000 users and 99.9 % of v1.2",
        "2.3, three million calls a day",
        "99.9 % of v1.2.3, three",
        "million calls a day, twenty-five nodes",
        "million calls a day, twenty",
        "five nodes, $5 each, in",
        "5 each, in C++ and R&D",
        "twenty-five nodes, $5 each, in C",
        "each, in C++ and R",
        "D, with the front-end team",
        "in C++ and R&D, with the front",
        "end team, and I don't",
        "the front-end team, and I don",
        "t regret it",
    ],
)
def test_quote_that_cuts_a_number_or_a_compound_is_not_found(quote: str) -> None:
    assert find_evidence(1, quote, [candidate_turn(1, NUMBERS)]) == []


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("error rate from 12 to 0.9 percent", "error rate from 12 to 0.9 percent"),
        ("error rate from 12 to 0.9%", "error rate from 12 to 0.9 percent"),
        ("rate from 12 to 0.9 per cent within 10ms", "rate from 12 to 0.9 percent within 10 ms"),
        ("at \u22123 degrees, for 1,000 users", "at -3 degrees, for 1,000 users"),
        ("1,000 users and 99.9\u00a0% of", "1,000 users and 99.9 % of"),
        ("three\nmillion calls a day, TWENTY-FIVE nodes", "three million calls a day, twenty-five nodes"),
        ("C++ and R&amp;D, with the front\u2011end team", "C++ and R&D, with the front-end team"),
    ],
)
def test_whole_numbers_and_compounds_are_found_in_other_typography(quote: str, found: str) -> None:
    assert find_evidence(1, quote, [candidate_turn(1, NUMBERS)]) == [(1, found)]


@pytest.mark.parametrize(
    ("language", "text", "cut"),
    [
        (
            "de",
            "Wir senkten die Fehlerrate damals von zwölf auf null Komma neun Prozent.",
            "die Fehlerrate damals von zwölf auf null",
        ),
        ("es", "Bajamos la tasa de errores de doce a treinta y dos por mil.", "la tasa de errores de doce a treinta"),
        ("fr", "On a baissé le taux de douze à vingt et un pour cent.", "baissé le taux de douze à vingt"),
        ("fr", "On a traité en tout environ 1 000 000 de lignes par jour.", "On a traité en tout environ 1"),
    ],
)
def test_spoken_and_grouped_numbers_of_other_languages_are_whole(language: str, text: str, cut: str) -> None:
    transcript = SearchableTranscript([candidate_turn(1, text)], load_wording(language))
    result = transcript.find_quotes([Quote(turn=1, text=cut), Quote(turn=1, text=text)])
    assert (result.claimed, result.failed, [it.quote for it in result.evidence]) == (2, 1, [text.rstrip(".")])


HESITANT = (
    "So, um, I I moved the, you know, the the cache, uh, to to the front-end, and and it was 5 5 times not not faster, no no."
)


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        ("I moved the cache to the front-end", "I I moved the, you know, the the cache, uh, to to the front-end"),
        ("moved the um the cache to the front-end", "moved the, you know, the the cache, uh, to to the front-end"),
        ("So I moved the cache", "So, um, I I moved the, you know, the the cache"),
        ("moved the, you know, the the cache, uh, to to the", "moved the, you know, the the cache, uh, to to the"),
        ("and it was 5 5 times not not faster", "and it was 5 5 times not not faster"),
        (
            "mov\u00aded the \u200bcache to the front-end and it",
            "moved the, you know, the the cache, uh, to to the front-end, and and it",
        ),
    ],
)
def test_fillers_repetitions_and_invisible_characters_are_skipped_on_both_sides(quote: str, found: str) -> None:
    assert find_evidence(1, quote, [candidate_turn(1, HESITANT)]) == [(1, found)]


@pytest.mark.parametrize(
    "quote",
    [
        "and it was 5 times not faster",
        "it was 5 5 times faster no",
        "it was 5 5 times not faster, no",
        "the front-end and it was faster",
        "um uh um uh I moved",
        "the the the the cache",
    ],
)
def test_negations_and_numbers_are_never_skipped_and_fillers_do_not_lengthen_a_quote(quote: str) -> None:
    assert find_evidence(1, quote, [candidate_turn(1, HESITANT)]) == []


def test_invisible_characters_in_the_turn_are_skipped_and_offsets_are_those_of_the_turn() -> None:
    turns = [candidate_turn(1, "\u200bI wro\u00adte the par\u200dser from scratch\u2060 alone.")]
    assert find_evidence(1, "I wrote the parser from scratch", turns) == [(1, "I wro\u00adte the par\u200dser from scratch")]


def test_skipping_never_reaches_over_an_interviewer_turn() -> None:
    turns = [
        candidate_turn(1, "I moved the whole cache, um"),
        interviewer_turn(2, "Go on.", 1),
        candidate_turn(3, "um, to the front-end servers."),
    ]
    assert find_evidence(1, "moved the whole cache to the front-end servers", turns) == []


def find_one(text: str, quote: str, turns: list[Turn] | None = None) -> Evidence:
    transcript = SearchableTranscript(turns or [candidate_turn(1, text)], WORDING)
    [evidence] = transcript.find_quotes([Quote(turn=1, text=quote)]).evidence
    return evidence


def test_evidence_carries_its_whole_sentence_and_flags() -> None:
    text = "It took a week. I did not write the front end of that, e.g. the forms. She measured it later."
    evidence = find_one(text, "write the front end of that")
    assert evidence.sentence == "I did not write the front end of that, e.g. the forms."
    assert text[evidence.sentence_start : evidence.sentence_end] == evidence.sentence
    assert evidence.flags == [EvidenceFlag.NEGATION]


def test_quote_over_two_sentences_carries_both() -> None:
    text = "It took a week. I wrote it. She measured the latency. It worked."
    evidence = find_one(text, "wrote it. She measured the latency")
    assert evidence.sentence == "I wrote it. She measured the latency."


def test_line_break_does_not_end_a_sentence_but_a_blank_line_and_a_list_do() -> None:
    text = "Notes\n\nI did not\nwrite the front end of that\n- I wrote the parser of the other one"
    assert find_one(text, "write the front end of that").sentence == "I did not\nwrite the front end of that"
    assert find_one(text, "wrote the parser of the other").sentence == "- I wrote the parser of the other one"


def test_flags_consider_the_part_of_the_sentence_in_the_turn_before() -> None:
    turns = [candidate_turn(1, "write the front end of that."), interviewer_turn(2, "I see.", 1)]
    turns_before = [candidate_turn(0, "To be clear, I did not"), *turns]
    assert find_one("", "write the front end of that", turns).flags == []
    evidence = find_one("", "write the front end of that", turns_before)
    assert (evidence.seq, evidence.sentence, evidence.flags) == (1, "write the front end of that.", [EvidenceFlag.NEGATION])


def test_long_sentence_is_cut_at_words_around_the_quote() -> None:
    text = "and then 0.9 percent " * 100 + "I wrote the front end alone " + "because of 1,000 users " * 100
    evidence = find_one(text, "wrote the front end alone")
    assert MAX_SENTENCE_CHARACTERS - 60 < len(evidence.sentence) <= MAX_SENTENCE_CHARACTERS
    assert evidence.quote in evidence.sentence
    assert evidence.sentence.split()[0] in {"and", "then", "0.9"}
    assert text[evidence.sentence_start - 1] == " " == text[evidence.sentence_end]
    assert not evidence.sentence.endswith("1,000")
    whole = find_one(text, text)
    assert whole.sentence == whole.quote


def test_find_quotes_counts_claimed_and_failed_quotes() -> None:
    quotes = [
        Quote(turn=2, text="polling was simple, but it meant"),
        Quote(turn=2, text="Polling was simple but it meant"),
        Quote(turn=2, text="webhooks were simple, but it meant"),
        Quote(turn=9, text="polling was simple, but it meant"),
    ]
    result = SearchableTranscript(TURNS, WORDING).find_quotes(quotes)
    assert (len(result.evidence), result.claimed, result.failed) == (1, 4, 2)


@given(st.text(alphabet='ab .!?\n"\u00bb3-*\u200b\x00', max_size=80))
def test_sentences_cover_all_visible_text_in_order(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in pairwise(spans))
    covered = {offset for start, end in spans for offset in range(start, end)}
    assert not [offset for offset, character in enumerate(text) if character not in " \n" and offset not in covered]


WORD_LISTS = (
    st.lists(st.sampled_from(["ja", "Straße", "don't", "naïve", "3", "cache", "é", "x1"]), min_size=MIN_WORDS, max_size=30)
    # repetitions are skipped, so they do not make a quote longer
    .map(lambda words: [word for word, _ in groupby(words)])
    .filter(lambda words: len(words) >= MIN_WORDS)
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
    """Find the first sequence of words that equals the quote and overlaps that piece, by comparing at every word.

    The words are compared literally, then without immediate repetitions.
    """
    flat = [(place, word) for place, piece_words in enumerate(words) for word in piece_words]
    once = [index for index, (_, word) in enumerate(flat) if index == 0 or flat[index - 1][1] != word]
    quote_once = [word for index, word in enumerate(quote) if index == 0 or quote[index - 1] != word]
    whole = [flat[index][1] for index in once if flat[index][0] == piece]
    if not quote or not whole or (len(quote_once) < MIN_WORDS and whole != quote_once):
        return None
    for searched, indexes in ((quote, list(range(len(flat)))), (quote_once, once)):
        for start in range(len(indexes) - len(searched) + 1):
            run = [flat[index] for index in indexes[start : start + len(searched)]]
            if [word for _, word in run] == searched and any(place == piece for place, _ in run):
                return indexes[start], indexes[start + len(searched) - 1] + 1
    return None


def _drop_repetitions(words: list[str]) -> list[str]:
    return [word for index, word in enumerate(words) if index == 0 or words[index - 1] != word]


FEW_WORDS = st.lists(st.sampled_from(["ab", "b", "aab"]), max_size=8)


@given(st.lists(FEW_WORDS, min_size=1, max_size=4), FEW_WORDS, st.data())
def test_quote_search_agrees_with_comparing_at_every_word(pieces: list[list[str]], quote: list[str], data: st.DataObject) -> None:
    piece = data.draw(st.integers(0, len(pieces) - 1))
    turns = [candidate_turn(place + 1, " ".join(words)) for place, words in enumerate(pieces)]
    expected = search_by_comparison(pieces, quote, piece)
    transcript = SearchableTranscript(turns, WORDING)
    evidence = transcript.find_quotes([Quote(turn=piece + 1, text=" ".join(quote))]).evidence
    if expected is None:
        assert evidence == []
    else:
        flat = [word for words in pieces for word in words]
        found = " ".join(it.quote for it in evidence).split()
        before = sum(len(words) for words in pieces[: evidence[0].seq - 1])
        assert before + turns[evidence[0].seq - 1].text[: evidence[0].start].count(" ") == expected[0]
        # a repetition across two turns is in neither quote
        assert _drop_repetitions(found) == _drop_repetitions(flat[expected[0] : expected[1]])


@pytest.mark.parametrize("quote", ["one two three four five", "again " * 40 + "never", "never " + "again " * 40])
def test_quote_search_does_not_take_a_step_per_word_of_the_transcript(quote: str) -> None:
    def work(count: int) -> int:
        transcript = SearchableTranscript([candidate_turn(1, "again " * count + "one two three four five")], WORDING)
        quotes = [Quote(turn=1, text=quote)]
        return count_steps(lambda: transcript.find_quotes(quotes))

    # the tolerance is for the bisection of the position
    assert work(20_000) < 1.02 * work(1000)


@pytest.mark.parametrize("piece", ["um you know the the ", "I I um uh ", "you you ", "five million ", "0.9 % no no ", "don't. "])
def test_fillers_repetitions_and_numbers_take_linear_work(piece: str) -> None:
    def work(count: int) -> int:
        turns = [candidate_turn(1, piece * count + "I wrote the front end alone.")]
        quotes = [Quote(turn=1, text=piece * count + "never"), Quote(turn=1, text="wrote the uh front end alone")]
        return count_steps(lambda: SearchableTranscript(turns, WORDING).find_quotes(quotes))

    assert work(400) < 2.08 * work(200)


def test_quote_that_is_not_found_without_fillers_takes_no_step_per_word_of_the_transcript() -> None:
    def work(count: int) -> int:
        text = "the cache um again " * count
        transcript = SearchableTranscript([candidate_turn(1, text)], WORDING)
        quotes = [Quote(turn=1, text="the cache uh again the uh cache never again")]
        return count_steps(lambda: transcript.find_quotes(quotes))

    assert work(10_000) < 1.1 * work(200)


def test_indexing_a_transcript_takes_linear_work() -> None:
    def work(count: int) -> int:
        turns = []
        for place in range(count):
            turns += [
                interviewer_turn(2 * place + 1, "And then?", 2 * place),
                candidate_turn(2 * place + 2, "I looked again. " * 3),
            ]
        return count_steps(lambda: SearchableTranscript(turns, WORDING))

    assert work(400) < 2.04 * work(200)
