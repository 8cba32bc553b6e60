import pytest

from agent.intents import Intent
from agent.phrases import LANGUAGES
from agent.plan import MAX_TRIES_PER_QUESTION, THIN_ANSWER_WORDS
from models.documents.interview import EndReason, InterviewStatus, Progress, RequestKind, is_partial_interview
from models.documents.turn import Move
from tests.agent.talks import ANSWER, ENGLISH, QUESTIONS, Talk, make_greeted_talk, make_talk_with_probes
from tests.helpers import count_steps

REPEATABLE_MOVES = (Move.REPEAT, Move.CLARIFY, Move.WAIT)


# --- before the first answer


def test_new_interview_is_not_greeted_and_has_no_open_question() -> None:
    plan = Talk().plan
    assert not plan.has_greeted
    assert plan.open_question is None
    assert plan.scripted_text(Move.NEXT) == "What draws you to this work?"


def test_greeting_asks_the_first_question_and_is_not_an_exchange() -> None:
    plan = make_greeted_talk().plan
    assert plan.has_greeted
    assert plan.open_question is not None
    assert (plan.questions_asked, plan.open_question.key, plan.exchanges) == (1, "motivation", 0)


def test_time_limits_start_when_the_candidate_first_speaks() -> None:
    talk = make_greeted_talk()
    talk.advance_clock(days=3)
    assert talk.plan.timeout_move is None
    assert talk.plan.due_after(talk.now) is None
    assert talk.plan.time_left == talk.limit


# --- contributions


def test_several_turns_of_an_answer_are_one_contribution_and_one_exchange() -> None:
    talk = make_greeted_talk()
    talk.say("First,", "I like puzzles.", "And people.")
    assert talk.plan.contribution == "First,\nI like puzzles.\nAnd people."
    assert talk.plan.reply_to_seq == 5
    talk.store_move(Move.NEXT)
    assert (talk.plan.questions_asked, talk.plan.exchanges, talk.plan.contribution) == (2, 1, "")


def test_message_stored_while_a_reply_is_composed_is_a_contribution_of_its_own() -> None:
    talk = make_greeted_talk()
    talk.say("First.")
    composed = talk.plan
    talk.say("Second.")
    talk.store_move(Move.PROBE, composed)
    assert talk.plan.contribution == "Second."
    assert talk.plan.reply_to_seq == 4


def test_message_stored_before_a_question_does_not_answer_it() -> None:
    talk = make_greeted_talk()
    talk.say("First.")
    composed = talk.plan
    talk.say("Second.")
    talk.store_move(Move.NEXT, composed)
    assert talk.plan.unheard_move is Move.NEXT
    assert talk.plan.allowed_moves == (Move.REPEAT, Move.WAIT)
    assert talk.plan.fallback_move is Move.REPEAT
    assert talk.plan.fallback_text() == f"{ENGLISH.question_again} Tell me about the last incident that you handled."


def test_message_before_the_greeting_does_not_answer_the_first_question() -> None:
    talk = Talk()
    composed = talk.plan
    talk.say("Hello?")
    talk.greet(composed)
    assert Move.NEXT not in talk.plan.allowed_moves
    talk.store_move(talk.plan.fallback_move)
    assert talk.plan.questions_asked == 1
    assert talk.plan.moves_used[Move.REPEAT] == 0, "the candidate did not request it"


def test_greeting_that_answers_a_message_is_not_an_exchange() -> None:
    talk = Talk()
    talk.say("Hello?")
    assert talk.plan.progress_after(Move.NEXT) == Progress(question=1, question_key="motivation", exchanges=0)
    talk.greet()
    assert (talk.plan.contribution, talk.plan.exchanges) == ("", 0)


def test_message_stored_after_the_question_answers_it() -> None:
    talk = make_greeted_talk()
    talk.say("First.")
    composed = talk.plan
    talk.say("Second.")
    talk.store_move(Move.NEXT, composed)
    talk.say(ANSWER)
    assert talk.plan.unheard_move is None
    assert Move.NEXT in talk.plan.allowed_moves


def test_message_stored_before_a_probe_answers_the_open_question() -> None:
    talk = make_greeted_talk()
    talk.say("First.")
    composed = talk.plan
    talk.say("Second.")
    talk.store_move(Move.PROBE, composed)
    assert Move.NEXT in talk.plan.allowed_moves


