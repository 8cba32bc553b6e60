"""What the interviewer may and may not say, by language: the sentences are in spoken_sentences.yaml."""

import time
from pathlib import Path

import pytest
import structlog
import yaml

from agent.output_filter import OutputFilter, ReplyContext
from agent.phrases import LANGUAGES
from agent.speech_rules import SpeechFault, collect_short_notes, find_form_fault, load_speech_rules
from models.documents.position import Question
from models.documents.turn import Move
from models.wording.language_identification import LanguageRanker, load_language_ranker
from tests.factories import position_body

GOOD = "GOOD"
SENTENCES = yaml.safe_load((Path(__file__).parent / "spoken_sentences.yaml").read_text("utf-8"))
RANKER = load_language_ranker()
RULES = load_speech_rules(LANGUAGES, RANKER)
each_kind = pytest.mark.parametrize(
    ("language", "kind"), [(language, kind) for language in SENTENCES for kind in SENTENCES[language]]
)
each_language = pytest.mark.parametrize("language", SENTENCES)


def filter_sentence(language: str, text: str, *, move: Move | None = None, **context: object) -> str:
    move = move or (Move.PROBE if "?" in text else Move.CLARIFY)
    output_filter = OutputFilter(move, frozenset(), ReplyContext(RULES[language], **context))  # type: ignore[arg-type]
    return "".join([*output_filter.feed(text), *output_filter.flush()])


def test_tables_have_enough_sentences_of_each_kind() -> None:
    for language, kinds in SENTENCES.items():
        assert len(kinds[GOOD]) >= (60 if language == "en" else 15)
        assert all(len(set(texts)) >= 8 for texts in kinds.values())


@each_kind
def test_good_sentences_are_released_unchanged_and_others_are_not(language: str, kind: str) -> None:
    for text in SENTENCES[language][kind]:
        assert filter_sentence(language, text) == (text if kind == GOOD else "")


@each_language
def test_each_fault_is_found_by_its_own_rule(language: str) -> None:
    """Otherwise a sentence could be rejected for another reason than the one that is tested."""
    for kind, texts in SENTENCES[language].items():
        for text in texts if kind != GOOD else ():
            assert (find_form_fault(text) or RULES[language].find_fault(text)) == SpeechFault(kind), text


# --- what the rules need to know of the interview


QUESTION = "Tell me about the last incident that you handled."
FOLLOW_UP = "What did you measure after that change?"


@pytest.mark.parametrize(
    "text",
    [
        FOLLOW_UP,
        "what did you measure, after that change?",
        "WHAT DID YOU MEASURE AFTER THAT CHANGE?!",
        "I see: what did you measure after that change?",
        "After that change, what did you measure?",
        "What did you me\u00adasure after that change?",
        "Tell me about the last incident that you handled?",
        "So tell me about the last incident that you handled.",
    ],
)
def test_question_that_was_asked_is_not_asked_again(text: str) -> None:
    assert filter_sentence("en", text, move=Move.PROBE, earlier_questions=[QUESTION, FOLLOW_UP]) == ""


@pytest.mark.parametrize(
    "text",
    ["What did you measure first?", "What did you change after that?", "Who saw the incident first?", "What did you learn?"],
)
def test_another_question_on_the_same_matter_is_asked(text: str) -> None:
    assert filter_sentence("en", text, move=Move.PROBE, earlier_questions=[QUESTION, FOLLOW_UP]) == text


def test_thanks_may_be_repeated_before_another_question() -> None:
    earlier = ["Thank you for that.", FOLLOW_UP]
    text = "Thank you for that. Who saw it?"
    assert filter_sentence("en", text, move=Move.PROBE, earlier_questions=earlier) == text


@pytest.mark.parametrize(
    ("note", "text"),
    [
        ("Names a rollback plan", "I would name a plan for the rollback."),
        ("Verifies with colleagues", "You could verify that with a colleague."),
        ("Bounded retries", "I mean retries that are bounded."),
        ("Bounded retries", "I mean the retries. They could be bounded."),
        ("Asks the customer first", "One could ask the customers first."),
        ("Cost and latency", "It is about latency, and about cost."),
        ("Writes a postmortem", "One might write a postmortem."),
        ("Tests before release", "One can test before each release."),
    ],
)
def test_short_private_note_is_recognized_by_its_content_words(note: str, text: str) -> None:
    rules = RULES["en"]
    notes = collect_short_notes(position_body(questions=[Question(key="one", text=QUESTION, listen_for=[note])]), [], rules)
    released = filter_sentence("en", text, move=Move.CLARIFY, short_notes=notes)
    assert not rules.find_content_words(note) <= rules.find_content_words(released)


def test_words_that_the_candidate_has_said_are_not_private() -> None:
    position = position_body(questions=[Question(key="one", text=QUESTION, listen_for=["Bounded retries"])])
    assert collect_short_notes(position, ["I used bounded retries."], RULES["en"]) == []


@pytest.mark.parametrize("move", [Move.NEXT, Move.REPEAT, Move.STOP, Move.CLOSE])
def test_request_beside_the_question_of_code_is_rejected(move: Move) -> None:
    assert filter_sentence("en", "Tell me more about that.", move=move) == ""


def test_sentence_that_is_repeated_within_a_reply_is_released_once() -> None:
    text = "Any example from your work will do. "
    assert filter_sentence("en", text * 3, move=Move.CLARIFY) == text.strip()


def test_second_request_of_a_probe_is_not_released() -> None:
    text = "Tell me what you measured. Tell me who saw it."
    assert filter_sentence("en", text, move=Move.PROBE) == "Tell me what you measured."


def measure_check(language: str, text: str) -> float:
    """Return the shortest CPU time of several checks, in seconds."""
    seconds = []
    for _ in range(5):
        started = time.process_time()
        find_form_fault(text)
        RULES[language].find_fault(text)
        seconds.append(time.process_time() - started)
    return min(seconds)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", ["so that I ", "a, ", "what did ", "your own ", "1 2 3 ", "!?"])
def test_check_of_a_sentence_takes_linear_time(language: str, part: str) -> None:
    # four times the text takes sixteen times as long if the work is quadratic
    assert measure_check(language, part * 400) < 10 * measure_check(language, part * 100)


@pytest.mark.parametrize("ranker", [RANKER, None])
@pytest.mark.parametrize(
    "text",
    [
        "Grazie della spiegazione, adesso passiamo alla prossima domanda insieme.",
        "Dziękuję bardzo, teraz przejdziemy razem kolejnego pytania dotyczącego pracy.",
        "Tack så mycket, nu fortsätter vi gemensamt till nästa fråga.",
    ],
)
def test_language_without_interviews_is_recognized(ranker: LanguageRanker | None, text: str) -> None:
    for rules in load_speech_rules(LANGUAGES, ranker).values():
        assert rules.find_fault(text) is SpeechFault.OTHER_LANGUAGE


def test_rejected_sentence_is_logged_by_its_reason_without_its_words() -> None:
    with structlog.testing.capture_logs() as logs:
        assert filter_sentence("en", "Do you have children?") == ""
    (entry,) = logs
    assert entry["reason"] == SpeechFault.PROTECTED_TOPIC
    assert "children" not in str(entry)
