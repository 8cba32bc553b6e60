"""Properties of whole interviews, for any moves of the model, messages of the candidate, and pauses."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agent.plan import MAX_TRIES_PER_QUESTION, MINUTES_PER_ANSWER, THIN_ANSWER_WORDS, InterviewPlan
from models.documents.interview import EndReason
from models.documents.position import PositionContent
from models.documents.turn import Move, Turn
from tests.agent.simulated_talks import (
    CANDIDATE_REQUESTS,
    MANY_EXAMPLES,
    ORDINARY_TEXTS,
    REQUEST_TEXTS,
    STEPS,
    STEPS_WITH_REQUESTS,
    UNHURRIED_STEPS,
    TalkStep,
    make_clock_move,
    simulate_talk,
)
from tests.agent.talks import ANSWER, ENGLISH, Talk, positions


def _is_over(talk: Talk) -> bool:
    return talk.interviewer_turns[-1].move is Move.CLOSE


def _core_questions(talk: Talk) -> list[Turn]:
    """Return the turns that ask a core question for the first time."""
    return [turn for turn in talk.interviewer_turns if turn.move is Move.NEXT][: len(talk.position.questions)]


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_interview_ends_whichever_moves_are_chosen(position: PositionContent, steps: list[TalkStep]) -> None:
    assert _is_over(simulate_talk(position, steps))


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_core_questions_are_asked_once_in_order_in_the_positions_words(position: PositionContent, steps: list[TalkStep]) -> None:
    asked = [(turn.question_key, turn.text) for turn in _core_questions(simulate_talk(position, steps))]
    assert asked == [(question.key, question.text) for question in position.questions][: len(asked)]


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_questions_left_open_are_asked_once_more_in_order_after_the_last_one(
    position: PositionContent, steps: list[TalkStep]
) -> None:
    plans: list[InterviewPlan] = []
    talk = simulate_talk(position, steps, lambda _talk, plan: plans.append(plan))
    questions = [turn for turn in talk.interviewer_turns if turn.move is Move.NEXT]
    again = [(turn.question_key, turn.text) for turn in questions[len(position.questions) :]]
    assert all(set(plan.left_open) <= set(range(plan.questions_asked)) for plan in plans)
    left_open = sorted(set().union(*(plan.left_open for plan in plans)))
    expected = [position.questions[index] for index in left_open]
    assert again == [(question.key, f"{ENGLISH.come_back} {question.text}") for question in expected][: len(again)]
    if any(turn.move is Move.ANYTHING_ELSE for turn in talk.interviewer_turns):
        assert len(again) == len(left_open)


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_exchanges_are_reserved_for_every_question_that_is_still_to_be_asked(
    position: PositionContent, steps: list[TalkStep]
) -> None:
    def check_plan(_talk: Talk, plan: InterviewPlan) -> None:
        questions_left = len(position.questions) - plan.questions_asked + len(plan.left_open)
        assert plan.exchanges + questions_left <= position.wrap_up_after_exchanges

    simulate_talk(position, steps, check_plan)


@MANY_EXAMPLES
@given(positions(), STEPS)
def test_thin_answer_is_never_passed_over_while_its_probe_is_allowed(position: PositionContent, steps: list[TalkStep]) -> None:
    def check_plan(_talk: Talk, plan: InterviewPlan) -> None:
        may_probe = Move.PROBE in plan.allowed_moves and not plan.moves_used[Move.PROBE]
        if may_probe and len(plan.contribution.split()) < THIN_ANSWER_WORDS:
            assert {Move.NEXT, Move.ANYTHING_ELSE, Move.CLOSE}.isdisjoint(plan.allowed_moves)

    simulate_talk(position, steps, check_plan)


@MANY_EXAMPLES
@given(positions(), UNHURRIED_STEPS)
def test_all_core_questions_are_asked_given_time_and_no_stop(position: PositionContent, steps: list[TalkStep]) -> None:
    talk = simulate_talk(position, steps, ends_early=False)
    assert len(_core_questions(talk)) == len(position.questions)
    assert talk.plan.exchanges <= position.wrap_up_after_exchanges


@MANY_EXAMPLES
@given(positions(), st.lists(st.integers(0, 300), min_size=1, max_size=40))
def test_probe_leaves_time_for_all_remaining_questions(position: PositionContent, seconds: list[int]) -> None:
    talk = Talk(position, limit=timedelta(minutes=position.limit_minutes))
    talk.greet()
    limits = talk.plan.limits
    share = (limits.total - limits.reserve) / len(position.questions)
    answer = min(timedelta(minutes=MINUTES_PER_ANSWER), share / 2)
    for pause in seconds:
        talk.advance_clock(seconds=pause)
        talk.say(ANSWER)
        if Move.PROBE in talk.plan.allowed_moves:
            talk.store_move(Move.PROBE)
            _answer_remaining_questions(talk, answer)
            return
        if Move.NEXT not in talk.plan.allowed_moves:
            return
        talk.store_move(Move.NEXT)


def _answer_remaining_questions(talk: Talk, answer: timedelta) -> None:
    """Assert that all questions are asked and answered before the closing is due, if each answer takes this time."""
    for _ in range(len(talk.position.questions) - talk.plan.questions_asked):
        talk.now += answer
        talk.say(ANSWER)
        assert Move.NEXT in talk.plan.allowed_moves, f"question {talk.plan.questions_asked + 1} is not asked"
        talk.store_move(Move.NEXT)
    talk.now += answer
    assert talk.plan.time_left >= talk.plan.limits.reserve


@MANY_EXAMPLES
@given(positions(), STEPS)
def test_every_move_except_next_is_limited_per_question(position: PositionContent, steps: list[TalkStep]) -> None:
    talk = simulate_talk(position, steps)
    made = Counter((turn.question_key, turn.move) for turn in talk.interviewer_turns)
    for question in position.questions:
        assert made[question.key, Move.PROBE] <= question.max_probes
        for move in CANDIDATE_REQUESTS:
            # One more is allowed for a message from before the question.
            assert made[question.key, move] <= MAX_TRIES_PER_QUESTION + 1


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_question_is_never_skipped_because_of_earlier_words(position: PositionContent, steps: list[TalkStep]) -> None:
    asked_at = 0
    for turn in simulate_talk(position, steps).interviewer_turns:
        if turn.move in (Move.NEXT, Move.PROBE) and asked_at:
            assert (turn.answers or 0) > asked_at, (
                f"turn {turn.seq} answers {turn.answers}, the question was asked in turn {asked_at}"
            )
        if turn.move in (Move.NEXT, Move.ANYTHING_ELSE):
            asked_at = turn.seq


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_heard_stop_is_never_repeated(position: PositionContent, steps: list[TalkStep]) -> None:
    others = [turn for turn in simulate_talk(position, steps).interviewer_turns if turn.move is not Move.NUDGE]
    for before, turn in pairwise(others):
        if before.move is turn.move is Move.STOP:
            assert (turn.answers or 0) < before.seq, f"turn {turn.seq} asks a second time"


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_early_close_needs_a_confirmation_found_by_code(position: PositionContent, steps: list[TalkStep]) -> None:
    def check_plan(_talk: Talk, plan: InterviewPlan) -> None:
        may_move_on = plan.next_question is not None and plan.time_left > plan.limits.reserve
        if Move.CLOSE in plan.allowed_moves and may_move_on and plan.exchanges + 1 < position.wrap_up_after_exchanges:
            assert plan.is_stop_pending
            assert set(plan.contribution.split("\n")) <= {"Yes.", "I want to stop here."}

    simulate_talk(position, steps, check_plan)


@MANY_EXAMPLES
@given(
    positions(),
    st.sampled_from(["Please repeat that.", "What do you mean?", "One moment.", "Are you an AI?"]),
    st.integers(1, 20),
)
def test_recognized_request_never_uses_up_the_question(position: PositionContent, request: str, times: int) -> None:
    talk = Talk(position, limit=timedelta(minutes=position.limit_minutes))
    talk.greet()
    for _ in range(times):
        talk.say(request)
        assert talk.plan.fallback_move in CANDIDATE_REQUESTS
        assert set(talk.plan.allowed_moves) <= set(CANDIDATE_REQUESTS)
        talk.store_move(talk.plan.fallback_move)
    assert (talk.plan.questions_asked, talk.plan.exchanges) == (1, 0)


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_end_reason_matches_how_the_interview_ended(position: PositionContent, steps: list[TalkStep]) -> None:
    plans: list[InterviewPlan] = []
    talk = simulate_talk(position, steps, lambda _talk, plan: plans.append(plan))
    *_, asked, closing = (turn for turn in talk.interviewer_turns if turn.move is not Move.NUDGE)
    if closing.answers == asked.answers:
        return  # closed by the clock, which gives its own reason
    said = set(plans[-1].contribution.split("\n"))
    if asked.move is Move.STOP and (closing.answers or 0) > asked.seq and said <= {"Yes.", "I want to stop here."}:
        expected = EndReason.CANDIDATE_ENDED
    elif plans[-1].is_wrapping_up:
        assert len(_core_questions(talk)) == len(position.questions)
        expected = EndReason.WRAPPED_UP
    else:
        assert plans[-1].time_left <= plans[-1].limits.reserve
        expected = EndReason.OUT_OF_TIME
    assert plans[-1].end_reason is expected


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_every_possible_reply_contains_at_most_one_question(position: PositionContent, steps: list[TalkStep]) -> None:
    def check_plan(_talk: Talk, plan: InterviewPlan) -> None:
        for move in (*plan.allowed_moves, Move.NUDGE):
            assert plan.scripted_text(move).count("?") <= 1, move
        assert plan.fallback_text(Move.REPEAT).count("?") <= 1

    simulate_talk(position, steps, check_plan)


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_plan_always_allows_a_move_that_code_can_make(position: PositionContent, steps: list[TalkStep]) -> None:
    def check_plan(_talk: Talk, plan: InterviewPlan) -> None:
        assert plan.allowed_moves
        assert plan.fallback_move in plan.allowed_moves
        assert plan.fallback_text()

    simulate_talk(position, steps, check_plan)


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_only_close_is_allowed_in_the_time_of_the_closing(position: PositionContent, steps: list[TalkStep]) -> None:
    def check_plan(_talk: Talk, plan: InterviewPlan) -> None:
        if plan.time_left <= plan.limits.reserve:
            assert plan.allowed_moves == (Move.CLOSE,)

    simulate_talk(position, steps, check_plan)


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_plan_is_deterministic_and_joins_all_unanswered_turns(position: PositionContent, steps: list[TalkStep]) -> None:
    def check_plan(talk: Talk, plan: InterviewPlan) -> None:
        assert plan == talk.plan
        assert set(plan.contribution.split("\n")) <= {"Hello?", *ORDINARY_TEXTS, *REQUEST_TEXTS}
        answered = max(turn.answers or 0 for turn in talk.interviewer_turns)
        pieces = [turn.text for turn in talk.turns if turn.move is None and turn.seq > answered]
        assert plan.contribution == "\n".join(pieces)

    simulate_talk(position, steps, check_plan)


@MANY_EXAMPLES
@given(positions(), STEPS_WITH_REQUESTS)
def test_predicted_progress_matches_the_stored_turns(position: PositionContent, steps: list[TalkStep]) -> None:
    before: InterviewPlan | None = None

    def check_plan(talk: Talk, plan: InterviewPlan) -> None:
        nonlocal before
        if before:
            reply = next(turn for turn in reversed(talk.interviewer_turns) if turn.move is not Move.NUDGE)
            _assert_progress_matches(before, reply, plan)
        before = plan

    talk = simulate_talk(position, steps, check_plan)
    *_, asked, last = talk.interviewer_turns
    if before and last.answers != asked.answers:  # otherwise the clock closed the interview
        _assert_progress_matches(before, last, talk.plan)


def _assert_progress_matches(before: InterviewPlan, reply: Turn, after: InterviewPlan) -> None:
    assert reply.move
    progress = before.progress_after(reply.move)
    assert (progress.question, progress.exchanges) == (after.questions_asked, after.exchanges), reply.move
    if after.is_wrapping_up or reply.move is Move.CLOSE:
        assert progress.question_key is None
    else:
        assert after.open_question is not None
        assert progress.question_key == after.open_question.key


@MANY_EXAMPLES
@given(positions(), STEPS)
def test_only_questions_and_probes_are_exchanges(position: PositionContent, steps: list[TalkStep]) -> None:
    def check_plan(talk: Talk, plan: InterviewPlan) -> None:
        moves = (Move.NEXT, Move.PROBE, Move.ANYTHING_ELSE)
        assert plan.exchanges == sum(turn.move in moves for turn in talk.interviewer_turns) - 1

    simulate_talk(position, steps, check_plan)


@MANY_EXAMPLES
@given(positions(), STEPS, st.integers(1, 20))
def test_interview_ends_by_the_clock_when_the_candidate_stays_silent(
    position: PositionContent, steps: list[TalkStep], replies: int
) -> None:
    talk = simulate_talk(position, steps, replies=replies)
    if talk.plan.contribution:
        talk.store_move(talk.plan.fallback_move)
    if _is_over(talk):
        return
    if not make_clock_move(talk):
        make_clock_move(talk)
    assert _is_over(talk)
    assert talk.started_at is not None
    assert talk.now <= talk.started_at + talk.limit
