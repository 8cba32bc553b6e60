"""Whatever happens at the same time, the turns of an interview are 1, 2, 3 … and none is ever rewritten."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from bson import ObjectId
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import Conflict, NotFound
from models.append import LeaseLost, Superseded, append_candidate, append_interviewer
from models.erasure import mark_erased
from models.interview import OPEN, EndReason, InterviewStatus, get_interview
from models.transition import claim_reply, close
from models.turn import Speaker, Turn, read_turns
from tests.factories import make_interview, new_turn, words

pytestmark = pytest.mark.usefixtures("database")

Act = Callable[[ObjectId], Awaitable[object]]


def says(key: int, text: str) -> Act:
    return lambda interview_id: append_candidate(interview_id, new_turn(f"client:{key}", text, Speaker.CANDIDATE))


def answers(keys: list[int], fence: int, expected: int | None, closes: bool, late: bool) -> Act:
    change = words(
        fence,
        expected_seq=expected,
        end_reason=EndReason.WRAPPED_UP if closes else None,
        statuses=(*OPEN, InterviewStatus.ENDING) if late else OPEN,
    )
    return lambda interview_id: append_interviewer(interview_id, [new_turn(f"reply:{key}") for key in keys], change)


SAY = st.tuples(st.just("say"), st.builds(says, st.integers(0, 5), st.sampled_from(["yes", "no"])))
ANSWER = st.tuples(
    st.just("answer"),
    st.builds(
        answers,
        st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True),
        st.integers(0, 2),
        st.none() | st.integers(0, 8),
        st.sampled_from([False, False, False, True]),
        st.booleans(),
    ),
)
RARE: st.SearchStrategy[tuple[str, Act]] = st.sampled_from(
    [
        ("claim", lambda interview_id: claim_reply(interview_id, "a holder that dies", 0.001)),
        ("claim", lambda interview_id: claim_reply(interview_id, "a holder that lives", 60)),
        ("close", lambda interview_id: close(interview_id, EndReason.RECRUITER_ENDED)),
        ("erase", mark_erased),
    ]
)
ACTS = st.one_of(SAY, SAY, SAY, ANSWER, ANSWER, ANSWER, RARE)


async def attempt(act: Act, interview_id: ObjectId) -> object:
    try:
        return await act(interview_id)
    except (Conflict, NotFound, LeaseLost, Superseded) as refused:
        return refused


async def check(interview_id: ObjectId, before: list[Turn]) -> list[Turn]:
    interview = await get_interview(interview_id)
    assert interview
    turns = await read_turns(interview_id)
    assert [turn.seq for turn in turns] == list(range(1, interview.last_seq + 1))
    assert len({turn.key for turn in turns}) == len(turns)
    assert turns[: len(before)] == before, "a stored turn was changed"
    said = [turn.seq for turn in turns if turn.speaker is Speaker.CANDIDATE]
    assert interview.last_candidate_seq == max(said, default=0)
    return turns


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.lists(ACTS, min_size=1, max_size=6), min_size=1, max_size=5))
async def test_places_are_contiguous_and_stored_turns_stand(rounds: list[list[tuple[str, Act]]]) -> None:
    interview = await make_interview()
    interview_id, turns = ObjectId(interview.id), list[Turn]()
    for acts in rounds:
        before = await get_interview(interview_id)
        await asyncio.gather(*(attempt(act, interview_id) for _, act in acts))
        stored = await check(interview_id, turns)
        assert before
        if before.erased_at is not None or before.status is InterviewStatus.COMPLETED:
            assert stored == turns, "nothing is stored after the end"
        if before.status is InterviewStatus.ENDING:
            assert all(turn.speaker is Speaker.INTERVIEWER for turn in stored[len(turns) :]), "ENDING takes last words only"
        turns = stored
