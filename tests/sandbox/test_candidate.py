"""The answers of the simulated candidate to questions that it reads or hears."""

from pathlib import Path

import pytest

from sandbox.candidate import NOTHING_TO_ADD, OWN_QUESTION, REPEAT_REQUEST, SimulatedCandidate, load_answers, load_questions

ROOT = Path(__file__).parents[2]


@pytest.fixture
def candidate() -> SimulatedCandidate:
    prepared = load_answers(ROOT / "sandbox" / "answers" / "software_engineer.yaml")
    return SimulatedCandidate(prepared, load_questions(ROOT / "positions" / "software_engineer.yaml"))


def test_every_question_of_the_position_has_an_answer(candidate: SimulatedCandidate) -> None:
    assert candidate.questions.keys() <= candidate.prepared.answers.keys()


def test_question_is_recognized_in_spoken_words_and_a_probe_belongs_to_it(candidate: SimulatedCandidate) -> None:
    question, answer = candidate.questions["recent_work"], candidate.prepared.answers["recent_work"]
    assert candidate.answer_spoken(f"Thank you, that is clear. {question.upper()}") == answer
    assert candidate.answer_spoken("And how would you have gone back?") == candidate.prepared.more["recent_work"]


def test_candidate_asks_a_question_of_its_own_then_answers_and_has_nothing_to_add(candidate: SimulatedCandidate) -> None:
    question = candidate.questions["risky_change"]
    assert candidate.answer_spoken(question) == OWN_QUESTION
    assert (
        candidate.answer_spoken(f"I've noted it. Now back to my question. {question}")
        == candidate.prepared.answers["risky_change"]
    )
    assert candidate.answer_spoken("Is there anything you'd like to add, or to ask?") == NOTHING_TO_ADD


def test_greeting_and_closing_need_no_answer(candidate: SimulatedCandidate) -> None:
    assert candidate.answer_spoken("Hello Maya, I'm Viva, an AI interviewer.") is None
    assert candidate.answer_spoken("Thank you for your time. Goodbye.") is None


def test_candidate_answers_after_a_repeat_request_and_repeats_the_answer_when_asked_again(candidate: SimulatedCandidate) -> None:
    question = candidate.questions["two_ways"]
    assert candidate.answer_spoken(question) == REPEAT_REQUEST
    answer = candidate.prepared.answers["two_ways"]
    assert candidate.answer_spoken(f"Of course. {question}") == answer
    assert candidate.answer_spoken(f"I'm sorry, I didn't catch that. Here's the question again. {question}") == answer