# --- exchanges


def test_no_question_is_probed_when_exchanges_equal_questions() -> None:
    talk = make_talk_with_probes(5, 5, 5)
    for _ in range(2):
        talk.say(ANSWER)
        assert Move.PROBE not in talk.plan.allowed_moves
        talk.store_move(Move.NEXT)
    talk.say(ANSWER)
    assert talk.plan.questions_asked == 3
    assert Move.PROBE not in talk.plan.allowed_moves
    assert talk.plan.end_reason is EndReason.WRAPPED_UP


def test_second_probe_leaves_one_for_each_later_question_that_may_be_probed() -> None:
    talk = make_talk_with_probes(5, 5, 0, 5, wrap_up=8)
    for probes in (2, 1, 0, 1):
        for _ in range(probes):
            talk.answer_and_reply(Move.PROBE)
        talk.say(ANSWER)
        assert Move.PROBE not in talk.plan.allowed_moves
        talk.store_move(talk.plan.fallback_move)
    assert talk.plan.is_wrapping_up


def test_last_question_may_be_probed_until_no_exchange_is_left() -> None:
    talk = make_talk_with_probes(5, wrap_up=3)
    talk.answer_and_reply(Move.PROBE)
    talk.answer_and_reply(Move.PROBE)
    talk.say(ANSWER)
    assert Move.PROBE not in talk.plan.allowed_moves
    assert talk.plan.fallback_move is Move.ANYTHING_ELSE


def test_probes_are_limited_by_the_positions_max_probes() -> None:
    talk = make_talk_with_probes(2, 0, wrap_up=20)
    talk.answer_and_reply(Move.PROBE)
    talk.answer_and_reply(Move.PROBE)
    talk.say(ANSWER)
    assert Move.PROBE not in talk.plan.allowed_moves
    talk.store_move(Move.NEXT)
    talk.say(ANSWER)
    assert Move.PROBE not in talk.plan.allowed_moves


@pytest.mark.parametrize("move", REPEATABLE_MOVES)
def test_requests_are_limited_per_question_and_are_not_exchanges(move: Move) -> None:
    talk = make_greeted_talk()
    for _ in range(MAX_TRIES_PER_QUESTION):
        talk.answer_and_reply(move)
    talk.say("Something unusual that code does not recognize.")
    assert move not in talk.plan.allowed_moves
    assert talk.plan.exchanges == 0
    talk.store_move(Move.NEXT)
    talk.say("Something unusual.")
    assert move in talk.plan.allowed_moves


def test_requests_never_take_the_place_of_a_core_question() -> None:
    talk = make_greeted_talk()
    for asked in (1, 2, 3):
        assert talk.plan.questions_asked == asked
        for move in REPEATABLE_MOVES * MAX_TRIES_PER_QUESTION:
            talk.answer_and_reply(move)
            talk.answer_and_reply(Move.STOP, "I want to stop.")
        talk.say(ANSWER)
        talk.store_move(talk.plan.fallback_move)
    assert talk.interviewer_turns[-1].move is Move.ANYTHING_ELSE


def test_repetition_that_was_not_requested_uses_up_no_try() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.REPEAT)
    talk.store_move(Move.REPEAT)
    assert talk.plan.moves_used[Move.REPEAT] == 1


def test_exhausted_request_is_answered_with_the_next_question() -> None:
    talk = make_greeted_talk()
    talk.say(f"That was hard to hear for me. {ANSWER}")
    words = talk.plan.fallback_text(Move.REPEAT)
    assert words == f"{ENGLISH.move_on} Tell me about the last incident that you handled."
    assert talk.plan.fallback_text() == "Tell me about the last incident that you handled."
    assert talk.plan.fallback_text(Move.CLOSE) == talk.plan.fallback_text()


def test_exhausted_request_at_the_last_question_is_answered_with_anything_else() -> None:
    talk = make_talk_with_probes(0)
    talk.say("That was hard to hear for me.")
    assert talk.plan.fallback_text(Move.REPEAT) == ENGLISH.anything_else


