"""What candidates ask about the job: recognition by code, and the facts with which the interviewer answers."""

from pathlib import Path

import pytest
import yaml

from agent.job_questions import MAX_QUESTION_WORDS, Theme
from models.documents.interview import EndReason
from models.documents.position import Fact, Question
from models.documents.turn import Move
from tests.agent.talks import ENGLISH, PHRASEBOOK, QUESTIONS, Talk, make_greeted_talk
from tests.factories import position_body

PHRASINGS = yaml.safe_load((Path(__file__).parent / "job_question_phrasings.yaml").read_text("utf-8"))
REMOTE = Fact(question="Can I work remotely?", answer="Yes, up to three days a week.")
PAY = Fact(question="What does the job pay?", answer="Between 60 and 70 thousand a year.")
PARKING = Fact(question="Is parking free?", answer="There is a garage.")
FACTS = [REMOTE, PAY, PARKING]

each_language = pytest.mark.parametrize("language", PHRASINGS)


@each_language
def test_question_about_the_job_is_recognized_with_its_theme(language: str) -> None:
    recognizer = PHRASEBOOK.get(language).job_questions
    for theme, texts in PHRASINGS[language]["questions"].items():
        for text in texts:
            assert recognizer.is_question(text), text
            assert Theme(theme) in recognizer.find_themes(text), text


@each_language
def test_other_text_is_no_question_about_the_job(language: str) -> None:
    recognizer = PHRASEBOOK.get(language).job_questions
    for text in PHRASINGS[language]["not_questions"]:
        assert not recognizer.is_question(text), text


@each_language
def test_question_after_an_answer_is_left_to_the_model(language: str) -> None:
    recognizer = PHRASEBOOK.get(language).job_questions
    answer = "Kafka, Postgres, Redis, Rust, Python, Go, Java, Linux, Docker, Terraform."
    for texts in PHRASINGS[language]["questions"].values():
        assert not recognizer.is_question(f"{answer} {texts[0]}")
        assert not recognizer.is_question(f"{texts[0]} " * MAX_QUESTION_WORDS)


def make_talk(*facts: Fact, questions: int = 3) -> Talk:
    body = position_body(facts=list(facts))
    return make_greeted_talk(position=position_body(facts=list(facts), questions=body.questions[:questions]))


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("Is this remote?", REMOTE.answer),
        ("Is this remote, and what is the pay band?", f"{REMOTE.answer} {PAY.answer}"),
        ("Is this remote, and how big is the team?", f"{REMOTE.answer} {ENGLISH.noted_rest}"),
        ("How big is the team?", ENGLISH.noted_question),
    ],
)
def test_code_answers_with_facts_and_asks_the_open_question_again(text: str, opening: str) -> None:
    talk = make_talk(*FACTS)
    talk.say(text)
    assert talk.plan.allowed_moves == (Move.ANSWER,)
    assert talk.plan.fallback_text() == f"{opening} {ENGLISH.back_to_question} {QUESTIONS[0]}"


def test_model_chooses_only_among_facts_that_code_does_not_find() -> None:
    talk = make_talk(*FACTS)
    talk.say("Is this remote?")
    assert talk.plan.code_move is Move.ANSWER
    talk = make_talk(*FACTS)
    talk.say("How big is the team?")
    assert talk.plan.code_move is None


def test_question_of_the_candidate_uses_no_exchange_and_no_try() -> None:
    talk = make_talk()
    for _ in range(5):
        talk.say("What is the salary?")
        talk.store_move(talk.plan.fallback_move)
    assert (talk.plan.questions_asked, talk.plan.exchanges, set(talk.plan.moves_used.values())) == (1, 0, {0})
    talk.say("I like to grow things, and I want to learn more about roses.")
    assert Move.NEXT in talk.plan.allowed_moves


# --- anything else


def make_talk_after_the_last_question(*facts: Fact) -> Talk:
    question = Question(key="why", text="Why roses?", max_probes=0)
    talk = make_greeted_talk(position=position_body(questions=[question], facts=list(facts)))
    talk.answer_and_reply(Move.ANYTHING_ELSE)
    return talk


def test_candidate_is_asked_once_before_the_closing_and_it_is_no_question_of_the_position() -> None:
    talk = make_talk_after_the_last_question()
    assert talk.interviewer_turns[-1].text == ENGLISH.anything_else
    assert (talk.plan.progress.question, talk.plan.progress.question_key, talk.plan.exchanges) == (1, None, 1)
    talk.say("No, thank you.")
    assert talk.plan.allowed_moves == (Move.CLOSE,)
    assert talk.plan.progress_after(Move.CLOSE).exchanges == 1
    assert talk.plan.end_reason is EndReason.WRAPPED_UP


def test_addition_after_the_last_question_ends_the_interview_and_so_does_a_stop() -> None:
    for text in ("I also know a lot about tulips.", "Let's stop here.", "I don't know."):
        talk = make_talk_after_the_last_question()
        talk.say(text)
        assert (talk.plan.allowed_moves, talk.plan.end_reason) == ((Move.CLOSE,), EndReason.WRAPPED_UP), text


def test_yes_lets_the_candidate_go_on_once() -> None:
    talk = make_talk_after_the_last_question()
    talk.answer_and_reply(Move.WAIT, "Yes.")
    talk.say("Yes.")
    assert talk.plan.allowed_moves == (Move.CLOSE,)


def test_questions_at_the_end_are_answered_a_few_times() -> None:
    talk = make_talk_after_the_last_question(PAY)
    for _ in range(3):
        talk.say("What is the salary?")
        assert talk.plan.fallback_text() == f"{PAY.answer} {ENGLISH.anything_else_again}"
        talk.store_move(Move.ANSWER)
    talk.say("What is the salary?")
    assert talk.plan.allowed_moves == (Move.CLOSE,)


def test_any_question_at_the_end_is_noted_when_claude_does_not_answer() -> None:
    talk = make_talk_after_the_last_question()
    talk.say("Could I send you my portfolio?")
    assert talk.plan.fallback_text() == f"{ENGLISH.noted_question} {ENGLISH.anything_else_again}"


def test_repetition_at_the_end_repeats_the_last_question() -> None:
    talk = make_talk_after_the_last_question()
    talk.say("Could you repeat that?")
    assert talk.plan.fallback_text().endswith(ENGLISH.anything_else_again)


def test_silence_at_the_end_is_a_wrapped_up_interview() -> None:
    talk = make_talk_after_the_last_question()
    talk.advance_clock(minutes=5)
    assert talk.plan.timeout_move == (Move.CLOSE, EndReason.WRAPPED_UP)


def test_time_that_runs_out_at_the_end_is_a_wrapped_up_interview() -> None:
    talk = make_talk_after_the_last_question()
    talk.advance_clock(minutes=31)
    talk.say("I also know tulips.")
    assert (talk.plan.allowed_moves, talk.plan.end_reason) == ((Move.CLOSE,), EndReason.WRAPPED_UP)


# --- readiness


@pytest.mark.parametrize("text", ["Yes, I'm ready.", "Hello, nice to meet you.", "Let's start."])
def test_readiness_is_no_answer_to_the_first_question(text: str) -> None:
    talk = make_talk()
    talk.say(text)
    assert (talk.plan.code_move, talk.plan.progress_after(Move.REPEAT).exchanges) == (Move.REPEAT, 0)
    talk.store_move(Move.REPEAT)
    talk.answer_and_reply(Move.NEXT, "I like to grow things, and I want to learn more about roses.")
    talk.say(text)
    assert talk.plan.code_move is None
