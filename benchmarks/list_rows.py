"""What is asked of a list of interviews: each filter, and those that people put together, in every order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.interview import Decision, InterviewStatus, Recommendation
from models.interview_list import InterviewFilter
from models.turn import Channel


@dataclass(frozen=True, slots=True)
class Known:
    """What the filters name of an archive: a position that has many interviews, a name, a reference, and its newest moment."""

    position: str
    other_position: str
    external_id: str
    until: datetime


def single_filters(known: Known) -> Mapping[str, InterviewFilter]:
    """Each filter alone, with frequent and rare values."""
    day = timedelta(days=1)
    live = [InterviewStatus.WAITING, InterviewStatus.IN_PROGRESS, InterviewStatus.ENDING]
    return {
        "none": InterviewFilter(),
        "status COMPLETED": InterviewFilter(status=[InterviewStatus.COMPLETED]),
        "status SCHEDULED": InterviewFilter(status=[InterviewStatus.SCHEDULED]),
        "status live (3)": InterviewFilter(status=live),
        "position": InterviewFilter(position_key=[known.position]),
        "positions (2)": InterviewFilter(position_key=[known.position, known.other_position]),
        "channel": InterviewFilter(channel=[Channel.TEXT]),
        "external id": InterviewFilter(external_id=[known.external_id]),
        "recommendation": InterviewFilter(recommendation=[Recommendation.STRONG_HIRE]),
        "recommendations (2)": InterviewFilter(recommendation=[Recommendation.STRONG_HIRE, Recommendation.HIRE]),
        "decision": InterviewFilter(decision=[Decision.HOLD]),
        "reviewed": InterviewFilter(reviewed=True),
        "to review": InterviewFilter(reviewed=False),
        "created, a month": InterviewFilter(created_after=known.until - 60 * day, created_before=known.until - 30 * day),
        "created since": InterviewFilter(created_after=known.until - 30 * day),
        "updated since": InterviewFilter(updated_after=known.until - 30 * day),
        "score at least": InterviewFilter(min_score=75),
        "score between": InterviewFilter(min_score=40, max_score=60),
    }


def combined_filters(known: Known) -> Mapping[str, InterviewFilter]:
    """Filters together, as front ends put them."""
    since = known.until - timedelta(days=90)
    completed = [InterviewStatus.COMPLETED]
    return {
        "position, COMPLETED": InterviewFilter(position_key=[known.position], status=completed),
        "position, to review": InterviewFilter(position_key=[known.position], reviewed=False),
        "position, STRONG_HIRE": InterviewFilter(position_key=[known.position], recommendation=[Recommendation.STRONG_HIRE]),
        "position, score at least": InterviewFilter(position_key=[known.position], min_score=75),
        "COMPLETED, VOICE": InterviewFilter(status=completed, channel=[Channel.VOICE]),
        "COMPLETED, created since": InterviewFilter(status=completed, created_after=since),
        "HIRE, to review": InterviewFilter(recommendation=[Recommendation.HIRE], reviewed=False),
    }


def name_filters(word: str, rare: str) -> Mapping[str, InterviewFilter]:
    """Searches for a name: a frequent beginning, a whole word, a full name."""
    return {
        "name, one letter": InterviewFilter(candidate=word[0]),
        "name, a frequent word": InterviewFilter(candidate=word),
        "name, two words": InterviewFilter(candidate=rare),
    }