def test_interview_with_fewer_exchanges_than_questions_ends_with_a_reason() -> None:
    talk = make_talk_with_probes(0, 0, 0, wrap_up=2)
    talk.answer_and_reply(Move.NEXT)
    talk.answer_and_reply(Move.ANYTHING_ELSE)
    talk.say("No, thank you.")
    assert talk.plan.allowed_moves == (Move.CLOSE,)
    assert talk.plan.end_reason is EndReason.OUT_OF_EXCHANGES


# --- requests that code recognizes, and messages without content


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("I want to stop the interview now", Move.STOP),
        ("I withdraw my consent.", Move.WITHDRAW),
        ("Repeat the question, please.", Move.REPEAT),
        ("One moment, please", Move.WAIT),
        ("Can I talk to a human?", Move.ALTERNATIVE),
        ("Are you an AI?", Move.REPEAT),
        ("I need captions.", Move.REPEAT),
        ("I can't hear you.", Move.REPEAT),
    ],
)
def test_recognized_request_is_answered_by_code(text: str, move: Move) -> None:
    talk = make_greeted_talk()
    talk.say(text)
    assert (talk.plan.allowed_moves, talk.plan.code_move) == ((move,), move)
    assert talk.plan.open_question is not None
    assert (talk.plan.open_question.text in talk.plan.fallback_text()) == (move is Move.REPEAT)


def test_request_over_the_greeting_is_answered_before_the_first_question() -> None:
    talk = Talk()
    talk.greet_without_question()
    talk.say("I need captions.")
    answer = f"{ENGLISH.accommodation} {ENGLISH.accommodations[RequestKind.CAPTIONS]}"
    assert talk.plan.scripted_text(Move.NEXT) == f"{answer} What draws you to this work?"
    assert (talk.plan.requested_accommodations, talk.plan.unjudged_seqs) == ((RequestKind.CAPTIONS,), (2,))


def test_answer_to_a_request_about_ai_precedes_the_question() -> None:
    talk = make_greeted_talk()
    talk.say("Are you a robot?")
    assert talk.plan.fallback_text() == f"{ENGLISH.request_answers[Intent.ARE_YOU_AI]} What draws you to this work?"


def test_claude_explains_a_question_twice_and_then_code_offers_to_move_on() -> None:
    talk = make_greeted_talk()
    for _ in range(MAX_TRIES_PER_QUESTION):
        talk.say("What do you mean by that?")
        assert (talk.plan.allowed_moves, talk.plan.code_move) == ((Move.CLARIFY,), None)
        assert talk.plan.fallback_text() == f"{ENGLISH.explain} What draws you to this work?"
        talk.store_move(Move.CLARIFY)
    talk.say("What do you mean by that?")
    assert talk.plan.code_move is Move.CLARIFY
    assert talk.plan.fallback_text() == f"{ENGLISH.offer_to_come_back} What draws you to this work?"
    talk.store_move(Move.CLARIFY)
    talk.say("Next question.")
    assert talk.plan.fallback_move is Move.NEXT


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Yes, I'm ready."),
        ("en", "Hello, it's nice to meet you."),
        ("de", "Hallo, schön Sie kennenzulernen."),
        ("es", "Hola, encantada de conocerla."),
        ("fr", "Bonjour, ravi de faire votre connaissance."),
    ],
)
def test_greeting_before_the_first_answer_is_not_judged(language: str, words: str) -> None:
    talk = make_greeted_talk(language=language)
    talk.say(words)
    assert (talk.plan.code_move, talk.plan.unjudged_seqs) == (Move.REPEAT, (3,))
    assert talk.plan.fallback_text() == f"{talk.plan.phrases.request_answers[Intent.READY]} {QUESTIONS[0]}"
    talk.store_move(Move.REPEAT)
    talk.answer_and_reply(Move.NEXT)
    talk.say(words)
    assert talk.plan.unjudged_seqs == (), "a greeting after the first answer is part of an answer"


# --- questions that are left open


def ask_for_explanations(talk: Talk) -> str:
    """Ask for explanations until code offers to move on, and return the offer."""
    for _ in range(MAX_TRIES_PER_QUESTION + 1):
        talk.say("What do you mean?")
        offer = talk.store_reply(talk.plan.fallback_move, talk.plan.fallback_text(), talk.plan)
    return offer.text


SKIPS = {"en": "Next question, please.", "de": "Nächste Frage, bitte.", "es": "Siguiente pregunta.", "fr": "Question suivante."}


