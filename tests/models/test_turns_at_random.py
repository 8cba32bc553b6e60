"""Under any concurrent operations the seqs are contiguous and stored turns never change."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from bson import ObjectId
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from errors import Conflict, NotFound
from models.documents.interview import OPEN_STATUSES, TURN_STATUSES, EndReason, InterviewStatus, get_interview
from models.documents.turn import Speaker, Turn, read_turns
from models.storage.lease import LeaseLost
from models.writes.append_turns import Superseded, append_candidate_turn, append_interviewer_turns
from models.writes.interview_erasure import mark_erased
from models.writes.interview_transitions import claim_reply, mark_ending
from tests.factories import make_interview, new_interviewer_update, new_turn

pytestmark = pytest.mark.usefixtures("database")

Operation = Callable[[ObjectId], Awaitable[object]]


def append_message(key: int, text: str) -> Operation:
    return lambda interview_id: append_candidate_turn(interview_id, new_turn(f"client:{key}", text, Speaker.CANDIDATE))


def append_reply(keys: list[int], fence: int, expected: int | None, is_closing: bool, takes_ending: bool) -> Operation:
    change = new_interviewer_update(
        fence,
        expected_seq=expected,
        end_reason=EndReason.WRAPPED_UP if is_closing else None,
        statuses=(*OPEN_STATUSES, InterviewStatus.ENDING) if takes_ending else OPEN_STATUSES,
    )
    return lambda interview_id: append_interviewer_turns(interview_id, [new_turn(f"reply:{key}") for key in keys], change)


MESSAGES = st.tuples(st.just("say"), st.builds(append_message, st.integers(0, 5), st.sampled_from(["yes", "no"])))
REPLIES = st.tuples(
    st.just("answer"),
    st.builds(
        append_reply,
        st.lists(st.integers(0, 5), min_size=1, max_size=3, unique=True),
        st.integers(0, 2),
        st.none() | st.integers(0, 8),
        st.sampled_from([False, False, False, True]),
        st.booleans(),
    ),
)
RARE_OPERATIONS: st.SearchStrategy[tuple[str, Operation]] = st.sampled_from(
    [
        ("claim", lambda interview_id: claim_reply(interview_id, "a holder that dies", 0.001)),
        ("claim", lambda interview_id: claim_reply(interview_id, "a holder that lives", 60)),
        ("close", lambda interview_id: mark_ending(interview_id, EndReason.RECRUITER_ENDED)),
        ("erase", mark_erased),
    ]
)
OPERATIONS = st.one_of(MESSAGES, MESSAGES, MESSAGES, REPLIES, REPLIES, REPLIES, RARE_OPERATIONS)


async def attempt(operation: Operation, interview_id: ObjectId) -> object:
    try:
        return await operation(interview_id)
    except (Conflict, NotFound, LeaseLost, Superseded) as refused:
        return refused


async def assert_contiguous(interview_id: ObjectId, before: list[Turn]) -> list[Turn]:
    interview = await get_interview(interview_id)
    assert interview
    turns = await read_turns(interview_id)
    assert [turn.seq for turn in turns] == list(range(1, interview.last_seq + 1))
    assert len({turn.key for turn in turns}) == len(turns)
    assert turns[: len(before)] == before, "a stored turn was changed"
    said = [turn.seq for turn in turns if turn.speaker is Speaker.CANDIDATE]
    assert interview.last_candidate_seq == max(said, default=0)
    assert interview.indexed_updated_at == (None if interview.status in TURN_STATUSES else interview.updated_at)
    return turns


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.lists(OPERATIONS, min_size=1, max_size=6), min_size=1, max_size=5))
async def test_seqs_are_contiguous_and_stored_turns_never_change(rounds: list[list[tuple[str, Operation]]]) -> None:
    interview = await make_interview()
    interview_id, turns = interview.id, list[Turn]()
    for acts in rounds:
        before = await get_interview(interview_id)
        await asyncio.gather(*(attempt(act, interview_id) for _, act in acts))
        stored = await assert_contiguous(interview_id, turns)
        assert before
        if before.erased_at is not None or before.status is InterviewStatus.COMPLETED:
            assert stored == turns, "nothing is stored after the end"
        if before.status is InterviewStatus.ENDING:
            assert all(turn.speaker is Speaker.INTERVIEWER for turn in stored[len(turns) :]), "ENDING accepts no candidate"
        turns = stored
