"""Whole interviews: what holds whatever the model chooses, whenever the candidate writes, however the clock runs."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from agent.plan import MINUTES_PER_ANSWER, TRIES, Plan
from models.interview import EndReason
from models.position import PositionBody
from models.turn import Move, Turn
from tests.agent.talks import Talk, positions
from tests.agent.whole_talks import MANY, REQUESTS, STEPS, UNHURRIED, Step, hold, let_silence_pass


def _is_over(talk: Talk) -> bool:
    return talk.spoken[-1].move is Move.CLOSE


def _core(talk: Talk) -> list[Turn]:
    return [turn for turn in talk.spoken if turn.move is Move.NEXT]


@MANY
@given(positions(), STEPS)
def test_an_interview_ends_whatever_is_chosen(position: PositionBody, steps: list[Step]) -> None:
    assert _is_over(hold(position, steps))


@MANY
@given(positions(), STEPS)
def test_core_questions_come_in_order_once_each_in_the_positions_words(position: PositionBody, steps: list[Step]) -> None:
    asked = [(turn.question_key, turn.text) for turn in _core(hold(position, steps))]
    assert asked == [(question.key, question.text) for question in position.questions][: len(asked)]


@MANY
@given(positions(), UNHURRIED)
def test_all_core_questions_are_asked_if_there_is_time_and_nobody_wants_to_stop(
    position: PositionBody, steps: list[Step]
) -> None:
    talk = hold(position, steps, ends_early=False)
    assert len(_core(talk)) == len(position.questions)
    assert talk.plan.exchanges <= position.wrap_up_after_exchanges


@MANY
@given(positions(), st.lists(st.integers(0, 300), min_size=1, max_size=40))
def test_after_a_probe_there_is_time_for_all_that_is_left(position: PositionBody, seconds: list[int]) -> None:
    talk = Talk(position, limit=timedelta(minutes=position.limit_minutes))
    talk.greet()
    limits = talk.plan.limits
    share = (limits.limit - limits.reserve) / len(position.questions)
    answer = min(timedelta(minutes=MINUTES_PER_ANSWER), share / 2)
    for pause in seconds:
        talk.wait(seconds=pause)
        talk.say("An answer.")
        if Move.PROBE in talk.plan.moves:
            talk.make(Move.PROBE)
            _go_through(talk, answer)
            return
        if talk.plan.fallback is Move.CLOSE:
            return
        talk.make(Move.NEXT)


def _go_through(talk: Talk, answer: timedelta) -> None:
    """Every answer takes its time: all questions are asked, and the last is answered before the closing is due."""
    for _ in range(len(talk.position.questions) - talk.plan.asked):
        talk.now += answer
        talk.say("An answer.")
        assert Move.NEXT in talk.plan.moves, f"question {talk.plan.asked + 1} is lost"
        talk.make(Move.NEXT)
    talk.now += answer
    assert talk.plan.time_left >= talk.plan.limits.reserve


@MANY
@given(positions(), STEPS)
def test_every_move_but_next_is_bounded_on_each_question(position: PositionBody, steps: list[Step]) -> None:
    talk = hold(position, steps)
    made = Counter((turn.question_key, turn.move) for turn in talk.spoken)
    for question in position.questions:
        assert made[question.key, Move.PROBE] <= question.max_probes
        for move in REQUESTS:
            # one more where what the candidate wrote was from before the question
            assert made[question.key, move] <= TRIES + 1


@MANY
@given(positions(), STEPS)
def test_no_question_is_passed_over_for_words_from_before_it(position: PositionBody, steps: list[Step]) -> None:
    asked_at = 0
    for turn in hold(position, steps).spoken:
        if turn.move in (Move.NEXT, Move.PROBE) and asked_at:
            assert (turn.answers or 0) > asked_at, f"turn {turn.seq} answers {turn.answers}, the question was put in {asked_at}"
        if turn.move is Move.NEXT:
            asked_at = turn.seq


@MANY
@given(positions(), STEPS)
def test_a_stop_that_was_heard_is_not_asked_back_again(position: PositionBody, steps: list[Step]) -> None:
    others = [turn for turn in hold(position, steps).spoken if turn.move is not Move.NUDGE]
    for before, turn in pairwise(others):
        if before.move is turn.move is Move.STOP:
            assert (turn.answers or 0) < before.seq, f"turn {turn.seq} asks a second time"


@MANY
@given(positions(), STEPS)
def test_an_interview_says_why_it_ended(position: PositionBody, steps: list[Step]) -> None:
    plans: list[Plan] = []
    talk = hold(position, steps, lambda _talk, plan: plans.append(plan))
    *_, asked, closing = (turn for turn in talk.spoken if turn.move is not Move.NUDGE)
    if closing.answers == asked.answers:
        return  # by the clock, which names its reason itself
    if asked.move is Move.STOP and (closing.answers or 0) > asked.seq:
        expected = EndReason.CANDIDATE_ENDED
    elif plans[-1].time_left <= plans[-1].limits.reserve:
        expected = EndReason.OUT_OF_TIME
    else:
        assert len(_core(talk)) == len(position.questions)
        expected = EndReason.WRAPPED_UP
    assert plans[-1].end_reason is expected


@MANY
@given(positions(), STEPS)
def test_what_may_be_said_next_holds_at_most_one_question(position: PositionBody, steps: list[Step]) -> None:
    def look(_talk: Talk, plan: Plan) -> None:
        for move in (*plan.moves, Move.NUDGE):
            assert plan.words_after(move).count("?") <= 1, move
        assert plan.words_instead(Move.REPEAT).count("?") <= 1

    hold(position, steps, look)


@MANY
@given(positions(), STEPS)
def test_a_reply_always_has_a_move_and_code_can_always_make_one(position: PositionBody, steps: list[Step]) -> None:
    def look(_talk: Talk, plan: Plan) -> None:
        assert plan.moves
        assert plan.fallback in plan.moves
        assert plan.words_instead()

    hold(position, steps, look)


@MANY
@given(positions(), STEPS)
def test_nothing_is_asked_in_the_time_of_the_closing(position: PositionBody, steps: list[Step]) -> None:
    def look(_talk: Talk, plan: Plan) -> None:
        if plan.time_left <= plan.limits.reserve:
            assert plan.moves == (Move.CLOSE,)

    hold(position, steps, look)


@MANY
@given(positions(), STEPS)
def test_the_same_turns_give_the_same_plan_and_all_open_pieces_are_one_contribution(
    position: PositionBody, steps: list[Step]
) -> None:
    def look(talk: Talk, plan: Plan) -> None:
        assert plan == talk.plan
        assert set(plan.contribution.split("\n")) <= {"Hello?", "Yes."}
        answered = max(turn.answers or 0 for turn in talk.spoken)
        pieces = [turn.text for turn in talk.turns if turn.move is None and turn.seq > answered]
        assert plan.contribution == "\n".join(pieces)

    hold(position, steps, look)


@MANY
@given(positions(), STEPS)
def test_progress_foretells_what_the_stored_turns_say(position: PositionBody, steps: list[Step]) -> None:
    before: Plan | None = None

    def look(talk: Talk, plan: Plan) -> None:
        nonlocal before
        if before:
            reply = next(turn for turn in reversed(talk.spoken) if turn.move is not Move.NUDGE)
            _agrees(before, reply, plan)
        before = plan

    talk = hold(position, steps, look)
    *_, asked, last = talk.spoken
    if before and last.answers != asked.answers:  # else the clock has closed it
        _agrees(before, last, talk.plan)


def _agrees(before: Plan, reply: Turn, after: Plan) -> None:
    assert reply.move
    progress = before.progress_after(reply.move)
    assert (progress.question, progress.exchanges) == (after.asked, after.exchanges), reply.move
    if reply.move is not Move.CLOSE:
        assert after.open_question is not None
        assert progress.question_key == after.open_question.key


@MANY
@given(positions(), STEPS)
def test_only_questions_and_probes_are_exchanges(position: PositionBody, steps: list[Step]) -> None:
    def look(talk: Talk, plan: Plan) -> None:
        assert plan.exchanges == sum(turn.move in (Move.NEXT, Move.PROBE) for turn in talk.spoken) - 1

    hold(position, steps, look)


@MANY
@given(positions(), STEPS, st.integers(1, 20))
def test_an_interview_ends_by_its_clock_when_nobody_writes_any_more(
    position: PositionBody, steps: list[Step], replies: int
) -> None:
    talk = hold(position, steps, replies=replies)
    if talk.plan.contribution:
        talk.make(talk.plan.fallback)
    if _is_over(talk):
        return
    if not let_silence_pass(talk):
        let_silence_pass(talk)
    assert _is_over(talk)
    assert talk.started_at is not None
    assert talk.now <= talk.started_at + talk.limit