@pytest.mark.parametrize(("language", "skip"), SKIPS.items())
def test_skipped_question_is_asked_once_more_after_the_last_one(language: str, skip: str) -> None:
    talk = make_greeted_talk(language=language)
    phrases = talk.plan.phrases
    assert talk.answer_and_reply(Move.NEXT, skip).question_key == "incident"
    assert talk.plan.exchanges == 0
    talk.answer_and_reply(Move.NEXT)
    talk.say(ANSWER)
    assert Move.ANYTHING_ELSE not in talk.plan.allowed_moves
    assert not talk.plan.progress_after(talk.plan.fallback_move).has_all_answers
    again = talk.store_move(talk.plan.fallback_move)
    assert (again.move, again.question_key) == (Move.NEXT, "motivation")
    assert again.text == f"{phrases.come_back} {QUESTIONS[0]}"
    assert talk.plan.progress == Progress(question=3, question_key="motivation", exchanges=2)
    talk.say(skip)
    assert talk.plan.allowed_moves == (Move.ANYTHING_ELSE,)
    talk.store_move(Move.ANYTHING_ELSE)
    assert talk.plan.progress.has_all_answers


@pytest.mark.parametrize("words", ["Yes.", "Okay, let's go on.", "No.", "Can we come back to it later?"])
def test_offer_to_move_on_is_accepted_in_plain_words(words: str) -> None:
    talk = make_greeted_talk()
    ask_for_explanations(talk)
    talk.say(words)
    assert (talk.plan.allowed_moves, talk.plan.leaves_open) == ((Move.NEXT,), True)


def test_plain_yes_skips_nothing_once_the_offer_is_over() -> None:
    talk = make_greeted_talk()
    ask_for_explanations(talk)
    talk.answer_and_reply(Move.REPEAT, "Could you repeat the question?")
    talk.say("Yes.")
    assert Move.NEXT not in talk.plan.allowed_moves


def test_question_that_was_asked_once_more_can_be_repeated_explained_and_probed() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.NEXT, "Skip it.")
    talk.answer_and_reply(Move.NEXT)
    talk.answer_and_reply(Move.NEXT)
    assert ask_for_explanations(talk) == f"{ENGLISH.offer_to_move_on} {QUESTIONS[0]}"
    assert talk.plan.repeat_question(ENGLISH.nudge) == f"{ENGLISH.nudge} {QUESTIONS[0]}"
    talk.say("I like puzzles.")
    assert talk.plan.fallback_text() == ENGLISH.follow_ups[0]
    assert talk.store_move(talk.plan.fallback_move).question_key == "motivation"


def test_several_questions_that_were_left_open_are_asked_in_order() -> None:
    talk = make_talk_with_probes(1, 1, 1, wrap_up=3)
    talk.answer_and_reply(Move.NEXT, "Skip it.")
    talk.answer_and_reply(Move.NEXT, "Let's come back to this later.")
    again = [talk.answer_and_reply(Move.NEXT).question_key for _ in range(2)]
    assert again == ["question_1", "question_2"]
    talk.answer_and_reply(Move.ANYTHING_ELSE)


@pytest.mark.parametrize("question", [1, 2])
def test_question_is_not_left_open_after_a_probe_or_when_no_other_follows(question: int) -> None:
    talk = make_talk_with_probes(1, 0, wrap_up=5)
    if question == 1:
        talk.answer_and_reply(Move.PROBE)
    else:
        talk.answer_and_reply(Move.NEXT)
    assert ask_for_explanations(talk).startswith(ENGLISH.offer_to_move_on)
    talk.say("Next question.")
    assert not talk.plan.leaves_open
    talk.store_move(talk.plan.fallback_move)
    assert talk.plan.left_open == ()


def test_question_that_was_left_open_is_not_asked_in_the_time_of_the_closing() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.NEXT, "Skip it.")
    talk.answer_and_reply(Move.NEXT)
    talk.advance_clock(minutes=29)
    talk.say(ANSWER)
    assert (talk.plan.allowed_moves, talk.plan.end_reason) == ((Move.CLOSE,), EndReason.OUT_OF_TIME)
    assert not talk.plan.progress_after(Move.CLOSE).has_all_answers


