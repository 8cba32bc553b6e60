"""Data loaders: fields of several objects share one query.

Nothing is cached between batches, because a subscription lives for hours and must not receive stale
data.
"""

from collections import defaultdict
from collections.abc import Sequence

from bson import ObjectId
from strawberry.dataloader import DataLoader

from models.documents.consent_text import AgreedConsentText, find_consent_texts
from models.documents.evaluation import (
    Evaluation,
    get_evaluation_versions,
    list_evaluations_for_interviews,
    list_version_numbers,
)
from models.documents.interview import Interview, get_interviews
from models.documents.position import Position, get_positions
from models.documents.recording import RecordingFile, list_recordings_for_interviews
from models.documents.turn import Turn, TurnRange, read_turn_ranges, read_turns_by_seq
from models.documents.turn_correction import TurnCorrection, list_corrections
from models.reads.interview_usage import InterviewUsage, read_interview_usages
from models.reads.reply_latency import ReplyLatency, read_reply_latencies

TurnKey = tuple[ObjectId, int]
"""The id of the interview, and the turn's seq."""
EvaluationKey = tuple[ObjectId, int]
"""The id of the interview, and the evaluation's version."""


class Loaders:
    """The loaders of one operation.

    They load data of interviews that the caller has been authorized to read.
    """

    def __init__(self) -> None:
        self.interviews: DataLoader[ObjectId, Interview | None] = DataLoader(_load_interviews, cache=False)
        self.positions: DataLoader[ObjectId, Position | None] = DataLoader(_load_positions, cache=False)
        self.evaluations: DataLoader[ObjectId, list[Evaluation]] = DataLoader(_load_evaluations, cache=False)
        """All versions, newest first, by interview."""
        self.version_numbers: DataLoader[ObjectId, list[int]] = DataLoader(_load_version_numbers, cache=False)
        """Numbers of all versions of the evaluation, newest first, by interview."""
        self.evaluation_versions: DataLoader[EvaluationKey, Evaluation | None] = DataLoader(
            _load_evaluation_versions, cache=False
        )
        self.latencies: DataLoader[ObjectId, ReplyLatency | None] = DataLoader(_load_latencies, cache=False)
        """Latency of spoken replies, by interview."""
        self.usages: DataLoader[ObjectId, InterviewUsage | None] = DataLoader(_load_usages, cache=False)
        """Tokens and cost, by interview."""
        self.recordings: DataLoader[ObjectId, list[RecordingFile]] = DataLoader(_load_recordings, cache=False)
        """All files, by interview."""
        self.turn_ranges: DataLoader[TurnRange, list[Turn]] = DataLoader(_load_turn_ranges, cache=False)
        self.turns: DataLoader[TurnKey, Turn | None] = DataLoader(_load_turns, cache=False)
        self.corrections: DataLoader[ObjectId, list[TurnCorrection]] = DataLoader(_load_corrections, cache=False)
        """All corrections by seq, by interview."""
        self.consent_texts: DataLoader[str, AgreedConsentText | None] = DataLoader(_load_consent_texts, cache=False)
        """Texts that candidates agreed to, by digest."""


async def _load_interviews(interview_ids: Sequence[ObjectId]) -> list[Interview | None]:
    found: dict[ObjectId, Interview] = {interview.id: interview for interview in await get_interviews(list(set(interview_ids)))}
    return [found.get(interview_id) for interview_id in interview_ids]


async def _load_positions(position_ids: Sequence[ObjectId]) -> list[Position | None]:
    found: dict[ObjectId, Position] = {position.id: position for position in await get_positions(list(set(position_ids)))}
    return [found.get(position_id) for position_id in position_ids]


async def _load_evaluations(interview_ids: Sequence[ObjectId]) -> list[list[Evaluation]]:
    versions: defaultdict[ObjectId, list[Evaluation]] = defaultdict(list)
    for evaluation in await list_evaluations_for_interviews(list(set(interview_ids))):
        versions[evaluation.interview_id].append(evaluation)
    return [versions[interview_id] for interview_id in interview_ids]


async def _load_version_numbers(interview_ids: Sequence[ObjectId]) -> list[list[int]]:
    numbers = await list_version_numbers(list(set(interview_ids)))
    return [numbers.get(interview_id, []) for interview_id in interview_ids]


async def _load_evaluation_versions(keys: Sequence[EvaluationKey]) -> list[Evaluation | None]:
    versions: defaultdict[ObjectId, set[int]] = defaultdict(set)
    for interview_id, version in keys:
        versions[interview_id].add(version)
    found: dict[EvaluationKey, Evaluation] = {
        (evaluation.interview_id, evaluation.version): evaluation for evaluation in await get_evaluation_versions(versions)
    }
    return [found.get(key) for key in keys]


async def _load_latencies(interview_ids: Sequence[ObjectId]) -> list[ReplyLatency | None]:
    found = await read_reply_latencies(list(set(interview_ids)))
    return [found.get(interview_id) for interview_id in interview_ids]


async def _load_usages(interview_ids: Sequence[ObjectId]) -> list[InterviewUsage | None]:
    found = await read_interview_usages(list(set(interview_ids)))
    return [found.get(interview_id) for interview_id in interview_ids]


async def _load_recordings(interview_ids: Sequence[ObjectId]) -> list[list[RecordingFile]]:
    found: dict[ObjectId, list[RecordingFile]] = {
        recording.interview_id: recording.files for recording in await list_recordings_for_interviews(list(set(interview_ids)))
    }
    return [found.get(interview_id, []) for interview_id in interview_ids]


async def _load_turn_ranges(ranges: Sequence[TurnRange]) -> list[list[Turn]]:
    turns: defaultdict[ObjectId, dict[int, Turn]] = defaultdict(dict)
    for turn in await read_turn_ranges(list(set(ranges))):
        turns[turn.interview_id][turn.seq] = turn
    return [
        [turns[interview_id][seq] for seq in range(first, last + 1) if seq in turns[interview_id]]
        for interview_id, first, last in ranges
    ]


async def _load_turns(keys: Sequence[TurnKey]) -> list[Turn | None]:
    seqs: defaultdict[ObjectId, set[int]] = defaultdict(set)
    for interview_id, seq in keys:
        seqs[interview_id].add(seq)
    found = {
        (interview_id, turn.seq): turn
        for interview_id, selected_seqs in seqs.items()
        for turn in await read_turns_by_seq(interview_id, sorted(selected_seqs))
    }
    return [found.get(key) for key in keys]


async def _load_corrections(interview_ids: Sequence[ObjectId]) -> list[list[TurnCorrection]]:
    corrections: defaultdict[ObjectId, list[TurnCorrection]] = defaultdict(list)
    for correction in await list_corrections(list(set(interview_ids))):
        corrections[correction.interview_id].append(correction)
    return [corrections[interview_id] for interview_id in interview_ids]


async def _load_consent_texts(digests: Sequence[str]) -> list[AgreedConsentText | None]:
    found = {text.digest: text for text in await find_consent_texts(list(set(digests)))}
    return [found.get(digest) for digest in digests]
