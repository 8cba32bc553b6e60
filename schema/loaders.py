"""Data loaders: fields of several objects share one query.

Nothing is cached between batches, because a subscription lives for hours and must not receive stale
data.
"""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import aclosing
from functools import partial

from bson import ObjectId
from strawberry.dataloader import DataLoader

from engine.limits import OperationLimits, ReadMeter
from models.documents.consent_text import AgreedConsentText, find_consent_texts
from models.documents.evaluation import (
    Evaluation,
    get_evaluation_versions,
    list_evaluations_for_interviews,
    list_version_numbers,
)
from models.documents.interview import Interview, get_interviews
from models.documents.judgement import JudgementDocument, list_judgements_of_evaluations
from models.documents.position import Position, get_positions
from models.documents.recording import RecordingFile, list_recordings_for_interviews
from models.documents.turn import Turn, TurnRange, iterate_turn_ranges, iterate_turns, read_turns_by_seq
from models.documents.turn_correction import TurnCorrection, list_corrections
from models.reads.interview_usage import InterviewUsage, read_interview_usages
from models.reads.reply_latency import ReplyLatency, read_reply_latencies

TurnKey = tuple[ObjectId, int]
"""The id of the interview, and the turn's seq."""
EvaluationKey = tuple[ObjectId, int]
"""The id of the interview, and the evaluation's version."""
TranscriptKey = tuple[ObjectId, int, int]
"""The id of the interview, the seq after which turns are read, and their maximum number; 0 means all."""


class Loaders:
    """The loaders of one operation.

    They load data of interviews that the caller has been authorized to read.
    """

    def __init__(self, limits: OperationLimits) -> None:
        self.interviews: DataLoader[ObjectId, Interview | None] = DataLoader(_load_interviews, cache=False)
        self.read_meter = ReadMeter(limits)
        """Counts the turns of transcripts, of which one interview can have many."""
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
        self.turn_ranges: DataLoader[TurnRange, list[Turn]] = DataLoader(partial(_load_turn_ranges, self.read_meter), cache=False)
        self.transcripts: DataLoader[TranscriptKey, list[Turn]] = DataLoader(
            partial(_load_transcripts, self.read_meter), cache=False
        )
        self.judgements: DataLoader[ObjectId, list[JudgementDocument]] = DataLoader(_load_judgements, cache=False)
        """The judge's raw answers in the order of the passes, by evaluation."""
        self.turns: DataLoader[TurnKey, Turn | None] = DataLoader(_load_turns, cache=False)
        self.corrections: DataLoader[ObjectId, list[TurnCorrection]] = DataLoader(_load_corrections, cache=False)
        """All corrections by seq, by interview."""
        self.consent_texts: DataLoader[str, AgreedConsentText | None] = DataLoader(_load_consent_texts, cache=False)
        """Texts that candidates agreed to, by digest."""

    async def read_turns(self, interview_id: ObjectId, after: int, limit: int) -> list[Turn]:
        """Return turns with seq > `after`, in order; at most `limit` of them unless it is 0."""
        return await self.transcripts.load((interview_id, after, limit))


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


async def _load_turn_ranges(meter: ReadMeter, ranges: Sequence[TurnRange]) -> list[list[Turn]]:
    turns: defaultdict[ObjectId, dict[int, Turn]] = defaultdict(dict)
    async with aclosing(iterate_turn_ranges(list(set(ranges)))) as found:
        async for turn in found:
            meter.add_row(turn.text)
            turns[turn.interview_id][turn.seq] = turn
    return [
        [turns[interview_id][seq] for seq in range(first, last + 1) if seq in turns[interview_id]]
        for interview_id, first, last in ranges
    ]


async def _load_transcripts(meter: ReadMeter, keys: Sequence[TranscriptKey]) -> list[list[Turn]]:
    interviews: defaultdict[tuple[int, int], set[ObjectId]] = defaultdict(set)
    for interview_id, after, limit in keys:
        interviews[after, limit].add(interview_id)
    # one read for each pair of arguments: a document has few, and each interview of a page has the same
    transcripts: defaultdict[TranscriptKey, list[Turn]] = defaultdict(list)
    for (after, limit), interview_ids in interviews.items():
        async with aclosing(iterate_turns(list(interview_ids), after, limit)) as turns:
            async for turn in turns:
                meter.add_row(turn.text)
                transcripts[turn.interview_id, after, limit].append(turn)
    return [transcripts[key] for key in keys]


async def _load_judgements(evaluation_ids: Sequence[ObjectId]) -> list[list[JudgementDocument]]:
    judgements: defaultdict[ObjectId, list[JudgementDocument]] = defaultdict(list)
    for judgement in await list_judgements_of_evaluations(list(set(evaluation_ids))):
        judgements[judgement.evaluation_id].append(judgement)
    return [judgements[evaluation_id] for evaluation_id in evaluation_ids]


async def _load_turns(keys: Sequence[TurnKey]) -> list[Turn | None]:
    seqs: defaultdict[ObjectId, set[int]] = defaultdict(set)
    for interview_id, seq in keys:
        seqs[interview_id].add(seq)
    found = {(turn.interview_id, turn.seq): turn for turn in await read_turns_by_seq(seqs)}
    return [found.get(key) for key in keys]


async def _load_corrections(interview_ids: Sequence[ObjectId]) -> list[list[TurnCorrection]]:
    corrections: defaultdict[ObjectId, list[TurnCorrection]] = defaultdict(list)
    for correction in await list_corrections(list(set(interview_ids))):
        corrections[correction.interview_id].append(correction)
    return [corrections[interview_id] for interview_id in interview_ids]


async def _load_consent_texts(digests: Sequence[str]) -> list[AgreedConsentText | None]:
    found = {text.digest: text for text in await find_consent_texts(list(set(digests)))}
    return [found.get(digest) for digest in digests]