def test_skip_from_before_a_question_does_not_skip_it() -> None:
    talk = make_greeted_talk()
    talk.say(ANSWER)
    composed = talk.plan
    talk.say("Next question, please.")
    talk.store_move(Move.NEXT, composed)
    assert (talk.plan.allowed_moves, talk.plan.leaves_open) == ((Move.REPEAT, Move.WAIT), False)


def test_not_knowing_is_accepted_after_one_probe() -> None:
    talk = make_talk_with_probes(5, 5, wrap_up=20)
    talk.say("I don't know.")
    assert talk.plan.allowed_moves == (Move.PROBE,)
    assert talk.plan.fallback_text() == ENGLISH.similar_experience[0]
    talk.store_move(Move.PROBE)
    talk.say("I really don't know.")
    assert talk.plan.allowed_moves == (Move.NEXT,)


def test_not_knowing_is_accepted_after_an_explanation() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.CLARIFY, "What do you mean by that?")
    talk.say("I don't know.")
    assert talk.plan.allowed_moves == (Move.NEXT,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_thin_answer_is_probed_once_by_a_question_that_is_the_same_for_everyone(language: str) -> None:
    talk = make_greeted_talk(language=language)
    follow_ups = talk.plan.phrases.follow_ups
    talk.say("Kafka, Linux, Python.")
    assert set(talk.plan.allowed_moves) == {Move.PROBE, *REPEATABLE_MOVES}
    assert (talk.plan.fallback_move, talk.plan.fallback_text()) == (Move.PROBE, follow_ups[0])
    talk.store_move(Move.PROBE)
    talk.say("Kafka, Linux, Python.")
    assert talk.plan.fallback_move is Move.NEXT
    talk.store_move(Move.NEXT)
    talk.say("Kafka, Linux, Python.")
    assert talk.plan.fallback_text() == follow_ups[1]


def test_answer_of_enough_words_is_not_thin() -> None:
    talk = make_greeted_talk()
    talk.say(*(f"word{number}" for number in range(1, THIN_ANSWER_WORDS)))
    assert Move.NEXT not in talk.plan.allowed_moves
    talk.say("another")
    assert talk.plan.fallback_move is Move.NEXT
    assert Move.PROBE in talk.plan.allowed_moves


def test_thin_answer_is_not_probed_where_the_position_or_the_exchanges_allow_no_probe() -> None:
    for talk in (make_talk_with_probes(0, 1, wrap_up=20), make_talk_with_probes(1, 1, wrap_up=2)):
        talk.say("I like puzzles.")
        assert talk.plan.fallback_move is Move.NEXT


def test_thin_answer_is_not_probed_when_the_time_is_needed_for_the_remaining_questions() -> None:
    talk = make_greeted_talk()
    talk.say(ANSWER)
    talk.advance_clock(minutes=24)
    talk.say("I like puzzles.")
    assert talk.plan.fallback_move is Move.NEXT


@pytest.mark.parametrize("text", ["Okay.", "Tulips?", "Hmm", "How come?", "Yes."])
def test_unclear_message_repeats_the_question_when_claude_does_not_answer(text: str) -> None:
    talk = make_greeted_talk()
    for _ in range(MAX_TRIES_PER_QUESTION):
        talk.say(text)
        assert talk.plan.code_move is None
        assert talk.plan.fallback_move is Move.REPEAT
        talk.store_move(Move.REPEAT)
    talk.say(text)
    assert talk.plan.fallback_move is Move.PROBE


def test_request_in_the_time_of_the_closing_does_not_prolong_the_interview() -> None:
    talk = make_greeted_talk()
    talk.say(ANSWER)
    talk.advance_clock(minutes=31)
    talk.say("Please repeat the question.")
    assert (talk.plan.allowed_moves, talk.plan.code_move) == ((Move.CLOSE,), None)


# --- progress


@pytest.mark.parametrize(
    ("move", "progress"),
    [
        (Move.NEXT, Progress(question=2, question_key="incident", exchanges=1)),
        (Move.PROBE, Progress(question=1, question_key="motivation", exchanges=1)),
        (Move.REPEAT, Progress(question=1, question_key="motivation", exchanges=0)),
        (Move.CLARIFY, Progress(question=1, question_key="motivation", exchanges=0)),
        (Move.WAIT, Progress(question=1, question_key="motivation", exchanges=0)),
        (Move.STOP, Progress(question=1, question_key="motivation", exchanges=0)),
        (Move.CLOSE, Progress(question=1, question_key=None, exchanges=1)),
    ],
)
def test_progress_after_each_move(move: Move, progress: Progress) -> None:
    talk = make_greeted_talk()
    talk.say(ANSWER)
    assert talk.plan.progress_after(move) == progress


def test_closing_that_confirms_a_stop_is_not_an_exchange() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.STOP, "I want to stop.")
    talk.say("Yes.")
    assert talk.plan.progress_after(Move.CLOSE).exchanges == 0


def test_moves_by_the_clock_are_not_exchanges() -> None:
    talk = make_greeted_talk()
    talk.answer_and_reply(Move.NEXT)
    talk.advance_clock(minutes=31)
    assert talk.plan.progress_after(Move.CLOSE).exchanges == 1
    assert talk.plan.progress_after(Move.NUDGE).exchanges == 1
    talk.store_move(Move.CLOSE, reason=EndReason.OUT_OF_TIME)
    assert talk.plan.exchanges == 1


def test_closing_that_answers_words_from_before_a_stop_is_an_exchange() -> None:
    talk = make_greeted_talk()
    talk.say("This is too much.")
    composed = talk.plan
    talk.say("It was the database.")
    talk.store_move(Move.STOP, composed)
    talk.advance_clock(minutes=31)
    assert talk.plan.allowed_moves == (Move.CLOSE,)
    assert talk.plan.progress_after(Move.CLOSE).exchanges == 1
    talk.store_move(Move.CLOSE)
    assert talk.plan.exchanges == 1


@pytest.mark.parametrize("reason", [EndReason.OUT_OF_TIME, EndReason.CANDIDATE_LEFT])
def test_closing_by_the_clock_states_its_reason(reason: EndReason) -> None:
    assert make_greeted_talk().plan.scripted_text(Move.CLOSE, reason) == ENGLISH.closings[reason]


def test_interview_is_partial_until_the_last_question_is_answered() -> None:
    talk = make_greeted_talk()
    while talk.plan.next_question:
        talk.answer_and_reply(Move.NEXT)
    unanswered = talk.plan.progress_after(Move.CLOSE)
    assert is_partial_interview(InterviewStatus.COMPLETED, EndReason.CANDIDATE_LEFT, unanswered)
    assert not is_partial_interview(InterviewStatus.IN_PROGRESS, None, unanswered)
    assert not is_partial_interview(InterviewStatus.COMPLETED, EndReason.WRAPPED_UP, unanswered), "stored before this field"
    talk.say(ANSWER)
    assert talk.plan.progress_after(Move.CLOSE).has_all_answers
    talk.store_move(Move.ANYTHING_ELSE)
    answered = talk.plan.progress
    assert not is_partial_interview(InterviewStatus.COMPLETED, EndReason.CANDIDATE_LEFT, answered)


@pytest.mark.parametrize("words", ["Can I do it from abroad?", "Which one?", "Hm, for you or for me?"])
def test_short_question_of_the_candidate_does_not_use_up_the_question_before_it_was_repeated(words: str) -> None:
    talk = make_greeted_talk()
    talk.say(words)
    assert {Move.NEXT, Move.PROBE, Move.STOP}.isdisjoint(talk.plan.allowed_moves)
    assert talk.plan.fallback_move is Move.REPEAT
    talk.store_move(Move.REPEAT)
    assert talk.plan.exchanges == 0
    talk.say(words)
    assert Move.PROBE in talk.plan.allowed_moves


@pytest.mark.parametrize("message", [" ".join([ANSWER] * 220), "a? " * 6_600, "I. " * 6_600, "a" * 20_000, '"' * 20_000])
def test_work_on_a_contribution_is_bounded_by_that_on_one_message(message: str) -> None:
    """All messages of an interview together may have 400,000 characters, and its replies share an event loop with others."""

    def count_steps_of(messages: int) -> int:
        talk = make_greeted_talk()
        # equal messages would be examined once
        talk.say(*(f"{number} {message}"[:20_000] for number in range(messages)))
        plan = talk.plan
        return count_steps(lambda: (plan.allowed_moves, plan.code_move, plan.matched_facts))

    assert count_steps_of(20) < 1.5 * count_steps_of(1)
